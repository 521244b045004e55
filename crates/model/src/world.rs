//! Instances and routes, and what a pass is told of them.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use hopover_core::group::{Group, Member};
use hopover_core::id::{BadId, InstanceId, InterfaceId, MemberName, PathName};
use hopover_core::observation::{Instance, InstanceState, Interface, Observation};
use hopover_core::route::{Destination, Origin, Route, RouteKey, RouteState, RouteTable, Target};
use hopover_core::trigger::StateChange;
use hopover_core::{Span, Timestamp};

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
    pub(crate) runs: bool,
    /// How often it was started.
    pub(crate) life: u8,
}

/// A state change on its way to the function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Event {
    pub(crate) who: Who,
    pub(crate) runs: bool,
    pub(crate) life: u8,
}

impl World {
    pub(crate) fn runs(&self, who: Who) -> bool {
        self.instances[usize::from(who)].runs
    }

    /// True if no route (but the first `except`) stands on a member that is down, or nobody is up.
    pub(crate) fn is_right(&self, except: usize) -> bool {
        let nobody = !BOTH.iter().any(|who| self.runs(*who));
        nobody || self.routes.iter().skip(except).all(|holder| holder.is_some_and(|who| self.runs(who)))
    }
}

impl Event {
    /// As the function is told of it.
    pub(crate) fn told(self) -> StateChange {
        StateChange {
            instance: instance(self.who),
            state: state(self.runs),
            region: known("eu-central-1"),
            time: if self.runs {
                launched_at(self.life)
            } else {
                launched_at(self.life) + Span::from_secs(1)
            },
        }
    }

    /// True if it speaks against a member that was seen so.
    pub(crate) fn is_against(self, who: Who, seen: Machine) -> bool {
        let was_started_since = seen.runs && seen.life > self.life;
        self.who == who && !self.runs && !was_started_since
    }
}

/// Every start comes a minute after the one before.
fn launched_at(life: u8) -> Timestamp {
    Timestamp::UNIX_EPOCH + Span::from_mins(i64::from(life) + 1)
}

fn state(runs: bool) -> InstanceState {
    if runs { InstanceState::Running } else { InstanceState::Stopped }
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
            state: state(machine.runs),
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
