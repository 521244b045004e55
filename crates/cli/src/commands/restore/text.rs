//! What `restore` prints for people. Everything fits 80 columns, but for long ids.

use std::path::Path;

use hopover_core::restore::{
    Act, Comparison, Difference, Fate, Outcome, RestoreReport, RouteRestored, RouteResult,
};
use hopover_core::route::Target;
use hopover_core::{Span, Timestamp};

use super::Task;
use crate::output::{bad, count, faint, good, line, strong, warned};
use crate::{view, wrap};

/// Columns of a terminal.
const WIDTH: usize = 80;

/// The diff.
pub(super) fn show(task: &Task<'_>, now: Timestamp) {
    let (backup, shown) = (&task.wish.backup, task.shown);
    line(format_args!("{}", strong(task.file.display())));
    let age = age(now.duration_since(backup.taken_at));
    line(format_args!("  {} in {}, {} ({age})", backup.vpc, backup.region, backup.taken_at));
    line(format_args!("  {}", verdict(task)));
    routes(task, |difference| !matches!(difference.fate, Fate::NotBeTouched { .. }));
    for gone in &shown.tables_gone {
        let name = gone.table_name.as_ref().map_or(String::new(), |name| format!(" ({name})"));
        line(format_args!(
            "    {}{name} {}: it had {}, {} of them to members",
            gone.table,
            bad("is gone"),
            count(gone.routes, "route"),
            gone.to_members
        ));
    }
    let untouched = shown.untouched().count();
    if untouched > 0 {
        let differ = if untouched == 1 { "differs" } else { "differ" };
        line(format_args!("  left alone: {} {differ} too", count(untouched, "route")));
        routes(task, |difference| matches!(difference.fate, Fate::NotBeTouched { .. }));
        if !task.wish.all {
            line(faint("    --all restores every route that an operator made, and removes new ones"));
        }
    }
    if !shown.tables_new.is_empty() {
        let names: Vec<_> = shown.tables_new.iter().map(ToString::to_string).collect();
        line(format_args!("  left alone: new since then: {}", names.join(", ")));
    }
    for moved in &shown.associations {
        let table = |table: &Option<hopover_core::id::RouteTableId>| {
            table.as_ref().map_or("no table of its own".to_owned(), ToString::to_string)
        };
        line(format_args!(
            "  {} {}: {} now, {} then; restore does not change that",
            warned("note:"),
            moved.of,
            table(&moved.now),
            table(&moved.then)
        ));
        if let (Some(id), Some(then)) = (&moved.association, &moved.then) {
            line(faint(format_args!(
                "    aws ec2 replace-route-table-association --association-id {id} \\\n      --route-table-id {then}"
            )));
        }
    }
}

fn verdict(task: &Task<'_>) -> String {
    let shown = task.shown;
    let (pending, refused, lost) = (shown.to_restore().count(), shown.refused().count(), task.lost());
    let are = if shown.same == 1 { "is as it was" } else { "are as they were" };
    let same = format!("{} {are}", count(shown.same, "route"));
    let parts = [
        (pending > 0).then(|| format!("to be restored: {}", writes(shown))),
        (refused > 0).then(|| bad(format_args!("{} refused", count(refused, "route")))),
        (lost > 0).then(|| bad(format_args!("{} cannot be brought back", count(lost, "route")))),
        (pending + refused + lost == 0).then(|| good("nothing to restore")),
        Some(same),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// "2 routes (1 replaced, 1 made again)".
pub(super) fn writes(shown: &Comparison) -> String {
    let of = |act: Act| shown.to_restore().filter(|(_, by)| *by == act).count();
    let parts = [
        (of(Act::ReplaceRoute), "replaced"),
        (of(Act::CreateRoute), "made again"),
        (of(Act::DeleteRoute), "removed"),
    ];
    let parts: Vec<_> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, how)| format!("{n} {how}")).collect();
    format!("{} ({})", count(shown.to_restore().count(), "route"), parts.join(", "))
}

/// Differences by table.
fn routes(task: &Task<'_>, which: impl Fn(&Difference) -> bool) {
    let differences: Vec<_> = task.shown.routes.iter().filter(|difference| which(difference)).collect();
    let place = |difference: &&Difference| (difference.key.clone(), difference.table_name.clone());
    view::by_table(&differences, place, |difference, destination| {
        let text = format!("{destination}  {}", way(task, difference));
        match &difference.fate {
            Fate::BeRestored { .. } => line(text),
            Fate::BeRefused { why } | Fate::BeLeft { why } => with_reason(&text, why, bad),
            Fate::NotBeTouched { why } => with_reason(&text, why, faint),
        }
    });
}

/// The reason beside it, or below if there is no room.
fn with_reason(text: &str, why: &str, paint: fn(String) -> String) {
    if text.chars().count() + 2 + why.chars().count() <= WIDTH {
        line(format_args!("{text}  {}", paint(why.to_owned())));
    } else {
        line(text);
        line(paint(below(why)));
    }
}

/// A reason on lines of its own.
fn below(why: &str) -> String {
    wrap::text("        ", 8, why)
}

/// Where it points, and where it shall; or where it pointed, if nothing is done.
fn way(task: &Task<'_>, difference: &Difference) -> String {
    let name = |target: &Option<Target>, none: &str| {
        target.as_ref().map_or(none.to_owned(), |target| name(task, target))
    };
    match &difference.fate {
        Fate::BeRestored { .. } | Fate::BeRefused { .. } => {
            format!("{} → {}", name(&difference.now, "missing"), name(&difference.then, "removed"))
        }
        Fate::BeLeft { .. } | Fate::NotBeTouched { .. } if difference.then.is_none() => {
            name(&difference.now, "missing")
        }
        Fate::BeLeft { .. } | Fate::NotBeTouched { .. } => {
            format!("{}, was {}", name(&difference.now, "missing"), name(&difference.then, "missing"))
        }
    }
}

/// A member with its path, or the id.
fn name(task: &Task<'_>, target: &Target) -> String {
    let hop = match target {
        Target::Interface(interface) => task.wish.groups.iter().find_map(|group| group.next_hop(interface)),
        Target::Other(_) => None,
    };
    hop.map_or_else(|| target.to_string(), |hop| view::hop(&hop))
}

/// What became of each route.
pub(super) fn conclude(task: &Task<'_>, report: &RestoreReport, kept: Option<&Path>) {
    let seconds = Span::from_millis(i64::try_from(report.ms).unwrap_or(i64::MAX)).as_secs_f64();
    let is_all = report.outcome == Outcome::Restored;
    let summary = if is_all { good(&report.summary) } else { bad(&report.summary) };
    let seen = match report.outcome {
        Outcome::Restored | Outcome::Incomplete => ", as EC2 now shows",
        Outcome::Unverified | Outcome::CouldNotLook => "",
    };
    line(format_args!("\n{summary} in {seconds:.1} s{seen}"));
    let place = |route: &RouteRestored| (route.key.clone(), None);
    view::by_table(&report.routes, place, |route, destination| {
        line(format_args!("{destination}  {}", outcome(route)));
        if let Some(why) = route.result.why() {
            line(bad(below(why)));
        }
    });
    if let Some(problem) = &report.problem {
        line(format_args!("  {} {problem}", bad("could not look:")));
    }
    if task.lost() > 0 {
        line(bad(format_args!("  {} cannot be brought back", count(task.lost(), "route"))));
    }
    if let Some(file) = kept {
        line(faint(format_args!("  as it was before: {}", file.display())));
    }
}

fn outcome(route: &RouteRestored) -> String {
    match (&route.result, route.by) {
        (RouteResult::Restored, Act::ReplaceRoute) => "replaced".to_owned(),
        (RouteResult::Restored, Act::CreateRoute) => "made again".to_owned(),
        (RouteResult::Restored, Act::DeleteRoute) => "removed".to_owned(),
        (result, _) => bad(result),
    }
}

/// "5 minutes ago".
fn age(span: Span) -> String {
    let seconds = span.as_secs();
    let (n, unit) = match seconds {
        ..0 => return "in the future, by the clock here".to_owned(),
        0..120 => (seconds, "second"),
        120..7_200 => (seconds / 60, "minute"),
        7_200..172_800 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{} ago", count(usize::try_from(n).unwrap_or(usize::MAX), unit))
}
