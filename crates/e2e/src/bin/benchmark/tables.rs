//! What was measured, as tables.

use std::time::Duration;

use comfy_table::{CellAlignment, Table, presets};
use hopover_e2e::ec2::Layout;

use crate::hopover::Starts;
use crate::{LATENCY, RUNS, hopover, original};

/// Everything.
#[derive(Debug, Default)]
pub(crate) struct Results {
    pub(crate) by_layout: Vec<Row>,
    pub(crate) starts: Starts,
    /// The most memory after a look at many routes, in KiB.
    pub(crate) large_look_kib: u64,
}

/// One layout.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) layout: Layout,
    pub(crate) warm: hopover::Measured,
    pub(crate) reconnecting: hopover::Measured,
    pub(crate) cold: hopover::Measured,
    pub(crate) original: original::Measured,
}

impl Row {
    /// How many times as long the original takes.
    pub(crate) fn ratio(&self) -> f64 {
        self.original.handler.median() / self.reconnecting.to_last_route.median()
    }
}

/// Prints the tables to standard output.
pub(crate) fn print(results: &Results) {
    let latency = LATENCY.as_millis();
    println!("\n{latency} ms on every EC2 call; {RUNS} runs each; min / median / max in ms\n");
    println!(
        "From the event to the last ReplaceRoute answered, in a warm function; of it our own: less two round trips\n"
    );
    let mut warm = table(&["", "connections kept", "our own", "connections new", "our own"]);
    for row in &results.by_layout {
        let (kept, new) = (&row.warm.to_last_route, &row.reconnecting.to_last_route);
        warm.add_row([
            row.layout.to_string(),
            kept.to_string(),
            kept.less(2 * LATENCY).to_string(),
            new.to_string(),
            new.less(2 * LATENCY).to_string(),
        ]);
    }
    println!("{warm}\n");

    println!(
        "Cold: from process start to the last ReplaceRoute answered; of it our own: less two round trips\n"
    );
    let mut cold = table(&["", "cold", "our own", "peak memory"]);
    for row in &results.by_layout {
        let time = &row.cold.to_last_route;
        cold.add_row([
            row.layout.to_string(),
            time.to_string(),
            time.less(2 * LATENCY).to_string(),
            mb(row.cold.peak_kib),
        ]);
    }
    println!("{cold}\n");

    println!("From process start to the first poll of the runtime\n");
    let starts = &results.starts;
    let mut table_of_starts = table(&["EC2", "start", "our own"]);
    for (ec2, start, network) in [
        ("answers one look", &starts.usual, LATENCY),
        ("answers at once", &starts.near, Duration::ZERO),
        ("out of reach", &starts.unreachable, Duration::ZERO),
    ] {
        table_of_starts.add_row([ec2.to_owned(), start.to_string(), start.less(network).to_string()]);
    }
    println!("{table_of_starts}\n");

    println!(
        "Beside the original; without a route: the sum over all destinations of a failover, and the longest\n"
    );
    let mut beside =
        table(&["", "hopover", "original", "ratio", "hopover without a route", "original without a route"]);
    for row in &results.by_layout {
        let ours = [&row.warm, &row.reconnecting, &row.cold].map(|measured| measured.holes.as_slice());
        beside.add_row([
            row.layout.to_string(),
            format!("{:.0}", row.reconnecting.to_last_route.median()),
            format!("{:.0}", row.original.handler.median()),
            format!("{:.1}", row.ratio()),
            holes(&ours.concat(), 3),
            holes(&row.original.holes, 1),
        ]);
    }
    println!("{beside}\n");

    println!("Peak memory (VmHWM)\n");
    let mut memory = table(&["", "warm function"]);
    for row in &results.by_layout {
        memory.add_row([row.layout.to_string(), mb(row.warm.peak_kib.max(row.reconnecting.peak_kib))]);
    }
    memory.add_row([format!("{}, looked at", crate::LARGE), mb(results.large_look_kib)]);
    println!("{memory}\n");
}

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header(header);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// Milliseconds, of one failover.
fn holes(holes: &[Duration], kinds: u32) -> String {
    let failovers = f64::from(kinds * u32::try_from(RUNS).unwrap_or(u32::MAX));
    let sum = holes.iter().sum::<Duration>().as_secs_f64() * 1000.0 / failovers;
    let longest = holes.iter().max().copied().unwrap_or_default().as_secs_f64() * 1000.0;
    format!("{sum:.0}, {longest:.0}")
}

/// Megabytes, of KiB.
pub(crate) fn mb(kib: u64) -> String {
    format!("{}.{} MB", kib * 1024 / 1_000_000, kib * 1024 / 100_000 % 10)
}
