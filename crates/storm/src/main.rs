//! Plays random worlds, a million by default, and prints what was done and checked.
//!
//! ```text
//! cargo run --release -p hopover-storm
//! cargo run --release -p hopover-storm -- --runs 1000 --from 5000
//! cargo run --release -p hopover-storm -- --seed 42        one run again, with its story
//! ```

#![forbid(unsafe_code)]

mod fleet;
mod text;

use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use hopover_storm::{Mutant, draw, play, shrink};

/// Plays random worlds under random faults and judges them by a simple reference.
#[derive(Debug, Parser)]
struct Arguments {
    /// How many worlds.
    #[arg(long, default_value_t = 1_000_000)]
    runs: u64,
    /// The seed of the first; the others follow.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Plays the world of this seed alone, and tells its story.
    #[arg(long)]
    seed: Option<u64>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(seed) = arguments.seed {
        return replay(seed);
    }
    let begun = Instant::now();
    let fleet = fleet::play_all(arguments.from, arguments.runs);
    print!("{}", text::summary(&fleet.count, begun.elapsed(), fleet.failures.len()));
    let mut told = Vec::new();
    for (seed, violation) in &fleet.failures {
        // One story a promise is enough; the others are listed.
        println!("\nseed {seed}: {violation}\n  cargo run --release -p hopover-storm -- --seed {seed}");
        if !told.contains(&violation.invariant) {
            told.push(violation.invariant);
            let small = shrink(&draw(*seed), Mutant::None, violation.invariant);
            print!("{}", text::failure(&small, &play(&small, Mutant::None)));
        }
    }
    ExitCode::from(u8::from(!fleet.failures.is_empty()))
}

/// One run again.
fn replay(seed: u64) -> ExitCode {
    let scenario = draw(seed);
    let outcome = play(&scenario, Mutant::None);
    print!("{}", text::failure(&scenario, &outcome));
    ExitCode::from(u8::from(outcome.violation.is_some()))
}
