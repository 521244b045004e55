//! Routes as EC2 shows them.

use std::fmt;

use serde::Serialize;

use crate::id::{InstanceId, InterfaceId, PrefixListId, RouteTableId, VpcId};

/// Where a route leads: the key of a route within its table.
///
/// The text is kept exactly as EC2 gave it, because `ReplaceRoute` must name the existing destination exactly.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(into = "String")]
pub enum Destination {
    /// An IPv4 CIDR block.
    Ipv4(String),
    /// An IPv6 CIDR block.
    Ipv6(String),
    /// A managed prefix list.
    PrefixList(PrefixListId),
}

impl Destination {
    /// True for `0.0.0.0/0` and `::/0`.
    pub fn is_default(&self) -> bool {
        match self {
            Self::Ipv4(cidr) => cidr == "0.0.0.0/0",
            Self::Ipv6(cidr) => cidr == "::/0",
            Self::PrefixList(_) => false,
        }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ipv4(cidr) | Self::Ipv6(cidr) => f.pad(cidr),
            Self::PrefixList(id) => f.pad(id.as_str()),
        }
    }
}

impl From<Destination> for String {
    fn from(destination: Destination) -> String {
        destination.to_string()
    }
}

/// What a route points at. Only interfaces can be ours; everything else is a bystander.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// A network interface.
    Interface(InterfaceId),
    /// A gateway, endpoint, peering connection, `local`, or anything not known to this version.
    Other(String),
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interface(id) => f.pad(id.as_str()),
            Self::Other(what) => f.pad(what),
        }
    }
}

/// Who made a route (`RouteOrigin` in the EC2 API).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// Made with the table: the local route.
    CreateRouteTable,
    /// Made by hand or by a tool. Only these can be ours.
    CreateRoute,
    /// Propagated by a virtual private gateway.
    Propagated,
    /// Advertised by a VPC Route Server.
    Advertisement,
    /// A value newer than this version.
    Other(String),
}

/// EC2's own opinion of a route. It comes late and never for a hung appliance, so it decides only the order of writes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RouteState {
    /// The target exists.
    Active,
    /// The target is gone, detached, or its instance is stopped.
    Blackhole,
    /// Dropped by a filter.
    Filtered,
    /// A value newer than this version.
    Other(String),
}

/// One route of a table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Route {
    /// Where it leads.
    pub destination: Destination,
    /// What it points at.
    pub target: Target,
    /// The instance that holds the target interface, as the route itself shows it.
    pub instance: Option<InstanceId>,
    /// Who made it.
    pub origin: Origin,
    /// What EC2 thinks of it.
    pub state: RouteState,
}

/// One route table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RouteTable {
    /// Its id.
    pub id: RouteTableId,
    /// The VPC that it belongs to.
    pub vpc: VpcId,
    /// The value of its `Name` tag.
    pub name: Option<String>,
    /// True if it carries the tag `hopover:ignore`.
    pub ignored: bool,
    /// Its routes.
    pub routes: Vec<Route>,
}

/// Names one route of a VPC.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct RouteKey {
    /// The table.
    pub table: RouteTableId,
    /// The destination within the table.
    pub destination: Destination,
}

impl fmt::Display for RouteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.destination, self.table)
    }
}
