//! What an operator does to an account beside moving routes.

mod instances;
mod restore;
mod tables;

pub use instances::OperateError;
