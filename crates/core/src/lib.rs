//! The decisions of hopover.
//!
//! A pass over one group of appliances is data in, data out:
//!
//! ```text
//! trigger → observe → elect → plan → check → apply → verify → report → message
//! ```
//!
//! Nothing here reads a clock, a socket, an environment variable or a random number, and nothing is async: a
//! [`pass::Pass`] is told what was seen and what became of each write, together with the time, and says what to do
//! next. Drivers live elsewhere: against EC2 in `hopover-aws`, in virtual time in `hopover-sim`.

#![forbid(unsafe_code)]

pub mod backup;
pub mod check;
mod checksum;
pub mod config;
pub mod discover;
pub mod doctor;
pub mod election;
pub mod excerpt;
pub mod fact;
pub mod group;
pub mod health;
pub mod id;
pub mod message;
pub mod metrics;
pub mod observation;
pub mod pacing;
pub mod pass;
pub mod pattern;
pub mod plan;
pub mod policy;
pub mod preview;
pub mod report;
pub mod restore;
pub mod route;
pub mod stack;
pub mod survey;
pub mod tables;
#[cfg(test)]
mod testing;
pub mod trigger;
pub mod write;

/// A point in time, in UTC. Always an argument, never read here.
pub use jiff::Timestamp;

/// A span of time between two [`Timestamp`]s.
pub use jiff::SignedDuration as Span;
