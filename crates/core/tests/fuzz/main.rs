//! Inputs that nobody would write, as many as wanted:
//!
//!     PROPTEST_CASES=20000 cargo test --release -p hopover-core --test fuzz -- --nocapture
//!
//! Each target says how many inputs it took. What must hold: no panic, messages that a person can read, and no write outside
//! the group.

mod backup;
mod cases;
mod configuration;
mod events;
mod hostile;
mod watch;
