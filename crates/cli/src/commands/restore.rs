//! `hopover restore`: puts routes back to where a backup has them.

mod text;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use hopover_core::Timestamp;
use hopover_core::backup::Backup;
use hopover_core::group::Group;
use hopover_core::id::{Region, VpcId};
use hopover_core::restore::{Comparison, Outcome, RestoreReport, Told, Wish, compare};
use serde::Serialize;

use crate::arguments::Format;
use crate::ask::{self, Consent};
use crate::failure::Failure;
use crate::output::{self, bad};
use crate::place::{Place, Restored, Where};
use crate::progress::Progress;
use crate::{backups, lookup};

/// Arguments of `restore`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct Restore {
    /// The file that `hopover backup` has written.
    file: PathBuf,
    /// Only show what differs.
    #[arg(long)]
    plan: bool,
    /// Every route of the VPC that an operator made, not only those to members; routes that were not there are removed.
    #[arg(long)]
    all: bool,
    /// Restore even to a member that is down.
    #[arg(long)]
    force: bool,
    /// The file was changed by hand on purpose. It is checked all the same.
    #[arg(long)]
    edited: bool,
    /// Do not ask.
    #[arg(long, short)]
    yes: bool,
    /// Only routes to members of this group.
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

/// The document.
#[derive(Debug, Serialize)]
struct Document<'a> {
    version: u32,
    kind: &'static str,
    file: String,
    taken_at: Timestamp,
    region: &'a Region,
    vpc: &'a VpcId,
    all: bool,
    /// What differed before.
    #[serde(flatten)]
    comparison: &'a Comparison,
    /// What was done about it; absent if nothing was.
    #[serde(skip_serializing_if = "Option::is_none")]
    restored: Option<&'a RestoreReport>,
    /// The file with the tables as they were before that.
    #[serde(skip_serializing_if = "Option::is_none")]
    backup: Option<String>,
}

pub(crate) fn run(arguments: &Restore, format: Format) -> Result<ExitCode, Failure> {
    let mut place = Place::open(&arguments.at)?;
    let backup = backups::read(&arguments.file, arguments.edited)?;
    let groups = groups(&place, &backup, arguments)?;
    let look = place.look_in_full(&groups)?;
    let wish = Wish { backup, groups, all: arguments.all, force: arguments.force };
    let shown = compare(&wish, &look);
    let task = Task { wish: &wish, shown: &shown, file: &arguments.file, format };
    if format == Format::Text {
        text::show(&task, place.now());
    }
    if let Some(code) = task.nothing_to_write(arguments.plan)? {
        return Ok(code);
    }
    match ask::for_consent(&format!("Write {}?", text::writes(&shown)), arguments.yes, format)? {
        Consent::Given => {}
        Consent::Refused => {
            output::talk("nothing was restored");
            return Ok(ExitCode::SUCCESS);
        }
    }
    let kept = backups::first(&mut place, &wish.groups[0], &arguments.backup)?;
    let mut progress = Progress::new(shown.to_restore().count(), "routes written");
    let ended = place.restore(&wish, &shown, arguments.time_limit, &mut |told| {
        progress.hear_of(matches!(told, Told::Written { .. }), told.level(), told);
    })?;
    progress.finish();
    match ended {
        Restored::Report(report) => task.conclude(&report, kept.as_deref()),
        Restored::Interrupted(report) => {
            let code = task.interrupted(&mut place, progress.done(), kept.as_deref());
            if format == Format::Json {
                task.document(Some(&report), kept.as_deref())?;
            }
            Ok(code)
        }
    }
}

/// The groups whose VPC the backup is of.
fn groups(place: &Place, backup: &Backup, arguments: &Restore) -> Result<Vec<Arc<Group>>, Failure> {
    let asked = match &arguments.group {
        Some(name) => vec![lookup::group(place.config(), name)?],
        None => place.config().groups.clone(),
    };
    let is_there = |group: &&Arc<Group>| group.region == backup.region && group.vpc == backup.vpc;
    let found: Vec<_> = asked.iter().filter(is_there).cloned().collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let mut configured: Vec<_> =
        asked.iter().map(|group| format!("{} in {}", group.vpc, group.region)).collect();
    configured.dedup();
    Err(Failure::OtherVpc {
        path: arguments.file.display().to_string(),
        found: format!("{} in {}", backup.vpc, backup.region),
        configured: configured.join(", "),
    })
}

/// What is to be restored, and how it is told.
struct Task<'a> {
    wish: &'a Wish,
    shown: &'a Comparison,
    file: &'a Path,
    format: Format,
}

impl Task<'_> {
    /// How many routes are asked for and cannot be brought back.
    fn lost(&self) -> usize {
        self.shown.left().count() + self.shown.routes_gone(self.wish)
    }

    /// The end, if nothing is written: because it is refused, only shown, or as it should be.
    fn nothing_to_write(&self, plan: bool) -> Result<Option<ExitCode>, Failure> {
        let (pending, refused) = (self.shown.to_restore().count(), self.shown.refused().count());
        if !plan && refused == 0 && pending > 0 {
            return Ok(None);
        }
        if self.format == Format::Json {
            self.document(None, None)?;
        }
        if refused > 0 {
            output::talk(format_args!(
                "{} {} would go to a member that is down; --force restores them all the same",
                bad("refused:"),
                output::count(refused, "route")
            ));
            return Ok(Some(ExitCode::from(4)));
        }
        if pending > 0 {
            return Ok(Some(ExitCode::from(3)));
        }
        if self.lost() > 0 {
            let what = output::count(self.lost(), "route");
            output::talk(format_args!("{} {what} cannot be brought back", bad("nothing is restored:")));
            return Ok(Some(ExitCode::from(4)));
        }
        Ok(Some(ExitCode::SUCCESS))
    }

    fn document(&self, restored: Option<&RestoreReport>, kept: Option<&Path>) -> Result<(), Failure> {
        output::json(&Document {
            version: 1,
            kind: if restored.is_some() { "restore" } else { "restore-plan" },
            file: self.file.display().to_string(),
            taken_at: self.wish.backup.taken_at,
            region: &self.wish.backup.region,
            vpc: &self.wish.backup.vpc,
            all: self.wish.all,
            comparison: self.shown,
            restored,
            backup: kept.map(|file| file.display().to_string()),
        })
    }

    /// What became of each route.
    fn conclude(&self, report: &RestoreReport, kept: Option<&Path>) -> Result<ExitCode, Failure> {
        match self.format {
            Format::Json => self.document(Some(report), kept)?,
            Format::Text => text::conclude(self, report, kept),
        }
        let outcome = match report.outcome {
            Outcome::Restored if self.lost() > 0 => Outcome::Incomplete,
            outcome => outcome,
        };
        Ok(ExitCode::from(outcome.exit_code()))
    }

    /// Ctrl-C: says how far it came, by what EC2 shows now, and how to go on or back.
    fn interrupted(&self, place: &mut Place, done: usize, kept: Option<&Path>) -> ExitCode {
        let asked = self.shown.to_restore().count();
        output::talk(format_args!(
            "{} {done} of {asked} routes were written for certain",
            bad("interrupted:")
        ));
        match place.look_in_full(&self.wish.groups).map(|look| compare(self.wish, &look)) {
            Ok(now) => output::talk(format_args!(
                "EC2 now shows: {} still to be restored",
                output::count(now.to_restore().count(), "route")
            )),
            Err(failure) => output::talk(format_args!("what EC2 shows now is not known: {failure}")),
        }
        let back = kept.map_or(String::new(), |file| {
            format!(", or `hopover restore {}` to go back to how it was before", file.display())
        });
        output::talk(format_args!("no route is half-written. Run the same command to go on{back}"));
        ExitCode::from(if done > 0 { 5 } else { 1 })
    }
}
