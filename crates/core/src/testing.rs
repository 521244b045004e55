//! Small worlds for tests, with ids that can be read: member `A` is instance `i-a` with `eni-a-lan` and `eni-a-wan`.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use crate::election::{Ballot, Election, Verdict, elect};
use crate::group::{Group, Member};
use crate::id::{BadId, InstanceId};
use crate::observation::{Instance, InstanceState, Interface, Observation, ObserveFailure};
use crate::route::{Destination, Origin, Route, RouteKey, RouteState, RouteTable, Target};
use crate::trigger::{Order, StateChange, Trigger};
use crate::{Span, Timestamp};

/// An id or name that is right.
pub(crate) fn id<T: FromStr<Err = BadId>>(text: &str) -> T {
    text.parse().unwrap()
}

/// Milliseconds after 2026-01-01T00:00:00Z.
pub(crate) fn at(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(1_767_225_600_000 + ms).unwrap()
}

/// Members with an interface on `lan` and one on `wan` each.
pub(crate) fn group(members: &[&str]) -> Group {
    Group {
        name: id("vaer"),
        region: id("eu-central-1"),
        vpc: id("vpc-main"),
        members: members
            .iter()
            .map(|name| Member {
                name: id(name),
                interfaces: ["lan", "wan"]
                    .map(|path| (id(path), id(&format!("eni-{}-{path}", name.to_lowercase()))))
                    .into(),
            })
            .collect(),
        exclude: BTreeSet::new(),
        preempt: None,
        home: BTreeMap::new(),
        failback_delay: Span::from_secs(300),
    }
}

pub(crate) fn destination(text: &str) -> Destination {
    match text {
        list if list.starts_with("pl-") => Destination::PrefixList(id(list)),
        cidr if cidr.contains(':') => Destination::Ipv6(cidr.to_owned()),
        cidr => Destination::Ipv4(cidr.to_owned()),
    }
}

pub(crate) fn key(table: &str, to: &str) -> RouteKey {
    RouteKey { table: id(table), destination: destination(to) }
}

/// A route as an operator makes it; `target` is an interface, or anything else.
pub(crate) fn route(to: &str, target: &str) -> Route {
    let member = target.strip_prefix("eni-").and_then(|rest| rest.split('-').next());
    Route {
        destination: destination(to),
        target: match member {
            Some(_) => Target::Interface(id(target)),
            None => Target::Other(target.to_owned()),
        },
        instance: member.map(|member| id(&format!("i-{member}"))),
        origin: Origin::CreateRoute,
        state: RouteState::Active,
    }
}

/// An event about the instance of a member, begun at the epoch of [`at`].
pub(crate) fn event(member: &str, state: InstanceState) -> StateChange {
    StateChange { instance: instance(member), state, region: id("eu-central-1"), time: at(0) }
}

pub(crate) fn order(to: &str) -> Order {
    Order { group: id("vaer"), to: id(to), tables: BTreeSet::new(), force: false }
}

pub(crate) fn instance(member: &str) -> InstanceId {
    id(&format!("i-{}", member.to_lowercase()))
}

pub(crate) fn failure(message: &str, transient: bool) -> ObserveFailure {
    ObserveFailure { message: message.to_owned(), transient }
}

/// A group, what is seen of it, and what an election of it goes by.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) group: Group,
    pub(crate) seen: Observation,
    pub(crate) event: Option<StateChange>,
    pub(crate) order: Option<Order>,
    pub(crate) settled: BTreeSet<RouteKey>,
    pub(crate) now: Timestamp,
}

impl World {
    /// Every member runs since a day, and there are no routes yet.
    pub(crate) fn of(members: &[&str]) -> Self {
        let group = group(members);
        let instances = group
            .members
            .iter()
            .map(|member| {
                let instance = Instance {
                    id: instance(member.name.as_str()),
                    state: InstanceState::Running,
                    launched_at: Some(at(-86_400_000)),
                    zone: None,
                    interfaces: member
                        .interfaces
                        .values()
                        .map(|interface| Interface {
                            id: interface.clone(),
                            vpc: Some(id("vpc-main")),
                            attached: true,
                            source_dest_check: Some(false),
                        })
                        .collect(),
                };
                (instance.id.clone(), instance)
            })
            .collect();
        Self {
            group,
            seen: Observation { instances: Ok(instances), tables: BTreeMap::new() },
            event: None,
            order: None,
            settled: BTreeSet::new(),
            now: at(0),
        }
    }

    /// A and B, both well, with a default and a specific route on A.
    pub(crate) fn pair() -> Self {
        Self::of(&["A", "B"])
            .table("rtb-main", [route("0.0.0.0/0", "eni-a-lan"), route("10.1.0.0/16", "eni-a-lan")])
    }

    pub(crate) fn table(mut self, name: &str, routes: impl Into<Vec<Route>>) -> Self {
        let table = RouteTable {
            id: id(name),
            vpc: id("vpc-main"),
            name: None,
            ignored: false,
            routes: routes.into(),
        };
        self.seen.tables.insert(table.id.clone(), table);
        self
    }

    pub(crate) fn is(mut self, member: &str, state: InstanceState) -> Self {
        self.instance_mut(member).state = state;
        self
    }

    pub(crate) fn event(mut self, member: &str, state: InstanceState) -> Self {
        self.event = Some(event(member, state));
        self
    }

    pub(crate) fn order(mut self, order: Order) -> Self {
        self.order = Some(order);
        self
    }

    pub(crate) fn now(mut self, now: Timestamp) -> Self {
        self.now = now;
        self
    }

    pub(crate) fn settled(mut self, table: &str, to: &str) -> Self {
        self.settled.insert(key(table, to));
        self
    }

    /// Source/destination check is on at the member's `lan`.
    pub(crate) fn doubtful(mut self, member: &str) -> Self {
        self.instance_mut(member).interfaces[0].source_dest_check = Some(true);
        self
    }

    pub(crate) fn launched(mut self, member: &str, when: Option<Timestamp>) -> Self {
        self.instance_mut(member).launched_at = when;
        self
    }

    /// The member's `lan` is attached to nothing, as EC2 shows it: in no instance.
    pub(crate) fn detached(mut self, member: &str) -> Self {
        self.instance_mut(member).interfaces.remove(0);
        self
    }

    /// Instances cannot be read.
    pub(crate) fn unreadable(mut self, transient: bool) -> Self {
        self.seen.instances = Err(failure("ec2:DescribeInstances: refused", transient));
        self
    }

    /// Every route of the group in the table now points at that member, on the same path.
    pub(crate) fn moved(mut self, table: &str, to: &str, member: &str) -> Self {
        let routes = &mut self.table_mut(table).routes;
        let found = routes.iter_mut().find(|route| route.destination == destination(to));
        let found = found.unwrap();
        let Target::Interface(interface) = &found.target else { panic!("{to} points at no interface") };
        let path = interface.as_str().rsplit('-').next().unwrap();
        *found = route(to, &format!("eni-{}-{path}", member.to_lowercase()));
        self
    }

    pub(crate) fn table_mut(&mut self, table: &str) -> &mut RouteTable {
        self.seen.tables.get_mut(&id(table)).unwrap()
    }

    pub(crate) fn instance_mut(&mut self, member: &str) -> &mut Instance {
        let instances = self.seen.instances.as_mut().unwrap();
        instances.get_mut(&instance(member)).unwrap()
    }

    pub(crate) fn ballot(&self) -> Ballot<'_> {
        Ballot {
            group: &self.group,
            seen: &self.seen,
            event: self.event.as_ref(),
            order: self.order.as_ref(),
            settled: &self.settled,
            now: self.now,
        }
    }

    pub(crate) fn elect(&self) -> Election {
        elect(self.ballot())
    }

    /// The trigger that the event or the order is.
    pub(crate) fn trigger(&self) -> Trigger {
        match (&self.event, &self.order) {
            (Some(event), _) => Trigger::StateChange(event.clone()),
            (_, Some(order)) => Trigger::Order(order.clone()),
            _ => Trigger::Sweep,
        }
    }

    /// What an election decides, a line a route.
    pub(crate) fn verdicts(&self) -> Vec<String> {
        self.elect()
            .decisions
            .iter()
            .map(|decision| {
                let verdict = match &decision.verdict {
                    Verdict::Stay(why) => format!("stays at {}: {why}", decision.holder.member),
                    Verdict::Move(to, why) => format!("{} -> {to}: {why}", decision.holder.member),
                    Verdict::Stuck(why) => format!("stuck at {}: {why}", decision.holder.member),
                };
                format!("{} {verdict}", decision.key.destination)
            })
            .collect()
    }
}
