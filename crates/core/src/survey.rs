//! What stands around a group, as far as an operator cares before the first failover: plain data, from any cloud.
//!
//! A pass sees an [`crate::observation::Observation`], which is two calls and no more. This is the wider look of a person who
//! sets up or checks an installation. What could not be read carries the reason, and the rest counts all the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;
use serde_json::Value;

use crate::id::{InstanceId, InterfaceId, PrefixListId, Region, RouteTableId, VpcId};
use crate::observation::InstanceState;
use crate::route::RouteTable;

/// A part of the survey, or why it could not be read.
pub type Part<T> = Result<T, Unread>;

/// Why a part could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unread {
    /// In words: the call, and what came of it.
    pub why: String,
}

impl Unread {
    /// For that reason.
    pub fn because(why: impl Into<String>) -> Self {
        Self { why: why.into() }
    }
}

/// Everything that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// Where.
    pub region: Region,
    /// The account that owns it, if that was seen.
    pub account: Option<String>,
    /// The instances.
    pub instances: Part<BTreeMap<InstanceId, Machine>>,
    /// The network interfaces.
    pub interfaces: Part<BTreeMap<InterfaceId, Card>>,
    /// Why only the attached interfaces are known, if that is so.
    pub unattached: Part<()>,
    /// The route tables.
    pub tables: Part<BTreeMap<RouteTableId, TableFacts>>,
    /// The `Name` of subnets that have one, by id.
    pub subnets: Part<BTreeMap<String, String>>,
    /// Security groups, by id.
    pub security_groups: Part<BTreeMap<String, SecurityGroup>>,
    /// How many CIDR blocks each prefix list holds, for those that routes of the group lead to.
    pub prefix_lists: BTreeMap<PrefixListId, Part<usize>>,
    /// What the asking credentials may do.
    pub permissions: Vec<Permission>,
    /// The rules of the default event bus that concern instances or time.
    pub event_rules: Part<Vec<EventRule>>,
    /// Who hears from the topic; `None` without a topic.
    pub subscriptions: Option<Part<Vec<Subscription>>>,
}

impl Survey {
    /// Nothing was looked at yet.
    pub fn unread(region: Region) -> Self {
        let unread = || Unread::because("it was not asked for");
        Self {
            region,
            account: None,
            instances: Err(unread()),
            interfaces: Err(unread()),
            unattached: Ok(()),
            tables: Err(unread()),
            subnets: Err(unread()),
            security_groups: Err(unread()),
            prefix_lists: BTreeMap::new(),
            permissions: Vec::new(),
            event_rules: Err(unread()),
            subscriptions: None,
        }
    }

    /// An interface, if interfaces could be read and it is there.
    pub fn card(&self, interface: &InterfaceId) -> Option<&Card> {
        self.interfaces.as_ref().ok()?.get(interface)
    }

    /// The instance that an interface is attached to, if both could be read.
    pub fn machine_of(&self, interface: &InterfaceId) -> Option<&Machine> {
        let holder = self.card(interface)?.attachment.as_ref()?;
        self.instances.as_ref().ok()?.get(&holder.instance)
    }
}

/// An instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// Its id.
    pub id: InstanceId,
    /// Its `Name` tag.
    pub name: Option<String>,
    /// Where it is in its life.
    pub state: InstanceState,
    /// Its availability zone.
    pub zone: Option<String>,
}

/// A network interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Its id.
    pub id: InterfaceId,
    /// Its `Name` tag.
    pub name: Option<String>,
    /// Its description.
    pub description: Option<String>,
    /// Its VPC.
    pub vpc: VpcId,
    /// Its subnet.
    pub subnet: Option<String>,
    /// Its availability zone.
    pub zone: Option<String>,
    /// What it is attached to.
    pub attachment: Option<Attachment>,
    /// EC2's source/destination check; a router needs it off.
    pub source_dest_check: Option<bool>,
    /// The public addresses that lead to it.
    pub public: Vec<PublicAddress>,
    /// Its security groups.
    pub security_groups: BTreeSet<String>,
}

/// What an interface is attached to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// The instance.
    pub instance: InstanceId,
    /// Its place there.
    pub device_index: Option<i32>,
    /// False while it is attaching or detaching.
    pub settled: bool,
}

/// A public IPv4 address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicAddress {
    /// The address.
    pub address: String,
    /// True if it is an Elastic IP, which outlives a stop; `None` if that could not be read.
    pub elastic: Option<bool>,
}

/// A route table with what a pass does not look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableFacts {
    /// The table and its routes.
    pub table: RouteTable,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// The subnets that it is associated with.
    pub subnets: BTreeSet<String>,
    /// The gateways that it is associated with: traffic that enters the VPC there is routed by it.
    pub gateways: BTreeSet<String>,
    /// True if it is the VPC's main table, which serves every subnet without one of its own.
    pub main: bool,
}

/// A security group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityGroup {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// What it lets through.
    pub rules: BTreeSet<Rule>,
}

/// One thing that a security group lets through.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Rule {
    /// Into the interface, or out of it.
    pub way: Way,
    /// `tcp`, `udp`, `icmp`, a number, or `all`.
    pub protocol: String,
    /// The first and the last port; `None` is every port.
    pub ports: Option<(i32, i32)>,
    /// A CIDR block, a prefix list or a security group.
    pub peer: String,
}

/// The direction of a [`Rule`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// Into the interface.
    In,
    /// Out of it.
    Out,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (way, joint) = match self.way {
            Way::In => ("in", "from"),
            Way::Out => ("out", "to"),
        };
        write!(f, "{way} {}", self.protocol)?;
        match self.ports {
            Some((from, to)) if from == to => write!(f, " {from}")?,
            Some((from, to)) => write!(f, " {from}-{to}")?,
            None => {}
        }
        write!(f, " {joint} {}", self.peer)
    }
}

/// Whether something is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    /// The IAM action.
    pub action: &'static str,
    /// On which route table it was asked for, if it takes one.
    pub on: Option<RouteTableId>,
    /// The answer.
    pub grant: Grant,
}

/// The answer to a question for a permission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grant {
    /// Allowed.
    Granted,
    /// Denied, with the service's words.
    Denied(String),
    /// No answer, and why.
    Unknown(String),
}

/// A rule of the default event bus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRule {
    /// Its name.
    pub name: String,
    /// Whether it does anything.
    pub enabled: bool,
    /// The events that it lets through.
    pub pattern: Option<Value>,
    /// Its clock, such as `rate(1 minute)`.
    pub schedule: Option<String>,
    /// The ARNs of what it invokes.
    pub targets: Part<BTreeSet<String>>,
}

/// Somebody who hears from the topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// `email`, `https`, `sqs`, …
    pub protocol: String,
    /// The address.
    pub endpoint: String,
    /// False until the person has followed the link in the mail that asks for it.
    pub confirmed: bool,
}
