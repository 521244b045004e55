//! One write of a restore, and what is told of it.

use std::fmt;

use serde::Serialize;

use super::check::Rule;
use super::compare::{Act, Difference, Fate};
use crate::Span;
use crate::fact::Level;
use crate::observation::ObserveFailure;
use crate::route::{RouteKey, Target};
use crate::write::{FailureKind, WriteFailure};

/// One call. It is complete: making it leaves no choice.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Write {
    /// How soon it is made.
    pub rank: Rank,
    /// The route.
    pub key: RouteKey,
    /// The call.
    pub act: Act,
    /// Where the route points before; `None` if it is missing.
    pub from: Option<Target>,
    /// Where it shall point; `None` if it is removed.
    pub to: Option<Target>,
}

/// The order of writes where not all can be made at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rank {
    /// A default route: everything that is not more specific hangs on it.
    Default,
    /// A route that is missing or that EC2 drops: what it led to is cut off, or goes astray.
    Dropped,
    /// The rest.
    Specific,
    /// What was not there goes last, and only once everything else is as it was.
    Removal,
}

impl Write {
    /// The write that a difference asks for.
    pub(crate) fn of(difference: &Difference) -> Option<Self> {
        let Fate::BeRestored { by: act } = difference.fate else { return None };
        let rank = match act {
            Act::DeleteRoute => Rank::Removal,
            _ if difference.key.destination.is_default() => Rank::Default,
            Act::CreateRoute => Rank::Dropped,
            Act::ReplaceRoute if difference.blackhole => Rank::Dropped,
            Act::ReplaceRoute => Rank::Specific,
        };
        let (from, to) = (difference.now.clone(), difference.then.clone());
        Some(Self { rank, key: difference.key.clone(), act, from, to })
    }
}

impl fmt::Display for Write {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let target = |target: &Option<Target>, none| target.as_ref().map_or(none, ToString::to_string);
        let (from, to) = (target(&self.from, "missing".to_owned()), target(&self.to, "removed".to_owned()));
        write!(f, "{}: {from} → {to}", self.key)
    }
}

/// Something that a restore has to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// A write was acknowledged.
    Written {
        /// It.
        write: Write,
        /// How long it took.
        ms: u64,
    },
    /// A write was refused for the rate of calls, and is made again.
    Throttled {
        /// It.
        write: Write,
    },
    /// A write was not answered: the next look tells.
    NoReply {
        /// It.
        write: Write,
        /// What is known.
        message: String,
    },
    /// A write was refused for good.
    Failed {
        /// It.
        write: Write,
        /// Why, and what would help.
        why: String,
    },
    /// A write broke a rule, and is not made.
    Forbidden {
        /// It.
        write: Write,
        /// The rule.
        rule: Rule,
    },
    /// A look failed.
    LookFailed {
        /// Why.
        failure: ObserveFailure,
    },
    /// Another look follows.
    LookingAgain {
        /// After what pause.
        after: Span,
        /// Why.
        why: &'static str,
    },
    /// Routes are not removed, because others could not be restored.
    RemovalsHeldBack {
        /// How many.
        routes: usize,
    },
    /// The time is up.
    TimeUp {
        /// Writes that were not made.
        unwritten: usize,
    },
}

impl Told {
    /// How much it matters.
    pub fn level(&self) -> Level {
        match self {
            Self::Written { .. } | Self::LookingAgain { .. } => Level::Info,
            Self::Throttled { .. }
            | Self::NoReply { .. }
            | Self::LookFailed { .. }
            | Self::RemovalsHeldBack { .. } => Level::Warn,
            Self::Failed { .. } | Self::Forbidden { .. } | Self::TimeUp { .. } => Level::Error,
        }
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Written { write, ms } => write!(f, "{write} in {ms} ms"),
            Self::Throttled { write } => write!(f, "throttled, is made again: {write}"),
            Self::NoReply { write, message } => {
                write!(f, "no reply for {write}: looking again tells ({message})")
            }
            Self::Failed { write, why } => write!(f, "{write} failed: {why}"),
            Self::Forbidden { write, rule } => write!(f, "fault in hopover: {write} ({rule})"),
            Self::LookFailed { failure } => write!(f, "could not look: {failure}"),
            Self::LookingAgain { after, why } => {
                write!(f, "looking again in {} ms: {why}", after.as_millis())
            }
            Self::RemovalsHeldBack { routes } => {
                write!(
                    f,
                    "not removed: {}, because others could not be restored",
                    super::count_routes(*routes)
                )
            }
            Self::TimeUp { unwritten } => {
                write!(f, "time is up: {} not written", super::count_routes(*unwritten))
            }
        }
    }
}

/// Why a write failed, and what would help.
pub(crate) fn why_failed(write: &Write, failure: &WriteFailure) -> String {
    let cause = format!("{}: {}", failure.code, failure.message);
    match failure.kind {
        FailureKind::Denied => {
            format!("your credentials lack the permission ec2:{} ({cause})", write.act.call())
        }
        FailureKind::NoSuchInterface | FailureKind::Other if failure.code.ends_with(".NotFound") => {
            let to = write.to.as_ref().map_or("its target".to_owned(), ToString::to_string);
            format!("{to} is gone ({cause})")
        }
        _ => failure.to_string(),
    }
}
