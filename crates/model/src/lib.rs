//! The product's own pass, taken through every order of everything that may happen to it.
//!
//! Two members, two route tables, a few passes that overlap. What the model adds to the product is the world and its
//! mischief: instances stop and start, events are lost, doubled and late, reads are stale, replies are lost, writes land
//! when nobody waits for them any more, passes are killed between two writes. Electing, planning, checking and rounds are
//! the code that runs in Lambda.
//!
//! ```text
//! bounds   how much of what there may be
//! world    instances, routes, and what a pass is told of them
//! running  a pass under way
//! failover the model: actions, their effects, properties
//! ```

#![forbid(unsafe_code)]

mod bounds;
mod failover;
mod running;
mod world;

pub use bounds::{Bounds, Life, Mutant};
pub use failover::Failover;
