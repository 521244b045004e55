//! The limits.

use std::fmt;

use crate::LATENCY;
use crate::statistics::Samples;
use crate::tables::{Results, Row, mb};

/// Our own part of a failover, in milliseconds.
const OWN_MS: f64 = 10.0;

/// From process start to the first poll, beside the network's time, in milliseconds.
const START_MS: f64 = 30.0;

/// How much longer the rest of a cold failover may take than a warm one.
const COLD: f64 = 1.2;

/// Peak memory, in KiB.
const MEMORY_KIB: u64 = 32_000_000 / 1024;

/// One limit.
#[derive(Debug)]
pub(crate) struct Verdict {
    pub(crate) held: bool,
    limit: String,
    worst: String,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { held, limit, worst } = self;
        write!(f, "{} {limit}: {worst}", if *held { "held  " } else { "MISSED" })
    }
}

/// A verdict for each limit.
pub(crate) fn all(results: &Results) -> Vec<Verdict> {
    let rows = &results.by_layout;
    let start = results.starts.usual.less(LATENCY).median();
    let start = start.max(results.starts.near.median());
    let cold = worst(rows, |row| {
        let allowed = COLD * row.reconnecting.to_last_route.median() + start;
        row.cold.to_last_route.median() / allowed
    });
    let memory = rows
        .iter()
        .flat_map(|row| [&row.warm, &row.reconnecting, &row.cold])
        .map(|measured| measured.peak_kib)
        .fold(results.large_look_kib, u64::max);
    let mut ours = rows.iter().flat_map(|row| [&row.warm, &row.reconnecting, &row.cold]);
    let holes = ours.any(|measured| !measured.holes.is_empty());
    vec![
        own("warm, connections kept", rows, |row| &row.warm.to_last_route),
        own("warm, connections new", rows, |row| &row.reconnecting.to_last_route),
        Verdict {
            held: start < START_MS,
            limit: format!("process start to first poll under {START_MS} ms of our own"),
            worst: format!("{start:.1} ms"),
        },
        Verdict {
            held: cold <= 1.0,
            limit: format!("cold failover within {COLD} x a warm one, plus the start"),
            worst: format!("{:.0} % of it", cold * 100.0),
        },
        Verdict {
            held: !holes,
            limit: "no destination without a route at any time".to_owned(),
            worst: if holes { "some" } else { "none" }.to_owned(),
        },
        Verdict {
            held: memory < MEMORY_KIB,
            limit: format!("peak memory under {}", mb(MEMORY_KIB)),
            worst: mb(memory),
        },
    ]
}

fn own(which: &str, rows: &[Row], time: impl Fn(&Row) -> &Samples) -> Verdict {
    let own = worst(rows, |row| time(row).less(2 * LATENCY).median());
    Verdict {
        held: own <= OWN_MS,
        limit: format!("{which}: two round trips plus at most {OWN_MS} ms of our own"),
        worst: format!("{own:.1} ms"),
    }
}

fn worst(rows: &[Row], of: impl Fn(&Row) -> f64) -> f64 {
    rows.iter().map(of).fold(f64::NEG_INFINITY, f64::max)
}
