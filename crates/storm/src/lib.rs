//! Random worlds under random faults, judged by a simple reference.
//!
//! ```text
//! seed → weather → scenario → run → reference → verdict
//!                     ▲                            │
//!                     └────────── shrink ◀─────────┘
//! ```
//!
//! A seed makes a [`Scenario`]: members, tables, routes, preferences, faults, and what operators do meanwhile. A run plays it
//! on the embedded VPC, stills the storm, and lets sweeps come. The reference judges what was written, what was reported, and
//! where the routes are in the end. It is written apart from the product, by what the design promises.
//!
//! `cargo run --release -p hopover-storm` plays a million.

#![forbid(unsafe_code)]

pub mod count;
pub mod mutant;
pub mod reference;
pub mod run;
pub mod scenario;
pub mod shrink;
pub mod weather;

pub use count::Count;
pub use mutant::Mutant;
pub use reference::{Invariant, Violation};
pub use run::{Outcome, play};
pub use scenario::{Act, Scenario};
pub use shrink::shrink;
pub use weather::draw;
