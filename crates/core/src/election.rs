//! Who should carry each route, and why.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

use crate::Timestamp;
use crate::group::{Group, NextHop};
use crate::health::{Condition, Conditions, DownReason, Health, judge, list};
use crate::id::{InstanceId, MemberName, PathName};
use crate::observation::Observation;
use crate::route::{RouteKey, RouteState};
use crate::trigger::{Order, StateChange};

/// What an election goes by.
#[derive(Debug, Clone, Copy)]
pub struct Ballot<'a> {
    /// The group.
    pub group: &'a Group,
    /// What was seen.
    pub seen: &'a Observation,
    /// What the triggering event says of an instance.
    pub event: Option<&'a StateChange>,
    /// A planned move.
    pub order: Option<&'a Order>,
    /// Routes that this pass has moved already, with EC2's acknowledgement. The event, the order and the preferences
    /// have had their say on these: only an observation that their holder is down moves them again. Otherwise two
    /// passes with opposite events would push a route to and fro.
    pub settled: &'a BTreeSet<RouteKey>,
    /// The time.
    pub now: Timestamp,
}

/// The outcome of an election.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Election {
    /// Every member, judged with the event.
    pub conditions: Conditions,
    /// Every route of the group, in order.
    pub decisions: Vec<Decision>,
}

/// What is to become of one route.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Decision {
    /// The route.
    pub key: RouteKey,
    /// Where it points.
    pub holder: NextHop,
    /// What EC2 thinks of it.
    pub state: RouteState,
    /// What is to become of it.
    pub verdict: Verdict,
}

/// What is to become of a route.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It stays.
    Stay(StayReason),
    /// It moves.
    Move(NextHop, MoveReason),
    /// It should move, but there is nowhere to go.
    Stuck(StuckReason),
}

/// Why a route stays.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(tag = "why", rename_all = "kebab-case")]
pub enum StayReason {
    /// Its holder is up.
    HolderUp,
    /// Nothing is known of its holder.
    HolderUnknown,
    /// It should return to a member, but that one has not been up for long enough.
    FailbackWaits {
        /// The member.
        to: MemberName,
        /// When it will have been.
        until: Timestamp,
    },
    /// An operator asked for it to move to a member that is not up.
    OrderRefused {
        /// The member.
        to: MemberName,
        /// What it is instead.
        health: Health,
    },
    /// An operator asked for it to move to a member that has no interface on its path.
    OrderOffPath {
        /// The member.
        to: MemberName,
        /// The route's path.
        path: PathName,
    },
}

/// Why a route moves.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(tag = "why", rename_all = "kebab-case")]
pub enum MoveReason {
    /// Its holder is down.
    HolderDown {
        /// Why.
        because: Vec<DownReason>,
    },
    /// It returns to the preferred member.
    Preempt,
    /// It returns to the home of its table.
    Home,
    /// An operator said so.
    Order,
}

/// Why a route cannot move.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(tag = "why", rename_all = "kebab-case")]
pub enum StuckReason {
    /// Every other member is down.
    NoHealthyNextHop,
    /// Others are not down, but have no interface on the route's path.
    NoInterfaceOnPath,
}

/// Decides every route of the group.
pub fn elect(ballot: Ballot<'_>) -> Election {
    let conditions = judge(ballot.group, ballot.seen, ballot.event);
    let seen_only = judge(ballot.group, ballot.seen, None);
    let mut decisions: Vec<_> = ballot
        .seen
        .routes_of(ballot.group)
        .map(|(table, route, holder)| {
            let key = RouteKey { table: table.id.clone(), destination: route.destination.clone() };
            // What an operator forced onto a member that is down, this pass does not take back.
            let forced = ballot
                .order
                .is_some_and(|order| order.force && order.to == holder.member && applies(order, &key));
            let verdict = if ballot.settled.contains(&key) && !forced {
                replace_if_down(ballot.group, &key, &holder, &seen_only, &conditions)
            } else {
                decide(ballot, &key, &holder, &conditions)
            };
            Decision { key, holder, state: route.state.clone(), verdict }
        })
        .collect();
    decisions.sort_by(|a, b| a.key.cmp(&b.key));
    Election { conditions, decisions }
}

/// An order first, then health, then preferences.
fn decide(ballot: Ballot<'_>, key: &RouteKey, holder: &NextHop, conditions: &Conditions) -> Verdict {
    let refused = match ballot.order.filter(|order| applies(order, key)) {
        Some(order) => match obey(ballot.group, order, holder, conditions) {
            Ok(verdict) => return verdict,
            Err(refused) => Some(refused),
        },
        None => None,
    };
    match replace_if_down(ballot.group, key, holder, conditions, conditions) {
        Verdict::Stay(reason) => match refused {
            Some(refused) => Verdict::Stay(refused),
            None => fail_back(ballot, key, holder, conditions).unwrap_or(Verdict::Stay(reason)),
        },
        verdict => verdict,
    }
}

/// True if an order is about that route.
pub fn applies(order: &Order, key: &RouteKey) -> bool {
    order.tables.is_empty() || order.tables.contains(&key.table)
}

/// The verdict of an order, or why it does not count.
fn obey(
    group: &Group,
    order: &Order,
    holder: &NextHop,
    conditions: &Conditions,
) -> Result<Verdict, StayReason> {
    let health =
        conditions.get(&order.to).map_or(Health::Unknown(Vec::new()), |target| target.health.clone());
    if !order.force && health != Health::Up {
        return Err(StayReason::OrderRefused { to: order.to.clone(), health });
    }
    if holder.member == order.to {
        return Ok(Verdict::Stay(StayReason::HolderUp));
    }
    group
        .member(&order.to)
        .and_then(|member| member.on_path(&holder.path))
        .map(|hop| Verdict::Move(hop, MoveReason::Order))
        .ok_or_else(|| StayReason::OrderOffPath { to: order.to.clone(), path: holder.path.clone() })
}

/// Moves a route away from a holder that is down (by `holders`) to the best candidate (by `candidates`).
fn replace_if_down(
    group: &Group,
    key: &RouteKey,
    holder: &NextHop,
    holders: &Conditions,
    candidates: &Conditions,
) -> Verdict {
    match holders.get(&holder.member).map(|condition| &condition.health) {
        Some(Health::Up) => Verdict::Stay(StayReason::HolderUp),
        Some(Health::Unknown(_)) | None => Verdict::Stay(StayReason::HolderUnknown),
        Some(Health::Down(because)) => match best_candidate(group, key, holder, candidates) {
            Ok(hop) => Verdict::Move(hop, MoveReason::HolderDown { because: because.clone() }),
            Err(stuck) => Verdict::Stuck(stuck),
        },
    }
}

/// A sound member before a doubtful one before an unknown one; among equals the preferred one, then the operator's order.
fn best_candidate(
    group: &Group,
    key: &RouteKey,
    holder: &NextHop,
    conditions: &Conditions,
) -> Result<NextHop, StuckReason> {
    let preferred = group.preferred(&key.table);
    let alive: Vec<_> = group
        .members
        .iter()
        .filter(|member| member.name != holder.member)
        .filter_map(|member| conditions.get(&member.name).map(|condition| (member, condition)))
        .filter(|(_, condition)| !condition.is_down())
        .collect();
    if alive.is_empty() {
        return Err(StuckReason::NoHealthyNextHop);
    }
    let doubt = |condition: &Condition| (condition.health != Health::Up, !condition.warnings.is_empty());
    alive
        .into_iter()
        .filter_map(|(member, condition)| {
            let rank = (doubt(condition), preferred != Some(&member.name));
            member.on_path(&holder.path).map(|hop| (rank, hop))
        })
        .min_by_key(|(rank, _)| *rank)
        .map(|(_, hop)| hop)
        .ok_or(StuckReason::NoInterfaceOnPath)
}

/// Returns a route to the member that its table or the group prefers, if that one is sound and has been up for long
/// enough.
fn fail_back(
    ballot: Ballot<'_>,
    key: &RouteKey,
    holder: &NextHop,
    conditions: &Conditions,
) -> Option<Verdict> {
    let to = ballot.group.preferred(&key.table)?;
    if holder.member == *to {
        return None;
    }
    let condition = conditions.get(to).filter(|condition| condition.is_sound())?;
    let hop = ballot.group.member(to)?.on_path(&holder.path)?;
    // An instance whose launch time is not known is not known to have been up for long enough.
    let until = condition.launched_at?.checked_add(ballot.group.failback_delay).ok()?;
    if ballot.now < until {
        return Some(Verdict::Stay(StayReason::FailbackWaits { to: to.clone(), until }));
    }
    let reason =
        if ballot.group.home.contains_key(&key.table) { MoveReason::Home } else { MoveReason::Preempt };
    Some(Verdict::Move(hop, reason))
}

impl StayReason {
    /// True if an order was not obeyed.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::OrderRefused { .. } | Self::OrderOffPath { .. })
    }
}

impl Election {
    /// The members that a change of instance concerns.
    pub fn member_of(&self, instance: &InstanceId) -> Option<&MemberName> {
        self.conditions
            .iter()
            .find(|(_, condition)| condition.instances.contains(instance))
            .map(|(name, _)| name)
    }

    /// Routes that should move and cannot.
    pub fn stuck(&self) -> impl Iterator<Item = (&Decision, &StuckReason)> {
        self.decisions.iter().filter_map(|decision| match &decision.verdict {
            Verdict::Stuck(reason) => Some((decision, reason)),
            _ => None,
        })
    }
}

impl fmt::Display for StayReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HolderUp => f.write_str("its holder is up"),
            Self::HolderUnknown => f.write_str("nothing is known of its holder"),
            Self::FailbackWaits { to, until } => write!(f, "returns to {to} after {until}, if that stays up"),
            Self::OrderRefused { to, health } => write!(f, "{to} was asked for, but is {health}"),
            Self::OrderOffPath { to, path } => {
                write!(f, "{to} was asked for, but has no interface on path {path}")
            }
        }
    }
}

impl fmt::Display for MoveReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HolderDown { because } => f.write_str(&list(because)),
            Self::Preempt => f.write_str("the preferred member is well again"),
            Self::Home => f.write_str("the home of its table is well again"),
            Self::Order => f.write_str("an operator asked for it"),
        }
    }
}

impl fmt::Display for StuckReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoHealthyNextHop => f.write_str("no healthy next hop"),
            Self::NoInterfaceOnPath => f.write_str("no healthy member has an interface on its path"),
        }
    }
}

#[cfg(test)]
mod tests;
