//! What a pass has to tell while it runs: one fact a line, which read one after another as a story.

use std::fmt;

use serde::Serialize;

use crate::Timestamp;
use crate::check::Violation;
use crate::election::{MoveReason, StayReason, StuckReason};
use crate::group::NextHop;
use crate::health::{Health, Warning};
use crate::id::{InstanceId, MemberName};
use crate::observation::{ForeignInterface, InstanceState, ObserveFailure};
use crate::plan::RouteChange;
use crate::route::RouteKey;
use crate::write::WriteFailure;

/// One fact.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "fact", rename_all = "kebab-case")]
#[expect(
    missing_docs,
    reason = "the fields are named for what they hold, and Display says what each fact means"
)]
pub enum Fact {
    Event { instance: InstanceId, state: InstanceState, time: Timestamp },
    NoMembersInstance { instance: InstanceId },
    PastLife { instance: InstanceId, launched_at: Timestamp },
    Observed { round: u32, tables: usize, routes: usize, ms: u64 },
    ObserveFailed { failure: ObserveFailure },
    Member { member: MemberName, instances: Vec<InstanceId>, health: Health, warnings: Vec<Warning> },
    Foreign { message: String },
    NothingToMove { why: String },
    Stays { route: RouteKey, holder: NextHop, reason: StayReason },
    Stuck { route: RouteKey, holder: NextHop, reason: StuckReason },
    Moving { from: MemberName, to: MemberName, routes: usize, reason: MoveReason },
    Replaced { change: RouteChange, ms: u64 },
    Throttled { change: RouteChange, again_at: Timestamp },
    NoReply { change: RouteChange, message: String },
    ReplaceFailed { change: RouteChange, failure: WriteFailure },
    Forbidden { violation: Violation },
    LookingAgain { at: Timestamp, why: String },
    TimeUp { unwritten: usize },
    Done { summary: String, total_ms: u64 },
}

/// How loud a fact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Part of the story.
    Info,
    /// Somebody should look at it by day.
    Warn,
    /// Somebody should look at it now.
    Error,
}

impl Fact {
    /// How loud it is.
    pub fn level(&self) -> Level {
        match self {
            Self::Stuck { .. }
            | Self::ReplaceFailed { .. }
            | Self::Forbidden { .. }
            | Self::Foreign { .. }
            | Self::TimeUp { .. } => Level::Error,
            Self::ObserveFailed { .. } | Self::Throttled { .. } | Self::NoReply { .. } => Level::Warn,
            Self::Member { health, warnings, .. } if *health != Health::Up || !warnings.is_empty() => {
                Level::Warn
            }
            _ => Level::Info,
        }
    }
}

impl From<&ForeignInterface> for Fact {
    fn from(foreign: &ForeignInterface) -> Self {
        Self::Foreign { message: foreign.to_string() }
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event { instance, state, time } => {
                write!(f, "event: instance {instance} is {state} since {time}")
            }
            Self::NoMembersInstance { instance } => {
                write!(f, "instance {instance} holds no interface of the group; looking all the same")
            }
            Self::PastLife { instance, launched_at } => {
                write!(
                    f,
                    "instance {instance} was started again at {launched_at}, after the event: that no longer counts"
                )
            }
            Self::Observed { round, tables, routes, ms } => {
                write!(
                    f,
                    "look {round}: {} of the group in {tables} route {}, seen in {ms} ms",
                    crate::report::count_routes(*routes),
                    if *tables == 1 { "table" } else { "tables" }
                )
            }
            Self::ObserveFailed { failure } => write!(f, "could not look: {failure}"),
            Self::Member { member, instances, health, warnings } => {
                write!(f, "member {member} ({}) is {health}", crate::health::list(instances))?;
                warnings.iter().try_for_each(|warning| write!(f, "; warning: {warning}"))
            }
            Self::Foreign { message } => write!(f, "configuration: {message}"),
            Self::NothingToMove { why } => write!(f, "nothing to move: {why}"),
            Self::Stays { route, holder, reason } => write!(f, "{route} stays at {holder}: {reason}"),
            Self::Stuck { route, holder, reason } => {
                write!(f, "{route} stays at {holder} although that is down: {reason}")
            }
            Self::Moving { from, to, routes, reason } => {
                write!(f, "moving {} from {from} to {to}: {reason}", crate::report::count_routes(*routes))
            }
            Self::Replaced { change, ms } => write!(f, "moved {change} in {ms} ms"),
            Self::Throttled { change, again_at } => {
                write!(f, "EC2 throttles: {} is tried again at {again_at}", change.key)
            }
            Self::NoReply { change, message } => {
                write!(f, "no reply for {}: {message}; looking again will tell", change.key)
            }
            Self::ReplaceFailed { change, failure } => write!(f, "could not move {change}: {failure}"),
            Self::Forbidden { violation } => {
                write!(f, "fault in hopover, not written: {} ({})", violation.change, violation.invariant)
            }
            Self::LookingAgain { at, why } => write!(f, "looking again at {at}: {why}"),
            Self::TimeUp { unwritten } => write!(f, "time is up with {unwritten} routes not written"),
            Self::Done { summary, total_ms } => write!(f, "{summary} (done after {total_ms} ms)"),
        }
    }
}
