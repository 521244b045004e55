//! EC2's API with an exact latency, for measuring.
//!
//! moto, which the tests against real components use, needs 2.7 ms of processor time a call under one lock, so a burst of
//! 50 calls alone would take longer than the limits that are to be shown here. This server knows the seven things that a
//! failover asks of EC2 and no more, answers in microseconds, and puts a fixed latency on each call: the change is made
//! after one half of it, the answer is given after the other.
//!
//! It keeps when every call came in and was answered, and for how long a destination was missing from a route table. Only the
//! tests that need those are made with it: whether hopover speaks EC2's language is not judged by a server of our own.
//!
//! ```text
//! server ── wire (Query protocol in, XML out)
//!   └── world (instances, route tables, what was recorded)
//! ```

mod server;
mod wire;
mod world;

pub use server::Ec2;
pub use world::{Call, Layout, MEMBERS, Member, Record, VPC};
