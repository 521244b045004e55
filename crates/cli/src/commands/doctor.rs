//! `hopover doctor`: every precondition of a failover, and what mends what is amiss.

use std::process::ExitCode;

use clap::Args;
use hopover_core::config::TopicArn;
use hopover_core::doctor::{Finding, Verdict, examine};
use hopover_core::group::Group;
use hopover_core::id::{GroupName, Region, VpcId};
use hopover_core::survey::Survey;
use serde::Serialize;

use crate::arguments::Format;
use crate::failure::Failure;
use crate::output::{self, Document, bad, faint, good, strong, warned};
use crate::place::{Place, Where};
use crate::wrap;

/// Arguments of `doctor`.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Only this group.
    #[arg(long, value_name = "NAME")]
    group: Option<String>,
    /// Say why it matters of what is as it should be, too.
    #[arg(long)]
    explain: bool,
    #[command(flatten)]
    at: Where,
}

/// What the document says of a group.
#[derive(Debug, Serialize)]
pub(crate) struct Examined {
    group: GroupName,
    region: Region,
    vpc: VpcId,
    problems: usize,
    warnings: usize,
    unknown: usize,
    findings: Vec<Finding>,
}

pub(crate) fn run(arguments: &Doctor, format: Format) -> Result<ExitCode, Failure> {
    let place = Place::open(&arguments.at)?;
    let mut all = Vec::new();
    for group in place.groups(arguments.group.as_deref())? {
        all.push(Examined::new(&group, &place.survey(&group), place.config().topic.as_ref()));
    }
    match format {
        Format::Json => output::json(&Document::new("doctor", &all))?,
        Format::Text => all.iter().for_each(|examined| show(examined, arguments.explain)),
    }
    Ok(ExitCode::from(if all.iter().any(|examined| examined.problems > 0) { 4 } else { 0 }))
}

/// The check that asks what the credentials at hand may do.
const PERMISSION: &str = "permission";

impl Examined {
    /// Runs every check.
    pub(crate) fn new(group: &Group, survey: &Survey, topic: Option<&TopicArn>) -> Self {
        Self::of(group, examine(group, survey, topic))
    }

    /// The same for a function whose role is known to be right: what whoever asks may do says nothing of it.
    pub(crate) fn of_deployed(group: &Group, survey: &Survey, topic: &TopicArn) -> Self {
        let findings = examine(group, survey, Some(topic));
        Self::of(group, findings.into_iter().filter(|finding| finding.check != PERMISSION).collect())
    }

    fn of(group: &Group, findings: Vec<Finding>) -> Self {
        let of = |verdict| findings.iter().filter(|finding| finding.verdict == verdict).count();
        Self {
            group: group.name.clone(),
            region: group.region.clone(),
            vpc: group.vpc.clone(),
            problems: of(Verdict::Problem),
            warnings: of(Verdict::Warning),
            unknown: of(Verdict::Unknown),
            findings,
        }
    }
}

/// Columns before what is said of a check.
const HANGING: usize = 11;

/// Columns before why it matters, and what mends it.
const MORE: usize = 13;

pub(crate) fn show(examined: &Examined, explain: bool) {
    output::line(format_args!("{}: {}", strong(&examined.group), summary(examined)));
    for finding in &examined.findings {
        let verdict = format!("{:<7}", finding.verdict);
        let verdict = match finding.verdict {
            Verdict::Ok => good(verdict),
            Verdict::Unknown => faint(verdict),
            Verdict::Warning => warned(verdict),
            Verdict::Problem => bad(verdict),
        };
        let what = format!("{}: {}", finding.check, finding.what);
        output::line(wrap::text(&format!("  {verdict}  "), HANGING, &what));
        if explain || finding.verdict != Verdict::Ok {
            output::line(faint(wrap::text(&" ".repeat(MORE), MORE, finding.why)));
        }
        for command in &finding.mend {
            output::line(wrap::command(MORE, command));
        }
    }
}

/// "ready", or how much is not.
fn summary(examined: &Examined) -> String {
    let parts =
        [(examined.problems, "problem"), (examined.warnings, "warning"), (examined.unknown, "unknown")];
    let amiss: Vec<_> = parts
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, what)| if what == "unknown" { format!("{n} unknown") } else { output::count(n, what) })
        .collect();
    match examined.problems {
        0 if amiss.is_empty() => good("ready to fail over"),
        // Of what could not be read, nothing is claimed.
        0 if examined.unknown > 0 => format!("no problem was found; {}", amiss.join(", ")),
        0 => format!("{}; {}", good("ready to fail over"), amiss.join(", ")),
        _ => format!("{}; {}", bad("not ready to fail over"), amiss.join(", ")),
    }
}
