//! What went wrong in a simulation, counted.

use std::fmt;

/// A sort of mischief that a simulation did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mischief {
    /// A fault refused a call for its rate.
    Throttled,
    /// EC2's own bucket was empty when a call came.
    BucketEmpty,
    /// Somebody else in the account used up a bucket.
    BucketDrained,
    /// A permission was missing.
    Denied,
    /// EC2 answered with a fault of its own.
    ServiceError,
    /// A request was lost, and nothing was done.
    RequestLost,
    /// A reply was lost, and the change was made.
    ReplyLost,
    /// A table was deleted just before a call was handled.
    TableVanished,
    /// An interface was deleted just before a call was handled.
    InterfaceVanished,
    /// An event was never delivered.
    EventLost,
    /// An event was delivered twice.
    EventDoubled,
    /// An event was delivered after one that is younger.
    EventOvertaken,
    /// A read showed an older state.
    StaleRead,
    /// A read took longer than its client waits.
    ReadTooSlow,
    /// A write took longer than its client waits; EC2 handled it all the same, perhaps later.
    WriteTooSlow,
    /// The function's clock was set.
    ClockJump,
    /// The function was killed in the middle.
    Killed,
    /// A write was handled after its run was over or killed.
    LateWrite,
}

impl Mischief {
    /// Every sort.
    pub const ALL: [Self; 18] = [
        Self::Throttled,
        Self::BucketEmpty,
        Self::BucketDrained,
        Self::Denied,
        Self::ServiceError,
        Self::RequestLost,
        Self::ReplyLost,
        Self::TableVanished,
        Self::InterfaceVanished,
        Self::EventLost,
        Self::EventDoubled,
        Self::EventOvertaken,
        Self::StaleRead,
        Self::ReadTooSlow,
        Self::WriteTooSlow,
        Self::ClockJump,
        Self::Killed,
        Self::LateWrite,
    ];
}

impl fmt::Display for Mischief {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Throttled => "call throttled by a fault",
            Self::BucketEmpty => "call throttled by EC2's bucket",
            Self::BucketDrained => "bucket drained by somebody else",
            Self::Denied => "permission missing",
            Self::ServiceError => "service error",
            Self::RequestLost => "request lost",
            Self::ReplyLost => "reply lost",
            Self::TableVanished => "table vanished",
            Self::InterfaceVanished => "interface vanished",
            Self::EventLost => "event lost",
            Self::EventDoubled => "event doubled",
            Self::EventOvertaken => "event overtaken by a younger one",
            Self::StaleRead => "stale read",
            Self::ReadTooSlow => "read slower than its client waits",
            Self::WriteTooSlow => "write slower than its client waits",
            Self::ClockJump => "function's clock set",
            Self::Killed => "function killed",
            Self::LateWrite => "write handled after its run was over",
        })
    }
}

/// How often each sort of mischief was done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    counts: [u64; Mischief::ALL.len()],
}

impl Tally {
    /// How often that was done.
    pub fn count(&self, of: Mischief) -> u64 {
        self.counts[of as usize]
    }

    /// Adds another count.
    pub fn merge(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count += more;
        }
    }

    pub(crate) fn add(&mut self, done: Mischief) {
        self.counts[done as usize] += 1;
    }
}
