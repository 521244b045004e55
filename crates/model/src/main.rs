//! Checks the model and prints how many states there are, and whether every property holds in each; then takes away one
//! decision of the design after the other, and prints how things go wrong without it.
//!
//! ```text
//! cargo run --release -p hopover-model                  what the tests check
//! cargo run --release -p hopover-model -- --larger      and what takes minutes
//! ```

#![forbid(unsafe_code)]

use std::time::Instant;

use hopover_model::{Bounds, Failover, Mutant};
use stateright::{Checker, Model};

fn main() {
    let larger = std::env::args().any(|argument| argument == "--larger");
    let configurations = Bounds::STANDARD.iter().chain(Bounds::LARGER.iter().filter(|_| larger));
    let begun = Instant::now();
    println!("the product");
    for (name, bounds) in configurations {
        check(name, bounds, Mutant::None);
    }
    println!("without a decision of its design");
    for (name, bounds, mutant) in &Bounds::WITHOUT {
        check(name, bounds, *mutant);
    }
    println!("{:.1} s in all", begun.elapsed().as_secs_f64());
}

/// Checks every state within the bounds; there is no limit on the depth.
fn check(name: &str, bounds: &Bounds, mutant: Mutant) {
    let begun = Instant::now();
    let checker = Failover::new(bounds.clone(), mutant).checker().threads(2).spawn_bfs().join();
    println!(
        "  {name}: {} states, {} steps, {:.1} s: {}",
        checker.unique_state_count(),
        checker.state_count(),
        begun.elapsed().as_secs_f64(),
        verdict(&checker),
    );
}

/// What does not hold, with a way to it.
fn verdict(checker: &impl Checker<Failover>) -> String {
    let failed: Vec<_> = Failover::SAFETY
        .iter()
        .filter_map(|property| Some((property, checker.discovery(property)?)))
        .map(|(property, path)| format!("\n    \"{property}\" does NOT hold: {:?}", path.into_actions()))
        .collect();
    if failed.is_empty() { "every property holds".to_owned() } else { failed.concat() }
}
