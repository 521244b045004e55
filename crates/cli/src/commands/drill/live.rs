//! The drill on the real VPC. It stops and starts instances and looks; every route is moved by the deployed function, which is
//! what is judged.
//!
//! ```text
//! cast    who plays whom, or why the VPC is not fit for a drill
//! kept    what is written down before each act, so that nothing is lost with this program
//! stage   the calls
//! watch   what is made of each look: when a step is over, how long it took
//! words   what the operator is told before, and if it goes wrong
//! ```

mod cast;
mod kept;
mod stage;
mod watch;
mod words;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use hopover_core::Span;
use hopover_core::doctor::{Verdict, examine};
use hopover_core::group::Group;
use hopover_core::id::VpcId;
use hopover_core::observation::Observation;

use super::picture::Picture;
use super::protocol::{self, DrillReport, Mode, StepReport};
use super::{Drill, conclude};
use crate::arguments::Format;
use crate::ask::{self, Consent};
use crate::backups;
use crate::failure::Failure;
use crate::output;
use crate::place::{Account, Place};
use cast::Cast;
pub(crate) use cast::Unfit;
use kept::Kept;
use stage::{Pace, Stage};

/// Where it plays.
const IN_AN_ACCOUNT: &str = "a live drill plays in an AWS account";

/// Arguments that only a live drill has.
#[derive(Debug, Args)]
#[command(next_help_heading = "Live")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct Options {
    /// Go on with a drill that was interrupted or failed, from the step in which it was.
    #[arg(long, requires = "live", conflicts_with = "put_back")]
    resume: bool,
    /// Start again what a drill has stopped and not started, and say how to put the routes back.
    #[arg(long, requires = "live")]
    put_back: bool,
    /// Do not ask. The VPC must be named with --vpc instead.
    #[arg(long, short, requires_all = ["live", "vpc"])]
    yes: bool,
    /// With --yes: the VPC that shall be drilled. Must be that of the configuration.
    #[arg(long, value_name = "ID", requires = "yes")]
    vpc: Option<VpcId>,
    /// The group, if there are several.
    #[arg(long, value_name = "NAME", requires = "live")]
    group: Option<String>,
    /// Play although `hopover doctor` finds problems.
    #[arg(long, requires = "live")]
    force: bool,
    /// Seconds that a step may take.
    #[arg(long, default_value_t = 300, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(10..=7_200))]
    step_limit: u32,
    /// Seconds for which the end of a step must hold. 70 covers a sweep every minute.
    #[arg(long, default_value_t = 10, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=3_600))]
    hold: u32,
    /// Milliseconds between two looks: the times are as exact as that.
    #[arg(long, default_value_t = 500, value_name = "MS", value_parser = clap::value_parser!(u32).range(100..=60_000))]
    every: u32,
    #[command(flatten)]
    backup: backups::First,
}

impl Options {
    fn pace(&self) -> Pace {
        Pace {
            limit: Span::from_secs(i64::from(self.step_limit)),
            hold: Span::from_secs(i64::from(self.hold)),
            every: Span::from_millis(i64::from(self.every)),
        }
    }
}

pub(super) fn run(arguments: &Drill, format: Format) -> Result<ExitCode, Failure> {
    let options = &arguments.options;
    let mut place = Place::open(&arguments.at)?;
    let group = place.group(options.group.as_deref())?;
    if let Some(vpc) = options.vpc.as_ref().filter(|vpc| **vpc != group.vpc) {
        return Err(Failure::Usage(format!(
            "--vpc is {vpc}, but group {} is in {}: nothing was done",
            group.name, group.vpc
        )));
    }
    let file = kept::file(&group.vpc);
    if options.put_back {
        let mut stage = stage(&place, &group, arguments, Kept::read(&file, &group)?)?;
        return put_back(place.account(IN_AN_ACCOUNT)?, &mut stage, arguments);
    }
    let kept = if options.resume { Some(Kept::read(&file, &group)?) } else { None };
    if kept.is_none() && file.exists() {
        return Err(Failure::Usage(format!(
            "a drill of {} is not finished ({}): go on with `{}`, or put back what it stopped with `{}`",
            group.vpc,
            file.display(),
            words::again(arguments, "--resume"),
            words::again(arguments, "--put-back"),
        )));
    }
    let name = place.account(IN_AN_ACCOUNT)?.vpc_name(&group);
    let kept = match kept {
        Some(kept) => {
            output::talk(words::resumed(&kept));
            match consent(&group, name.as_deref(), arguments, format)? {
                Consent::Given => kept,
                Consent::Refused => return Ok(nothing_was_done()),
            }
        }
        None => match begin(&mut place, &group, name, arguments, format)? {
            Some(kept) => kept,
            None => return Ok(nothing_was_done()),
        },
    };
    let mut stage = stage(&place, &group, arguments, kept)?;
    play(place.account(IN_AN_ACCOUNT)?, &mut stage, arguments, format)
}

/// Everything before the first act: fit for a drill, warned, asked, saved. `None` if the operator does not want it.
fn begin(
    place: &mut Place,
    group: &Arc<Group>,
    name: Option<String>,
    arguments: &Drill,
    format: Format,
) -> Result<Option<Kept>, Failure> {
    let (seen, cast) = preconditions(place, group, arguments)?;
    let at_first = Picture::of(group, &seen, place.now())?;
    output::talk(words::warning(group, name.as_deref(), &cast, &at_first, arguments.options.pace()));
    if consent(group, name.as_deref(), arguments, format)? == Consent::Refused {
        return Ok(None);
    }
    if let Some(page) = &arguments.report {
        can_be_written(page)?;
    }
    let backup = backups::first(place, group, &arguments.options.backup)?;
    let backup = backup.map(|file| file.display().to_string());
    Ok(Some(Kept::new(group, name, &cast, at_first, backup, place.now())))
}

/// What must be so before anything is stopped: the VPC is fit for a drill, and `hopover doctor` has no objection.
fn preconditions(
    place: &mut Place,
    group: &Group,
    arguments: &Drill,
) -> Result<(Observation, Cast), Failure> {
    let seen = place.observe(group)?;
    let cast = cast::cast(group, &seen, place.now())?;
    let findings = examine(group, &place.survey(group), place.config().topic.as_ref());
    output::talk(words::doctor(&findings));
    let problems = findings.iter().filter(|finding| finding.verdict == Verdict::Problem).count();
    if problems > 0 && !arguments.options.force {
        return Err(Unfit::Doctor(output::count(problems, "problem")).into());
    }
    Ok((seen, cast))
}

fn consent(group: &Group, name: Option<&str>, arguments: &Drill, format: Format) -> Result<Consent, Failure> {
    let accepted: Vec<&str> = [Some(group.vpc.as_str()), name].into_iter().flatten().collect();
    let question = "Type the id or the Name of the VPC to go on";
    ask::for_typed(question, &accepted, "--yes --vpc ID", arguments.options.yes, format)
}

fn nothing_was_done() -> ExitCode {
    output::talk("nothing was stopped");
    ExitCode::SUCCESS
}

/// A page that cannot be written should show before the drill, not after it.
fn can_be_written(page: &Path) -> Result<(), Failure> {
    let opened = std::fs::OpenOptions::new().append(true).create(true).open(page);
    opened.map(drop).map_err(|source| Failure::Write { path: page.display().to_string(), source })
}

fn stage(place: &Place, group: &Arc<Group>, arguments: &Drill, kept: Kept) -> Result<Stage, Failure> {
    let aws = place.account(IN_AN_ACCOUNT)?.ec2(group);
    Ok(Stage::new(aws, Arc::clone(group), arguments.options.pace(), kept))
}

/// Plays what is left of the drill.
fn play(
    account: &Account,
    stage: &mut Stage,
    arguments: &Drill,
    format: Format,
) -> Result<ExitCode, Failure> {
    stage.kept.save()?;
    let ended = account.unless_interrupted(stage.play(format));
    stage.finish();
    let failed = match ended {
        Ok(Some(failed)) => failed,
        Ok(None) => {
            explain(account, stage, arguments, "interrupted");
            return Ok(ExitCode::from(5));
        }
        Err(failure) => {
            explain(account, stage, arguments, "broken off");
            return Err(failure);
        }
    };
    let protocol = report(&stage.kept, failed);
    conclude(&protocol, arguments.report.as_deref(), format)?;
    if protocol.passed {
        stage.kept.forget()?;
        return Ok(ExitCode::SUCCESS);
    }
    explain(account, stage, arguments, "not as expected");
    Ok(ExitCode::from(6))
}

/// The protocol, with the step that failed, if one did.
fn report(kept: &Kept, failed: Option<StepReport>) -> DrillReport {
    let steps: Vec<_> = kept.done.iter().cloned().chain(failed).collect();
    let planned = kept::STEPS;
    DrillReport {
        version: protocol::VERSION,
        hopover: env!("CARGO_PKG_VERSION").to_owned(),
        mode: Mode::Live,
        seed: None,
        region: kept.region.to_string(),
        vpc: kept.vpc.to_string(),
        vpc_name: kept.vpc_name.clone(),
        group: kept.group.to_string(),
        started_at: kept.started_at,
        ended_at: steps.last().map_or(kept.started_at, |step| step.ended_at),
        passed: steps.len() == planned && steps.iter().all(StepReport::passed),
        planned,
        steps,
    }
}

/// Says what is stopped, where the routes are, and how to go on or back.
fn explain(account: &Account, stage: &Stage, arguments: &Drill, how: &str) {
    let now = account.unless_interrupted(stage.look_once());
    let now = now.ok().flatten();
    output::talk(words::guide(&stage.kept, how, now.as_ref(), arguments));
}

/// Starts what the drill has stopped.
fn put_back(account: &Account, stage: &mut Stage, arguments: &Drill) -> Result<ExitCode, Failure> {
    let ended = account.unless_interrupted(stage.put_back());
    stage.finish();
    match ended {
        Ok(Some(now)) => {
            stage.kept.forget()?;
            output::line(words::put_back(&stage.kept, &now, arguments));
            Ok(ExitCode::SUCCESS)
        }
        Ok(None) => {
            explain(account, stage, arguments, "interrupted");
            Ok(ExitCode::from(5))
        }
        Err(failure) => {
            explain(account, stage, arguments, "broken off");
            Err(failure)
        }
    }
}
