//! What a pass could know: from what EC2 answered and from the event that began it.

use std::collections::BTreeSet;

use hopover_core::group::{Group, Member};
use hopover_core::id::{InstanceId, InterfaceId, MemberName, PathName};
use hopover_core::observation::{InstanceState, Observation};
use hopover_core::route::{Origin, Route, RouteKey, RouteTable, Target};
use hopover_core::trigger::{StateChange, Trigger};
use hopover_core::{Span, Timestamp};
use hopover_sim::record::Sight;

/// A member in the light of one look.
struct Known {
    instances: BTreeSet<InstanceId>,
    down: bool,
    doubtful: bool,
    launched_at: Option<Timestamp>,
}

/// One look, for one group.
pub(super) struct View<'a> {
    group: &'a Group,
    sight: &'a Sight,
    event: Option<&'a StateChange>,
    members: Vec<(&'a MemberName, Known)>,
}

/// The member and the path that an interface is of.
pub(super) fn owner<'a>(group: &'a Group, interface: &InterfaceId) -> Option<(&'a Member, &'a PathName)> {
    group.members.iter().find_map(|member| {
        let (path, _) = member.interfaces.iter().find(|(_, ours)| *ours == interface)?;
        Some((member, path))
    })
}

/// The member and the path that hold a route, if it is the group's.
pub(super) fn holder<'a>(
    group: &'a Group,
    table: &RouteTable,
    route: &Route,
) -> Option<(&'a Member, &'a PathName)> {
    let left_alone = table.ignored || group.exclude.contains(&table.id) || table.vpc != group.vpc;
    if left_alone || route.origin != Origin::CreateRoute {
        return None;
    }
    match &route.target {
        Target::Interface(interface) => owner(group, interface),
        Target::Other(_) => None,
    }
}

/// The member that a table's routes belong to, if its operator said so.
pub(super) fn preferred<'a>(group: &'a Group, key: &RouteKey) -> Option<&'a MemberName> {
    group.home.get(&key.table).or(group.preempt.as_ref())
}

impl<'a> View<'a> {
    pub(super) fn new(group: &'a Group, sight: &'a Sight, trigger: &'a Trigger) -> Self {
        let event = match trigger {
            Trigger::StateChange(event) if event.state != InstanceState::Running => Some(event),
            _ => None,
        };
        let members = group.members.iter().map(|member| (&member.name, known(group, member, &sight.seen)));
        Self { group, sight, event, members: members.collect() }
    }

    /// The route as it was seen, with its table.
    pub(super) fn route(&self, key: &RouteKey) -> Option<(&'a RouteTable, &'a Route)> {
        let table = self.sight.seen.tables.get(&key.table)?;
        Some((table, table.routes.iter().find(|route| route.destination == key.destination)?))
    }

    /// The routes of the group, with their holders.
    pub(super) fn routes(&self) -> impl Iterator<Item = (RouteKey, &'a Member, &'a PathName)> + '_ {
        self.sight.seen.tables.values().flat_map(move |table| {
            table.routes.iter().filter_map(move |route| {
                let (member, path) = holder(self.group, table, route)?;
                let key = RouteKey { table: table.id.clone(), destination: route.destination.clone() };
                Some((key, member, path))
            })
        })
    }

    /// True if instances could be read.
    pub(super) fn sees_instances(&self) -> bool {
        self.sight.seen.instances.is_ok()
    }

    /// True if the member was seen to be down.
    pub(super) fn seen_down(&self, member: &MemberName) -> bool {
        self.known(member).is_some_and(|known| known.down)
    }

    /// True if the event speaks against the member, and of this life of its instance.
    pub(super) fn said_down(&self, member: &MemberName) -> bool {
        let Some((event, known)) = self.event.zip(self.known(member)) else {
            return false;
        };
        known.instances.contains(&event.instance) && !self.is_of_an_earlier_life(event)
    }

    /// True if a preference may bring routes to the member: nothing speaks against it, and it has been up for long enough by
    /// the function's own clock.
    pub(super) fn may_take_back(&self, member: &MemberName) -> bool {
        let long_enough = |since: Timestamp| self.sight.clock >= since + self.group.failback_delay;
        self.sees_instances()
            && !self.said_down(member)
            && self.known(member).is_some_and(|known| {
                !known.down && !known.doubtful && known.launched_at.is_some_and(long_enough)
            })
    }

    /// The member that should take over a route from a dead holder, if there is one.
    pub(super) fn best(&self, key: &RouteKey, from: &MemberName, path: &PathName) -> Option<&'a Member> {
        let wanted = preferred(self.group, key);
        let others = self.group.members.iter().filter(|member| {
            let down = self.seen_down(&member.name) || self.said_down(&member.name);
            member.name != *from && member.interfaces.contains_key(path) && !down
        });
        others.min_by_key(|member| {
            let doubtful = self.known(&member.name).is_some_and(|known| known.doubtful);
            (doubtful, wanted != Some(&member.name))
        })
    }

    fn known(&self, member: &MemberName) -> Option<&Known> {
        self.members.iter().find(|(name, _)| *name == member).map(|(_, known)| known)
    }

    /// An instance that was started since is another one for the purpose of an event, as `relaunch_since` in the product
    /// documents: Lambda may bring an event for the third time minutes later. Events that are older than an hour were made by
    /// hand and count. `pending` is stamped at about the launch time itself.
    fn is_of_an_earlier_life(&self, event: &StateChange) -> bool {
        let seen = self.sight.seen.instances.as_ref().ok().and_then(|all| all.get(&event.instance));
        let Some(running) = seen.filter(|instance| instance.state == InstanceState::Running) else {
            return false;
        };
        let Some(launched_at) = running.launched_at else {
            return false;
        };
        let grace = if event.state == InstanceState::Pending { 60 } else { -1 };
        let launched_since = launched_at.as_second() + grace >= event.time.as_second();
        launched_since && launched_at.duration_since(event.time) <= Span::from_hours(1)
    }
}

fn known(group: &Group, member: &Member, seen: &Observation) -> Known {
    let mut known = Known { instances: BTreeSet::new(), down: false, doubtful: false, launched_at: None };
    let Ok(instances) = &seen.instances else {
        // The routes themselves show which instance holds the interface that they point at.
        let shown = seen.tables.values().flat_map(|table| {
            let ours =
                |route: &&Route| holder(group, table, route).is_some_and(|(of, _)| of.name == member.name);
            table.routes.iter().filter(ours).filter_map(|route| route.instance.clone())
        });
        known.instances = shown.collect();
        return known;
    };
    for interface in member.interfaces.values() {
        let holds = instances.values().find_map(|instance| {
            Some((instance, instance.interfaces.iter().find(|at| at.id == *interface)?))
        });
        let Some((instance, interface)) = holds else {
            known.down = true;
            continue;
        };
        let elsewhere = interface.vpc.as_ref().is_some_and(|vpc| *vpc != group.vpc);
        known.down |= instance.state != InstanceState::Running || !interface.attached || elsewhere;
        known.doubtful |= interface.source_dest_check == Some(true);
        known.launched_at = known.launched_at.max(instance.launched_at);
        known.instances.insert(instance.id.clone());
    }
    known
}
