//! One file a command.

pub(crate) mod drill;
pub(crate) mod invoke;
