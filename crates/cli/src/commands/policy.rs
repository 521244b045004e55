//! `hopover policy`: the IAM policy that the function's role needs for this configuration.

use std::process::ExitCode;

use clap::Args;
use hopover_core::config::TopicArn;
use hopover_core::id::{BucketName, Region, StackName};
use hopover_core::policy::{Deployment, Policy as Document, Workshop};

use super::deploy::{bucket, stack};
use crate::failure::Failure;
use crate::place::{Place, Where};
use crate::{configuration, output};

/// Arguments of `policy`.
#[derive(Debug, Args)]
pub(crate) struct Policy {
    /// The number of the account. Without it: the account of the topic, else any.
    #[arg(long, value_name = "ID", value_parser = account)]
    account: Option<String>,
    /// The name of the function, which its log group bears.
    #[arg(long, value_name = "NAME", default_value = "hopover", value_parser = function)]
    function: String,
    /// What whoever runs `deploy` and `destroy` must be allowed, instead: also what CloudFormation does in their name.
    #[arg(long, conflicts_with_all = ["function", "topic"])]
    deployer: bool,
    /// With --deployer: the name of the stack.
    #[arg(long, value_name = "NAME", default_value = "hopover", requires = "deployer", value_parser = stack)]
    stack: StackName,
    /// With --deployer: the bucket for the code. Without it: the one that `deploy` makes.
    #[arg(long, value_name = "NAME", requires = "deployer", value_parser = bucket)]
    bucket: Option<BucketName>,
    /// The topic that is told, if the configuration names none.
    #[arg(long, value_name = "ARN")]
    topic: Option<TopicArn>,
    #[command(flatten)]
    at: Where,
}

fn account(text: &str) -> Result<String, String> {
    let is_right = text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
    is_right.then(|| text.to_owned()).ok_or_else(|| "expected the 12 digits of an account".to_owned())
}

fn function(text: &str) -> Result<String, String> {
    let is_right = (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    is_right.then(|| text.to_owned()).ok_or_else(|| "expected 1 to 64 letters, digits, '-' or '_'".to_owned())
}

pub(crate) fn run(arguments: &Policy) -> Result<ExitCode, Failure> {
    // No account is asked: whoever writes the policy may be somebody else than who may use it.
    let config = match &arguments.at.embedded {
        Some(_) => Place::open(&arguments.at)?.config().clone(),
        None => configuration::read(arguments.at.config.as_deref())?,
    };
    let topic = arguments.topic.clone().or_else(|| config.topic.clone());
    let account = arguments.account.as_deref().or_else(|| topic.as_ref().map(TopicArn::account));
    let region = config.groups.first().map(|group| group.region.clone());
    let region = region.ok_or_else(|| Failure::Unexpected("a configuration without groups".to_owned()))?;
    if arguments.deployer {
        return deployer(arguments, account, region);
    }
    let policy = Document::of(
        &config,
        &Deployment {
            partition: region.partition().to_owned(),
            account: account.unwrap_or("*").to_owned(),
            region,
            function: arguments.function.clone(),
            topic: topic.clone(),
        },
    );
    output::json(&policy)?;
    if account.is_none() {
        output::talk("note: this fits any account; name yours with --account");
    }
    if topic.is_none() {
        output::talk("note: no topic is configured, so it may tell nobody; name one with --topic");
    }
    Ok(ExitCode::SUCCESS)
}

/// What it takes to deploy.
fn deployer(arguments: &Policy, account: Option<&str>, region: Region) -> Result<ExitCode, Failure> {
    output::json(&Document::of_deployer(&Workshop {
        partition: region.partition().to_owned(),
        account: account.unwrap_or("*").to_owned(),
        region,
        stack: arguments.stack.clone(),
        bucket: arguments.bucket.clone(),
    }))?;
    if account.is_none() {
        output::talk("note: this fits any account; name yours with --account");
    }
    Ok(ExitCode::SUCCESS)
}
