//! Why a command could not do what it was asked, with its exit code.

use hopover_aws::{BucketError, OperateError};
use hopover_core::backup::BackupError;
use hopover_core::config::{ConfigError, NotForUs};
use hopover_core::observation::{ForeignInterface, ObserveFailure};
use hopover_core::stack::NotDeployable;
use hopover_core::trigger::TriggerError;
use hopover_sim::cloud::LifeError;
use hopover_sim::file::WorldError;

use crate::commands::deploy::NotCode;
use crate::commands::drill::Unfit;
use crate::stacks::StackFailure;

/// A command that failed. What it should have printed is missing; one line on standard error says why.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A file could not be read.
    #[error("could not read {path}: {source}")]
    Read { path: String, source: std::io::Error },
    /// A file could not be written.
    #[error("could not write {path}: {source}")]
    Write { path: String, source: std::io::Error },
    /// A backup could not be written, and nothing else was.
    #[error(
        "could not write the backup {path}: {source}; nothing was changed. Name another file or folder, or leave the backup \
         out with --no-backup"
    )]
    Keep { path: String, source: std::io::Error },
    /// A file is no backup that can be used.
    #[error("{path} cannot be restored: {source}")]
    Backup { path: String, source: BackupError },
    /// A backup is of another VPC.
    #[error(
        "{path} cannot be restored here: it is a backup of {found}, and what is configured is {configured}. Use the backup of \
         that VPC, or the configuration of this one"
    )]
    OtherVpc { path: String, found: String, configured: String },
    /// The file of an embedded VPC is none.
    #[error("{path} holds no embedded VPC: {source}")]
    World { path: String, source: WorldError },
    /// The embedded VPC cannot do that.
    #[error("{0}")]
    Life(#[from] LifeError),
    /// The event is neither JSON nor what Python prints.
    #[error(transparent)]
    Event(#[from] TriggerError),
    /// The event is for somebody else.
    #[error(transparent)]
    NotForUs(#[from] NotForUs),
    /// Something that was asked for by name is not there.
    #[error(
        "there is no {what} {name}: {}",
        match nearest {
            Some(nearest) if nearest == known => format!("did you mean {nearest}?"),
            Some(nearest) => format!("did you mean {nearest}? There is {known}"),
            None => format!("expected one of {known}"),
        }
    )]
    NotFound { what: &'static str, name: String, nearest: Option<String>, known: String },
    /// A name that several things bear.
    #[error("{name} is the name of several: expected one of {candidates}")]
    Ambiguous { name: String, candidates: String },
    /// Several groups are configured and none was named.
    #[error("several groups are configured: name one of {groups} with --group")]
    WhichGroup { groups: String },
    /// A question could not be asked.
    #[error("{0}")]
    Usage(String),
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The configuration contradicts the VPC.
    #[error(transparent)]
    Foreign(#[from] ForeignInterface),
    /// Nothing is configured.
    #[error(
        "nothing is configured: write a hopover.toml (`hopover init` does), name one with --config, or set the environment \
         variables region, vpcid, host1eni and host2eni; with --embedded none is needed"
    )]
    NoConfiguration,
    /// The VPC could not be seen.
    #[error("could not look: {0}")]
    Observe(ObserveFailure),
    /// The VPC is not fit for what was asked.
    #[error("refused, nothing was done: {0}")]
    Unfit(#[from] Unfit),
    /// A zip is not the function.
    #[error("{path} cannot be deployed: {source}")]
    NotCode { path: String, source: NotCode },
    /// A group cannot be deployed as a stack.
    #[error("refused, nothing was done: {0}")]
    NotDeployable(#[from] NotDeployable),
    /// What stands in the account does not allow it.
    #[error("refused, nothing was done: {0}")]
    Refused(String),
    /// The bucket for the code cannot be used.
    #[error(transparent)]
    Bucket(#[from] BucketError),
    /// A stack did not come to stand as asked.
    #[error("{0}")]
    Stack(Box<StackFailure>),
    /// EC2 did not do what an operator asked of an instance.
    #[error("{0}")]
    Operate(#[from] OperateError),
    /// Something of ours, or of the operating system, broke.
    #[error("unexpected: {0}")]
    Unexpected(String),
}

impl Failure {
    /// The documented exit code.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Unexpected(_)
            | Self::Operate(_)
            | Self::Write { .. }
            | Self::Keep { .. }
            | Self::Bucket(BucketError::Call(_)) => 1,
            Self::Read { .. }
            | Self::Backup { .. }
            | Self::OtherVpc { .. }
            | Self::World { .. }
            | Self::Life(_)
            | Self::Event(_)
            | Self::NotForUs(_)
            | Self::NotFound { .. }
            | Self::Ambiguous { .. }
            | Self::WhichGroup { .. }
            | Self::NotCode { .. }
            | Self::Usage(_) => 2,
            Self::NotDeployable(why) if why.is_of_the_configuration() => 10,
            Self::Unfit(_) | Self::NotDeployable(_) | Self::Refused(_) | Self::Bucket(_) => 4,
            Self::Stack(failure) => failure.exit_code(),
            Self::Config(_) | Self::Foreign(_) | Self::NoConfiguration => 10,
            Self::Observe(_) => 11,
        }
    }
}
