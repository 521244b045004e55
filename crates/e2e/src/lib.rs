//! Real components for tests: an EC2 API server, AWS's Runtime Interface Emulator with the real `bootstrap` in it, a cloud that
//! deploys the real template, and the real `hopover`. Everything binds to 127.0.0.1 and ends with the test that started it.

#![forbid(unsafe_code)]
#![expect(clippy::missing_panics_doc, reason = "a helper of tests that cannot do its work fails the test")]

pub mod binaries;
pub mod browser;
mod call;
pub mod cloud;
pub mod ec2;
pub mod fault_proxy;
pub mod function;
pub mod http;
pub mod inbox;
pub mod lab;
pub mod pair;
pub mod process;
pub mod runtime_api;
pub mod server;
pub mod terraform;
pub mod world;
