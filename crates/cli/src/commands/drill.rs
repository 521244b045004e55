//! `hopover drill`: the original's four-step acceptance test on the embedded VPC, and the step that it leaves out.

mod steps;
mod text;

use std::process::ExitCode;

use hopover_sim::example;
use serde::Serialize;

use crate::arguments::{Drill, Format};
use crate::failure::Failure;
use crate::output;

use steps::{Stage, StepReport};

/// The protocol of a drill.
#[derive(Debug, Serialize)]
pub(crate) struct DrillReport {
    version: u32,
    seed: u64,
    vpc: String,
    passed: bool,
    steps: Vec<StepReport>,
}

pub(crate) fn run(arguments: &Drill, format: Format) -> Result<ExitCode, Failure> {
    let mut stage = Stage::new(example::simulation(arguments.seed))?;
    if format == Format::Text {
        text::opening(&stage, arguments.seed);
    }
    let mut reports = Vec::new();
    for step in &steps::STEPS {
        let report = stage.play(step)?;
        if format == Format::Text {
            text::step(reports.len() + 1, &report);
        }
        reports.push(report);
    }
    let protocol = DrillReport {
        version: 1,
        seed: arguments.seed,
        vpc: stage.vpc(),
        passed: reports.iter().all(StepReport::passed),
        steps: reports,
    };
    match format {
        Format::Json => output::json(&protocol)?,
        Format::Text => text::closing(&protocol),
    }
    Ok(if protocol.passed { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
