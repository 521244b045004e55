//! Where the configuration comes from.

use std::path::Path;

use hopover_core::config::{CONFIG_VARIABLE, Config, ConfigError, PAIR_VARIABLES};

use crate::events;
use crate::failure::Failure;

/// The file that is read if nothing else is configured.
pub(crate) const DEFAULT_FILE: &str = "hopover.toml";

/// The named file, else the environment, else [`DEFAULT_FILE`].
pub(crate) fn read(file: Option<&Path>) -> Result<Config, Failure> {
    let variable = |name: &str| std::env::var(name).ok();
    let in_environment =
        variable(CONFIG_VARIABLE).is_some() || PAIR_VARIABLES.iter().any(|name| variable(name).is_some());
    match file {
        Some(path) => from_file(path),
        None if !in_environment && Path::new(DEFAULT_FILE).exists() => from_file(Path::new(DEFAULT_FILE)),
        None => Config::from_env(variable).map_err(|error| match error {
            ConfigError::Nothing => Failure::NoConfiguration,
            error => error.into(),
        }),
    }
}

/// The configuration in a file. `HOPOVER_TOPIC_ARN` may name the topic, as `hopover init` says in the file that it writes.
pub(crate) fn from_file(path: &Path) -> Result<Config, Failure> {
    let text = events::read(path)?;
    let config = Config::from_toml(&path.display().to_string(), &text)?;
    Ok(config.with_topic_from(|name| std::env::var(name).ok())?)
}
