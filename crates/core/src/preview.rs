//! What a pass would do now: the same election, plan and check, and nothing is written.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::Timestamp;
use crate::check::check;
use crate::election::{Ballot, StayReason, Verdict, elect};
use crate::group::{Group, NextHop};
use crate::health::{Health, Warning, list};
use crate::id::{GroupName, InstanceId, InterfaceId, MemberName, PathName, Region, VpcId};
use crate::observation::{ForeignInterface, InstanceState, Observation};
use crate::plan::{Plan, RouteChange};
use crate::report::count_routes;
use crate::route::{RouteKey, RouteState};
use crate::trigger::Order;

/// One group as it is, and what would be done about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Preview {
    /// The group.
    pub group: GroupName,
    /// Its region.
    pub region: Region,
    /// Its VPC.
    pub vpc: VpcId,
    /// Everything in one sentence.
    pub summary: String,
    /// The members, in the operator's order.
    pub members: Vec<MemberView>,
    /// The routes of the group, by table and destination.
    pub routes: Vec<RouteView>,
    /// What a person should know before going on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// A member as it was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MemberView {
    /// The member.
    pub member: MemberName,
    /// Its health, with reasons.
    pub health: Health,
    /// What speaks against it without making it down.
    pub warnings: Vec<Warning>,
    /// Its instances.
    pub instances: BTreeSet<InstanceId>,
    /// The zone of its instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Its interfaces, by path.
    pub interfaces: BTreeMap<PathName, InterfaceId>,
    /// How many routes point at it.
    pub carries: usize,
}

/// A route and what would become of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RouteView {
    /// The route.
    #[serde(flatten)]
    pub key: RouteKey,
    /// The `Name` of its table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table_name: Option<String>,
    /// Where it points.
    pub holder: NextHop,
    /// True if EC2 drops what follows it.
    pub blackhole: bool,
    /// What would become of it.
    #[serde(flatten)]
    pub fate: Fate,
}

/// What would become of a route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "would", rename_all = "kebab-case")]
pub enum Fate {
    /// It stays where it is.
    Stay {
        /// Why.
        why: String,
    },
    /// It moves.
    Move {
        /// Where.
        to: NextHop,
        /// Why.
        why: String,
    },
    /// It should move, and has nowhere to go.
    BeStuck {
        /// Why.
        why: String,
    },
    /// An operator asked for it to move, and it may not.
    BeRefused {
        /// Why.
        why: String,
    },
}

impl Fate {
    /// The reason.
    pub fn why(&self) -> &str {
        match self {
            Self::Stay { why } | Self::Move { why, .. } | Self::BeStuck { why } | Self::BeRefused { why } => {
                why
            }
        }
    }
}

impl Preview {
    /// Looks ahead: what a sweep would do with what was seen, or a switchover if there is an order.
    ///
    /// # Errors
    ///
    /// If the configuration contradicts the world: a pass would write nothing.
    pub fn new(
        group: &Group,
        seen: &Observation,
        order: Option<&Order>,
        now: Timestamp,
    ) -> Result<Self, ForeignInterface> {
        if let Some(foreign) = seen.foreign_interface(group) {
            return Err(foreign);
        }
        let settled = BTreeSet::new();
        let ballot = Ballot { group, seen, event: None, order, settled: &settled, now };
        let election = elect(ballot);
        let (checked, violations) = check(Plan::from_election(&election), ballot);
        let names: BTreeMap<_, _> = seen.tables.values().map(|table| (&table.id, &table.name)).collect();
        let routes: Vec<_> = election
            .decisions
            .iter()
            .map(|decision| RouteView {
                key: decision.key.clone(),
                table_name: names.get(&decision.key.table).copied().cloned().flatten(),
                holder: decision.holder.clone(),
                blackhole: decision.state == RouteState::Blackhole,
                fate: fate(&decision.verdict, &decision.key, checked.changes()),
            })
            .collect();
        let members = group
            .members
            .iter()
            .filter_map(|member| election.conditions.get(&member.name).map(|condition| (member, condition)))
            .map(|(member, condition)| MemberView {
                member: member.name.clone(),
                health: condition.health.clone(),
                warnings: condition.warnings.clone(),
                instances: condition.instances.clone(),
                zone: condition.zone.clone(),
                interfaces: member.interfaces.clone(),
                carries: routes.iter().filter(|route| route.holder.member == member.name).count(),
            })
            .collect();
        let mut preview = Self {
            group: group.name.clone(),
            region: group.region.clone(),
            vpc: group.vpc.clone(),
            summary: String::new(),
            members,
            routes,
            warnings: violations
                .iter()
                .map(|violation| format!("fault in hopover: {} ({})", violation.change, violation.invariant))
                .collect(),
        };
        preview.warnings.extend(order.and_then(|order| taken_back(group, order, &preview)));
        preview.summary = preview.summarize();
        Ok(preview)
    }

    /// Routes that would move.
    pub fn moves(&self) -> impl Iterator<Item = (&RouteView, &NextHop)> {
        self.routes.iter().filter_map(|route| match &route.fate {
            Fate::Move { to, .. } => Some((route, to)),
            _ => None,
        })
    }

    /// Routes that should move and cannot, or may not.
    pub fn left_behind(&self) -> impl Iterator<Item = &RouteView> {
        self.routes.iter().filter(|route| matches!(route.fate, Fate::BeStuck { .. } | Fate::BeRefused { .. }))
    }

    /// The health of a member.
    pub fn health_of(&self, name: &MemberName) -> Option<&Health> {
        self.members.iter().find(|member| member.member == *name).map(|member| &member.health)
    }

    fn summarize(&self) -> String {
        if self.routes.is_empty() {
            return format!("no route of {} points at a member of {}", self.vpc, self.group);
        }
        let carried: Vec<_> = self
            .members
            .iter()
            .filter(|member| member.carries > 0)
            .map(|member| {
                let on_it = self.routes.iter().filter(|route| route.holder.member == member.member);
                let tables = on_it.map(|route| &route.key.table).collect::<BTreeSet<_>>().len();
                let tables = if tables == 1 { "1 table".to_owned() } else { format!("{tables} tables") };
                format!(
                    "{} carries {} in {tables}{}",
                    member.member,
                    count_routes(member.carries),
                    but(member)
                )
            })
            .collect();
        let idle: Vec<_> = self
            .members
            .iter()
            .filter(|member| member.carries == 0)
            .map(|member| match &member.health {
                Health::Up if member.warnings.is_empty() => format!("{} is ready", member.member),
                Health::Up => format!("{} is up, with a warning", member.member),
                Health::Unknown(_) => format!("nothing is known of {}", member.member),
                Health::Down(_) => format!("{} is down", member.member),
            })
            .collect();
        [carried, idle].concat().join("; ")
    }
}

/// What spoils the picture of a member that carries routes.
fn but(member: &MemberView) -> &'static str {
    match member.health {
        Health::Down(_) => " and is DOWN",
        Health::Unknown(_) => " and nothing is known of it",
        Health::Up => "",
    }
}

fn fate(verdict: &Verdict, key: &RouteKey, checked: &[RouteChange]) -> Fate {
    match verdict {
        Verdict::Stay(reason @ (StayReason::OrderRefused { .. } | StayReason::OrderOffPath { .. })) => {
            Fate::BeRefused { why: reason.to_string() }
        }
        Verdict::Stay(reason) => Fate::Stay { why: reason.to_string() },
        Verdict::Stuck(reason) => Fate::BeStuck { why: reason.to_string() },
        Verdict::Move(to, reason) if checked.iter().any(|change| change.key == *key) => {
            Fate::Move { to: to.clone(), why: reason.to_string() }
        }
        // Held back by a check: a fault of ours, told as a warning.
        Verdict::Move(..) => Fate::BeStuck { why: "held back by a check".to_owned() },
    }
}

/// A warning if the next sweep would undo what an order does: nothing is remembered of an order.
fn taken_back(group: &Group, order: &Order, preview: &Preview) -> Option<String> {
    let moved: Vec<_> =
        preview.moves().filter(|(_, to)| to.member == order.to).map(|(route, _)| route).collect();
    let up = |name: &MemberName| preview.health_of(name) == Some(&Health::Up);
    if moved.is_empty() {
        return None;
    }
    if !up(&order.to) {
        return Some(format!(
            "{} is not up: the next sweep moves the routes off it again, if another member is up",
            order.to
        ));
    }
    let preferred: BTreeSet<_> = moved
        .iter()
        .filter_map(|route| group.preferred(&route.key.table))
        .filter(|preferred| **preferred != order.to && up(preferred))
        .collect();
    (!preferred.is_empty()).then(|| {
        format!(
            "by `preempt` or `home` the next sweep gives routes back to {}: stop it before that, or take the preference out \
             of the configuration while you work",
            list(&preferred)
        )
    })
}

impl Observation {
    /// The same look, if a member had failed: each of its instances is stopped.
    #[must_use]
    pub fn if_down(mut self, group: &Group, member: &MemberName) -> Self {
        let ids: BTreeSet<_> = group
            .member(member)
            .map(|member| self.instances_of(member).map(|instance| instance.id.clone()).collect())
            .unwrap_or_default();
        for instance in self.instances.iter_mut().flat_map(BTreeMap::values_mut) {
            if ids.contains(&instance.id) {
                instance.state = InstanceState::Stopped;
            }
        }
        self
    }
}

#[cfg(test)]
mod tests;
