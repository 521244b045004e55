//! The route tables of a VPC in full: more than a pass needs, for a backup of them.

use std::collections::BTreeMap;

use crate::id::{InstanceId, RouteTableId};
use crate::observation::{Instance, ObserveFailure};
use crate::route::{RouteTable, Target};

/// Every route table of a VPC, with what each is associated with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tables {
    /// The tables with their routes.
    pub tables: BTreeMap<RouteTableId, RouteTable>,
    /// What they are associated with. A table that is associated with nothing may be missing.
    pub associations: BTreeMap<RouteTableId, Vec<Association>>,
    /// How many routes a table has whose destination this version cannot name. They are in no backup, and never touched.
    pub unnamed: BTreeMap<RouteTableId, usize>,
}

/// One look at a VPC in full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// The instances that hold interfaces of the groups in question.
    pub instances: Result<BTreeMap<InstanceId, Instance>, ObserveFailure>,
    /// The tables.
    pub tables: Tables,
}

/// What a table serves.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Association {
    /// EC2's id of it (`rtbassoc-…`). It is another one as soon as the association is changed.
    pub id: Option<String>,
    /// What the table is associated with.
    pub with: Associated,
}

/// What a table is associated with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Associated {
    /// It is the main table of the VPC: every subnet without a table of its own uses it.
    Main,
    /// A subnet.
    Subnet(String),
    /// An internet or virtual private gateway: what comes in there is routed by this table.
    Gateway(String),
}

impl std::fmt::Display for Associated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Main => "the main table",
            Self::Subnet(id) | Self::Gateway(id) => id,
        })
    }
}

/// What kind of thing a route points at, which decides the parameter of `CreateRoute` and `ReplaceRoute` that names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TargetKind {
    /// A network interface.
    NetworkInterface,
    /// An internet gateway or a virtual private gateway.
    Gateway,
    /// A gateway endpoint (which writes its routes itself) or a Gateway Load Balancer endpoint.
    VpcEndpoint,
    /// A NAT gateway.
    NatGateway,
    /// A transit gateway.
    TransitGateway,
    /// A peering connection.
    VpcPeeringConnection,
    /// An egress-only internet gateway.
    EgressOnlyInternetGateway,
    /// The local gateway of an Outpost.
    LocalGateway,
    /// The carrier gateway of a Wavelength zone.
    CarrierGateway,
    /// A core network of Cloud WAN.
    CoreNetwork,
    /// A network of Oracle Database@AWS.
    OdbNetwork,
    /// The VPC itself. EC2 shows it as the gateway `local`.
    Local,
}

/// How ids begin, and what they name. Source: the resource ids of the Amazon EC2 API, and the ARNs of the two services whose
/// resources a route names by ARN.
const PREFIXES: [(&str, TargetKind); 11] = [
    ("eni-", TargetKind::NetworkInterface),
    ("igw-", TargetKind::Gateway),
    ("vgw-", TargetKind::Gateway),
    ("vpce-", TargetKind::VpcEndpoint),
    ("nat-", TargetKind::NatGateway),
    ("tgw-", TargetKind::TransitGateway),
    ("pcx-", TargetKind::VpcPeeringConnection),
    ("eigw-", TargetKind::EgressOnlyInternetGateway),
    ("lgw-", TargetKind::LocalGateway),
    ("cagw-", TargetKind::CarrierGateway),
    ("local", TargetKind::Local),
];

impl TargetKind {
    /// The kind of a target; `None` if this version does not know it, and so cannot write it.
    pub fn of(target: &Target) -> Option<Self> {
        let id = match target {
            Target::Interface(_) => return Some(Self::NetworkInterface),
            Target::Other(id) => id,
        };
        let by_prefix = PREFIXES.iter().find(|(prefix, _)| id.starts_with(prefix)).map(|(_, kind)| *kind);
        match by_prefix {
            // An interface's id that is none was taken for something else.
            Some(Self::NetworkInterface) => None,
            Some(Self::Local) if id != "local" => None,
            Some(kind) => Some(kind),
            None if id.starts_with("arn:") && id.contains(":core-network/") => Some(Self::CoreNetwork),
            None if id.starts_with("arn:") && id.contains(":odb-network/") => Some(Self::OdbNetwork),
            None => None,
        }
    }

    /// EC2's name of the parameter, or of the field that shows it.
    pub fn parameter(self) -> &'static str {
        match self {
            Self::NetworkInterface => "NetworkInterfaceId",
            Self::Gateway | Self::Local => "GatewayId",
            Self::VpcEndpoint => "VpcEndpointId",
            Self::NatGateway => "NatGatewayId",
            Self::TransitGateway => "TransitGatewayId",
            Self::VpcPeeringConnection => "VpcPeeringConnectionId",
            Self::EgressOnlyInternetGateway => "EgressOnlyInternetGatewayId",
            Self::LocalGateway => "LocalGatewayId",
            Self::CarrierGateway => "CarrierGatewayId",
            Self::CoreNetwork => "CoreNetworkArn",
            Self::OdbNetwork => "OdbNetworkArn",
        }
    }
}

#[cfg(test)]
mod tests;
