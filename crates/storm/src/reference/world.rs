//! What must hold of the world when the storm is over.

use std::collections::{BTreeMap, BTreeSet};

use hopover_core::group::{Group, Member};
use hopover_core::id::{GroupName, MemberName, PathName, RouteTableId};
use hopover_core::observation::InstanceState;
use hopover_core::route::RouteKey;
use hopover_sim::Cloud;

use super::sight::{holder, preferred};
use super::{Checked, Invariant, Violation};
use crate::scenario::Scenario;

/// The members as they really are.
pub(crate) struct World<'a> {
    scenario: &'a Scenario,
    members: BTreeMap<&'a MemberName, Reality>,
    routes: Vec<Placed<'a>>,
}

#[derive(Debug, Clone, Copy)]
struct Reality {
    down: bool,
    doubtful: bool,
}

/// A route of a group, where it is.
struct Placed<'a> {
    key: RouteKey,
    group: &'a Group,
    on: &'a Member,
    path: &'a PathName,
}

impl<'a> World<'a> {
    pub(crate) fn new(scenario: &'a Scenario, cloud: &Cloud) -> Self {
        let all = scenario.groups.iter().flat_map(|group| &group.members);
        let members = all.map(|member| (&member.name, reality(member, cloud))).collect();
        let mut routes = Vec::new();
        for table in cloud.tables() {
            for route in &table.routes {
                for group in &scenario.groups {
                    if let Some((on, path)) = holder(group, &table, route) {
                        let key =
                            RouteKey { table: table.id.clone(), destination: route.destination.clone() };
                        routes.push(Placed { key, group, on, path });
                    }
                }
            }
        }
        Self { scenario, members, routes }
    }

    /// No route is on a dead member while another member could carry it. Groups whose routes an operator has forced somewhere
    /// a moment ago are left out.
    pub(crate) fn judge_the_dead(
        &self,
        forced: &BTreeSet<GroupName>,
        checked: &mut Checked,
    ) -> Result<(), Violation> {
        let invariant = if self.scenario.denied.is_empty() {
            Invariant::NoneOnTheDead
        } else {
            Invariant::DeniedHoldsUpNone
        };
        for placed in self.writable().filter(|placed| !forced.contains(&placed.group.name)) {
            let other = placed.group.members.iter().find(|other| {
                other.name != placed.on.name
                    && other.interfaces.contains_key(placed.path)
                    && self.is_up(&other.name)
            });
            let dead = !self.is_up(&placed.on.name);
            checked.expect(invariant, !dead || other.is_none(), || {
                let other = other.map_or("nobody", |other| other.name.as_str());
                format!("{} is on {}, which is down, and {other} is up", placed.key, placed.on.name)
            })?;
        }
        Ok(())
    }

    /// Routes are with the member that their operator prefers, if that one is well.
    pub(crate) fn judge_preferences(&self, checked: &mut Checked) -> Result<(), Violation> {
        for placed in self.writable() {
            let Some(to) = preferred(placed.group, &placed.key) else {
                continue;
            };
            let well = self.members.get(to).is_some_and(|member| !member.down && !member.doubtful);
            let on_path = placed.group.member(to).is_some_and(|to| to.interfaces.contains_key(placed.path));
            let holds = !well || !on_path || placed.on.name == *to;
            checked.expect(Invariant::BackHome, holds, || {
                format!("{} is on {} and should be on {to}", placed.key, placed.on.name)
            })?;
        }
        Ok(())
    }

    /// True if nothing is left to wish for in that group, so that a sweep should have nothing to do.
    pub(crate) fn is_right(&self, group: &Group) -> bool {
        let ours = |placed: &&Placed| placed.group.name == group.name;
        self.routes.iter().filter(ours).all(|placed| {
            let denied = self.scenario.denied.contains(&placed.key.table);
            let wanted = preferred(placed.group, &placed.key);
            self.is_up(&placed.on.name) && (!denied || wanted.is_none_or(|to| *to == placed.on.name))
        })
    }

    /// True if a route of that group is on a dead member.
    pub(crate) fn has_dead_routes(&self, group: &Group) -> bool {
        let ours = |placed: &&Placed| placed.group.name == group.name;
        self.routes.iter().filter(ours).any(|placed| !self.is_up(&placed.on.name))
    }

    fn writable(&self) -> impl Iterator<Item = &Placed<'a>> {
        self.routes.iter().filter(|placed| !self.scenario.denied.contains(&placed.key.table))
    }

    fn is_up(&self, member: &MemberName) -> bool {
        self.members.get(member).is_some_and(|member| !member.down)
    }
}

fn reality(member: &Member, cloud: &Cloud) -> Reality {
    let mut reality = Reality { down: false, doubtful: false };
    for id in member.interfaces.values() {
        let Some(interface) = cloud.interfaces().find(|interface| interface.id == *id) else {
            reality.down = true;
            continue;
        };
        let instance = interface.attached_to.as_ref().and_then(|id| cloud.instance(id.as_str()));
        reality.down |= instance.is_none_or(|instance| instance.state != InstanceState::Running);
        reality.doubtful |= interface.source_dest_check;
    }
    reality
}

/// The routes and where they point, as they are.
pub(crate) fn routes(cloud: &Cloud) -> BTreeMap<RouteKey, hopover_core::route::Target> {
    cloud
        .tables()
        .flat_map(|table| {
            let id: RouteTableId = table.id;
            table.routes.into_iter().map(move |route| {
                (RouteKey { table: id.clone(), destination: route.destination }, route.target)
            })
        })
        .collect()
}
