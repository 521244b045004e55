//! EC2's side of throttling.

use std::collections::BTreeMap;

use hopover_core::{Span, Timestamp};

use crate::call::Call;

/// One bucket: calls that it allows, and when it was last filled.
///
/// Source: "Request throttling for the Amazon EC2 API". It is written apart from the client's pacer, which it judges.
#[derive(Debug, Clone)]
struct TokenBucket {
    /// In thousand-millionths of a call, so that the rate holds however often it is asked.
    nano_tokens: i128,
    capacity: i128,
    per_second: i128,
    filled_at: Timestamp,
}

/// One call.
const TOKEN: i128 = 1_000_000_000;

/// The buckets of an account in a region.
#[derive(Debug, Clone)]
pub struct Buckets {
    buckets: BTreeMap<Call, TokenBucket>,
}

impl Buckets {
    /// Full buckets of the documented sizes.
    pub fn new(now: Timestamp) -> Self {
        let bucket = |capacity: i128, per_second: i128| TokenBucket {
            nano_tokens: capacity * TOKEN,
            capacity: capacity * TOKEN,
            per_second,
            filled_at: now,
        };
        let buckets = BTreeMap::from([
            (Call::DescribeInstances, bucket(100, 20)),
            (Call::DescribeRouteTables, bucket(100, 20)),
            (Call::ReplaceRoute, bucket(50, 5)),
            (Call::CreateRoute, bucket(50, 5)),
            (Call::DeleteRoute, bucket(50, 5)),
        ]);
        Self { buckets }
    }

    /// Takes a token of that call's bucket; false if there is none.
    pub fn take(&mut self, call: Call, now: Timestamp) -> bool {
        self.buckets.get_mut(&call).is_none_or(|bucket| bucket.take(now))
    }

    /// Somebody else in the account uses up a bucket.
    pub fn drain(&mut self, call: Call, now: Timestamp) {
        if let Some(bucket) = self.buckets.get_mut(&call) {
            bucket.nano_tokens = 0;
            bucket.filled_at = now;
        }
    }
}

impl TokenBucket {
    fn take(&mut self, now: Timestamp) -> bool {
        let elapsed = now.duration_since(self.filled_at).max(Span::ZERO);
        self.nano_tokens = (self.nano_tokens + elapsed.as_nanos() * self.per_second).min(self.capacity);
        self.filled_at = self.filled_at.max(now);
        let allowed = self.nano_tokens >= TOKEN;
        if allowed {
            self.nano_tokens -= TOKEN;
        }
        allowed
    }
}
