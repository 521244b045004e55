//! `hopover status`: members, routes, and one sentence on top.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use hopover_core::preview::{Preview, RouteView};

use crate::arguments::Format;
use crate::failure::Failure;
use crate::output::{self, Document};
use crate::place::{Place, Where};
use crate::view;

/// Arguments of `status`.
#[derive(Debug, Args)]
pub(crate) struct Status {
    /// Only this group.
    #[arg(long, value_name = "NAME")]
    group: Option<String>,
    /// Look again every so many seconds, until Ctrl-C.
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, require_equals = true, default_missing_value = "5",
          value_parser = clap::value_parser!(u32).range(1..=3600))]
    watch: Option<u32>,
    #[command(flatten)]
    at: Where,
}

pub(crate) fn run(arguments: &Status, format: Format) -> Result<ExitCode, Failure> {
    let mut place = Place::open(&arguments.at)?;
    loop {
        let groups = previews(&mut place, arguments)?;
        if arguments.watch.is_some() && format == Format::Text {
            output::clear();
        }
        match format {
            Format::Json => output::json(&Document::new("status", groups))?,
            Format::Text => groups.iter().for_each(show),
        }
        let Some(seconds) = arguments.watch else {
            return Ok(ExitCode::SUCCESS);
        };
        if format == Format::Text {
            output::line(output::faint(format!("{} (every {seconds} s, Ctrl-C ends)", place.now())));
        }
        std::thread::sleep(Duration::from_secs(u64::from(seconds)));
        if arguments.at.embedded.is_some() {
            // Another command may have changed the file.
            place = Place::open(&arguments.at)?;
        }
    }
}

fn previews(place: &mut Place, arguments: &Status) -> Result<Vec<Preview>, Failure> {
    let mut previews = Vec::new();
    for group in place.groups(arguments.group.as_deref())? {
        let seen = place.observe(&group)?;
        previews.push(Preview::new(&group, &seen, None, place.now())?);
    }
    Ok(previews)
}

fn show(group: &Preview) {
    view::heading(group);
    view::members(group);
    view::routes(&group.routes, view::holder, state);
}

fn state(route: &RouteView) -> String {
    if route.blackhole { output::bad("blackhole") } else { String::new() }
}
