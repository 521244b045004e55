//! What was done in many runs.

use std::collections::BTreeSet;

use hopover_core::Span;
use hopover_sim::Simulation;
use hopover_sim::example::epoch;
use hopover_sim::record::Record;
use hopover_sim::tally::Tally;

use crate::reference::{Checked, Reason};
use crate::scenario::Act;

/// What was done and checked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Count {
    /// Worlds that were played.
    pub runs: u64,
    /// Virtual time.
    pub time: Span,
    /// Passes that ended, whatever came of them.
    pub passes: u64,
    /// Looks at the VPC, and writes.
    pub calls: u64,
    /// Writes that were sent to EC2.
    pub writes: u64,
    /// Writes that EC2 made.
    pub made: u64,
    /// Passes that moved routes off a member that was down.
    pub failovers: u64,
    /// Passes that gave routes back.
    pub failbacks: u64,
    /// Passes that obeyed an order.
    pub switchovers: u64,
    /// Acts of time lines, by their sort.
    pub acts: [u64; Act::SORTS.len()],
    /// What went wrong.
    pub mischief: Tally,
    /// What was checked.
    pub checked: Checked,
}

impl Count {
    /// Adds another count.
    pub fn merge(&mut self, other: &Self) {
        self.runs += other.runs;
        self.time += other.time;
        self.passes += other.passes;
        self.calls += other.calls;
        self.writes += other.writes;
        self.made += other.made;
        self.failovers += other.failovers;
        self.failbacks += other.failbacks;
        self.switchovers += other.switchovers;
        for (count, more) in self.acts.iter_mut().zip(other.acts) {
            *count += more;
        }
        self.mischief.merge(&other.mischief);
        self.checked.merge(&other.checked);
    }

    pub(crate) fn take_over(&mut self, simulation: &Simulation) {
        self.runs = 1;
        self.time = simulation.now().duration_since(epoch());
        self.mischief = simulation.cloud.tally.clone();
        self.calls = hopover_sim::call::Call::ALL.iter().map(|call| simulation.cloud.count(*call)).sum();
        if let Some(record) = simulation.record() {
            self.passes = record.runs.iter().map(|run| run.sights.len() as u64).sum();
            self.writes = record.writes.len() as u64;
            let made = record.writes.iter().filter(|write| matches!(write.handled, Some((_, true))));
            self.made = made.count() as u64;
        }
    }

    /// Counts passes by why they moved routes.
    pub(crate) fn count_reasons(&mut self, record: &Record, reasons: &[Reason]) {
        let passes = |wanted: Reason| {
            let written = record
                .writes
                .iter()
                .zip(reasons)
                .filter(|(write, reason)| **reason == wanted && matches!(write.handled, Some((_, true))));
            written.map(|(write, _)| (write.run, &write.group)).collect::<BTreeSet<_>>().len() as u64
        };
        self.failovers = passes(Reason::Failover);
        self.failbacks = passes(Reason::Failback);
        self.switchovers = passes(Reason::Switchover);
    }
}
