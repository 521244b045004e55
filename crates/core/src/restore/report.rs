//! What became of a restore.

use std::fmt;

use serde::Serialize;

use super::compare::{Act, Difference, Fate};
use super::{Phase, Restoration, State, count_routes};
use crate::Timestamp;
use crate::route::RouteKey;

/// How a restore ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Everything that was agreed to is as the backup has it, by EC2's own look.
    Restored,
    /// Something is not.
    Incomplete,
    /// Everything was written, and something was not seen to be as it should.
    Unverified,
    /// Nothing was written, because nothing could be seen.
    CouldNotLook,
}

/// A restore that is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RestoreReport {
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took.
    pub ms: u64,
    /// How it ended.
    pub outcome: Outcome,
    /// Everything in one sentence.
    pub summary: String,
    /// What was agreed to, by table and destination.
    pub routes: Vec<RouteRestored>,
    /// Why the VPC could not be seen at last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// What became of one route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RouteRestored {
    /// The route.
    #[serde(flatten)]
    pub key: RouteKey,
    /// The `Name` of its table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table_name: Option<String>,
    /// The call that was agreed to.
    pub by: Act,
    /// Where it pointed before; `None` if it was missing.
    pub before: Option<String>,
    /// Where the backup has it; `None` if nowhere.
    pub wanted: Option<String>,
    /// What became of it.
    #[serde(flatten)]
    pub result: RouteResult,
}

/// What became of a route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "result", rename_all = "kebab-case")]
pub enum RouteResult {
    /// It is as the backup has it.
    Restored,
    /// EC2 acknowledged the write, or did not answer; it is not seen to have been made.
    Unverified {
        /// What is known.
        why: String,
    },
    /// EC2 refused the write.
    Failed {
        /// Why.
        why: String,
    },
    /// It was not written.
    NotWritten {
        /// Why.
        why: String,
    },
}

impl Outcome {
    /// The documented exit code of the command line.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Restored => 0,
            Self::Incomplete => 5,
            Self::Unverified => 6,
            Self::CouldNotLook => 11,
        }
    }
}

impl RouteResult {
    /// The reason, if there is one.
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Restored => None,
            Self::Unverified { why } | Self::Failed { why } | Self::NotWritten { why } => Some(why),
        }
    }
}

impl fmt::Display for RouteResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Restored => "restored",
            Self::Unverified { .. } => "unverified",
            Self::Failed { .. } => "FAILED",
            Self::NotWritten { .. } => "NOT WRITTEN",
        })
    }
}

impl Restoration {
    /// What has become of it so far: also if it was interrupted.
    pub fn report(&self) -> RestoreReport {
        let routes: Vec<_> = self
            .agreed
            .iter()
            .map(|(key, agreed)| RouteRestored {
                key: key.clone(),
                table_name: agreed.table_name.clone(),
                by: agreed.act,
                before: agreed.from.as_ref().map(ToString::to_string),
                wanted: agreed.to.as_ref().map(ToString::to_string),
                result: self.result(key),
            })
            .collect();
        let outcome = self.outcome(&routes);
        let ended = match self.phase {
            Phase::Over { at, .. } => at,
            _ => self.started,
        };
        RestoreReport {
            started_at: self.started,
            ms: u64::try_from(ended.duration_since(self.started).as_millis()).unwrap_or(0),
            outcome,
            summary: summary(outcome, &routes),
            routes,
            problem: self.problem.clone(),
        }
    }

    fn result(&self, key: &RouteKey) -> RouteResult {
        let Some(last) = &self.last else {
            return RouteResult::NotWritten { why: "the VPC could not be seen".to_owned() };
        };
        let differs = last.routes.iter().find(|difference| difference.key == *key);
        let state = self.entries.get(key).map(|entry| &entry.state);
        // What was seen before the last writes says nothing of them.
        let is_seen = self.problem.is_none() && !matches!(self.phase, Phase::Over { time_up: true, .. });
        match (state, differs) {
            (Some(State::NotMade), _) => RouteResult::NotWritten { why: "time was up".to_owned() },
            (_, None) if is_gone(last, key) => {
                RouteResult::NotWritten { why: "its table is gone now".to_owned() }
            }
            (_, None) => RouteResult::Restored,
            (Some(State::Failed(why)), _) => RouteResult::Failed { why: why.clone() },
            (Some(State::NoReply(message)), _) => RouteResult::Unverified {
                why: format!("no answer came, and EC2 does not show it ({message})"),
            },
            (Some(State::Acknowledged | State::Open), _) => RouteResult::Unverified {
                why: if is_seen {
                    "EC2 says that it was written, and does not show it".to_owned()
                } else {
                    self.problem.clone().unwrap_or_else(|| "time was up before it could be seen".to_owned())
                },
            },
            (None, Some(difference)) => RouteResult::NotWritten { why: why_not(difference) },
        }
    }

    fn outcome(&self, routes: &[RouteRestored]) -> Outcome {
        if self.last.is_none() {
            return Outcome::CouldNotLook;
        }
        let any = |is: fn(&RouteResult) -> bool| routes.iter().any(|route| is(&route.result));
        if any(|result| matches!(result, RouteResult::Failed { .. } | RouteResult::NotWritten { .. })) {
            Outcome::Incomplete
        } else if any(|result| matches!(result, RouteResult::Unverified { .. })) {
            Outcome::Unverified
        } else {
            Outcome::Restored
        }
    }
}

fn is_gone(last: &super::Comparison, key: &RouteKey) -> bool {
    last.tables_gone.iter().any(|gone| gone.table == key.table)
}

/// Why a route that differs was never written.
fn why_not(difference: &Difference) -> String {
    match &difference.fate {
        Fate::BeRestored { by: Act::DeleteRoute } => {
            "held back, because others could not be restored, or it is not what it was when you agreed"
                .to_owned()
        }
        Fate::BeRestored { .. } => "it has changed since you agreed".to_owned(),
        fate => format!("it has changed since you agreed: {}", fate.why().unwrap_or_default()),
    }
}

fn summary(outcome: Outcome, routes: &[RouteRestored]) -> String {
    let count = |is: fn(&RouteResult) -> bool| routes.iter().filter(|route| is(&route.result)).count();
    let restored = count(|result| *result == RouteResult::Restored);
    let unverified = count(|result| matches!(result, RouteResult::Unverified { .. }));
    let left = routes.len() - restored - unverified;
    if outcome == Outcome::CouldNotLook {
        return "nothing was restored: the VPC could not be seen".to_owned();
    }
    if routes.is_empty() {
        return "nothing to restore".to_owned();
    }
    let parts = [
        (left > 0).then(|| format!("{} could NOT be restored", count_routes(left))),
        (unverified > 0).then(|| format!("{} written and NOT verified", count_routes(unverified))),
        (restored > 0).then(|| format!("{} restored", count_routes(restored))),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}
