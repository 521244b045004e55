//! `hopover invoke`: one event, as the Lambda function would handle it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use hopover_aws::{Clients, Clock};
use hopover_core::Span;
use hopover_core::config::{CONFIG_VARIABLE, Config, ConfigError, PAIR_VARIABLES};
use hopover_core::fact::Fact;
use hopover_core::group::Group;
use hopover_core::message;
use hopover_core::report::Report;
use hopover_core::trigger::Trigger;
use hopover_sim::{Settings, Simulation, example};
use serde_json::Value;

use crate::arguments::{Format, Invoke};
use crate::failure::Failure;
use crate::{events, output};

/// The file that is read if nothing else is configured.
const DEFAULT_FILE: &str = "hopover.toml";

pub(crate) fn run(arguments: &Invoke, format: Format) -> Result<ExitCode, Failure> {
    // The configuration first: a mistake in it is there whatever the event.
    let config =
        if arguments.embedded { example::config() } else { configuration(arguments.config.as_deref())? };
    let event = events::parse(&events::read(&arguments.event)?)?;
    let trigger = Trigger::from_value(&event)?;
    let report = if arguments.embedded {
        embedded(config, event, &trigger)?
    } else {
        against_aws(&config, trigger, arguments.time_limit)?
    };
    match format {
        Format::Json => output::json(&report)?,
        Format::Text => {
            let groups: Vec<_> = report.groups.iter().map(|group| message::text(&report, group)).collect();
            output::line(groups.join("\n").trim_end());
        }
    }
    Ok(ExitCode::from(report.outcome.exit_code()))
}

fn configuration(file: Option<&Path>) -> Result<Config, Failure> {
    let from_file = |path: &Path| {
        let text = events::read(path)?;
        Ok(Config::from_toml(&path.display().to_string(), &text)?)
    };
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

/// The example VPC, fresh, without anything else that would make the function look.
fn embedded(config: Config, event: Value, trigger: &Trigger) -> Result<Report, Failure> {
    config.groups_for(trigger)?;
    let settings = Settings { sweep: None, retries: Vec::new(), ..Settings::default() };
    let cloud = example::cloud(Span::ZERO, settings.throttling);
    let mut simulation = Simulation::new(cloud, config, settings, example::epoch(), 1);
    simulation.invoke(event);
    simulation.settle(Span::from_hours(1));
    simulation.story.iter().for_each(|told| output::tell(&told.fact));
    let finished = simulation
        .finished()
        .first()
        .ok_or_else(|| Failure::Unexpected("the pass did not end".to_owned()))?;
    finished.result.clone().map_err(Failure::Unexpected)
}

fn against_aws(config: &Config, trigger: Trigger, time_limit: u32) -> Result<Report, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::Unexpected(error.to_string()))?;
    runtime.block_on(async {
        let clients = Clients::connect(config).await;
        let clock = Clock::new();
        let deadline = clock.now() + Span::from_secs(i64::from(time_limit));
        let mut tell = |_: &Group, fact: &Fact| output::tell(fact);
        Ok(hopover_aws::run(&clients, config, trigger, &clock, deadline, BTreeMap::new(), &mut tell).await?)
    })
}
