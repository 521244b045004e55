//! Whether a VPC is fit for a live drill, and who plays whom in it.

use std::collections::BTreeSet;

use hopover_core::group::Group;
use hopover_core::health::Health;
use hopover_core::id::{InstanceId, MemberName};
use hopover_core::observation::{ForeignInterface, InstanceState, Observation};
use hopover_core::preview::Preview;
use hopover_core::{Span, Timestamp};
use serde::{Deserialize, Serialize};

use super::super::steps::{self, Step};
use crate::output::count;

/// Who plays whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cast {
    /// Carries the routes at first.
    pub(super) first: MemberName,
    pub(super) second: MemberName,
    pub(super) first_instance: InstanceId,
    pub(super) second_instance: InstanceId,
    /// Gets the routes back when it was up for that many seconds.
    pub(super) preferred: Option<(MemberName, i64)>,
}

impl Cast {
    pub(super) fn steps(&self) -> Vec<Step> {
        let preferred = self.preferred.as_ref().map(|(member, seconds)| (member, Span::from_secs(*seconds)));
        steps::acceptance(&self.first, &self.second, preferred)
    }
}

/// Why a VPC is not fit for a live drill. Nothing was done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unfit {
    #[error("{0}")]
    Foreign(#[from] ForeignInterface),
    #[error("group {group} has {members} members: a live drill is for two")]
    Members { group: String, members: usize },
    #[error("{member} is not well ({why}): a drill would test a failover that has nowhere to go")]
    NotWell { member: String, why: String },
    #[error("no route of {0} points at a member: there is nothing to drill")]
    NoRoutes(String),
    #[error(
        "the routes are split over both members: bring them to one, `hopover switchover --to {0}`, and drill then"
    )]
    Split(String),
    #[error("{0} to be moved right now: see `hopover plan`, and drill when it has nothing to do")]
    Pending(String),
    #[error("{0} could not leave {1}: see `hopover plan --if-down {1}`")]
    Stuck(String, String),
    #[error("`hopover doctor` finds {0}: mend them first, or play all the same with --force")]
    Doctor(String),
    #[error("tables belong to different members (`home`): a live drill needs one that carries all")]
    Homes,
}

/// Finds the one that carries the routes and its peer, both well.
pub(super) fn cast(group: &Group, seen: &Observation, now: Timestamp) -> Result<Cast, Unfit> {
    let preview = Preview::new(group, seen, None, now)?;
    if group.members.len() != 2 {
        return Err(Unfit::Members { group: group.name.to_string(), members: group.members.len() });
    }
    for member in &preview.members {
        let why = match &member.health {
            Health::Up if member.warnings.is_empty() => continue,
            Health::Up => member.warnings.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
            health => health.to_string(),
        };
        return Err(Unfit::NotWell { member: member.member.to_string(), why });
    }
    if preview.routes.is_empty() {
        return Err(Unfit::NoRoutes(group.vpc.to_string()));
    }
    match preview.moves().count() {
        0 => {}
        pending => return Err(Unfit::Pending(count(pending, "route"))),
    }
    let preferred: BTreeSet<_> =
        preview.routes.iter().map(|route| group.preferred(&route.key.table)).collect();
    if preferred.len() > 1 {
        return Err(Unfit::Homes);
    }
    let carriers: Vec<_> = preview.members.iter().filter(|member| member.carries > 0).collect();
    let [first] = carriers[..] else {
        return Err(Unfit::Split(preview.members[0].member.to_string()));
    };
    let second = preview.members.iter().find(|member| member.member != first.member);
    let second = second.ok_or(Unfit::Members { group: group.name.to_string(), members: 1 })?;
    let without = seen.clone().if_down(group, &first.member);
    let stuck = Preview::new(group, &without, None, now)?.left_behind().count();
    if stuck > 0 {
        return Err(Unfit::Stuck(count(stuck, "route"), first.member.to_string()));
    }
    let instance = |name: &MemberName| {
        let member = group.member(name);
        let mut instances = member.into_iter().flat_map(|member| seen.instances_of(member));
        let found = instances.find(|instance| instance.state == InstanceState::Running);
        let why = "no running instance holds its interfaces".to_owned();
        found.map(|found| found.id.clone()).ok_or(Unfit::NotWell { member: name.to_string(), why })
    };
    let preferred = preferred.into_iter().next().flatten();
    Ok(Cast {
        first_instance: instance(&first.member)?,
        second_instance: instance(&second.member)?,
        first: first.member.clone(),
        second: second.member.clone(),
        preferred: preferred.map(|member| (member.clone(), group.failback_delay.as_secs())),
    })
}

#[cfg(test)]
mod tests {
    use hopover_sim::example;
    use hopover_sim::file::target;

    use super::*;

    fn seen(change: impl FnOnce(&mut Observation)) -> (std::sync::Arc<Group>, Result<Cast, Unfit>) {
        let mut simulation = example::simulation(1);
        let group = simulation.config().groups[0].clone();
        let mut seen = simulation.observe(&group).unwrap();
        change(&mut seen);
        let cast = cast(&group, &seen, simulation.now());
        (group, cast)
    }

    #[test]
    fn the_member_that_carries_every_route_plays_first() {
        let cast = seen(|_| {}).1.unwrap();
        assert_eq!((cast.first.as_str(), cast.second.as_str()), ("A", "B"));
        assert_eq!(cast.first_instance.as_str(), "i-a");
        assert_eq!(cast.preferred, None);
    }

    #[test]
    fn a_peer_that_is_down_leaves_nowhere_to_go() {
        let (_, cast) = seen(|seen| {
            let instances = seen.instances.as_mut().unwrap();
            instances.get_mut(&example::instance("B")).unwrap().state = InstanceState::Stopped;
        });
        let told = cast.unwrap_err().to_string();
        assert!(told.starts_with("B is not well (down: i-b is stopped)"), "{told}");
    }

    #[test]
    fn routes_on_both_members_are_no_begin() {
        let (_, cast) = seen(|seen| {
            let table = seen.tables.values_mut().find(|table| table.id.as_str() == "rtb-public").unwrap();
            table.routes.iter_mut().for_each(|route| {
                if route.target == target("eni-a-wan").unwrap() {
                    route.target = target("eni-b-wan").unwrap();
                }
            });
        });
        assert!(matches!(cast.unwrap_err(), Unfit::Split(_)));
    }
}
