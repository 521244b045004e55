//! Instances and routes, and what a pass is told of them.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use hopover_core::group::{Group, Member};
use hopover_core::id::{BadId, InstanceId, InterfaceId, MemberName, PathName};
use hopover_core::observation::{Instance, InstanceState, Interface, Observation};
use hopover_core::route::{Destination, Origin, Route, RouteKey, RouteState, RouteTable, Target};
use hopover_core::trigger::StateChange;
use hopover_core::{Span, Timestamp};

use crate::bounds::Life;

/// Member A is 0, member B is 1.
pub(crate) type Who = u8;

/// Both members.
pub(crate) const BOTH: [Who; 2] = [0, 1];

/// What there is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct World {
    /// The instance of each member.
    pub(crate) instances: [Machine; 2],
    /// The member that each route points at; `None` is no route.
    pub(crate) routes: Vec<Option<Who>>,
}

/// An instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Machine {
    pub(crate) state: InstanceState,
    /// How often it was started.
    pub(crate) life: u8,
}

/// A state change on its way to the function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Event {
    pub(crate) who: Who,
    pub(crate) machine: Machine,
}

impl Machine {
    /// It has run since before anything happens here.
    pub(crate) const fn new() -> Self {
        Self { state: InstanceState::Running, life: 0 }
    }

    pub(crate) fn runs(self) -> bool {
        self.state == InstanceState::Running
    }

    /// The next state of its life.
    pub(crate) fn next(self, life: Life) -> Self {
        let whole = life == Life::Whole;
        let state = match self.state {
            InstanceState::Running if whole => InstanceState::Stopping,
            InstanceState::Stopped if whole => InstanceState::Pending,
            InstanceState::Running | InstanceState::Stopping => InstanceState::Stopped,
            _ => InstanceState::Running,
        };
        Self { state, life: self.life + u8::from(self.state == InstanceState::Stopped) }
    }
}

impl World {
    pub(crate) fn runs(&self, who: Who) -> bool {
        self.instances[usize::from(who)].runs()
    }

    /// True if no route (but the first `except`) stands on a member that is down, or nobody is up.
    pub(crate) fn is_right(&self, except: usize) -> bool {
        let nobody = !BOTH.iter().any(|who| self.runs(*who));
        nobody || self.routes.iter().skip(except).all(|holder| holder.is_some_and(|who| self.runs(who)))
    }
}

impl Event {
    /// As the function is told of it. Starting is stamped at the launch, stopping some time later.
    pub(crate) fn told(self) -> StateChange {
        let launched_at = launched_at(self.machine.life);
        let time = match self.machine.state {
            InstanceState::Pending | InstanceState::Running => launched_at,
            _ => launched_at + Span::from_secs(1),
        };
        StateChange {
            instance: instance(self.who),
            state: self.machine.state,
            region: known("eu-central-1"),
            time,
        }
    }

    /// True if it speaks against a member that was seen so: it is about the present life, or a later one.
    pub(crate) fn is_against(self, who: Who, seen: Machine) -> bool {
        let has_started = self.machine.state == InstanceState::Pending && seen.life == self.machine.life;
        let is_over = seen.runs() && (seen.life > self.machine.life || has_started);
        self.who == who && !self.machine.runs() && !is_over
    }
}

/// Every start comes ten minutes after the one before.
fn launched_at(life: u8) -> Timestamp {
    Timestamp::UNIX_EPOCH + Span::from_mins(10 * i64::from(life) + 10)
}

/// An id or name that is written in the program.
pub(crate) fn known<T: FromStr<Err = BadId>>(text: &str) -> T {
    text.parse().unwrap_or_else(|error: BadId| unreachable!("{error}"))
}

pub(crate) fn name(who: Who) -> MemberName {
    known(["A", "B"][usize::from(who)])
}

pub(crate) fn interface(who: Who) -> InterfaceId {
    known(["eni-a", "eni-b"][usize::from(who)])
}

fn instance(who: Who) -> InstanceId {
    known(["i-a", "i-b"][usize::from(who)])
}

/// The pair.
pub(crate) fn group() -> Group {
    let member =
        |who| Member { name: name(who), interfaces: BTreeMap::from([(PathName::single(), interface(who))]) };
    Group {
        name: known("model"),
        region: known("eu-central-1"),
        vpc: known("vpc-1"),
        members: BOTH.map(member).to_vec(),
        exclude: BTreeSet::new(),
        preempt: None,
        home: BTreeMap::new(),
        failback_delay: Span::ZERO,
    }
}

/// The routes of two tables.
pub(crate) fn keys(routes_a_table: u8) -> Vec<RouteKey> {
    ["rtb-1", "rtb-2"]
        .into_iter()
        .flat_map(|table| (0..routes_a_table).map(move |route| (table, route)))
        .map(|(table, route)| RouteKey {
            table: known(table),
            destination: Destination::Ipv4(format!("10.{route}.0.0/16")),
        })
        .collect()
}

/// What a look shows.
pub(crate) fn observation(keys: &[RouteKey], seen: &World) -> Observation {
    let instances = BOTH.map(|who| {
        let machine = seen.instances[usize::from(who)];
        let shown = Instance {
            id: instance(who),
            state: machine.state,
            launched_at: Some(launched_at(machine.life)),
            zone: None,
            interfaces: vec![Interface {
                id: interface(who),
                vpc: None,
                attached: true,
                source_dest_check: Some(false),
            }],
        };
        (instance(who), shown)
    });
    let mut tables: BTreeMap<_, RouteTable> = BTreeMap::new();
    for (key, holder) in keys.iter().zip(&seen.routes) {
        let table = tables.entry(key.table.clone()).or_insert_with(|| RouteTable {
            id: key.table.clone(),
            vpc: known("vpc-1"),
            name: None,
            ignored: false,
            routes: Vec::new(),
        });
        table.routes.extend(holder.map(|who| Route {
            destination: key.destination.clone(),
            target: Target::Interface(interface(who)),
            instance: None,
            origin: Origin::CreateRoute,
            state: RouteState::Active,
        }));
    }
    Observation { instances: Ok(instances.into()), tables }
}
