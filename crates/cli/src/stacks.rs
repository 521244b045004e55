//! Follows a stack on the terminal, one line a resource, and says how that ended.

use std::time::{Duration, Instant};

use clap::Args;
use hopover_aws::{Deployer, Ended, Pace};
use hopover_core::fact::Level;
use hopover_core::id::{Region, StackName};
use hopover_core::stack::{Advice, StackEvent, Standing, advice, first_failure};

use crate::failure::Failure;
use crate::output;
use crate::progress::Progress;
use crate::wrap;

/// Arguments of whoever follows a stack.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Patience {
    /// Seconds after which the stack is not followed any longer. CloudFormation goes on by itself.
    #[arg(long, default_value_t = 1_800, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=86_400))]
    time_limit: u32,
    /// Milliseconds between two looks at the stack.
    #[arg(long, default_value_t = 2_000, value_name = "MS", value_parser = clap::value_parser!(u32).range(100..=60_000))]
    every: u32,
}

impl Patience {
    /// The pace of one operation that begins now.
    pub(crate) fn pace(self) -> Pace {
        Pace {
            every: Duration::from_millis(self.every.into()),
            until: Instant::now() + Duration::from_secs(self.time_limit.into()),
        }
    }
}

/// An operation on a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Create,
    Update,
    Delete,
}

impl Operation {
    /// The status of what it has done.
    fn done(self) -> &'static str {
        match self {
            Self::Create => "CREATE_COMPLETE",
            Self::Update => "UPDATE_COMPLETE",
            Self::Delete => "DELETE_COMPLETE",
        }
    }

    fn participle(self) -> &'static str {
        match self {
            Self::Create => "made",
            Self::Update => "updated",
            Self::Delete => "deleted",
        }
    }
}

/// A stack that did not come to be as asked.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct StackFailure {
    message: String,
    code: u8,
    /// What would help, if that is known.
    pub(crate) advice: Option<Advice>,
    /// The failure with which it began.
    pub(crate) first: Option<StackEvent>,
    /// How the stack stands now.
    pub(crate) status: String,
    /// Its ARN.
    pub(crate) id: String,
}

impl StackFailure {
    pub(crate) fn exit_code(&self) -> u8 {
        self.code
    }
}

/// Follows an operation; `of` is how many resources it is about, if that is known. `None` if the time was up before its end.
pub(crate) async fn follow(
    deployer: &Deployer,
    stack: &str,
    since: Option<String>,
    patience: Patience,
    (operation, of): (Operation, Option<usize>),
) -> Result<Option<(Standing, Vec<StackEvent>)>, Failure> {
    let what = match operation {
        Operation::Create => "resources made",
        Operation::Update => "resources updated",
        Operation::Delete => "resources deleted",
    };
    let progress = of.map_or_else(|| Progress::counting(what), |of| Progress::new(of, what));
    let mut progress = progress.ticking();
    let mut tell = |event: &StackEvent| {
        if let Some((level, text)) = told(event) {
            progress.hear_of(!event.is_of_the_stack() && event.status == operation.done(), level, text);
        }
    };
    let ended = deployer.follow(stack, since, patience.pace(), &mut tell).await;
    progress.finish();
    match ended.map_err(Failure::Observe)? {
        Ended::Settled { stack, events } => Ok(Some((stack, events))),
        Ended::OutOfTime { status } => {
            output::talk(format_args!("{} the stack is still {status}", output::warned("time is up:")));
            Ok(None)
        }
    }
}

/// What a person is told of an event; nothing of what only begins.
fn told(event: &StackEvent) -> Option<(Level, String)> {
    let StackEvent { resource, kind, status, reason, .. } = event;
    if event.is_of_the_stack() {
        let takes_back = status.ends_with("ROLLBACK_IN_PROGRESS");
        return takes_back.then(|| (Level::Warn, "CloudFormation takes back what it has done".to_owned()));
    }
    if !event.is_settled() {
        return None;
    }
    let kind = format!("({kind})");
    if event.is_failure() {
        let reason = reason.as_deref().unwrap_or("CloudFormation does not say why");
        return Some((Level::Error, format!("{resource} {kind}: {status}: {reason}")));
    }
    let word = match status.as_str() {
        "CREATE_COMPLETE" => "made",
        "UPDATE_COMPLETE" => "updated",
        "DELETE_COMPLETE" => "deleted",
        "DELETE_SKIPPED" => "kept",
        status if status.ends_with("_FAILED") => "called off",
        status => status,
    };
    Some((Level::Info, format!("{resource} {word} {kind}")))
}

/// Whether an operation was carried out; else why not, and how things are now.
pub(crate) fn judge(
    name: &StackName,
    operation: Operation,
    (stack, events): (&Standing, &[StackEvent]),
) -> Result<(), Failure> {
    if stack.status == operation.done() {
        return Ok(());
    }
    let first = first_failure(events);
    let why = match first {
        Some(StackEvent { resource, kind, status, reason, .. }) => {
            let reason = reason.as_deref().unwrap_or("CloudFormation does not say why");
            format!("{resource} ({kind}) {status}: {}", reason.trim_end_matches('.'))
        }
        None => stack.reason.clone().unwrap_or_else(|| "CloudFormation does not say why".to_owned()),
    };
    let advice = first.and_then(advice);
    let help = advice.as_ref().map_or(String::new(), |advice| format!("; {}", advice.as_str()));
    let (now, code) = match stack.status.as_str() {
        "ROLLBACK_COMPLETE" => {
            ("Everything that was made is deleted again; no route was touched".to_owned(), 1)
        }
        "UPDATE_ROLLBACK_COMPLETE" => {
            ("The update was taken back: the function and its failover are as they were".to_owned(), 1)
        }
        status => (format!("The stack is {status} now: see it in the CloudFormation console"), 5),
    };
    Err(Failure::Stack(Box::new(StackFailure {
        message: format!("stack {name} was not {}: {why}{help}. {now}", operation.participle()),
        code,
        advice,
        first: first.cloned(),
        status: stack.status.clone(),
        id: stack.id.clone(),
    })))
}

/// Ctrl-C, or no more time: what goes on without us, and how to follow it.
pub(crate) fn goes_on(name: &StackName, region: &Region) {
    output::talk(format_args!(
        "CloudFormation goes on with stack {name} by itself. To follow it, run the same command\n\
         again, see the CloudFormation console, or"
    ));
    let command = format!("aws cloudformation describe-stack-events --stack-name {name} --region {region}");
    output::talk(wrap::command(2, &command));
}
