//! `hopover init`: finds what tutorials have people copy by hand from the console, and writes a `hopover.toml`.

mod show;

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use hopover_core::config::{Config, TopicArn};
use hopover_core::discover::{self, NoProposal, Proposal};
use hopover_core::id::{BadId, GroupName, Region};
use hopover_core::observation::ObserveFailure;
use hopover_core::survey::Survey;

use crate::arguments::Format;
use crate::ask::{self, Consent};
use crate::configuration::DEFAULT_FILE;
use crate::failure::Failure;
use crate::{lookup, output, place};

/// Arguments of `init`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag on the command line")]
pub(crate) struct Init {
    /// The appliances: instance ids, Name tags, or the ids of their interfaces. - prints instead of writing.
    #[arg(value_name = "MEMBER")]
    members: Vec<String>,
    /// Where they are. Without it: `AWS_REGION`, else the region of the profile.
    #[arg(long, value_parser = region)]
    region: Option<Region>,
    /// The group's name; without it, what the members' names have in common.
    #[arg(long, value_name = "NAME", value_parser = group)]
    group: Option<GroupName>,
    /// The SNS topic that is told of failovers.
    #[arg(long, value_name = "ARN", value_parser = topic)]
    topic: Option<TopicArn>,
    /// The file to write; - is standard output.
    #[arg(long, value_name = "FILE|-", default_value = DEFAULT_FILE)]
    file: PathBuf,
    /// Print the file instead of writing it.
    #[arg(long)]
    stdout: bool,
    /// Overwrite the file if there is one.
    #[arg(long)]
    force: bool,
    /// Take the proposed pair without asking.
    #[arg(long, short)]
    yes: bool,
    /// Only list the candidates.
    #[arg(long, conflicts_with = "members")]
    list: bool,
    /// Work on the example VPC in memory instead of AWS, or on the one in a file.
    #[arg(long, value_name = "FILE", require_equals = true)]
    #[expect(clippy::option_option, reason = "not given, given alone, given with a file")]
    embedded: Option<Option<PathBuf>>,
}

fn region(text: &str) -> Result<Region, BadId> {
    text.parse()
}

fn group(text: &str) -> Result<GroupName, BadId> {
    text.parse()
}

fn topic(text: &str) -> Result<TopicArn, BadId> {
    text.parse()
}

impl Init {
    fn prints(&self) -> bool {
        self.stdout || self.file.as_os_str() == "-" || self.members.iter().any(|member| member == "-")
    }
}

pub(crate) fn run(arguments: &Init, format: Format) -> Result<ExitCode, Failure> {
    let writes = !arguments.prints() && !arguments.list;
    if writes && !arguments.force && arguments.file.exists() {
        return Err(exists(&arguments.file));
    }
    let members: Vec<_> = arguments.members.iter().filter(|member| *member != "-").cloned().collect();
    let survey = place::region(arguments.embedded.as_ref(), arguments.region.as_ref())?;
    let name = arguments.group.as_ref();
    let (proposal, must_ask) = if members.is_empty() {
        let mut obvious = discover::obvious(&survey, name).map_err(refused)?;
        if arguments.list || obvious.len() != 1 {
            return list(&survey, &obvious, arguments, format);
        }
        (obvious.remove(0), true)
    } else {
        (discover::named(&survey, &members, name).map_err(refused)?, false)
    };
    let text = discover::file(std::slice::from_ref(&proposal), arguments.topic.as_ref());
    // What is written must be read.
    Config::from_toml(DEFAULT_FILE, &text)?;
    if !writes {
        return print(&proposal, &text, format);
    }
    if format == Format::Text {
        show::proposal(&proposal, output::line);
    }
    if must_ask {
        let question = format!("Write {} for this pair?", arguments.file.display());
        if ask::for_consent(&question, arguments.yes, format)? == Consent::Refused {
            output::talk("nothing is written");
            return Ok(ExitCode::SUCCESS);
        }
    }
    write(&arguments.file, &text, arguments.force)?;
    match format {
        Format::Json => show::document(&proposal, &text, Some(&arguments.file))?,
        Format::Text => output::talk(show::next(arguments)),
    }
    Ok(ExitCode::SUCCESS)
}

/// The text alone goes to standard output.
fn print(proposal: &Proposal, text: &str, format: Format) -> Result<ExitCode, Failure> {
    match format {
        Format::Json => show::document(proposal, text, None)?,
        Format::Text => {
            show::proposal(proposal, output::talk);
            output::line(text.trim_end());
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Lists the candidates: what was asked for, or all that can be done without a name.
fn list(
    survey: &Survey,
    obvious: &[Proposal],
    arguments: &Init,
    format: Format,
) -> Result<ExitCode, Failure> {
    let candidates = discover::candidates(survey).map_err(refused)?;
    match format {
        Format::Json => show::candidates_document(survey, &candidates, obvious)?,
        Format::Text => show::candidates(survey, &candidates, obvious, arguments),
    }
    if arguments.list {
        return Ok(ExitCode::SUCCESS);
    }
    Err(Failure::Usage(if candidates.is_empty() {
        format!(
            "nothing in {} looks like an appliance: name two instances, or another --region",
            survey.region
        )
    } else if obvious.is_empty() {
        "no pair suggests itself: name the members".to_owned()
    } else {
        format!("{} pairs suggest themselves: name the members", obvious.len())
    }))
}

fn refused(why: NoProposal) -> Failure {
    match why {
        NoProposal::Unread(unread) => {
            Failure::Observe(ObserveFailure { message: unread.why, transient: false })
        }
        NoProposal::NotFound { name, known } => {
            lookup::not_found("instance or interface", &name, &known, &[])
        }
        why => Failure::Usage(why.to_string()),
    }
}

fn exists(file: &Path) -> Failure {
    Failure::Usage(format!(
        "{} exists already: --force overwrites it, --stdout prints instead",
        file.display()
    ))
}

/// Whole or not at all; and what is there stays, unless it may be overwritten.
fn write(file: &Path, text: &str, force: bool) -> Result<(), Failure> {
    let failed = |source| Failure::Write { path: file.display().to_string(), source };
    if force {
        let beside = file.with_extension("part");
        return fs::write(&beside, text).and_then(|()| fs::rename(&beside, file)).map_err(failed);
    }
    match OpenOptions::new().write(true).create_new(true).open(file) {
        Ok(mut made) => made.write_all(text.as_bytes()).map_err(failed),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(exists(file)),
        Err(error) => Err(failed(error)),
    }
}
