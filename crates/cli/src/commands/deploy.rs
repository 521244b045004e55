//! `hopover deploy`: the function with all that it needs, as one stack, for people who have no pipeline.
//!
//! ```text
//! zip      what is deployed
//! plan     what is there, and what is to be done about it
//! work     doing it
//! text     what people read
//! ```

mod plan;
mod text;
mod work;
mod zip;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use hopover_core::id::{BadId, BucketName, EmailAddress, StackName};
use hopover_core::stack::{Architecture, LOG_RETENTIONS, TestEvents};

use crate::arguments::Format;
use crate::ask::{self, Consent};
use crate::failure::Failure;
use crate::output;
use crate::place::{Place, Where};
use crate::stacks::Patience;
use plan::{Act, Plan};
pub(crate) use work::is_meant;
pub(crate) use zip::NotCode;

/// Arguments of `deploy`.
#[derive(Debug, Args)]
pub(crate) struct Deploy {
    /// The zip with the function, as `cargo run -p hopover-package` makes it. A stack that stands keeps its code without it.
    #[arg(long, value_name = "FILE")]
    zip: Option<PathBuf>,
    /// Who is told of failovers and alarms. Must be named for a new stack.
    #[arg(long, value_name = "ADDRESS", value_parser = email)]
    email: Option<EmailAddress>,
    /// What the stack is called, and the function in it.
    #[arg(long, value_name = "NAME", default_value = "hopover", value_parser = stack)]
    stack: StackName,
    /// The group, if there are several: a stack is for one.
    #[arg(long, value_name = "NAME")]
    group: Option<String>,
    /// The bucket for the code. Without it: the one that the stack has, else hopover-code-ACCOUNT-REGION, which is made.
    #[arg(long, value_name = "NAME", value_parser = bucket)]
    bucket: Option<BucketName>,
    /// What the zip must be built for. Without it, whatever it is built for.
    #[arg(long, value_name = "ARCHITECTURE", value_parser = architecture)]
    arch: Option<Architecture>,
    /// Only show what would be made or changed, and what it costs.
    #[arg(long)]
    plan: bool,
    /// Do not ask.
    #[arg(long, short)]
    yes: bool,
    #[command(flatten)]
    patience: Patience,
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    at: Where,
}

/// What a stack keeps from its last update if nothing is said.
#[derive(Debug, Args)]
#[command(next_help_heading = "Settings, kept by an update that does not name them")]
struct Settings {
    /// Whether also the report of every event that ended well is mailed.
    #[arg(long, value_name = "true|false")]
    notify_every_run: Option<bool>,
    /// How many runs may go on at once. 0 reserves none, for accounts that may not (new ones). At first 1.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=1_000))]
    reserved_concurrency: Option<u32>,
    /// The two test events of the Lambda console. They live in a registry that a region has once: make it, use the one that is
    /// there, or leave them out. At first it is made, unless it turns out to be there.
    #[arg(long, value_enum, value_name = "CHOICE")]
    test_events: Option<Choice>,
    /// How many days the log is kept. At first 365.
    #[arg(long, value_name = "DAYS", value_parser = log_days)]
    log_retention_days: Option<u16>,
}

/// What becomes of the test events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Choice {
    Create,
    Exists,
    None,
}

impl From<Choice> for TestEvents {
    fn from(choice: Choice) -> Self {
        match choice {
            Choice::Create => Self::Create,
            Choice::Exists => Self::Exists,
            Choice::None => Self::None,
        }
    }
}

/// Why an embedded VPC has no stack.
const NOWHERE: &str = "there is nothing to deploy to in an embedded VPC: add --plan";

fn log_days(text: &str) -> Result<u16, String> {
    text.parse().ok().filter(|days| LOG_RETENTIONS.contains(days)).ok_or_else(|| {
        let days: Vec<_> = LOG_RETENTIONS.iter().map(ToString::to_string).collect();
        format!("expected one of {}", days.join(", "))
    })
}

fn email(text: &str) -> Result<EmailAddress, BadId> {
    text.parse()
}

pub(super) fn stack(text: &str) -> Result<StackName, BadId> {
    text.parse()
}

pub(super) fn bucket(text: &str) -> Result<BucketName, BadId> {
    text.parse()
}

fn architecture(text: &str) -> Result<Architecture, String> {
    text.parse()
}

pub(crate) fn run(arguments: &Deploy, format: Format) -> Result<ExitCode, Failure> {
    let zip = arguments.zip.as_deref().map(|path| zip::read(path, arguments.arch)).transpose()?;
    let mut place = Place::open(&arguments.at)?;
    if !arguments.plan {
        place.account(NOWHERE)?;
    }
    let plan = Plan::make(&mut place, arguments, zip)?;
    if format == Format::Text {
        text::plan(&plan);
    }
    if arguments.plan {
        if format == Format::Json {
            output::json(&plan.document("deploy-plan", None))?;
        }
        return Ok(ExitCode::from(if plan.act == Act::Nothing { 0 } else { 3 }));
    }
    let account = place.account(NOWHERE)?;
    if plan.act != Act::Nothing {
        let question = text::question(&plan);
        if ask::for_consent(&question, arguments.yes, format)? == Consent::Refused {
            output::talk("nothing was made");
            return Ok(ExitCode::SUCCESS);
        }
    }
    work::carry_out(account, &plan, arguments, format)
}
