//! Passes over the embedded VPC, in virtual time.

mod bucket;
mod faults;
mod floor;
mod four_steps;
mod groups;
mod mishaps;
mod overlap;
mod preferences;
mod vpc;
