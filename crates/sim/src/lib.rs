//! A VPC in memory that drives the passes of hopover in virtual time.
//!
//! Everything follows from one seed: latencies, delays of events, which calls meet a fault. Nothing here sleeps; an hour
//! of the VPC's time passes in milliseconds, and the same seed gives the same hour again.
//!
//! ```text
//! simulation   the clock, the function (invocations, retries, sweeps, concurrency), calls under way
//!   cloud      what EC2 would answer: instances, interfaces, route tables, stale reads
//!     bucket   EC2's own token buckets
//!     fault    what goes wrong, and when
//!     tally    how often it did
//!   event      the EventBridge events of state changes
//!   driver     between a pass and EC2; a faulty one for tests of judges
//!   record     what the function saw and wrote, for those who judge it
//! surroundings what stands around the routes, for `init` and `doctor`
//! file         a VPC that is kept between two commands
//! example      the VPC that `hopover drill` uses
//! ```

#![forbid(unsafe_code)]

pub mod bucket;
pub mod call;
pub mod cloud;
pub mod driver;
pub mod event;
pub mod example;
pub mod fault;
pub mod file;
pub mod record;
pub mod settings;
pub mod simulation;
pub mod surroundings;
pub mod tally;

pub use cloud::Cloud;
pub use settings::Settings;
pub use simulation::Simulation;
