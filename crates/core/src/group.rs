//! A group: the appliances that stand in for each other, and the rules of its operator.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;

use crate::Span;
use crate::id::{GroupName, InterfaceId, MemberName, PathName, Region, RouteTableId, VpcId};
use crate::route::{Origin, Route, RouteTable, Target};

/// Appliances of one VPC that stand in for each other.
///
/// Made by [`crate::config`], which sees to it that there are at least two members, that every member has an interface
/// and that no interface is named twice.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Group {
    /// Its name, for messages.
    pub name: GroupName,
    /// Where its VPC is.
    pub region: Region,
    /// Its VPC.
    pub vpc: VpcId,
    /// Its members, in the operator's order, which breaks ties between equally good candidates.
    pub members: Vec<Member>,
    /// Route tables that are left alone.
    pub exclude: BTreeSet<RouteTableId>,
    /// The member that gets every route back when it is well again (`preempt`); `None` is no failback.
    pub preempt: Option<MemberName>,
    /// The member that a table's routes belong to while it is well; stronger than `preempt`.
    pub home: BTreeMap<RouteTableId, MemberName>,
    /// How long an instance must have been up since its launch before its member gets routes back.
    pub failback_delay: Span,
}

/// One appliance.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Member {
    /// Its name, for people.
    pub name: MemberName,
    /// Its interfaces, by what they are for.
    pub interfaces: BTreeMap<PathName, InterfaceId>,
}

/// An interface of a member: what a route of the group may point at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct NextHop {
    /// The member.
    pub member: MemberName,
    /// Which of its paths.
    pub path: PathName,
    /// The interface.
    pub interface: InterfaceId,
}

impl fmt::Display for NextHop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.member, self.interface)
    }
}

impl Group {
    /// The member of that name.
    pub fn member(&self, name: &MemberName) -> Option<&Member> {
        self.members.iter().find(|member| member.name == *name)
    }

    /// The next hop that an interface is, if it is a member's.
    pub fn next_hop(&self, interface: &InterfaceId) -> Option<NextHop> {
        self.next_hops().find(|hop| hop.interface == *interface)
    }

    /// The next hop that a route of the group points at; `None` if the route is not the group's.
    ///
    /// Ours is what an operator made with `CreateRoute`, in a table of the VPC that is not left alone, and points at a
    /// member's interface.
    pub fn holder(&self, table: &RouteTable, route: &Route) -> Option<NextHop> {
        let left_alone = table.vpc != self.vpc || table.ignored || self.exclude.contains(&table.id);
        match &route.target {
            Target::Interface(interface) if !left_alone && route.origin == Origin::CreateRoute => {
                self.next_hop(interface)
            }
            _ => None,
        }
    }

    /// Every interface of every member.
    pub fn next_hops(&self) -> impl Iterator<Item = NextHop> + '_ {
        self.members.iter().flat_map(Member::next_hops)
    }

    /// The member that a table's routes should return to, if the operator named one.
    pub fn preferred(&self, table: &RouteTableId) -> Option<&MemberName> {
        self.home.get(table).or(self.preempt.as_ref())
    }
}

impl Member {
    /// The next hop of this member on a path.
    pub fn on_path(&self, path: &PathName) -> Option<NextHop> {
        self.interfaces.get(path).map(|interface| self.hop(path, interface))
    }

    /// Every interface of this member.
    pub fn next_hops(&self) -> impl Iterator<Item = NextHop> + '_ {
        self.interfaces.iter().map(|(path, interface)| self.hop(path, interface))
    }

    fn hop(&self, path: &PathName, interface: &InterfaceId) -> NextHop {
        NextHop { member: self.name.clone(), path: path.clone(), interface: interface.clone() }
    }
}
