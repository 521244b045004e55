//! Why a command could not do what it was asked, with its exit code.

use hopover_core::config::{ConfigError, NotForUs};
use hopover_core::trigger::TriggerError;

/// A command that failed. What it should have printed is missing; one line on standard error says why.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A file could not be read.
    #[error("could not read {path}: {source}")]
    Read { path: String, source: std::io::Error },
    /// The event is neither JSON nor what Python prints.
    #[error(transparent)]
    Event(#[from] TriggerError),
    /// The event is for somebody else.
    #[error(transparent)]
    NotForUs(#[from] NotForUs),
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Nothing is configured.
    #[error(
        "nothing is configured: write a hopover.toml, name one with --config, or set the environment variables region, \
         vpcid, host1eni and host2eni; with --embedded none is needed"
    )]
    NoConfiguration,
    /// Something of ours, or of the operating system, broke.
    #[error("unexpected: {0}")]
    Unexpected(String),
}

impl Failure {
    /// The documented exit code.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Unexpected(_) => 1,
            Self::Read { .. } | Self::Event(_) | Self::NotForUs(_) => 2,
            Self::Config(_) | Self::NoConfiguration => 10,
        }
    }
}
