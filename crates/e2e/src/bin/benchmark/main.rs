//! Measures the main job against its limits, and against the original.
//!
//!     cargo build --release --workspace
//!     target/release/benchmark
//!
//! Not `cargo run -p hopover-e2e`, which builds the SDK once more, with the features that this crate alone asks for.
//!
//! Everything runs against the same EC2 server of our own with the same latency on every call, the real `bootstrap` as well as a
//! Python function written to the description of the original. It prints tables and one verdict a limit, and ends with 1 if
//! one of them is missed.

mod hopover;
mod original;
mod statistics;
mod tables;
mod verdict;

use std::process::ExitCode;
use std::time::Duration;

use hopover_e2e::ec2::Layout;

/// The latency on every EC2 call.
const LATENCY: Duration = Duration::from_millis(100);

/// Counted runs of each kind. Medians are judged, extremes are shown.
const RUNS: usize = 5;

/// What is measured.
const LAYOUTS: [Layout; 4] = [
    Layout { tables: 2, routes_a_table: 1 },
    Layout { tables: 10, routes_a_table: 1 },
    Layout { tables: 50, routes_a_table: 1 },
    Layout { tables: 1, routes_a_table: 50 },
];

/// What is only looked at.
const LARGE: Layout = Layout { tables: 100, routes_a_table: 10 };

fn main() -> ExitCode {
    if cfg!(debug_assertions) {
        eprintln!(
            "the limits are for release builds: cargo build --release --workspace && target/release/benchmark"
        );
        return ExitCode::from(2);
    }
    let mut results = tables::Results::default();
    for layout in LAYOUTS {
        eprintln!("{layout}");
        let warm = hopover::warm(layout, hopover::Connections::Kept);
        let reconnecting = hopover::warm(layout, hopover::Connections::Closed);
        let cold = hopover::cold(layout);
        let original = original::run(layout);
        results.by_layout.push(tables::Row { layout, warm, reconnecting, cold, original });
    }
    eprintln!("starts, and {LARGE}");
    results.starts = hopover::starts();
    results.large_look_kib = hopover::look(LARGE);
    tables::print(&results);
    let verdicts = verdict::all(&results);
    for verdict in &verdicts {
        println!("{verdict}");
    }
    if verdicts.iter().all(|verdict| verdict.held) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
