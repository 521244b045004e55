//! `hopover destroy`: takes away what `deploy` has made. Routes stay where they are.

use std::cell::Cell;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use hopover_aws::Deployer;
use hopover_core::group::Group;
use hopover_core::id::StackName;
use hopover_core::preview::Preview;
use hopover_core::stack::{KEPT, Standing, State, state_of};
use serde::Serialize;

use super::deploy::{is_meant, stack};
use crate::arguments::Format;
use crate::ask::{self, Consent};
use crate::failure::Failure;
use crate::output::{self, bad, count, faint, good, line, strong};
use crate::place::{Account, Place, Where};
use crate::stacks::{self, Operation, Patience, judge};
use crate::wrap;

/// Arguments of `destroy`.
#[derive(Debug, Args)]
pub(crate) struct Destroy {
    /// What the stack is called.
    #[arg(long, value_name = "NAME", default_value = "hopover", value_parser = stack)]
    stack: StackName,
    /// The group, if there are several.
    #[arg(long, value_name = "NAME")]
    group: Option<String>,
    /// Only show what would be deleted.
    #[arg(long)]
    plan: bool,
    /// Do not ask.
    #[arg(long, short)]
    yes: bool,
    #[command(flatten)]
    patience: Patience,
    #[command(flatten)]
    at: Where,
}

/// What is deleted, and what is not.
struct Plan {
    stack: Standing,
    resources: Vec<[String; 3]>,
    /// Where the code is.
    code: Option<(String, String)>,
    /// Who carries the routes.
    routes: String,
}

/// The document.
#[derive(Debug, Serialize)]
struct Document<'a> {
    version: u32,
    kind: &'static str,
    stack: &'a StackName,
    region: &'a hopover_core::id::Region,
    /// `deleted`, `absent`, `kept-in-part`, `out-of-time` or `interrupted`; absent from a plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'static str>,
    resources: Vec<Resource<'a>>,
    /// Who carries the routes, which stay where they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    routes: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct Resource<'a> {
    #[serde(rename = "resource")]
    name: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    id: &'a str,
    kept: bool,
}

/// Why an embedded VPC has none.
const NO_STACK: &str = "there is no stack in an embedded VPC, and nothing to destroy";

pub(crate) fn run(arguments: &Destroy, format: Format) -> Result<ExitCode, Failure> {
    let mut place = Place::open(&arguments.at)?;
    let group = place.group(arguments.group.as_deref())?;
    place.account(NO_STACK)?;
    let routes = routes(&mut place, &group);
    let account = place.account(NO_STACK)?;
    let deployer = account.deployer(&group);
    let Some(plan) = Plan::make(account, &deployer, &group, arguments, routes)? else {
        return nothing(arguments, &group, format);
    };
    if format == Format::Text {
        plan.show(arguments, &group);
    }
    if arguments.plan {
        if format == Format::Json {
            output::json(&plan.document("destroy-plan", arguments, &group, None))?;
        }
        return Ok(ExitCode::from(3));
    }
    let name = arguments.stack.as_str();
    if !is_leaving(&plan.stack) {
        let question = "Type the name of the stack to delete it";
        if ask::for_typed(question, &[name], "--yes", arguments.yes, format)? == Consent::Refused {
            output::talk("nothing was deleted");
            return Ok(ExitCode::SUCCESS);
        }
    }
    let began = Cell::new(false);
    let (outcome, code) = match account.unless_interrupted(delete(&deployer, &plan, arguments, &began)) {
        Ok(Some(true)) => ("deleted", 0),
        Ok(ended) => {
            if ended.is_none() {
                output::talk(bad("interrupted"));
            }
            if began.get() {
                stacks::goes_on(&arguments.stack, &group.region);
            } else {
                output::talk("nothing was deleted");
            }
            match (ended, began.get()) {
                (Some(_), _) => ("out-of-time", 6),
                (None, true) => ("interrupted", 5),
                (None, false) => ("interrupted", 1),
            }
        }
        Err(failure) => {
            if format == Format::Json {
                output::json(&plan.document("destroy", arguments, &group, Some("kept-in-part")))?;
            }
            return Err(failure);
        }
    };
    match format {
        Format::Json => output::json(&plan.document("destroy", arguments, &group, Some(outcome)))?,
        Format::Text if code == 0 => plan.conclude(arguments),
        Format::Text => {}
    }
    Ok(ExitCode::from(code))
}

/// Who carries the routes now, in a sentence. A VPC that cannot be seen keeps nobody from deleting a stack.
fn routes(place: &mut Place, group: &Arc<Group>) -> String {
    let seen = place.observe(group).and_then(|seen| Ok(Preview::new(group, &seen, None, place.now())?));
    seen.map_or_else(|failure| format!("who carries them is not known: {failure}"), |preview| preview.summary)
}

fn is_leaving(stack: &Standing) -> bool {
    state_of(&stack.status) == State::Leaving
}

/// There is no such stack.
fn nothing(arguments: &Destroy, group: &Group, format: Format) -> Result<ExitCode, Failure> {
    match format {
        Format::Json => output::json(&Document {
            version: 1,
            kind: if arguments.plan { "destroy-plan" } else { "destroy" },
            stack: &arguments.stack,
            region: &group.region,
            outcome: Some("absent"),
            resources: Vec::new(),
            routes: None,
        })?,
        Format::Text => {
            line(format_args!(
                "nothing to delete: there is no stack {} in {}",
                arguments.stack, group.region
            ));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Deletes the stack and follows it; false if the time was up.
async fn delete(
    deployer: &Deployer,
    plan: &Plan,
    arguments: &Destroy,
    began: &Cell<bool>,
) -> Result<bool, Failure> {
    let stack = &plan.stack.id;
    let since = if is_leaving(&plan.stack) {
        None
    } else {
        let since = deployer.last_event(stack).await.map_err(Failure::Observe)?;
        let token = format!("hopover-destroy-{}", since.as_deref().map_or("first", |id| id));
        let token: String =
            token.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(128).collect();
        deployer.delete(stack, &token).await?;
        since
    };
    began.set(true);
    let of = Some(plan.resources.len()).filter(|_| !is_leaving(&plan.stack));
    let ended = stacks::follow(deployer, stack, since, arguments.patience, (Operation::Delete, of)).await?;
    let Some((stack, events)) = ended else { return Ok(false) };
    judge(&arguments.stack, Operation::Delete, (&stack, &events))?;
    Ok(true)
}

impl Plan {
    /// `None` if there is no such stack.
    fn make(
        account: &Account,
        deployer: &Deployer,
        group: &Group,
        arguments: &Destroy,
        routes: String,
    ) -> Result<Option<Self>, Failure> {
        let name = &arguments.stack;
        let found = account.wait_for(deployer.stack(name.as_str())).map_err(Failure::Observe)?;
        let Some(stack) = found.filter(|stack| state_of(&stack.status) != State::Gone) else {
            return Ok(None);
        };
        is_meant(&stack, name, group)?;
        if state_of(&stack.status) == State::UnderWay {
            return Err(Failure::Refused(format!(
                "stack {name} is under way ({}): wait for its end, or delete it in the CloudFormation console",
                stack.status
            )));
        }
        let resources = account.wait_for(deployer.resources(&stack.id)).map_err(Failure::Observe)?;
        let said = |parameter: &str| stack.parameters.get(parameter).cloned();
        let code = said("CodeBucket").zip(said("CodeKey"));
        Ok(Some(Self { stack, resources, code, routes }))
    }

    fn show(&self, arguments: &Destroy, group: &Group) {
        let (kept, deleted): (Vec<_>, Vec<_>) = self.resources.iter().partition(|[_, kind, _]| kind == KEPT);
        line(format_args!(
            "{} stack {} in {} ({}), {}",
            strong("delete"),
            arguments.stack,
            group.region,
            self.stack.status,
            count(deleted.len(), "resource")
        ));
        for [resource, kind, _] in deleted {
            line(format_args!("  {resource:<22} {}", faint(kind)));
        }
        line(strong("stays"));
        line(wrap::text("  routes    ", 12, &format!("where they are: {}", self.routes)));
        line(wrap::text(&" ".repeat(12), 12, "From then on nobody moves them when an appliance fails."));
        if let Some((bucket, key)) = &self.code {
            line(wrap::text("  code      ", 12, &format!("{key} in bucket {bucket}")));
        }
        for [_, _, id] in kept {
            let name = id.rsplit('/').next().unwrap_or(id);
            let text = format!("{name}, where others may keep test events, too");
            line(wrap::text("  registry  ", 12, &text));
        }
    }

    fn conclude(&self, arguments: &Destroy) {
        line(format_args!("{}", good(format_args!("stack {} is deleted", arguments.stack))));
        line(wrap::text(
            "  routes    ",
            12,
            &format!("stay where they are: {}; nobody moves them any more", self.routes),
        ));
        if let Some((bucket, key)) = &self.code {
            line(wrap::text("  code      ", 12, "is still in the bucket; to remove it:"));
            line(wrap::command(12, &format!("aws s3 rm s3://{bucket}/{key}")));
        }
    }

    fn document<'a>(
        &'a self,
        kind: &'static str,
        arguments: &'a Destroy,
        group: &'a Group,
        outcome: Option<&'static str>,
    ) -> Document<'a> {
        let resources =
            self.resources.iter().map(|[name, kind, id]| Resource { name, kind, id, kept: kind == KEPT });
        Document {
            version: 1,
            kind,
            stack: &arguments.stack,
            region: &group.region,
            outcome,
            resources: resources.collect(),
            routes: Some(&self.routes),
        }
    }
}
