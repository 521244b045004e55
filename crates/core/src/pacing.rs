//! EC2's token bucket, kept on our side so that writes are not refused.

use crate::{Span, Timestamp};

/// The bucket that EC2 keeps for an API action, per account and region: a burst, then a steady rate.
///
/// Source: "Request throttling for the Amazon EC2 API", mutating actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bucket {
    /// Calls that a full bucket allows at once.
    pub burst: u32,
    /// The time in which one more becomes allowed.
    pub refill: Span,
}

impl Bucket {
    /// `ReplaceRoute`: 50 at once, then 5 a second.
    pub const REPLACE_ROUTE: Self = Self { burst: 50, refill: Span::from_millis(200) };

    /// How long so many calls take at the least, from a full bucket.
    pub fn least(self, calls: usize) -> Span {
        let waiting = i32::try_from(calls.saturating_sub(self.burst as usize)).unwrap_or(i32::MAX);
        self.refill * waiting
    }

    fn full(self) -> Span {
        Span::from_nanos(i64::try_from(self.refill.as_nanos() * i128::from(self.burst)).unwrap_or(i64::MAX))
    }
}

/// Paces calls by a bucket that is assumed to be full until EC2 says otherwise.
///
/// It keeps one number, the time at which the bucket would be full again (the "theoretical arrival time" of the generic
/// cell rate algorithm, ITU-T I.371).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pacer {
    bucket: Bucket,
    full_at: Timestamp,
}

impl Pacer {
    /// A full bucket.
    pub fn new(bucket: Bucket) -> Self {
        Self { bucket, full_at: Timestamp::UNIX_EPOCH }
    }

    /// Takes a token, or says when there will be one.
    pub fn take(&mut self, now: Timestamp) -> Result<(), Timestamp> {
        let full_at = self.full_at.max(now) + self.bucket.refill;
        let allowed_at = full_at - self.bucket.full();
        if now < allowed_at {
            return Err(allowed_at);
        }
        self.full_at = full_at;
        Ok(())
    }

    /// EC2 refused a call for its rate: the bucket is empty, whatever we thought.
    pub fn refused(&mut self, now: Timestamp) {
        self.full_at = self.full_at.max(now + self.bucket.full());
    }
}

#[cfg(test)]
mod tests;
