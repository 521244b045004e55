//! How long things take in the embedded VPC.

use std::ops::RangeInclusive;

use hopover_core::Span;

/// Durations and habits of the cloud and of the function. Every range is drawn from by the seed.
#[derive(Debug, Clone)]
pub struct Settings {
    /// An EC2 call, there and back.
    pub call: RangeInclusive<Span>,
    /// From `stopping` to `stopped`.
    pub stop: RangeInclusive<Span>,
    /// From `pending` to `running`.
    pub start: RangeInclusive<Span>,
    /// From `shutting-down` to `terminated`.
    pub terminate: RangeInclusive<Span>,
    /// From a state change to the invocation of the function.
    pub event: RangeInclusive<Span>,
    /// The chance in percent that an event is never delivered: EC2 events are best effort.
    pub event_lost: u8,
    /// The chance in percent that an event is delivered twice.
    pub event_doubled: u8,
    /// How old the answer to a read may be: EC2 is eventually consistent.
    pub staleness: RangeInclusive<Span>,
    /// True if EC2 enforces its token buckets.
    pub throttling: bool,
    /// How long a client waits for a reply.
    pub client_timeout: Span,
    /// How long an invocation of the function may take.
    pub function_timeout: Span,
    /// The chance in percent that the function is killed as an answer reaches it: out of memory, a fault of its host.
    pub killed: u8,
    /// Invocations that may run side by side; others wait.
    pub concurrency: usize,
    /// Pauses before a failed invocation is tried again. Lambda: after one minute, then after two.
    pub retries: Vec<Span>,
    /// The pause between sweeps; `None` is no sweep.
    pub sweep: Option<Span>,
}

impl Default for Settings {
    /// A region on a normal day, and the function as it is deployed.
    fn default() -> Self {
        let millis = |from, to| Span::from_millis(from)..=Span::from_millis(to);
        Self {
            call: millis(60, 140),
            stop: millis(8_000, 30_000),
            start: millis(6_000, 20_000),
            terminate: millis(8_000, 30_000),
            event: millis(200, 900),
            event_lost: 0,
            event_doubled: 0,
            staleness: Span::ZERO..=Span::ZERO,
            throttling: true,
            client_timeout: Span::from_secs(5),
            function_timeout: Span::from_secs(55),
            killed: 0,
            concurrency: 1,
            retries: vec![Span::from_secs(60), Span::from_secs(120)],
            sweep: Some(Span::from_secs(60)),
        }
    }
}
