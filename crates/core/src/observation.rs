//! What was seen of the world: instances of the group's interfaces, and the route tables of its VPC.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::group::{Group, Member, NextHop};
use crate::id::{InstanceId, InterfaceId, MemberName, RouteTableId, VpcId};
use crate::route::{Route, RouteKey, RouteTable};

/// One look at a VPC. The two calls behind it run side by side, so it is not a snapshot; nothing relies on that.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Observation {
    /// The instances that hold the group's interfaces. If they could not be read, every member is unknown, but an event
    /// can still speak against one.
    pub instances: Result<BTreeMap<InstanceId, Instance>, ObserveFailure>,
    /// The route tables of the VPC, every page.
    pub tables: BTreeMap<RouteTableId, RouteTable>,
}

/// Why a look failed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, thiserror::Error)]
#[error("{message}")]
pub struct ObserveFailure {
    /// What happened, in words.
    pub message: String,
    /// True if looking again may help: throttled, no reply, a fault of the service.
    pub transient: bool,
}

/// One instance.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Instance {
    /// Its id.
    pub id: InstanceId,
    /// Where it is in its life.
    pub state: InstanceState,
    /// When it was last started. EC2 renews it at each start, not at a reboot.
    pub launched_at: Option<Timestamp>,
    /// Its availability zone.
    pub zone: Option<String>,
    /// Its interfaces.
    pub interfaces: Vec<Interface>,
}

/// An interface as its instance shows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Interface {
    /// Its id.
    pub id: InterfaceId,
    /// Its VPC.
    pub vpc: Option<VpcId>,
    /// True while it is attached, and neither attaching nor detaching.
    pub attached: bool,
    /// EC2's source/destination check; a router needs it off.
    pub source_dest_check: Option<bool>,
}

/// The states of an EC2 instance, as in its state-change events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InstanceState {
    /// Being started.
    Pending,
    /// The only state in which an appliance can forward.
    Running,
    /// Being stopped.
    Stopping,
    /// Off.
    Stopped,
    /// Being terminated.
    ShuttingDown,
    /// Gone.
    Terminated,
}

impl InstanceState {
    /// Every state, in the order of a life.
    pub const ALL: [Self; 6] =
        [Self::Pending, Self::Running, Self::Stopping, Self::Stopped, Self::ShuttingDown, Self::Terminated];

    /// EC2's name of the state.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::ShuttingDown => "shutting-down",
            Self::Terminated => "terminated",
        }
    }

    /// The state of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

impl fmt::Display for InstanceState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A configuration that the world contradicts. Nothing is written on its ground.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
#[error(
    "interface {interface} of member {member} is in {actual}, but the group's VPC is {expected}: \
     name an interface of {expected}, or correct the VPC"
)]
pub struct ForeignInterface {
    /// The interface.
    pub interface: InterfaceId,
    /// The member that names it.
    pub member: MemberName,
    /// Where it is.
    pub actual: VpcId,
    /// Where it should be.
    pub expected: VpcId,
}

impl Observation {
    /// The instance that holds an interface, with the interface.
    pub fn holder_of(&self, interface: &InterfaceId) -> Option<(&Instance, &Interface)> {
        self.instances.iter().flat_map(BTreeMap::values).find_map(|instance| {
            let found = instance.interfaces.iter().find(|candidate| candidate.id == *interface)?;
            Some((instance, found))
        })
    }

    /// The member that has an interface on an instance.
    pub fn member_of<'g>(&self, instance: &InstanceId, group: &'g Group) -> Option<&'g MemberName> {
        group
            .members
            .iter()
            .find(|member| self.instance_ids_of(member, group).contains(instance))
            .map(|member| &member.name)
    }

    /// The ids of a member's instances. Where instances could not be read, the routes still tell who holds the
    /// interface that they point at.
    pub fn instance_ids_of(&self, member: &Member, group: &Group) -> BTreeSet<InstanceId> {
        if self.instances.is_ok() {
            return self.instances_of(member).map(|instance| instance.id.clone()).collect();
        }
        self.routes_of(group)
            .filter(|(_, _, hop)| hop.member == member.name)
            .filter_map(|(_, route, _)| route.instance.clone())
            .collect()
    }

    /// The instances that hold interfaces of a member: one, unless something is odd.
    pub fn instances_of<'a>(&'a self, member: &'a Member) -> impl Iterator<Item = &'a Instance> + 'a {
        self.instances.iter().flat_map(BTreeMap::values).filter(move |instance| {
            member.interfaces.values().any(|ours| instance.interfaces.iter().any(|i| i.id == *ours))
        })
    }

    /// One route, with its table.
    pub fn route(&self, key: &RouteKey) -> Option<(&RouteTable, &Route)> {
        let table = self.tables.get(&key.table)?;
        let route = table.routes.iter().find(|route| route.destination == key.destination)?;
        Some((table, route))
    }

    /// The routes that are the group's.
    pub fn routes_of<'a>(
        &'a self,
        group: &'a Group,
    ) -> impl Iterator<Item = (&'a RouteTable, &'a Route, NextHop)> + 'a {
        self.tables
            .values()
            .flat_map(|table| table.routes.iter().map(move |route| (table, route)))
            .filter_map(|(table, route)| Some((table, route, group.holder(table, route)?)))
    }

    /// Finds an interface of the group that stands in another VPC.
    pub fn foreign_interface(&self, group: &Group) -> Option<ForeignInterface> {
        group.next_hops().find_map(|hop| {
            let (_, interface) = self.holder_of(&hop.interface)?;
            let actual = interface.vpc.clone().filter(|vpc| *vpc != group.vpc)?;
            Some(ForeignInterface {
                interface: hop.interface,
                member: hop.member,
                actual,
                expected: group.vpc.clone(),
            })
        })
    }
}
