//! The time of a run.

use std::time::Instant;

use hopover_core::{Span, Timestamp};

/// A clock that nobody can set: the wall clock, read once, plus the time that has passed since.
///
/// A step of the wall clock while a pass runs (NTP, a resumed machine) thus changes neither its durations nor its deadline.
/// Make a new one for every run: a Lambda sandbox is frozen between two, and what a monotonic clock counts meanwhile is
/// not defined.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    wall: Timestamp,
    monotonic: Instant,
}

impl Clock {
    /// Reads the wall clock.
    #[expect(clippy::new_without_default, reason = "a default value should not depend on the time")]
    pub fn new() -> Self {
        Self { wall: Timestamp::now(), monotonic: Instant::now() }
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        let elapsed = Span::try_from(self.monotonic.elapsed()).unwrap_or(Span::MAX);
        self.wall.saturating_add(elapsed).unwrap_or(Timestamp::MAX)
    }
}
