//! What is there, and what is to be done about it. Nothing is written here.

use std::collections::BTreeMap;
use std::sync::Arc;

use hopover_aws::{Bucket, BucketError, Deployer, TEMPLATE};
use hopover_core::Timestamp;
use hopover_core::config::TopicArn;
use hopover_core::group::Group;
use hopover_core::id::{BucketName, InstanceId, Region, StackName, VpcId};
use hopover_core::stack::{
    self, Architecture, Change, Code, Cost, LOG_DAYS, Made, Standing, State, TestEvents, Wish, changes, cost,
    given, made,
};
use serde::Serialize;

use super::zip::Zip;
use super::{Deploy, work};
use crate::failure::Failure;
use crate::place::Place;

/// The version that a stack is tagged with.
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What is to be done to the stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Act {
    Create,
    /// What is left of one that failed is deleted first.
    CreateAnew,
    Update(Vec<Change>),
    Nothing,
}

/// What is to be done to the bucket.
#[derive(Debug)]
pub(super) struct Upload {
    pub(super) code: Code,
    pub(super) zip: Vec<u8>,
    pub(super) file: String,
    /// True if the bucket has to be made.
    pub(super) makes_bucket: bool,
    /// True if the code is there already.
    pub(super) is_there: bool,
}

/// Everything that is known before the first write.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) stack: StackName,
    pub(super) group: Arc<Group>,
    pub(super) machines: [InstanceId; 2],
    pub(super) account: String,
    /// The stack that is there.
    pub(super) standing: Option<Standing>,
    pub(super) act: Act,
    pub(super) given: BTreeMap<&'static str, String>,
    pub(super) upload: Option<Upload>,
    pub(super) made: Vec<Made>,
    pub(super) cost: Cost,
    pub(super) test_events: TestEvents,
    /// The topic that the configuration names; the stack makes its own.
    pub(super) topic: Option<TopicArn>,
    pub(super) at: Timestamp,
}

impl Plan {
    pub(super) fn make(place: &mut Place, arguments: &Deploy, zip: Option<Zip>) -> Result<Self, Failure> {
        let group = place.group(arguments.group.as_deref())?;
        let seen = place.observe(&group)?;
        if let Some(foreign) = seen.foreign_interface(&group) {
            return Err(foreign.into());
        }
        let machines = stack::machines(&group, &seen)?;
        let (account, standing, its_template) = match place {
            Place::Account(at) => {
                let deployer = at.deployer(&group);
                let account = at.wait_for(deployer.account()).map_err(Failure::Observe)?;
                let standing = work::settled(at, &deployer, &group, arguments)?;
                let template = match &standing {
                    Some(stack) if is_updated(stack) => at.wait_for(deployer.template(&stack.id)),
                    _ => Ok(String::new()),
                };
                (account, standing, template.map_err(Failure::Observe)?)
            }
            Place::Embedded(_) => (hopover_sim::event::ACCOUNT.to_owned(), None, String::new()),
        };
        let upload = match zip {
            Some(zip) => Some(upload(place, &group, &account, standing.as_ref(), arguments, zip)?),
            None => None,
        };
        let wish = wish(arguments, upload.as_ref());
        let mut given = given(&group, &machines, &wish, &arguments.stack)?;
        let act = act(&group, standing.as_ref(), &its_template, &given, arguments)?;
        if matches!(act, Act::Create | Act::CreateAnew) {
            all_is_said(&given)?;
        }
        // What an update does not name stays.
        let kept = |name: &str| {
            standing.as_ref().filter(|s| is_updated(s)).and_then(|s| s.parameters.get(name).cloned())
        };
        let test_events = given.get("TestEventRegistry").cloned().or_else(|| kept("TestEventRegistry"));
        let test_events =
            TestEvents::ALL.into_iter().find(|choice| test_events.as_deref() == Some(choice.as_str()));
        let test_events = test_events.unwrap_or(TestEvents::Create);
        if act == Act::Nothing {
            given.clear();
        }
        let architecture = kept("Architecture").and_then(|kept| kept.parse().ok());
        let architecture = upload.as_ref().map(|upload| upload.code.architecture).or(architecture);
        let email =
            wish.email.clone().or_else(|| kept("NotificationEmail").and_then(|kept| kept.parse().ok()));
        let log_days =
            wish.log_retention_days.or_else(|| kept("LogRetentionDays").and_then(|kept| kept.parse().ok()));
        let log_days = log_days.unwrap_or(LOG_DAYS);
        let bytes = upload.as_ref().map_or(0, |upload| u64::try_from(upload.zip.len()).unwrap_or(u64::MAX));
        Ok(Self {
            made: made(&arguments.stack, &group, email.as_ref(), log_days, test_events),
            cost: cost(architecture.unwrap_or(Architecture::Arm64), bytes, log_days),
            stack: arguments.stack.clone(),
            group,
            machines,
            account,
            standing,
            act,
            given,
            upload,
            test_events,
            topic: place.config().topic.clone(),
            at: place.now(),
        })
    }

    /// How many resources a creation makes.
    pub(super) fn resources(&self) -> usize {
        stack::resources(self.test_events)
    }
}

/// True if the stack can be updated.
fn is_updated(stack: &Standing) -> bool {
    matches!(stack::state_of(&stack.status), State::Stands(_))
}

/// The code, with how the bucket stands.
fn upload(
    place: &Place,
    group: &Group,
    account: &str,
    standing: Option<&Standing>,
    arguments: &Deploy,
    zip: Zip,
) -> Result<Upload, Failure> {
    let of_the_stack = standing.and_then(|stack| stack.parameters.get("CodeBucket")?.parse().ok());
    let bucket: BucketName = match arguments.bucket.clone().or(of_the_stack) {
        Some(bucket) => bucket,
        None => format!("hopover-code-{account}-{}", group.region)
            .parse()
            .map_err(|error| Failure::Unexpected(format!("{error}")))?,
    };
    let key = Code::key_of(&zip.bytes);
    let (makes_bucket, is_there) = match place {
        Place::Account(at) => {
            let deployer = at.deployer(group);
            at.wait_for(look(&deployer, &bucket, &key, zip.bytes.len(), account))?
        }
        Place::Embedded(_) => (true, false),
    };
    let file = arguments.zip.as_ref().map_or(String::new(), |file| file.display().to_string());
    let code = Code { bucket, key, architecture: zip.architecture };
    Ok(Upload { code, zip: zip.bytes, file, makes_bucket, is_there })
}

/// Whether the bucket has to be made, and whether the code is in it.
async fn look(
    deployer: &Deployer,
    bucket: &BucketName,
    key: &str,
    bytes: usize,
    account: &str,
) -> Result<(bool, bool), Failure> {
    match deployer.bucket(bucket, account).await.map_err(Failure::Observe)? {
        Bucket::Missing => Ok((true, false)),
        Bucket::Ours => Ok((false, deployer.has_code(bucket, key, bytes, account).await)),
        Bucket::NotOurs => Err(BucketError::NotOurs(bucket.clone()).into()),
        Bucket::Elsewhere(region) => Err(BucketError::Elsewhere { bucket: bucket.clone(), region }.into()),
    }
}

fn wish(arguments: &Deploy, upload: Option<&Upload>) -> Wish {
    Wish {
        code: upload.map(|upload| upload.code.clone()),
        email: arguments.email.clone(),
        notify_every_run: arguments.settings.notify_every_run,
        reserved_concurrency: arguments.settings.reserved_concurrency,
        test_events: arguments.settings.test_events.map(Into::into),
        log_retention_days: arguments.settings.log_retention_days,
    }
}

/// What is to be done, or why nothing may be.
fn act(
    group: &Group,
    standing: Option<&Standing>,
    its_template: &str,
    given: &BTreeMap<&'static str, String>,
    arguments: &Deploy,
) -> Result<Act, Failure> {
    let Some(stack) = standing else { return Ok(Act::Create) };
    let name = &arguments.stack;
    work::is_meant(stack, name, group)?;
    match stack::state_of(&stack.status) {
        State::Gone => Ok(Act::Create),
        State::Remains => Ok(Act::CreateAnew),
        State::Stands(_) => {
            let changes = changes(stack, its_template, given, TEMPLATE, VERSION);
            Ok(if changes.is_empty() { Act::Nothing } else { Act::Update(changes) })
        }
        State::UnderWay | State::Leaving => {
            Err(Failure::Refused(format!("stack {name} is under way ({}): wait for its end", stack.status)))
        }
        State::Unmade => Err(Failure::Refused(format!(
            "stack {name} was begun with a change set that nobody has executed ({}): execute it or delete the stack in the \
             CloudFormation console, or name another one with --stack",
            stack.status
        ))),
        State::Stuck => Err(Failure::Refused(format!(
            "stack {name} is {}{}: mend what is named there, then run `aws cloudformation continue-update-rollback \
             --stack-name {name} --region {}`, and deploy again",
            stack.status,
            stack.reason.as_ref().map_or(String::new(), |reason| format!(" ({reason})")),
            group.region
        ))),
    }
}

/// A new stack must be told where its code is, and whom it tells.
fn all_is_said(given: &BTreeMap<&'static str, String>) -> Result<(), Failure> {
    let missing =
        |what: &str| Err(Failure::Usage(format!("there is no such stack yet, and a new one needs {what}")));
    match (given.contains_key("CodeKey"), given.contains_key("NotificationEmail")) {
        (true, true) => Ok(()),
        (false, false) => missing("--zip FILE, its code, and --email ADDRESS, whom it tells"),
        (false, true) => missing("--zip FILE, its code"),
        (true, false) => missing("--email ADDRESS, whom it tells"),
    }
}

/// The document of `deploy`.
#[derive(Debug, Serialize)]
pub(super) struct Document<'a> {
    version: u32,
    kind: &'static str,
    stack: &'a StackName,
    group: &'a hopover_core::id::GroupName,
    region: &'a Region,
    account: &'a str,
    vpc: &'a VpcId,
    instances: &'a [InstanceId; 2],
    /// `create`, `create-anew`, `update` or `nothing`.
    action: &'static str,
    /// What an update changes.
    #[serde(skip_serializing_if = "<[Change]>::is_empty")]
    changes: &'a [Change],
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<CodeDocument<'a>>,
    /// What the stack consists of.
    resources: &'a [Made],
    cost: &'a Cost,
    /// What became of it; absent from a plan.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    end: Option<work::End>,
}

#[derive(Debug, Serialize)]
struct CodeDocument<'a> {
    bucket: &'a BucketName,
    key: &'a str,
    bytes: usize,
    architecture: Architecture,
    makes_bucket: bool,
    uploads: bool,
}

impl Plan {
    /// As a document, with what became of it.
    pub(super) fn document(&self, kind: &'static str, end: Option<work::End>) -> Document<'_> {
        let (action, changes) = match &self.act {
            Act::Create => ("create", &[][..]),
            Act::CreateAnew => ("create-anew", &[][..]),
            Act::Update(changes) => ("update", changes.as_slice()),
            Act::Nothing => ("nothing", &[][..]),
        };
        Document {
            version: 1,
            kind,
            stack: &self.stack,
            group: &self.group.name,
            region: &self.group.region,
            account: &self.account,
            vpc: &self.group.vpc,
            instances: &self.machines,
            action,
            changes,
            code: self.upload.as_ref().map(|upload| CodeDocument {
                bucket: &upload.code.bucket,
                key: &upload.code.key,
                bytes: upload.zip.len(),
                architecture: upload.code.architecture,
                makes_bucket: upload.makes_bucket,
                uploads: !upload.is_there,
            }),
            resources: &self.made,
            cost: &self.cost,
            end,
        }
    }
}
