//! What becomes of a write, and the sorts of failure that an operator mends in different ways.

use std::fmt;

use serde::Serialize;

/// What became of a write.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum WriteResult {
    /// EC2 acknowledged it.
    Replaced,
    /// EC2 refused it for its rate; it was not made.
    Throttled,
    /// No answer, or a fault of the service: it may or may not have been made.
    NoReply(String),
    /// EC2 refused it for good.
    Failed(WriteFailure),
}

/// Why a write failed for good.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct WriteFailure {
    /// What sort of failure it is.
    pub kind: FailureKind,
    /// EC2's error code.
    pub code: String,
    /// EC2's message.
    pub message: String,
}

/// Sorts of failure that an operator mends in different ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// The permission is missing.
    Denied,
    /// The credentials are expired or wrong.
    Credentials,
    /// The table is gone.
    NoSuchTable,
    /// The route is gone.
    NoSuchRoute,
    /// The target interface is gone.
    NoSuchInterface,
    /// EC2 does not accept the target for this route.
    NotAccepted,
    /// Anything else.
    Other,
}

impl fmt::Display for WriteFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let meaning = match self.kind {
            FailureKind::Denied => "permission ec2:ReplaceRoute is missing",
            FailureKind::Credentials => "the credentials are expired or wrong",
            FailureKind::NoSuchTable => "the route table is gone",
            FailureKind::NoSuchRoute => "the route is gone",
            FailureKind::NoSuchInterface => "the target interface is gone",
            FailureKind::NotAccepted => "EC2 does not accept the target",
            FailureKind::Other => "EC2 refused",
        };
        write!(f, "{meaning} ({}: {})", self.code, self.message)
    }
}
