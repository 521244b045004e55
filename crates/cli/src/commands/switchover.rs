//! `hopover switchover`: the planned move for maintenance.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use hopover_core::group::Group;
use hopover_core::health::Health;
use hopover_core::message;
use hopover_core::preview::{Fate, Preview, RouteView};
use hopover_core::report::Report;
use hopover_core::trigger::Order;
use hopover_sim::event;
use serde::Serialize;

use crate::arguments::Format;
use crate::ask::{self, Consent};
use crate::failure::Failure;
use crate::output::{self, Document, bad, faint};
use crate::place::{Ended, Place, Where};
use crate::progress::Progress;
use crate::{backups, lookup, view};

/// Arguments of `switchover`.
#[derive(Debug, Args)]
pub(crate) struct Switchover {
    /// The member that shall carry the routes: its name, instance or interface.
    #[arg(long, value_name = "MEMBER")]
    to: String,
    /// Only routes of this table, by id or Name; may be repeated.
    #[arg(long = "table", value_name = "TABLE")]
    tables: Vec<String>,
    /// Move even to a member that is not up.
    #[arg(long)]
    force: bool,
    /// Do not ask.
    #[arg(long, short)]
    yes: bool,
    /// The group, if there are several.
    #[arg(long, value_name = "NAME")]
    group: Option<String>,
    /// Seconds after which no further route is written.
    #[arg(long, default_value_t = 300, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=86_400))]
    time_limit: u32,
    #[command(flatten)]
    backup: backups::First,
    #[command(flatten)]
    at: Where,
}

pub(crate) fn run(arguments: &Switchover, format: Format) -> Result<ExitCode, Failure> {
    let mut place = Place::open(&arguments.at)?;
    let group = place.group(arguments.group.as_deref())?;
    let seen = place.observe(&group)?;
    let tables = arguments.tables.iter().map(|name| lookup::table(&group, &seen, name));
    let order = Order {
        group: group.name.clone(),
        to: lookup::member(&group, &seen, &arguments.to)?,
        tables: tables.collect::<Result<_, _>>()?,
        force: arguments.force,
    };
    let preview = Preview::new(&group, &seen, Some(&order), place.now())?;
    if let Some(health) = preview.health_of(&order.to).filter(|health| **health != Health::Up && !order.force)
    {
        output::talk(format_args!(
            "{} {} is {health}: --force moves the routes there all the same",
            bad("refused:"),
            order.to
        ));
        return in_json(&preview, format).map(|()| ExitCode::from(4));
    }
    if format == Format::Text {
        show(&preview);
    }
    let moves = preview.moves().count();
    let refused = preview.left_behind().count();
    if moves == 0 || (refused > 0 && !arguments.force) {
        return nothing_moves(&preview, refused, arguments, format);
    }
    let question = format!("Move {}?", view::moves(&preview));
    match ask::for_consent(&question, arguments.yes, format)? {
        Consent::Given => {}
        Consent::Refused => {
            output::talk("nothing was moved");
            return Ok(ExitCode::SUCCESS);
        }
    }
    let kept = backups::first(&mut place, &group, &arguments.backup)?;
    let mut progress = Progress::new(moves, "routes moved");
    let ended =
        place.run(&event::switchover(&order), arguments.time_limit, &mut |fact| progress.hear(fact))?;
    progress.finish();
    match ended {
        Ended::Report(report) => conclude(&report, kept.as_deref(), format),
        Ended::Interrupted => Ok(interrupted(&mut place, &group, &order, &progress, kept.as_deref())),
    }
}

fn show(preview: &Preview) {
    view::heading(preview);
    view::routes(&preview.routes, view::way, |route: &RouteView| match &route.fate {
        Fate::Move { .. } => String::new(),
        Fate::BeStuck { why } | Fate::BeRefused { why } => bad(why),
        Fate::Stay { .. } => faint("stays"),
    });
}

/// What would be done, for a program, where nothing is.
fn in_json(preview: &Preview, format: Format) -> Result<(), Failure> {
    match format {
        Format::Json => output::json(&Document::new("switchover-plan", [preview])),
        Format::Text => Ok(()),
    }
}

/// Everything is there already, or may not go there.
fn nothing_moves(
    preview: &Preview,
    refused: usize,
    arguments: &Switchover,
    format: Format,
) -> Result<ExitCode, Failure> {
    in_json(preview, format)?;
    if refused == 0 {
        output::talk("nothing to do: every route is there already");
        return Ok(ExitCode::SUCCESS);
    }
    let why: BTreeSet<_> = preview.left_behind().map(|route| route.fate.why()).collect();
    let why = why.into_iter().collect::<Vec<_>>().join("; ");
    let advice = if arguments.force { "" } else { "; --force moves what can be moved all the same" };
    output::talk(format_args!(
        "{} {} would stay behind: {why}{advice}",
        bad("refused:"),
        output::count(refused, "route")
    ));
    Ok(ExitCode::from(4))
}

/// The report, with where the backup is.
#[derive(Debug, Serialize)]
struct WithBackup<'a> {
    #[serde(flatten)]
    report: &'a Report,
    /// The file with the route tables as they were before.
    #[serde(skip_serializing_if = "Option::is_none")]
    backup: Option<String>,
}

/// What was moved, before and after.
fn conclude(report: &Report, kept: Option<&Path>, format: Format) -> Result<ExitCode, Failure> {
    match format {
        Format::Json => {
            let backup = kept.map(|file| file.display().to_string());
            output::json(&WithBackup { report, backup })?;
        }
        Format::Text => {
            let groups: Vec<_> = report.groups.iter().map(|group| message::text(report, group)).collect();
            output::line(format_args!("\n{}", groups.join("\n").trim_end()));
        }
    }
    Ok(ExitCode::from(report.outcome.exit_code()))
}

/// Ctrl-C: says how far it came, by what EC2 shows now, and how to go on or back.
fn interrupted(
    place: &mut Place,
    group: &Arc<Group>,
    order: &Order,
    progress: &Progress,
    kept: Option<&Path>,
) -> ExitCode {
    let (done, asked) = (progress.done(), progress.of());
    output::talk(format_args!("{} {done} of {asked} routes were moved for certain", bad("interrupted:")));
    let now = place.observe(group).and_then(|seen| {
        Ok(Preview::new(group, &seen, Some(order), place.now()).map(|preview| preview.summary)?)
    });
    match now {
        Ok(summary) => output::talk(format_args!("EC2 now shows: {summary}")),
        Err(failure) => output::talk(format_args!("what EC2 shows now is not known: {failure}")),
    }
    let back =
        kept.map_or(String::new(), |file| format!(", or `hopover restore {}` to go back", file.display()));
    output::talk(format_args!(
        "every route points at one of the members: none is half-written. Run the same command to go on{back}"
    ));
    ExitCode::from(if done > 0 { 5 } else { 1 })
}
