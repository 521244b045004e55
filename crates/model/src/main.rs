//! Checks the model and prints how many states there are, and whether every property holds in each.
//!
//! ```text
//! cargo run --release -p hopover-model                  what the tests check
//! cargo run --release -p hopover-model -- --larger      and what takes minutes
//! ```

use std::time::Instant;

use hopover_model::{Bounds, Failover, Mutant};
use stateright::{Checker, Model};

fn main() {
    let larger = Bounds { unanswered: 1, kills: 1, ..Bounds::OVERLAP };
    let configurations = [
        ("two passes that overlap", Bounds::OVERLAP),
        ("faults, one pass at a time", Bounds::FAULTS),
        ("faults, and a route that may not be written", Bounds { denied: true, ..Bounds::FAULTS }),
        ("no sweep, no event lost", Bounds::NO_SWEEP),
    ];
    let asked_for_larger = std::env::args().any(|argument| argument == "--larger");
    let larger = asked_for_larger.then_some(("two passes that overlap, with faults", larger));
    for (name, bounds) in configurations.into_iter().chain(larger) {
        let begun = Instant::now();
        let checker = Failover::new(bounds, Mutant::None).checker().threads(2).spawn_bfs().join();
        println!(
            "{name}: {} states, {} steps, {:.1} s: {}",
            checker.unique_state_count(),
            checker.state_count(),
            begun.elapsed().as_secs_f64(),
            verdict(&checker),
        );
    }
}

/// What does not hold, with the shortest way to it.
fn verdict(checker: &impl Checker<Failover>) -> String {
    let failed: Vec<_> = Failover::SAFETY
        .iter()
        .filter_map(|property| Some((property, checker.discovery(property)?)))
        .map(|(property, path)| format!("{property} does NOT hold: {:?}", path.into_actions()))
        .collect();
    if failed.is_empty() { "every property holds".to_owned() } else { failed.join("\n") }
}
