//! The way to AWS: the only crate that names types of the SDK.
//!
//! It observes, replaces and publishes with the official SDK, tells errors apart, and drives a [`hopover_core::pass::Pass`]
//! against EC2. What to do, in which order, how fast and how often is decided by the pass; here are only the calls, the
//! clock, and the one random number.
//!
//! ```text
//! run ── drive (one a group, side by side) ── observe, replace ── errors, convert
//! publish
//!
//! operate ── for an operator: instances in a live drill, tables in full, a restore
//! deploy ── for `hopover deploy` and `hopover destroy`: bucket, stack and its events
//! survey ── for `hopover init` and `hopover doctor`
//! ```
//!
//! The last three are there with the feature `operator`, and not in the function.

#![forbid(unsafe_code)]

mod client;
mod clock;
mod convert;
#[cfg(feature = "operator")]
mod deploy;
mod drive;
mod errors;
#[cfg(test)]
mod fuzz;
mod observe;
#[cfg(feature = "operator")]
mod operate;
mod permissions;
mod publish;
mod replace;
mod run;
#[cfg(feature = "operator")]
mod survey;
mod whole;

pub use client::{Aws, Clients};
pub use clock::Clock;
#[cfg(feature = "operator")]
pub use deploy::{Bucket, BucketError, Deployer, Ended, Pace, TEMPLATE};
pub use drive::drive;
#[cfg(feature = "operator")]
pub use operate::OperateError;
pub use permissions::{
    DEPLOY_PERMISSIONS, DESTROY_PERMISSIONS, DRILL_PERMISSIONS, PERMISSIONS, RESTORE_PERMISSIONS,
    SURVEY_PERMISSIONS,
};
pub use publish::PublishError;
pub use run::{FirstLook, run};
#[cfg(feature = "operator")]
pub use survey::ambient_region;
