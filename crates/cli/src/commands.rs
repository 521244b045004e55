//! One file a command.

pub(crate) mod backup;
pub(crate) mod completions;
pub(crate) mod deploy;
pub(crate) mod destroy;
pub(crate) mod doctor;
pub(crate) mod drill;
pub(crate) mod event;
pub(crate) mod init;
pub(crate) mod invoke;
pub(crate) mod plan;
pub(crate) mod policy;
pub(crate) mod restore;
pub(crate) mod status;
pub(crate) mod switchover;
pub(crate) mod world;
