//! The real `bootstrap`.

use std::time::{Duration, Instant};

use hopover_e2e::ec2::{Ec2, Layout, MEMBERS, Record};
use hopover_e2e::process::free_port;
use hopover_e2e::runtime_api::{Bootstrap, Invocation};
use serde_json::{Value, json};

use crate::statistics::Samples;
use crate::{LATENCY, RUNS};

/// What was measured of one layout.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    /// From the event being handed out, or from the start of the process, to the answer to the last `ReplaceRoute`.
    pub(crate) to_last_route: Samples,
    /// For how long destinations were missing.
    pub(crate) holes: Vec<Duration>,
    /// The most memory that the process had, in KiB.
    pub(crate) peak_kib: u64,
}

/// What a warm function finds of its connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Connections {
    /// All of them: the event comes a moment after another one.
    Kept,
    /// None: the last event was minutes ago.
    Closed,
}

/// From process start to the first poll.
#[derive(Debug, Default)]
pub(crate) struct Starts {
    /// With the latency, which one look takes.
    pub(crate) usual: Samples,
    /// Without a latency.
    pub(crate) near: Samples,
    /// Nobody listens where EC2 should be.
    pub(crate) unreachable: Samples,
}

/// A process that has run before.
pub(crate) fn warm(layout: Layout, connections: Connections) -> Measured {
    let ec2 = Ec2::start(layout, LATENCY);
    let bootstrap = Bootstrap::start(&ec2.url, None);
    bootstrap.polled();
    let mut measured = Measured::default();
    // The first run is the warm-up; it uses the look of the init phase.
    for run in 0..=RUNS {
        ec2.take_record();
        if connections == Connections::Closed {
            ec2.hang_up();
            std::thread::sleep(Duration::from_millis(50));
        }
        let invocation = bootstrap.invoke(MEMBERS[run % 2].stopped());
        let record = ec2.take_record();
        if run > 0 {
            measured.add(layout, invocation.handed_out, &invocation, &record);
        }
        bootstrap.polled();
    }
    measured.peak_kib = bootstrap.peak_memory_kib();
    measured
}

/// A new process a run, with its event waiting.
pub(crate) fn cold(layout: Layout) -> Measured {
    let mut measured = Measured::default();
    for run in 0..=RUNS {
        let ec2 = Ec2::start(layout, LATENCY);
        let bootstrap = Bootstrap::start(&ec2.url, Some(MEMBERS[0].stopped()));
        let invocation = bootstrap.invocation();
        if run > 0 {
            measured.add(layout, bootstrap.started, &invocation, &ec2.take_record());
            measured.peak_kib = measured.peak_kib.max(bootstrap.peak_memory_kib());
        }
    }
    measured
}

/// Starts without an event.
pub(crate) fn starts() -> Starts {
    let layout = crate::LAYOUTS[0];
    let against = |url: &str| {
        let mut samples = Samples::default();
        for run in 0..=RUNS {
            let bootstrap = Bootstrap::start(url, None);
            let polled = bootstrap.polled();
            if run > 0 {
                samples.add(polled - bootstrap.started);
            }
        }
        samples
    };
    Starts {
        usual: against(&Ec2::start(layout, LATENCY).url),
        near: against(&Ec2::start(layout, Duration::ZERO).url),
        unreachable: against(&format!("http://127.0.0.1:{}", free_port())),
    }
}

/// The most memory that one process has that looks at a VPC, in KiB.
pub(crate) fn look(layout: Layout) -> u64 {
    let ec2 = Ec2::start(layout, LATENCY);
    let sweep = json!({ "source": "hopover", "detail-type": "Sweep" });
    let bootstrap = Bootstrap::start(&ec2.url, Some(sweep));
    let report = response(&bootstrap.invocation());
    assert_eq!(report["outcome"], "nothing-to-do", "{report}");
    bootstrap.peak_memory_kib()
}

impl Measured {
    fn add(&mut self, layout: Layout, from: Instant, invocation: &Invocation, record: &Record) {
        let report = response(invocation);
        let moved = record.calls.iter().filter(|call| call.action == "ReplaceRoute");
        assert_eq!(moved.count(), layout.routes(), "{report}");
        let last = record.last_route_written().expect("routes were written");
        self.to_last_route.add(last - from);
        self.holes.extend(&record.holes);
    }
}

fn response(invocation: &Invocation) -> Value {
    let result = invocation.result.as_ref();
    result.unwrap_or_else(|error| panic!("the invocation failed: {error}")).clone()
}
