//! What is on the way to EC2 breaks: a fault proxy in AWS's own wire format, and a server that answers badly. For each
//! situation a promise, and what happened; the test prints both, and fails if one of them was not kept.
//!
//! ```text
//! bootstrap ── fault proxy (microburst) ── EC2 server (moto, with the truth added)
//!                                           │
//! this test, which reads the routes back ───┘
//! ```

mod faults;
mod killed;
mod promise;
mod stage;

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use comfy_table::{ColumnConstraint, Table, Width, presets};
use hopover_e2e::fault_proxy::FaultProxy;
use hopover_e2e::pair::Pair;
use hopover_e2e::server::Server;
use serde_json::json;

use promise::Row;

/// Most of a situation is waiting.
const SIDE_BY_SIDE: usize = 7;

/// Something that is tried, on a server that nobody else uses meanwhile.
pub(crate) struct Situation {
    name: &'static str,
    play: Box<dyn Fn(&Server) -> Row + Send + Sync>,
}

#[test]
fn every_promise_is_kept_whatever_breaks_on_the_way_to_ec2() {
    let began = Instant::now();
    let situations: Vec<_> = faults::situations().into_iter().chain(killed::situations()).collect();
    let rows = played(&situations);
    println!("\n{}\n{} situations in {:.0} s\n", table(&rows), rows.len(), began.elapsed().as_secs_f64());
    let broken: Vec<_> = rows
        .iter()
        .filter(|(_, row)| !row.breaches.is_empty())
        .map(|(situation, row)| format!("{situation}: {}", row.breaches.join("; ")))
        .collect();
    assert!(broken.is_empty(), "promises that were not kept:\n{}", broken.join("\n"));
}

/// Why hopover looks at answers itself (`whole.rs` of `hopover-aws`). When this fails, the SDK does it.
#[test]
fn the_sdk_alone_takes_an_answer_that_is_cut_short_for_a_whole_one() {
    let pair = Pair::with_routes(&["172.16.0.0/16", "172.17.0.0/16", "172.18.0.0/16"]);
    let proxy = FaultProxy::start(&pair.server, 0);
    proxy.rules(&json!([{ "service": "ec2", "response": { "truncate_frac": 0.5 } }]));
    let (whole, cut) = (pair.world.picture(), pair.world.picture_through(&proxy.url));
    assert!(cut.len() < whole.len(), "{cut:?}");
}

/// Plays all, several at a time, and gives the rows in the order of the situations.
fn played(situations: &[Situation]) -> Vec<(&'static str, Row)> {
    let waiting: Mutex<VecDeque<_>> = Mutex::new(situations.iter().enumerate().collect());
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let rows = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                let server = Server::start();
                while let Some((number, situation)) = next() {
                    let row = (number, situation.name, row(situation, &server));
                    rows.lock().unwrap_or_else(PoisonError::into_inner).push(row);
                }
            });
        }
    });
    let mut rows = rows.into_inner().unwrap_or_else(PoisonError::into_inner);
    rows.sort_by_key(|(number, ..)| *number);
    rows.into_iter().map(|(_, name, row)| (name, row)).collect()
}

/// Plays one. If that fails in a way that nobody has thought of, the others are still told of.
fn row(situation: &Situation, server: &Server) -> Row {
    std::panic::catch_unwind(AssertUnwindSafe(|| (situation.play)(server))).unwrap_or_else(|_| {
        server.post("/_lab/reset", &json!({}));
        let what = "the test itself failed, see above".to_owned();
        Row { promised: String::new(), happened: what.clone(), breaches: vec![what] }
    })
}

fn table(rows: &[(&str, Row)]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL).set_header(["situation", "promised", "happened"]);
    for (column, width) in table.column_iter_mut().zip([27, 36, 47]) {
        column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width)));
    }
    for (situation, row) in rows {
        let verdict = if row.breaches.is_empty() { "" } else { "BROKEN: " };
        table.add_row([*situation, &row.promised, &format!("{verdict}{}", row.happened)]);
    }
    table
}
