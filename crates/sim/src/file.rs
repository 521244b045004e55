//! An embedded VPC in a file: what is kept between two commands. A readable JSON document with a version.

use std::sync::Arc;

use hopover_core::Timestamp;
use hopover_core::id::{BadId, InstanceId, InterfaceId, PrefixListId, Region, RouteTableId, VpcId};
use hopover_core::observation::InstanceState;
use hopover_core::route::{Destination, Origin, Route, RouteState, RouteTable, Target};
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::cloud::{Cloud, SimInstance, SimInterface};
use crate::fault::{Fault, Harm};
use crate::surroundings::Surroundings;

/// The version of the document that this program writes, and the only one that it reads.
const VERSION: u32 = 1;

/// What the document says of itself.
const ABOUT: &str = "an embedded VPC of hopover: see `hopover world --help`";

/// A VPC in a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    about: String,
    version: u32,
    /// The virtual time.
    pub now: Timestamp,
    /// What chance follows from, next time.
    pub seed: u64,
    region: Region,
    instances: Vec<InstanceText>,
    interfaces: Vec<InterfaceText>,
    tables: Vec<TableText>,
    faults: Vec<FaultText>,
    /// Absent where nobody has said what stands around the routes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    surroundings: Option<Surroundings>,
}

/// A document that is no VPC.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WorldError {
    /// No JSON, or not of this form.
    #[error("line {line}: {message}; expected a VPC as `hopover world new` writes it")]
    Text {
        /// Counted from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// A version that this program does not know.
    #[error("version {0} is not known: expected {VERSION}")]
    Version(u32),
    /// A value that is no id.
    #[error(transparent)]
    Id(#[from] BadId),
    /// Well formed, but it does not fit together.
    #[error("{0}")]
    Meaning(String),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct InstanceText {
    id: InstanceId,
    name: String,
    state: InstanceState,
    zone: String,
    launched_at: Timestamp,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct InterfaceText {
    id: InterfaceId,
    vpc: VpcId,
    attached_to: Option<InstanceId>,
    source_dest_check: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TableText {
    id: RouteTableId,
    vpc: VpcId,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    name: Option<String>,
    #[serde(skip_serializing_if = "is_false", default)]
    ignored: bool,
    #[serde(skip_serializing_if = "is_false", default)]
    edge: bool,
    routes: Vec<RouteText>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RouteText {
    destination: String,
    target: String,
    #[serde(skip_serializing_if = "OriginText::is_operator", default)]
    origin: OriginText,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum OriginText {
    #[default]
    CreateRoute,
    CreateRouteTable,
    Propagated,
    Advertisement,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultText {
    call: CallText,
    harm: HarmText,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    table: Option<RouteTableId>,
    chance: u8,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    times: Option<u32>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
enum CallText {
    DescribeInstances,
    DescribeRouteTables,
    ReplaceRoute,
    CreateRoute,
    DeleteRoute,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum HarmText {
    Throttle,
    Deny,
    ServiceError,
    LoseRequest,
    LoseReply,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

impl OriginText {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
    fn is_operator(&self) -> bool {
        *self == Self::CreateRoute
    }
}

impl World {
    /// A VPC as it is now. What is under way in it is not kept: let it settle before.
    pub fn of(cloud: &Cloud, now: Timestamp, seed: u64) -> Self {
        Self {
            about: ABOUT.to_owned(),
            version: VERSION,
            now,
            seed,
            region: cloud.region.clone(),
            instances: cloud.instances().map(instance_text).collect(),
            interfaces: cloud.interfaces().map(interface_text).collect(),
            tables: cloud.tables().map(|table| table_text(table, cloud)).collect(),
            faults: cloud.faults.iter().filter_map(fault_text).collect(),
            surroundings: cloud.surroundings.as_deref().cloned(),
        }
    }

    /// Reads a document.
    pub fn from_json(text: &str) -> Result<Self, WorldError> {
        let world: Self = serde_json::from_str(text)
            .map_err(|error| WorldError::Text { line: error.line(), message: error.to_string() })?;
        match world.version {
            VERSION => Ok(world),
            other => Err(WorldError::Version(other)),
        }
    }

    /// The VPC, with full token buckets.
    pub fn cloud(&self) -> Result<Cloud, WorldError> {
        let mut cloud = Cloud::new(self.region.clone(), self.now, true, hopover_core::Span::ZERO);
        for instance in &self.instances {
            cloud.add_instance(SimInstance {
                id: instance.id.clone(),
                name: instance.name.clone(),
                state: instance.state,
                launched_at: instance.launched_at,
                zone: instance.zone.clone(),
            });
        }
        for interface in &self.interfaces {
            if let Some(instance) = &interface.attached_to
                && cloud.instance(instance.as_str()).is_none()
            {
                let message = format!("{} is attached to {instance}, which is not in the file", interface.id);
                return Err(WorldError::Meaning(message));
            }
            cloud.add_interface(SimInterface {
                id: interface.id.clone(),
                vpc: interface.vpc.clone(),
                attached_to: interface.attached_to.clone(),
                source_dest_check: interface.source_dest_check,
            });
        }
        for table in &self.tables {
            let routes = table.routes.iter().map(RouteText::route).collect::<Result<_, _>>()?;
            let made = RouteTable {
                id: table.id.clone(),
                vpc: table.vpc.clone(),
                name: table.name.clone(),
                ignored: table.ignored,
                routes,
            };
            cloud.add_table(made, table.edge);
        }
        cloud.faults = self.faults.iter().map(FaultText::fault).collect();
        cloud.surroundings = self.surroundings.clone().map(Arc::new);
        Ok(cloud)
    }
}

fn instance_text(instance: &SimInstance) -> InstanceText {
    InstanceText {
        id: instance.id.clone(),
        name: instance.name.clone(),
        state: instance.state,
        zone: instance.zone.clone(),
        launched_at: instance.launched_at,
    }
}

fn interface_text(interface: &SimInterface) -> InterfaceText {
    InterfaceText {
        id: interface.id.clone(),
        vpc: interface.vpc.clone(),
        attached_to: interface.attached_to.clone(),
        source_dest_check: interface.source_dest_check,
    }
}

fn table_text(table: RouteTable, cloud: &Cloud) -> TableText {
    TableText {
        edge: cloud.is_edge(&table.id),
        vpc: table.vpc,
        name: table.name,
        ignored: table.ignored,
        routes: table.routes.iter().map(RouteText::of).collect(),
        id: table.id,
    }
}

impl RouteText {
    fn of(route: &Route) -> Self {
        Self {
            destination: route.destination.to_string(),
            target: route.target.to_string(),
            origin: match &route.origin {
                Origin::CreateRouteTable => OriginText::CreateRouteTable,
                Origin::Propagated => OriginText::Propagated,
                Origin::Advertisement => OriginText::Advertisement,
                Origin::CreateRoute | Origin::Other(_) => OriginText::CreateRoute,
            },
        }
    }

    fn route(&self) -> Result<Route, BadId> {
        Ok(Route {
            destination: destination(&self.destination)?,
            target: target(&self.target)?,
            instance: None,
            origin: match self.origin {
                OriginText::CreateRoute => Origin::CreateRoute,
                OriginText::CreateRouteTable => Origin::CreateRouteTable,
                OriginText::Propagated => Origin::Propagated,
                OriginText::Advertisement => Origin::Advertisement,
            },
            state: RouteState::Active,
        })
    }
}

/// A destination as EC2 writes it.
pub fn destination(text: &str) -> Result<Destination, BadId> {
    Ok(match text {
        list if list.starts_with("pl-") => Destination::PrefixList(list.parse::<PrefixListId>()?),
        cidr if cidr.contains(':') => Destination::Ipv6(cidr.to_owned()),
        cidr => Destination::Ipv4(cidr.to_owned()),
    })
}

/// A target: an interface, or anything else.
pub fn target(text: &str) -> Result<Target, BadId> {
    if text.starts_with("eni-") {
        Ok(Target::Interface(text.parse()?))
    } else {
        Ok(Target::Other(text.to_owned()))
    }
}

/// Faults that happen to a thing, not to a call, are not kept: they come from a test, not from a person.
fn fault_text(fault: &Fault) -> Option<FaultText> {
    let harm = match fault.harm {
        Harm::Throttle => HarmText::Throttle,
        Harm::Deny => HarmText::Deny,
        Harm::ServiceError => HarmText::ServiceError,
        Harm::LoseRequest => HarmText::LoseRequest,
        Harm::LoseReply => HarmText::LoseReply,
        Harm::TableVanishes(_) | Harm::InterfaceVanishes(_) => return None,
    };
    let call = match fault.call {
        Call::DescribeInstances => CallText::DescribeInstances,
        Call::DescribeRouteTables => CallText::DescribeRouteTables,
        Call::ReplaceRoute => CallText::ReplaceRoute,
        Call::CreateRoute => CallText::CreateRoute,
        Call::DeleteRoute => CallText::DeleteRoute,
    };
    let is_over = fault.times == Some(0);
    (!is_over).then(|| FaultText {
        call,
        harm,
        table: fault.table.clone(),
        chance: fault.chance,
        times: fault.times,
    })
}

impl FaultText {
    fn fault(&self) -> Fault {
        Fault {
            call: match self.call {
                CallText::DescribeInstances => Call::DescribeInstances,
                CallText::DescribeRouteTables => Call::DescribeRouteTables,
                CallText::ReplaceRoute => Call::ReplaceRoute,
                CallText::CreateRoute => Call::CreateRoute,
                CallText::DeleteRoute => Call::DeleteRoute,
            },
            table: self.table.clone(),
            chance: self.chance,
            after: 0,
            times: self.times,
            harm: match self.harm {
                HarmText::Throttle => Harm::Throttle,
                HarmText::Deny => Harm::Deny,
                HarmText::ServiceError => Harm::ServiceError,
                HarmText::LoseRequest => Harm::LoseRequest,
                HarmText::LoseReply => Harm::LoseReply,
            },
        }
    }
}
