//! The protocol of a drill: what `--output json` prints, what the page shows, and what an interrupted live drill keeps. One
//! model for both stages, in texts, so that a protocol can be read back without the configuration that made it.

use hopover_core::Timestamp;
use hopover_core::excerpt::excerpt;
use hopover_core::fact::Level;
use hopover_core::report::Timings;
use serde::{Deserialize, Serialize};

use super::picture::Picture;

/// The version of the document. Fields are added under the same version; any other change raises it.
pub(crate) const VERSION: u32 = 1;

/// The most that is kept of one line of the log, in characters.
const LONGEST_LINE: usize = 1_000;

/// A drill, from its first step to its verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DrillReport {
    /// [`VERSION`].
    pub(crate) version: u32,
    /// The version of the program.
    pub(crate) hopover: String,
    pub(crate) mode: Mode,
    /// What an embedded drill follows from.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) seed: Option<u64>,
    pub(crate) region: String,
    pub(crate) vpc: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) vpc_name: Option<String>,
    pub(crate) group: String,
    pub(crate) started_at: Timestamp,
    pub(crate) ended_at: Timestamp,
    /// True if every planned step was made and ended as expected.
    pub(crate) passed: bool,
    /// How many steps there should have been.
    pub(crate) planned: usize,
    pub(crate) steps: Vec<StepReport>,
}

/// Where it was played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Mode {
    /// In memory, in virtual time.
    Embedded,
    /// On the real VPC, with the deployed function.
    Live,
}

/// What happened in a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StepReport {
    pub(crate) step: String,
    pub(crate) expected: String,
    pub(crate) happened: String,
    /// Subjects of messages. A live drill does not read the operators' mail, and has none.
    pub(crate) told: Vec<String>,
    /// From the event that moved the routes to the last of them, in milliseconds, with its parts; only where the function's
    /// own report is at hand.
    pub(crate) failover: Option<Failover>,
    pub(crate) routes: Vec<RouteLine>,
    /// Other routes of the VPC.
    pub(crate) bystanders: usize,
    /// Empty if everything ended as expected.
    pub(crate) problems: Vec<String>,
    pub(crate) started_at: Timestamp,
    pub(crate) ended_at: Timestamp,
    /// Each failover of the step.
    pub(crate) time_lines: Vec<TimeLine>,
    pub(crate) before: Picture,
    pub(crate) after: Picture,
    pub(crate) log: Vec<LogLine>,
}

/// How long a failover took, in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Failover {
    pub(crate) event_to_last_route_ms: i64,
    pub(crate) event_to_invocation_ms: i64,
    pub(crate) timings: Timings,
}

/// One failover, cut into its parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TimeLine {
    /// What moved.
    pub(crate) what: String,
    /// What happened at 0 ms.
    pub(crate) zero: String,
    /// When the last route was at its new place.
    pub(crate) last_route_ms: u64,
    /// How exact the times are: they were seen by looking every so often. Absent if they are exact.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) resolution_ms: Option<u64>,
    pub(crate) phases: Vec<Phase>,
}

/// A part of a failover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Phase {
    pub(crate) name: String,
    pub(crate) from_ms: u64,
    pub(crate) to_ms: u64,
}

/// A route of the group before and after a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RouteLine {
    pub(crate) table: String,
    pub(crate) destination: String,
    pub(crate) before: String,
    pub(crate) after: String,
}

/// A line of the story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LogLine {
    pub(crate) at: Timestamp,
    pub(crate) level: Loudness,
    pub(crate) text: String,
}

/// How loud a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Loudness {
    Info,
    Warn,
    Error,
}

impl From<Level> for Loudness {
    fn from(level: Level) -> Self {
        match level {
            Level::Info => Self::Info,
            Level::Warn => Self::Warn,
            Level::Error => Self::Error,
        }
    }
}

impl LogLine {
    pub(crate) fn new(at: Timestamp, level: Loudness, text: &str) -> Self {
        Self { at, level, text: excerpt(text, LONGEST_LINE) }
    }
}

impl StepReport {
    pub(crate) fn passed(&self) -> bool {
        self.problems.is_empty()
    }
}

impl RouteLine {
    pub(crate) fn moved(&self) -> bool {
        self.before != self.after
    }
}

impl DrillReport {
    /// "4 of 5 steps as expected".
    pub(crate) fn verdict(&self) -> String {
        let held = self.steps.iter().filter(|step| step.passed()).count();
        format!("{held} of {} steps as expected", self.planned)
    }
}
