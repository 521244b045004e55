//! The last look before a write: each invariant is one check, worked out again from the observation and not taken over
//! from the election. A change that fails a check is a fault of hopover; it is left out and reported, and does not keep
//! the others from being made.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

use crate::election::{Ballot, MoveReason, applies};
use crate::health::{Conditions, judge};
use crate::plan::{Plan, RouteChange};
use crate::route::RouteKey;

/// Changes that hold every invariant. Only [`check`] makes it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct CheckedPlan {
    changes: Vec<RouteChange>,
}

impl CheckedPlan {
    /// The changes, most urgent first.
    pub fn changes(&self) -> &[RouteChange] {
        &self.changes
    }
}

/// A change that must not be made, and the invariant that forbids it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Violation {
    /// The change.
    pub change: RouteChange,
    /// The invariant.
    pub invariant: Invariant,
}

/// The invariants that a change can break by itself. (That the world converges, and that one failure stops no other
/// write, are properties of a pass.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Invariant {
    /// I1: only a route that exists is replaced, so that no destination appears or disappears.
    RouteExists,
    /// I2: only a route of the group is written, and it stays the group's: same path, a member's interface.
    RouteIsOurs,
    /// I3: never to a member known to be down, unless an operator forces it.
    TargetNotDown,
    /// I4: only from a holder that is down, or for preempt, home or an order.
    MoveIsDue,
    /// I6: a write changes something, and no route is written twice.
    WriteIsNeeded,
}

impl fmt::Display for Invariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RouteExists => "I1: the route does not exist as planned",
            Self::RouteIsOurs => "I2: the route is not the group's, or would leave its path",
            Self::TargetNotDown => "I3: the target is down",
            Self::MoveIsDue => "I4: the holder is not down and nobody asked for the move",
            Self::WriteIsNeeded => "I6: the write changes nothing, or is there twice",
        })
    }
}

/// Lets through what holds every invariant.
pub fn check(plan: Plan, ballot: Ballot<'_>) -> (CheckedPlan, Vec<Violation>) {
    let believed = judge(ballot.group, ballot.seen, ballot.event);
    let seen = judge(ballot.group, ballot.seen, None);
    let mut written = BTreeSet::new();
    let (mut changes, mut violations) = (Vec::new(), Vec::new());
    for change in plan.changes {
        let holds = [
            (Invariant::RouteExists, route_exists(&change, ballot)),
            (Invariant::RouteIsOurs, route_is_ours(&change, ballot)),
            (Invariant::TargetNotDown, target_not_down(&change, ballot, &believed)),
            (Invariant::MoveIsDue, move_is_due(&change, ballot, &believed, &seen)),
            (Invariant::WriteIsNeeded, write_is_needed(&change, &mut written)),
        ];
        match holds.into_iter().find(|(_, holds)| !holds) {
            None => changes.push(change),
            Some((invariant, _)) => violations.push(Violation { change, invariant }),
        }
    }
    (CheckedPlan { changes }, violations)
}

fn route_exists(change: &RouteChange, ballot: Ballot<'_>) -> bool {
    ballot.seen.route(&change.key).is_some()
}

fn route_is_ours(change: &RouteChange, ballot: Ballot<'_>) -> bool {
    let holder = ballot.seen.route(&change.key).and_then(|(table, route)| ballot.group.holder(table, route));
    holder.as_ref() == Some(&change.from)
        && change.to.path == change.from.path
        && ballot.group.next_hop(&change.to.interface).as_ref() == Some(&change.to)
}

fn target_not_down(change: &RouteChange, ballot: Ballot<'_>, believed: &Conditions) -> bool {
    let forced = change.reason == MoveReason::Order && ballot.order.is_some_and(|order| order.force);
    forced || believed.get(&change.to.member).is_some_and(|condition| !condition.is_down())
}

fn move_is_due(change: &RouteChange, ballot: Ballot<'_>, believed: &Conditions, seen: &Conditions) -> bool {
    let settled = ballot.settled.contains(&change.key);
    let holders = if settled { seen } else { believed };
    match &change.reason {
        MoveReason::HolderDown { .. } => {
            holders.get(&change.from.member).is_some_and(crate::health::Condition::is_down)
        }
        MoveReason::Preempt | MoveReason::Home => {
            !settled && ballot.group.preferred(&change.key.table) == Some(&change.to.member)
        }
        MoveReason::Order => {
            !settled
                && ballot
                    .order
                    .is_some_and(|order| order.to == change.to.member && applies(order, &change.key))
        }
    }
}

fn write_is_needed(change: &RouteChange, written: &mut BTreeSet<RouteKey>) -> bool {
    change.from.interface != change.to.interface && written.insert(change.key.clone())
}

#[cfg(test)]
mod tests;
