//! What the operator says: four environment variables, or a TOML text.

mod file;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;
use std::sync::Arc;

use crate::Span;
use crate::group::{Group, Member};
use crate::id::{BadId, GroupName, InterfaceId, MemberName, PathName, Region, VpcId};
use crate::trigger::Trigger;

pub use text::text;

/// The variables that are enough for one pair, named as operators of the original script know them.
pub const PAIR_VARIABLES: [&str; 4] = ["region", "vpcid", "host1eni", "host2eni"];

/// The variable that holds a TOML text.
pub const CONFIG_VARIABLE: &str = "HOPOVER_CONFIG";

/// The variable that names the SNS topic.
pub const TOPIC_VARIABLE: &str = "HOPOVER_TOPIC_ARN";

/// A configuration without mistakes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// At least one group; no interface is in two.
    pub groups: Vec<Arc<Group>>,
    /// Where messages go.
    pub topic: Option<TopicArn>,
}

/// A mistake in the configuration. Its message names the key, the value and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// There is none.
    #[error(
        "nothing is configured: set the environment variables region, vpcid, host1eni and host2eni, \
         or put a TOML text into HOPOVER_CONFIG"
    )]
    Nothing,
    /// One of the four variables is missing.
    #[error("environment variable {variable} is not set: expected {expected}")]
    MissingVariable {
        /// Which.
        variable: &'static str,
        /// What would be right.
        expected: &'static str,
    },
    /// A variable holds something else than it should.
    #[error("environment variable {variable}: {source}")]
    Variable {
        /// Which.
        variable: &'static str,
        /// What is wrong.
        source: BadId,
    },
    /// Both forms are there, and they may disagree.
    #[error("environment variable {0} is set beside HOPOVER_CONFIG: remove one of them")]
    TwoForms(&'static str),
    /// The text is not TOML, has an unknown key, or a value of the wrong kind.
    #[error("{origin}, line {line}{}: {message}", if key.is_empty() { String::new() } else { format!(", {key}") })]
    Text {
        /// Where the text came from.
        origin: String,
        /// Counted from 1.
        line: usize,
        /// The path of the key, if it is known.
        key: String,
        /// What is wrong and what would be right.
        message: String,
    },
    /// Every value is well formed, but they do not fit each other.
    #[error("{origin}, {key}: {message}")]
    Meaning {
        /// Where the text came from.
        origin: String,
        /// The path of the key.
        key: String,
        /// What is wrong and what would be right.
        message: String,
    },
}

/// An event that is well formed, but for somebody else.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotForUs {
    /// The event's region has no group.
    #[error(
        "the event is from region {event}, but the configuration is for {configured}: \
         send it to the function in {event}, or correct the region"
    )]
    Region {
        /// The event's region.
        event: Region,
        /// The configured regions.
        configured: String,
    },
    /// The order names a group that is not configured.
    #[error("the order is for group {group}, which is not configured: expected one of {configured}")]
    Group {
        /// The order's group.
        group: GroupName,
        /// The configured groups.
        configured: String,
    },
    /// The order names a member that the group does not have.
    #[error("the order moves routes to {member}, which is no member of {group}: expected one of {members}")]
    Member {
        /// The order's member.
        member: MemberName,
        /// Its group.
        group: GroupName,
        /// The members of the group.
        members: String,
    },
}

/// The ARN of an SNS topic, in any partition.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TopicArn(String);

impl TopicArn {
    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number of its account.
    pub fn account(&self) -> &str {
        self.0.split(':').nth(4).unwrap_or_default()
    }
}

impl FromStr for TopicArn {
    type Err = BadId;

    fn from_str(value: &str) -> Result<Self, BadId> {
        let parts: Vec<_> = value.split(':').collect();
        match parts[..] {
            ["arn", partition, "sns", region, account, name]
                if partition.starts_with("aws")
                    && [partition, region, account, name].iter().all(|part| is_part_of_arn(part)) =>
            {
                Ok(Self(value.to_owned()))
            }
            _ => Err(BadId {
                what: "the ARN of an SNS topic",
                value: value.to_owned(),
                expected: "arn:aws:sns:REGION:ACCOUNT:NAME, with aws-cn or aws-us-gov in those partitions",
            }),
        }
    }
}

/// The longest part is the topic's name: 256 letters, digits, hyphens and underscores, with `.fifo` at the end of some.
fn is_part_of_arn(part: &str) -> bool {
    (1..=256).contains(&part.len())
        && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

impl Config {
    /// Reads the configuration of a process.
    pub fn from_env(get: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let config = match get(CONFIG_VARIABLE) {
            Some(text) => {
                // `region` alone may be ambient; the others can only be meant for hopover.
                if let Some(second) = PAIR_VARIABLES[1..].iter().find(|name| get(name).is_some()) {
                    return Err(ConfigError::TwoForms(second));
                }
                Self::from_toml(CONFIG_VARIABLE, &text)?
            }
            None if PAIR_VARIABLES.iter().all(|name| get(name).is_none()) => {
                return Err(ConfigError::Nothing);
            }
            None => Self { groups: vec![Arc::new(pair(&get)?)], topic: None },
        };
        config.with_topic_from(get)
    }

    /// The same, but telling the topic that `HOPOVER_TOPIC_ARN` names, if it is set.
    pub fn with_topic_from(mut self, get: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        if let Some(topic) = get(TOPIC_VARIABLE) {
            self.topic = Some(
                topic.parse().map_err(|source| ConfigError::Variable { variable: TOPIC_VARIABLE, source })?,
            );
        }
        Ok(self)
    }

    /// Reads a TOML text; `origin` is what messages call it.
    pub fn from_toml(origin: &str, text: &str) -> Result<Self, ConfigError> {
        file::read(origin, text)
    }

    /// The groups that a trigger concerns.
    pub fn groups_for(&self, trigger: &Trigger) -> Result<Vec<Arc<Group>>, NotForUs> {
        let groups: Vec<_> = match trigger {
            Trigger::Sweep => self.groups.clone(),
            Trigger::StateChange(change) => {
                self.groups.iter().filter(|group| group.region == change.region).cloned().collect()
            }
            Trigger::Order(order) => {
                self.groups.iter().filter(|group| group.name == order.group).cloned().collect()
            }
        };
        match trigger {
            Trigger::StateChange(change) if groups.is_empty() => Err(NotForUs::Region {
                event: change.region.clone(),
                configured: names(self.groups.iter().map(|group| &group.region)),
            }),
            Trigger::Order(order) => match groups.first() {
                None => Err(NotForUs::Group {
                    group: order.group.clone(),
                    configured: names(self.groups.iter().map(|group| &group.name)),
                }),
                Some(group) if group.member(&order.to).is_none() => Err(NotForUs::Member {
                    member: order.to.clone(),
                    group: order.group.clone(),
                    members: names(group.members.iter().map(|member| &member.name)),
                }),
                Some(_) => Ok(groups),
            },
            _ => Ok(groups),
        }
    }
}

/// The most names that a message lists.
const LISTED_NAMES: usize = 20;

/// Distinct things for a sentence.
fn names<T: Ord + std::fmt::Display>(things: impl Iterator<Item = T>) -> String {
    let things: BTreeSet<_> = things.collect();
    let listed = crate::health::list(things.iter().take(LISTED_NAMES));
    match things.len().saturating_sub(LISTED_NAMES) {
        0 => listed,
        more => format!("{listed} and {more} more"),
    }
}

/// The pair that four environment variables describe.
fn pair(get: &impl Fn(&str) -> Option<String>) -> Result<Group, ConfigError> {
    let region: Region = variable(get, "region", "an AWS region, such as eu-central-1 or cn-northwest-1")?;
    let vpc: VpcId = variable(get, "vpcid", "the id of the VPC, such as vpc-0123456789abcdef0")?;
    let eni = "the id of a network interface, such as eni-0123456789abcdef0";
    let host1: InterfaceId = variable(get, "host1eni", eni)?;
    let host2: InterfaceId = variable(get, "host2eni", eni)?;
    if host1 == host2 {
        return Err(ConfigError::Meaning {
            origin: "environment variables".to_owned(),
            key: "host1eni and host2eni".to_owned(),
            message: format!("both are {host1}: name the interface of the other appliance in one of them"),
        });
    }
    let member = |name: &str, interface| Member {
        name: known(name),
        interfaces: BTreeMap::from([(PathName::single(), interface)]),
    };
    Ok(Group {
        name: known("hopover"),
        region,
        vpc,
        members: vec![member("host1", host1), member("host2", host2)],
        exclude: BTreeSet::new(),
        preempt: None,
        home: BTreeMap::new(),
        failback_delay: DEFAULT_FAILBACK_DELAY,
    })
}

/// Long enough for an appliance to boot and to bring its tunnels up.
pub const DEFAULT_FAILBACK_DELAY: Span = Span::from_secs(300);

/// A name that is written in this file.
fn known<T: FromStr<Err = BadId>>(name: &str) -> T {
    name.parse().unwrap_or_else(|error: BadId| unreachable!("{error}"))
}

fn variable<T: FromStr<Err = BadId>>(
    get: &impl Fn(&str) -> Option<String>,
    variable: &'static str,
    expected: &'static str,
) -> Result<T, ConfigError> {
    get(variable)
        .ok_or(ConfigError::MissingVariable { variable, expected })?
        .parse()
        .map_err(|source| ConfigError::Variable { variable, source })
}

#[cfg(test)]
mod tests;
