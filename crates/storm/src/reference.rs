//! The simple reference: what must hold of every run, written down apart from the product.
//!
//! It knows the product's data types and none of its decisions. Whether a route is the group's, whether a member is down and
//! whether a move was due is worked out here again from what EC2 answered, by what the design promises.

mod replay;
mod runs;
mod sight;
mod world;
mod writes;

use std::collections::BTreeSet;
use std::fmt;

use hopover_core::Timestamp;
use hopover_core::group::Group;
use hopover_core::id::{GroupName, RouteTableId};
use hopover_sim::Simulation;
use hopover_sim::record::Record;

use crate::run::Hand;
use crate::scenario::Scenario;

pub(crate) use world::{World, routes};
pub(crate) use writes::Reason;

/// A promise of the design.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Invariant {
    /// I1: no route is lost, unless its table was deleted.
    RouteStays,
    /// I2: only a route of the group is written, to another member's interface on the same path.
    WriteIsOurs,
    /// I2: routes change by writes and by hands, and by nothing else.
    NothingElseChanges,
    /// I3: never to a member known to be down, unless an operator forces it.
    TargetNotDown,
    /// I4: only from a member known to be down, for a preference that is due, or for an order.
    MoveIsDue,
    /// A route that leaves a dead member goes to the best of the others: a sound one before a doubtful one, then the one that
    /// its operator prefers, then in the operator's order.
    BestIsTaken,
    /// A pass writes every route that it sees on a dead member while another could carry it, or says that it had no time.
    DueIsWritten,
    /// I5: two sweeps after the storm, no route is on a dead member while another could carry it.
    NoneOnTheDead,
    /// I5: in the end, routes are with the member that their operator prefers.
    BackHome,
    /// I6: a sweep over a world that is right writes nothing, and has nothing to report.
    RestIsRest,
    /// I7: a run that leaves something undone says so.
    FailureIsSaid,
    /// I7: a table that may not be written keeps no other table's routes from moving.
    DeniedHoldsUpNone,
    /// A pass is over by its deadline.
    OverInTime,
    /// A pass does not write a route again and again.
    FewWrites,
    /// What a report says of a route is so, if nothing else happened meanwhile.
    ReportIsTrue,
    /// Sweeps end, after the storm.
    SweepsEnd,
    /// Nothing panics.
    NoPanic,
}

impl Invariant {
    /// Every one.
    pub const ALL: [Self; 17] = [
        Self::RouteStays,
        Self::WriteIsOurs,
        Self::NothingElseChanges,
        Self::TargetNotDown,
        Self::MoveIsDue,
        Self::BestIsTaken,
        Self::DueIsWritten,
        Self::NoneOnTheDead,
        Self::BackHome,
        Self::RestIsRest,
        Self::FailureIsSaid,
        Self::DeniedHoldsUpNone,
        Self::OverInTime,
        Self::FewWrites,
        Self::ReportIsTrue,
        Self::SweepsEnd,
        Self::NoPanic,
    ];
}

impl fmt::Display for Invariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::RouteStays => "I1 no route is lost",
            Self::WriteIsOurs => "I2 only routes of the group are written",
            Self::NothingElseChanges => "I2 nothing else changes",
            Self::TargetNotDown => "I3 never to a member known to be down",
            Self::MoveIsDue => "I4 never without a reason",
            Self::BestIsTaken => "the best member takes over",
            Self::DueIsWritten => "what is due is written",
            Self::NoneOnTheDead => "I5 no route on a dead member after two sweeps",
            Self::BackHome => "I5 routes are where they are preferred",
            Self::RestIsRest => "I6 nothing is written that is right",
            Self::FailureIsSaid => "I7 what failed is said",
            Self::DeniedHoldsUpNone => "I7 a denied table holds up no other",
            Self::OverInTime => "a pass is over by its deadline",
            Self::FewWrites => "a pass writes no route again and again",
            Self::ReportIsTrue => "reports are true",
            Self::SweepsEnd => "sweeps end",
            Self::NoPanic => "nothing panics",
        })
    }
}

/// A promise that was broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which.
    pub invariant: Invariant,
    /// How.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.invariant, self.what)
    }
}

/// How often each promise was checked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checked {
    counts: [u64; Invariant::ALL.len()],
}

impl Checked {
    /// How often that was checked.
    pub fn count(&self, of: Invariant) -> u64 {
        self.counts[of as usize]
    }

    /// Adds another count.
    pub fn merge(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count += more;
        }
    }

    /// Counts a check; a violation if it does not hold.
    pub(crate) fn expect(
        &mut self,
        invariant: Invariant,
        holds: bool,
        what: impl FnOnce() -> String,
    ) -> Result<(), Violation> {
        self.counts[invariant as usize] += 1;
        if holds { Ok(()) } else { Err(Violation { invariant, what: what() }) }
    }
}

/// Everything that happened in a run.
pub(crate) struct History<'a> {
    pub(crate) scenario: &'a Scenario,
    pub(crate) simulation: &'a Simulation,
    pub(crate) record: &'a Record,
    /// What was done by hand, in order.
    pub(crate) hands: &'a [Hand],
    /// Tables that are gone, or may be gone.
    pub(crate) deleted: &'a BTreeSet<RouteTableId>,
    /// When the storm was over.
    pub(crate) ceased_at: Timestamp,
}

impl<'a> History<'a> {
    /// Judges all of it; returns why each write was made.
    pub(crate) fn judge(&self, checked: &mut Checked) -> Result<Vec<Reason>, Violation> {
        let reasons = writes::judge(self, checked)?;
        runs::judge(self, checked)?;
        replay::judge(self, checked)?;
        Ok(reasons)
    }

    fn group(&self, name: &GroupName) -> Option<&'a Group> {
        self.scenario.groups.iter().find(|group| group.name == *name)
    }
}
