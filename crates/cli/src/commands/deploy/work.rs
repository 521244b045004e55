//! Doing what is planned.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::process::ExitCode;

use hopover_aws::Deployer;
use hopover_core::config::TopicArn;
use hopover_core::group::Group;
use hopover_core::id::StackName;
use hopover_core::stack::{
    Advice, Output, StackEvent, Standing, State, TestEvents, is_for_others, is_ours, state_of,
};
use serde::Serialize;

use super::plan::{Act, Plan, Upload, VERSION};
use super::{Deploy, text};
use crate::arguments::Format;
use crate::commands::doctor::Examined;
use crate::failure::Failure;
use crate::output::{self, bad};
use crate::place::Account;
use crate::stacks::{self, Operation, judge};

/// What became of a deployment.
#[derive(Debug, Serialize)]
pub(super) struct End {
    /// `made`, `updated`, `unchanged`, `taken-back`, `broken`, `out-of-time` or `interrupted`.
    outcome: &'static str,
    /// How the stack stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    /// The failure with which it began, if it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<StackEvent>,
    /// What the stack tells.
    outputs: Vec<Output>,
    /// What `doctor` finds.
    #[serde(skip_serializing_if = "Option::is_none")]
    doctor: Option<Examined>,
}

impl End {
    fn without_stack(outcome: &'static str) -> Self {
        Self { outcome, status: None, failure: None, outputs: Vec::new(), doctor: None }
    }
}

/// The stack of that name once nothing is under way. What is under way is waited for, but not by a plan.
pub(super) fn settled(
    account: &Account,
    deployer: &Deployer,
    group: &Group,
    arguments: &Deploy,
) -> Result<Option<Standing>, Failure> {
    let name = &arguments.stack;
    let found = account.wait_for(deployer.stack(name.as_str())).map_err(Failure::Observe)?;
    let Some(stack) = found else { return Ok(None) };
    let state = state_of(&stack.status);
    if arguments.plan || !matches!(state, State::UnderWay | State::Leaving) {
        return Ok(Some(stack));
    }
    is_meant(&stack, name, group)?;
    output::talk(format_args!("stack {name} is {} already: following it first", stack.status));
    let operation = match (state, stack.status.starts_with("CREATE")) {
        (State::Leaving, _) => Operation::Delete,
        (_, true) => Operation::Create,
        (_, false) => Operation::Update,
    };
    let since = account.wait_for(deployer.last_event(&stack.id)).map_err(Failure::Observe)?;
    let follow = stacks::follow(deployer, &stack.id, since, arguments.patience, (operation, None));
    match account.unless_interrupted(follow)? {
        Some(Some((stack, _))) => Ok(Some(stack)),
        ended => {
            stacks::goes_on(name, &group.region);
            let why = if ended.is_some() { "time is up" } else { "interrupted" };
            Err(Failure::Refused(format!("{why}: stack {name} was still under way")))
        }
    }
}

/// Refuses a stack that is none of hopover's, or is there for other appliances.
pub(crate) fn is_meant(stack: &Standing, name: &StackName, group: &Group) -> Result<(), Failure> {
    if !is_ours(stack) {
        return Err(Failure::Refused(format!(
            "stack {name} in {} is none of hopover's: it has no tag hopover:version, and its template says {}. Name another \
             one with --stack",
            group.region,
            stack.description.as_ref().map_or("nothing".to_owned(), |text| format!("{text:?}"))
        )));
    }
    if let Some(others) = is_for_others(stack, group) {
        return Err(Failure::Refused(format!(
            "stack {name} in {} is for {others}, and what is asked for is group {} in {}: name the stack of this one with \
             --stack, or that group with --group",
            group.region, group.name, group.vpc
        )));
    }
    Ok(())
}

/// Does it, and says how it ended.
pub(super) fn carry_out(
    account: &Account,
    plan: &Plan,
    arguments: &Deploy,
    format: Format,
) -> Result<ExitCode, Failure> {
    let deployer = account.deployer(&plan.group);
    let work = Work { deployer: &deployer, plan, arguments, began: Cell::new(false) };
    let (outcome, code) = match account.unless_interrupted(work.everything()) {
        Ok(Some(Some(stack))) => (conclude(account, plan, stack, format), 0),
        Ok(ended) => {
            let (how, code) = if ended.is_some() { ("out-of-time", 6) } else { ("interrupted", 5) };
            if ended.is_none() {
                output::talk(bad("interrupted"));
            }
            let code = if work.began.get() { code } else { 1 };
            if work.began.get() {
                stacks::goes_on(&plan.stack, &plan.group.region);
            } else {
                output::talk(
                    "nothing was begun but the bucket and the upload, which do no harm: run it again",
                );
            }
            (End::without_stack(how), code)
        }
        Err(Failure::Stack(failure)) => {
            let how = if failure.exit_code() == 1 { "taken-back" } else { "broken" };
            let told = End {
                status: Some(failure.status.clone()),
                failure: failure.first.clone(),
                ..End::without_stack(how)
            };
            if format == Format::Json {
                output::json(&plan.document("deploy", Some(told)))?;
            }
            return Err(Failure::Stack(failure));
        }
        Err(failure) => return Err(failure),
    };
    if format == Format::Json {
        output::json(&plan.document("deploy", Some(outcome)))?;
    }
    Ok(ExitCode::from(code))
}

/// The stack stands: what it tells, and what `doctor` finds.
fn conclude(account: &Account, plan: &Plan, stack: Standing, format: Format) -> End {
    let topic = stack.outputs.iter().find(|output| output.name == "TopicArn");
    let topic: Option<TopicArn> = topic.and_then(|output| output.value.parse().ok());
    if format == Format::Text {
        text::outputs(plan, &stack);
    }
    let doctor = topic.map(|topic| {
        let survey = account.survey_with(&plan.group, &topic);
        let examined = Examined::of_deployed(&plan.group, &survey, &topic);
        if format == Format::Text {
            text::doctor(plan, &examined, &survey, &topic);
        }
        examined
    });
    let outcome = match plan.act {
        Act::Create | Act::CreateAnew => "made",
        Act::Update(_) => "updated",
        Act::Nothing => "unchanged",
    };
    End { outcome, status: Some(stack.status), failure: None, outputs: stack.outputs, doctor }
}

struct Work<'a> {
    deployer: &'a Deployer,
    plan: &'a Plan,
    arguments: &'a Deploy,
    /// True once something is under way that goes on without us.
    began: Cell<bool>,
}

impl Work<'_> {
    /// The stack, as it stands in the end; `None` if the time was up.
    async fn everything(&self) -> Result<Option<Standing>, Failure> {
        let plan = self.plan;
        if plan.act != Act::Nothing
            && let Some(upload) = &plan.upload
        {
            self.upload(upload).await?;
        }
        match (&plan.act, &plan.standing) {
            (Act::Create, _) => self.create().await,
            (Act::CreateAnew, Some(remains)) => {
                if !self.delete(&remains.id).await? {
                    return Ok(None);
                }
                self.create().await
            }
            (Act::Update(_), Some(stack)) => self.update(stack).await,
            (Act::Nothing, Some(stack)) => Ok(Some(stack.clone())),
            (_, None) => Err(Failure::Unexpected("a stack to be changed that is not there".to_owned())),
        }
    }

    async fn upload(&self, upload: &Upload) -> Result<(), Failure> {
        let (bucket, account) = (&upload.code.bucket, &self.plan.account);
        if upload.makes_bucket {
            self.deployer.make_bucket(bucket, account).await?;
            output::talk(format_args!("bucket {bucket} made"));
        }
        if upload.is_there {
            output::talk(format_args!("the code is in {bucket} already"));
            return Ok(());
        }
        self.deployer.upload(bucket, &upload.code.key, upload.zip.clone(), account).await?;
        output::talk(format_args!("{} uploaded", upload.file));
        Ok(())
    }

    /// Makes the stack. Should the registry of test events turn out to be there, it is made once more without.
    async fn create(&self) -> Result<Option<Standing>, Failure> {
        match self.create_with(&self.plan.given, self.plan.resources(), 1).await {
            Err(Failure::Stack(failure))
                if failure.advice == Some(Advice::RegistryExists)
                    && failure.exit_code() == 1
                    && self.arguments.settings.test_events.is_none() =>
            {
                output::talk(
                    "the registry of test events is there already: making the stack again, which uses it",
                );
                if !self.delete(&failure.id).await? {
                    return Ok(None);
                }
                let mut given = self.plan.given.clone();
                given.insert("TestEventRegistry", TestEvents::Exists.as_str().to_owned());
                self.create_with(&given, hopover_core::stack::resources(TestEvents::Exists), 2).await
            }
            ended => ended,
        }
    }

    async fn create_with(
        &self,
        given: &BTreeMap<&'static str, String>,
        of: usize,
        attempt: u32,
    ) -> Result<Option<Standing>, Failure> {
        let (name, token) = (&self.plan.stack, self.token("create", attempt));
        let id = self.deployer.create(name, given, VERSION, &token).await?;
        self.began.set(true);
        self.follow(&id, None, Operation::Create, Some(of)).await
    }

    async fn update(&self, stack: &Standing) -> Result<Option<Standing>, Failure> {
        let since = self.deployer.last_event(&stack.id).await.map_err(Failure::Observe)?;
        let token = self.token("update", 1);
        if !self.deployer.update(stack, &self.plan.given, VERSION, &token).await? {
            output::talk("CloudFormation finds nothing to change");
            return Ok(Some(stack.clone()));
        }
        self.began.set(true);
        self.follow(&stack.id, since, Operation::Update, None).await
    }

    /// Deletes what is left of a stack; false if the time was up.
    async fn delete(&self, stack: &str) -> Result<bool, Failure> {
        let since = self.deployer.last_event(stack).await.map_err(Failure::Observe)?;
        self.deployer.delete(stack, &self.token("delete", 1)).await?;
        self.began.set(true);
        Ok(self.follow(stack, since, Operation::Delete, None).await?.is_some())
    }

    async fn follow(
        &self,
        stack: &str,
        since: Option<String>,
        operation: Operation,
        of: Option<usize>,
    ) -> Result<Option<Standing>, Failure> {
        let follow = stacks::follow(self.deployer, stack, since, self.arguments.patience, (operation, of));
        let Some((stack, events)) = follow.await? else { return Ok(None) };
        judge(&self.plan.stack, operation, (&stack, &events))?;
        Ok(Some(stack))
    }

    /// Names one attempt: whoever asks twice for the same one gets it once.
    fn token(&self, what: &str, attempt: u32) -> String {
        format!("hopover-{what}-{}-{attempt}", self.plan.at.as_millisecond())
    }
}
