//! `hopover invoke`: one event, as the Lambda function would handle it.

use std::process::ExitCode;

use hopover_core::message;

use crate::arguments::{Format, Invoke};
use crate::failure::Failure;
use crate::place::{Ended, Place};
use crate::{events, output};

pub(crate) fn run(arguments: &Invoke, format: Format) -> Result<ExitCode, Failure> {
    // The configuration first: a mistake in it is there whatever the event.
    let mut place = Place::open(&arguments.at)?;
    let event = events::parse(&events::read(&arguments.event)?)?;
    let Ended::Report(report) = place.run(&event, arguments.time_limit, &mut output::tell)? else {
        output::talk("interrupted: `hopover status` shows where the routes are now");
        return Ok(ExitCode::from(5));
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
