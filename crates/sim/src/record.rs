//! What the function saw and wrote, for those who judge it afterwards.

use std::sync::Arc;

use hopover_core::Timestamp;
use hopover_core::id::GroupName;
use hopover_core::observation::Observation;
use hopover_core::plan::RouteChange;
use hopover_core::trigger::Trigger;
use hopover_core::write::WriteResult;

/// Every look that came to something, every write and every run, in order.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// The writes, in the order in which they were sent.
    pub writes: Vec<Write>,
    /// The indices into `writes`, in the order in which EC2 handled them.
    pub handled: Vec<usize>,
    /// The runs that have ended, in order.
    pub runs: Vec<Run>,
}

/// What a pass was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    /// When.
    pub at: Timestamp,
    /// When, by the function's clock.
    pub clock: Timestamp,
    /// What EC2 answered.
    pub seen: Observation,
}

/// A write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// The number of its run.
    pub run: u64,
    /// The group whose pass wrote it.
    pub group: GroupName,
    /// What made the function run.
    pub trigger: Arc<Trigger>,
    /// What the pass had seen last.
    pub sight: Option<Arc<Sight>>,
    /// What was sent.
    pub change: RouteChange,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// When EC2 handled it and whether it made the change; absent while it is on its way.
    pub handled: Option<(Timestamp, bool)>,
    /// What the pass was told and when; absent while it waits, and for ever if its run is over before.
    pub answer: Option<(Timestamp, WriteResult)>,
}

/// A run that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its number.
    pub number: u64,
    /// What made the function run.
    pub trigger: Arc<Trigger>,
    /// Which of [`crate::Simulation::finished`] it is.
    pub finished: usize,
    /// How many writes EC2 had handled when it ended, of all runs.
    pub handled: usize,
    /// Each group, with what its pass saw, in order.
    pub sights: Vec<(GroupName, Vec<Arc<Sight>>)>,
}
