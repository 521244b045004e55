//! Where a command works: in an AWS account, or on an embedded VPC.

mod account;
mod embedded;
mod survey;
mod tables;

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use hopover_core::Timestamp;
use hopover_core::config::Config;
use hopover_core::fact::Fact;
use hopover_core::group::Group;
use hopover_core::observation::{Observation, ObserveFailure};
use hopover_core::report::Report;
use serde_json::Value;

use crate::failure::Failure;
use crate::{configuration, lookup};
pub(crate) use account::Account;
pub(crate) use embedded::Embedded;
pub(crate) use survey::region;
pub(crate) use tables::Restored;

/// Arguments that say where.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Where")]
pub(crate) struct Where {
    /// Work on the example VPC in memory instead of AWS: members A and B, instances i-a and i-b. With a file it is kept there
    /// between commands, and `hopover world` plays the cloud.
    #[arg(long, value_name = "FILE", require_equals = true)]
    #[expect(clippy::option_option, reason = "clap's form of an option whose value may be left out")]
    pub(crate) embedded: Option<Option<PathBuf>>,
    /// The TOML file with the configuration. Without it: `HOPOVER_CONFIG`, else the environment variables region, vpcid, host1eni
    /// and host2eni, else ./hopover.toml.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// An opened place.
pub(crate) enum Place {
    Account(Box<Account>),
    Embedded(Box<Embedded>),
}

/// How a run ended.
pub(crate) enum Ended {
    /// With its report.
    Report(Box<Report>),
    /// The operator pressed Ctrl-C. Calls that were under way may or may not have been made.
    Interrupted,
}

impl Place {
    /// Opens the place. A mistake in the configuration shows here, before anything else is done.
    pub(crate) fn open(at: &Where) -> Result<Self, Failure> {
        if let Some(file) = &at.embedded {
            let config = at.config.as_deref().map(configuration::from_file).transpose()?;
            Ok(Self::Embedded(Box::new(Embedded::open(file.clone(), config)?)))
        } else {
            let config = configuration::read(at.config.as_deref())?;
            Ok(Self::Account(Box::new(Account::open(config)?)))
        }
    }

    /// The account, for what an embedded VPC does not have; `otherwise` says that to whoever asked for one.
    pub(crate) fn account(&self, otherwise: &str) -> Result<&Account, Failure> {
        match self {
            Self::Account(account) => Ok(account),
            Self::Embedded(_) => Err(Failure::Usage(otherwise.to_owned())),
        }
    }

    pub(crate) fn config(&self) -> &Config {
        match self {
            Self::Account(account) => account.config(),
            Self::Embedded(embedded) => embedded.simulation.config(),
        }
    }

    /// The time: the real one, or that of the embedded VPC.
    pub(crate) fn now(&self) -> Timestamp {
        match self {
            Self::Account(account) => account.now(),
            Self::Embedded(embedded) => embedded.simulation.now(),
        }
    }

    /// The groups that are asked for: the named one, or all.
    pub(crate) fn groups(&self, name: Option<&str>) -> Result<Vec<Arc<Group>>, Failure> {
        match name {
            Some(name) => Ok(vec![lookup::group(self.config(), name)?]),
            None => Ok(self.config().groups.clone()),
        }
    }

    /// The one group that is asked for; it must be named if there are several.
    pub(crate) fn group(&self, name: Option<&str>) -> Result<Arc<Group>, Failure> {
        let mut groups = self.groups(name)?;
        match groups.len() {
            1 => Ok(groups.remove(0)),
            _ => Err(Failure::WhichGroup {
                groups: groups.iter().map(|group| group.name.to_string()).collect::<Vec<_>>().join(", "),
            }),
        }
    }

    /// Looks at a group. A look without the instances is a failure here: a person must not be told half of it.
    pub(crate) fn observe(&mut self, group: &Group) -> Result<Observation, Failure> {
        let seen: Result<Observation, ObserveFailure> = match self {
            Self::Account(account) => account.observe(group),
            Self::Embedded(embedded) => embedded.simulation.observe(group),
        };
        match seen {
            Ok(Observation { instances: Err(failure), .. }) | Err(failure) => Err(Failure::Observe(failure)),
            Ok(seen) => Ok(seen),
        }
    }

    /// Runs one event to its end, as the function would; nothing is written after that many seconds.
    pub(crate) fn run(
        &mut self,
        event: &Value,
        time_limit: u32,
        tell: &mut dyn FnMut(&Fact),
    ) -> Result<Ended, Failure> {
        match self {
            Self::Account(account) => account.run(event, time_limit, tell),
            Self::Embedded(embedded) => {
                embedded.run(event, tell).map(|report| Ended::Report(Box::new(report)))
            }
        }
    }
}
