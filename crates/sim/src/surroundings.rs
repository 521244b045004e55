//! What stands around the routes: addresses, security groups, rules of the event bus. A failover does not look at it, but who
//! sets one up does. A part of the file of an embedded VPC, where it may be missing.

mod example;
mod survey;

use std::collections::{BTreeMap, BTreeSet};

use hopover_core::id::{InterfaceId, PrefixListId, RouteTableId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use example::{example, topic};

/// Facts beside those of the [`crate::Cloud`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Surroundings {
    /// The account.
    pub account: String,
    /// More about interfaces.
    pub interfaces: BTreeMap<InterfaceId, InterfaceNotes>,
    /// More about tables.
    pub tables: BTreeMap<RouteTableId, TableNotes>,
    /// The `Name` of each subnet.
    pub subnets: BTreeMap<String, String>,
    /// Security groups: what each lets through.
    pub security_groups: BTreeMap<String, Vec<RuleNote>>,
    /// How many CIDR blocks each prefix list holds.
    pub prefix_lists: BTreeMap<PrefixListId, usize>,
    /// Rules of the default event bus.
    pub event_rules: Vec<EventRuleNotes>,
    /// Who hears from the topic.
    pub subscriptions: Vec<SubscriptionNotes>,
}

/// More about an interface.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InterfaceNotes {
    /// Its `Name` tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its subnet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subnet: Option<String>,
    /// Its place on an instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_index: Option<i32>,
    /// An Elastic IP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elastic_ip: Option<String>,
    /// A public address that is lost when the instance stops.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_ip: Option<String>,
    /// Its security groups.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub security_groups: BTreeSet<String>,
}

/// More about a table.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TableNotes {
    /// Its tags.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// The subnets that it serves.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub subnets: BTreeSet<String>,
    /// The gateways that it serves.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub gateways: BTreeSet<String>,
}

/// What a security group lets through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleNote {
    /// True if out of the interface, false if into it.
    #[serde(default)]
    pub out: bool,
    /// The protocol, or `all`.
    pub protocol: String,
    /// First and last port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ports: Option<(i32, i32)>,
    /// From or to where.
    pub peer: String,
}

/// A rule of the event bus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventRuleNotes {
    /// Its name.
    pub name: String,
    /// Whether it does anything.
    pub enabled: bool,
    /// What it lets through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<Value>,
    /// Its clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<String>,
    /// What it invokes.
    pub targets: BTreeSet<String>,
}

/// Somebody who hears from the topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubscriptionNotes {
    /// How.
    pub protocol: String,
    /// Where.
    pub endpoint: String,
    /// Whether the person agreed.
    pub confirmed: bool,
}

#[cfg(test)]
mod tests;
