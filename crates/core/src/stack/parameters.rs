//! What the template is told.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::checksum::sha256;
use crate::config::{self, CONFIG_VARIABLE, DEFAULT_FAILBACK_DELAY, TOPIC_VARIABLE};
use crate::group::Group;
use crate::health::list;
use crate::id::{
    BucketName, EmailAddress, GroupName, InstanceId, InterfaceId, MemberName, PathName, StackName,
};
use crate::observation::Observation;

/// The most bytes that all environment variables of a function may have together, as JSON.
///
/// Source: "Lambda quotas", 4 KB. Lambda measures them as one JSON object: the error says "String measured" and quotes it. One
/// parameter of a stack holds as much ("CloudFormation quotas", 4,096 bytes), so this is the narrower.
pub const MOST_BYTES: usize = 4_096;

/// The longest delay that the parameter takes, in seconds; a longer one goes into the text.
const LONGEST_DELAY: i64 = 86_400;

/// The parameters about which `deploy` says nothing unless it is asked to: an update leaves them as they were.
pub const OPTIONAL: [&str; 5] =
    ["NotificationEmail", "NotifyEveryRun", "ReservedConcurrency", "TestEventRegistry", "LogRetentionDays"];

/// Whether a template has a parameter of that name.
pub fn asks_for(template: &str, parameter: &str) -> bool {
    let parameters = template.split("\nResources:").next().unwrap_or_default();
    parameters.contains(&format!("\n  {parameter}:\n    Type: "))
}

/// Why a group cannot be deployed as a stack.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotDeployable {
    /// The template knows two instances.
    #[error(
        "group {group} has {members} members, and the stack is made for two: deploy the function for such a group by hand, with \
         the whole configuration in HOPOVER_CONFIG"
    )]
    Members {
        /// The group.
        group: GroupName,
        /// How many it has.
        members: usize,
    },
    /// The configuration does not fit into the function's environment.
    #[error(
        "the configuration of group {group} takes {bytes} bytes in the function's environment, which holds {MOST_BYTES}: leave \
         tables alone by the tag hopover:ignore instead of exclude, or name fewer under home"
    )]
    TooLarge {
        /// The group.
        group: GroupName,
        /// How many bytes all variables have together.
        bytes: usize,
    },
    /// An interface is held by nobody, so no event would tell of it.
    #[error(
        "interface {interface} of {member} is attached to no instance: attach it, or name the interface that {member} has now"
    )]
    Unattached {
        /// The interface.
        interface: InterfaceId,
        /// Its member.
        member: MemberName,
    },
    /// A member's interfaces are on several instances.
    #[error("the interfaces of {member} are attached to {instances}: a member is one instance")]
    Spread {
        /// The member.
        member: MemberName,
        /// Its instances.
        instances: String,
    },
    /// Both members are one instance.
    #[error("{members} are both on {instance}: name the interface of another instance for one of them")]
    Same {
        /// The members.
        members: String,
        /// Their instance.
        instance: InstanceId,
    },
}

impl NotDeployable {
    /// True if the configuration alone is to blame, whatever stands in the VPC.
    pub fn is_of_the_configuration(&self) -> bool {
        matches!(self, Self::Members { .. } | Self::TooLarge { .. })
    }
}

/// What the function is built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Architecture {
    /// 64-bit ARM: a fifth cheaper.
    #[serde(rename = "arm64")]
    Arm64,
    /// 64-bit x86.
    #[serde(rename = "x86_64")]
    X86_64,
}

impl Architecture {
    /// Lambda's name for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Arm64 => "arm64",
            Self::X86_64 => "x86_64",
        }
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Architecture {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Arm64, Self::X86_64]
            .into_iter()
            .find(|architecture| architecture.as_str() == text)
            .ok_or_else(|| "expected arm64 or x86_64".to_owned())
    }
}

/// What becomes of the two test events of the Lambda console. They live in a registry that a region has once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestEvents {
    /// The stack makes the registry.
    Create,
    /// The registry is there already.
    Exists,
    /// None are made.
    None,
}

impl TestEvents {
    /// Every choice.
    pub const ALL: [Self; 3] = [Self::Create, Self::Exists, Self::None];

    /// The template's name for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Exists => "exists",
            Self::None => "none",
        }
    }
}

/// Where the function's code is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// The bucket, in the stack's region.
    pub bucket: BucketName,
    /// The object; its name changes with the code.
    pub key: String,
    /// What it is built for.
    pub architecture: Architecture,
}

impl Code {
    /// What a zip is called in the bucket: by its SHA-256, so that the same code is the same object, and other code another.
    pub fn key_of(zip: &[u8]) -> String {
        format!("hopover/{}.zip", sha256(zip))
    }
}

/// What an operator wants beside the group. What is `None` stays as it is, or as the template has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wish {
    /// The code.
    pub code: Option<Code>,
    /// Who is told.
    pub email: Option<EmailAddress>,
    /// Whether every run is told, too.
    pub notify_every_run: Option<bool>,
    /// How many runs may go on at once; 0 reserves none.
    pub reserved_concurrency: Option<u32>,
    /// The test events.
    pub test_events: Option<TestEvents>,
    /// How long the log is kept.
    pub log_retention_days: Option<u16>,
}

/// The instance of each member, in the operator's order.
pub fn machines(group: &Group, seen: &Observation) -> Result<[InstanceId; 2], NotDeployable> {
    let [first, second] = pair(group)?;
    let of = |at: usize| {
        let member = &group.members[at];
        if let Some(interface) = member
            .interfaces
            .values()
            .find(|interface| !seen.holder_of(interface).is_some_and(|(_, found)| found.attached))
        {
            return Err(NotDeployable::Unattached {
                interface: interface.clone(),
                member: member.name.clone(),
            });
        }
        let instances: BTreeSet<_> = seen.instances_of(member).map(|instance| instance.id.clone()).collect();
        match instances.into_iter().collect::<Vec<_>>().as_slice() {
            [only] => Ok(only.clone()),
            several => Err(NotDeployable::Spread { member: member.name.clone(), instances: list(several) }),
        }
    };
    let (a, b) = (of(0)?, of(1)?);
    if a == b {
        return Err(NotDeployable::Same { members: list([first, second]), instance: a });
    }
    Ok([a, b])
}

/// The names of the two members.
fn pair(group: &Group) -> Result<[&MemberName; 2], NotDeployable> {
    match group.members.as_slice() {
        [first, second] => Ok([&first.name, &second.name]),
        members => Err(NotDeployable::Members { group: group.name.clone(), members: members.len() }),
    }
}

/// Whether the simple parameters cannot say what the group is, so that the whole text is handed over.
pub fn needs_text(group: &Group) -> bool {
    let single = |member: &crate::group::Member| {
        member.interfaces.len() == 1 && member.interfaces.contains_key(&PathName::single())
    };
    let delay_is_said = if group.preempt.is_some() {
        (0..=LONGEST_DELAY).contains(&group.failback_delay.as_secs())
    } else {
        group.failback_delay == DEFAULT_FAILBACK_DELAY
    };
    !(group.members.iter().all(single) && group.home.is_empty() && group.exclude.is_empty() && delay_is_said)
}

/// The parameters that a deployment of the group says. The others of [`OPTIONAL`] are not there.
pub fn given(
    group: &Group,
    machines: &[InstanceId; 2],
    wish: &Wish,
    stack: &StackName,
) -> Result<BTreeMap<&'static str, String>, NotDeployable> {
    let [first, second] = pair(group)?;
    let text = if needs_text(group) { config::text(group) } else { String::new() };
    fits(group, &text, stack)?;
    let preempt = match &group.preempt {
        Some(preferred) if preferred == first => "host1",
        Some(_) => "host2",
        None => "none",
    };
    let delay = group.failback_delay.as_secs();
    let delay = if (0..=LONGEST_DELAY).contains(&delay) { delay } else { DEFAULT_FAILBACK_DELAY.as_secs() };
    // With a text these two are for people alone: every path has its own.
    let interface = |at: usize| group.members[at].interfaces.values().next().map(ToString::to_string);
    let mut given = BTreeMap::from([
        ("VpcId", group.vpc.to_string()),
        ("Host1Eni", interface(0).unwrap_or_default()),
        ("Host2Eni", interface(1).unwrap_or_default()),
        ("Instance1Id", machines[0].to_string()),
        ("Instance2Id", machines[1].to_string()),
        ("GroupName", group.name.to_string()),
        ("Host1Name", first.to_string()),
        ("Host2Name", second.to_string()),
        ("Preempt", preempt.to_owned()),
        ("FailbackDelaySeconds", delay.to_string()),
        ("Configuration", text),
    ]);
    if let Some(code) = &wish.code {
        given.extend([
            ("CodeBucket", code.bucket.to_string()),
            ("CodeKey", code.key.clone()),
            // The name of the object says which code it is.
            ("CodeVersion", String::new()),
            ("Architecture", code.architecture.to_string()),
        ]);
    }
    let asked = [
        wish.email.as_ref().map(ToString::to_string),
        wish.notify_every_run.map(|every| every.to_string()),
        wish.reserved_concurrency.map(|runs| runs.to_string()),
        wish.test_events.map(|choice| choice.as_str().to_owned()),
        wish.log_retention_days.map(|days| days.to_string()),
    ];
    given.extend(OPTIONAL.into_iter().zip(asked).filter_map(|(name, value)| Some((name, value?))));
    Ok(given)
}

/// Whether the function's environment holds the text, beside the ARN of the topic that the stack makes.
fn fits(group: &Group, text: &str, stack: &StackName) -> Result<(), NotDeployable> {
    let topic = format!("arn:{}:sns:{}:000000000000:{stack}", group.region.partition(), group.region);
    let environment = serde_json::json!({ CONFIG_VARIABLE: text, TOPIC_VARIABLE: topic });
    let bytes = environment.to_string().len();
    if bytes > MOST_BYTES {
        return Err(NotDeployable::TooLarge { group: group.name.clone(), bytes });
    }
    Ok(())
}
