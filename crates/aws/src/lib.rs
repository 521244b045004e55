//! The way to AWS: the only crate that names types of the SDK.
//!
//! It observes, replaces and publishes with the official SDK, tells errors apart, and drives a [`hopover_core::pass::Pass`]
//! against EC2. What to do, in which order, how fast and how often is decided by the pass; here are only the calls, the
//! clock, and the one random number.
//!
//! ```text
//! run ── drive (one a group, side by side) ── observe, replace ── errors, convert
//! publish
//! ```

mod client;
mod clock;
mod convert;
mod drive;
mod errors;
mod observe;
mod permissions;
mod publish;
mod replace;
mod run;

pub use client::{Aws, Clients};
pub use clock::Clock;
pub use drive::drive;
pub use permissions::PERMISSIONS;
pub use publish::PublishError;
pub use run::{FirstLook, run};
