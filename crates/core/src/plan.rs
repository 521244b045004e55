//! What will be written: complete, so that applying it leaves no choice.

use std::fmt;

use serde::Serialize;

use crate::election::{Election, MoveReason, Verdict};
use crate::group::NextHop;
use crate::route::{RouteKey, RouteState};

/// One `ReplaceRoute`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct RouteChange {
    /// How soon it is written.
    pub urgency: Urgency,
    /// The route.
    pub key: RouteKey,
    /// Where it points now.
    pub from: NextHop,
    /// Where it shall point.
    pub to: NextHop,
    /// Why.
    pub reason: MoveReason,
}

/// The order of writes where not all can be made at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Urgency {
    /// A default route: everything that is not more specific hangs on it.
    Default,
    /// A route that EC2 itself drops already.
    Blackhole,
    /// The rest.
    Specific,
}

/// The changes of one round, most urgent first.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Plan {
    /// The changes.
    pub changes: Vec<RouteChange>,
}

impl Plan {
    /// The plan that an election asks for.
    pub fn from_election(election: &Election) -> Self {
        let mut changes: Vec<_> = election
            .decisions
            .iter()
            .filter_map(|decision| {
                let Verdict::Move(to, reason) = &decision.verdict else {
                    return None;
                };
                let urgency = if decision.key.destination.is_default() {
                    Urgency::Default
                } else if decision.state == RouteState::Blackhole {
                    Urgency::Blackhole
                } else {
                    Urgency::Specific
                };
                Some(RouteChange {
                    urgency,
                    key: decision.key.clone(),
                    from: decision.holder.clone(),
                    to: to.clone(),
                    reason: reason.clone(),
                })
            })
            .collect();
        changes.sort();
        Self { changes }
    }
}

impl fmt::Display for RouteChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} → {}", self.key, self.from, self.to)
    }
}

#[cfg(test)]
mod tests;
