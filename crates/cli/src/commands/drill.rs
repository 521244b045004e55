//! `hopover drill`: the original's four-step acceptance test, on an embedded VPC or on the real one.
//!
//! ```text
//! steps       what is done, and what should come of it
//! picture     a VPC at one moment
//! judgement   before, after, expected: what is wrong
//! protocol    the one model of what happened
//! embedded    the stage in memory: also the step that the original leaves out
//! live        the stage in the account: it stops and starts, and never writes a route
//! text, page  the protocol for a terminal, and for people who were not there
//! ```

mod embedded;
mod judgement;
mod live;
mod page;
mod picture;
mod protocol;
mod steps;
mod text;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use hopover_sim::example;

use crate::arguments::Format;
use crate::failure::Failure;
use crate::output;
use crate::place::Where;

use embedded::Embedded;
pub(crate) use live::Unfit;
use protocol::{DrillReport, Mode, StepReport};

/// Arguments of `drill`.
#[derive(Debug, Args)]
pub(crate) struct Drill {
    /// Everything random in the embedded VPC follows from this number.
    #[arg(long, default_value_t = 1, conflicts_with = "live")]
    seed: u64,
    /// Write the protocol as a page too: self-contained HTML, also to be printed.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Play on the real VPC: stop and start the real appliances, and judge what the deployed function does.
    ///
    /// Says first what will happen, and asks. Time and order are real; nothing but instances is touched.
    #[arg(long, conflicts_with = "embedded")]
    live: bool,
    #[command(flatten)]
    options: live::Options,
    #[command(flatten)]
    at: Where,
}

pub(crate) fn run(arguments: &Drill, format: Format) -> Result<ExitCode, Failure> {
    if arguments.live {
        return live::run(arguments, format);
    }
    if let Some(Some(file)) = &arguments.at.embedded {
        return Err(Failure::Usage(format!(
            "a drill plays on a fresh example VPC, not on the one in {}: leave the file out, or use `hopover world` to stop \
             and start its members",
            file.display()
        )));
    }
    let mut stage = Embedded::new(example::simulation(arguments.seed))?;
    let vpc = stage.group.vpc.to_string();
    if format == Format::Text {
        let ours = stage.at_first.ours().count();
        text::opening_embedded(&vpc, arguments.seed, ours, stage.at_first.bystanders());
    }
    let started_at = stage.simulation.now();
    let planned = embedded::steps();
    let mut reports = Vec::new();
    for step in &planned {
        let report = stage.play(step)?;
        if format == Format::Text {
            text::step(reports.len() + 1, &report);
        }
        reports.push(report);
    }
    let protocol = DrillReport {
        version: protocol::VERSION,
        hopover: env!("CARGO_PKG_VERSION").to_owned(),
        mode: Mode::Embedded,
        seed: Some(arguments.seed),
        region: stage.group.region.to_string(),
        vpc,
        vpc_name: None,
        group: stage.group.name.to_string(),
        started_at,
        ended_at: stage.simulation.now(),
        passed: reports.iter().all(StepReport::passed),
        planned: planned.len(),
        steps: reports,
    };
    conclude(&protocol, arguments.report.as_deref(), format)?;
    Ok(if protocol.passed { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Prints the verdict, and writes the page if one is wanted.
fn conclude(protocol: &DrillReport, page: Option<&Path>, format: Format) -> Result<(), Failure> {
    match format {
        Format::Json => output::json(protocol)?,
        Format::Text => text::closing(protocol),
    }
    let Some(file) = page else { return Ok(()) };
    let written = std::fs::write(file, page::render(protocol));
    written.map_err(|source| Failure::Write { path: file.display().to_string(), source })?;
    output::talk(format_args!("the protocol is in {}", file.display()));
    Ok(())
}
