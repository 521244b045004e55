//! A backup of every route table of a VPC: made before something is changed, and what a restore goes by.
//!
//! The file is JSON with a version, a route a line, so that two of them can be compared with `diff` and one can be read at
//! night. A checksum over the content tells a file that was edited from one that is as it was written; how it is spaced does
//! not matter.
//!
//! ```text
//! Backup::of(look) ── to_text ──▶ file ── from_text ──▶ Backup ── restore::compare(now) ──▶ what differs
//! ```

mod document;
mod layout;
mod values;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};

use crate::Timestamp;
use crate::excerpt::quote;
use crate::group::{Group, NextHop};
use crate::id::{BadId, GroupName, InterfaceId, MemberName, PathName, Region, VpcId};
use crate::route::{Destination, Origin, Route, RouteKey, RouteState, RouteTable, Target};
use crate::tables::{Associated, Association, Tables};

pub use document::{BackupError, MOST_BYTES};

/// The most that a name, an origin or a target of EC2 has, in characters. An ARN of a network has about 100.
const LONGEST_WORD: usize = 256;

/// The route tables of a VPC at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// When, to the second.
    pub taken_at: Timestamp,
    /// Where the VPC is.
    pub region: Region,
    /// The VPC.
    pub vpc: VpcId,
    /// The groups that were configured in it then.
    pub groups: Vec<GroupThen>,
    /// Its tables.
    pub tables: Tables,
}

/// A group as it was configured when a backup was taken: so that a later reader knows whose interfaces those were.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupThen {
    /// Its name.
    pub name: GroupName,
    /// The interfaces of each member.
    pub members: BTreeMap<MemberName, BTreeMap<PathName, InterfaceId>>,
}

/// Something that EC2 showed, or is said to have shown, and that no backup can hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unkeepable {
    /// A destination that is neither a CIDR block nor a prefix list.
    #[error("{} is no destination: expected a CIDR block such as 10.0.0.0/16 or a prefix list pl-…", quote(.0))]
    Destination(String),
    /// A text with blanks, control characters or without an end.
    #[error(
        "{} is no {what}: expected 1 to {LONGEST_WORD} printable ASCII characters without blanks",
        quote(value)
    )]
    Word {
        /// What it should be.
        what: &'static str,
        /// The text.
        value: String,
    },
    /// Two of what there can be only one.
    #[error("{0} is there twice")]
    Twice(String),
}

impl Backup {
    /// A backup of what was seen. Of each table and route it keeps what a restore needs.
    ///
    /// # Errors
    ///
    /// If EC2 showed something that cannot be: a file that says less than it should must not be made.
    pub fn of(
        region: &Region,
        vpc: &VpcId,
        groups: impl IntoIterator<Item = impl AsRef<Group>>,
        seen: Tables,
        now: Timestamp,
    ) -> Result<Self, Unkeepable> {
        let Tables { tables, mut associations, unnamed: _ } = seen;
        let mut kept = Tables::default();
        for (id, table) in tables.into_iter().filter(|(_, table)| table.vpc == *vpc) {
            let mut routes = BTreeMap::new();
            for route in table.routes {
                let route = kept_route(route)?;
                let key = RouteKey { table: id.clone(), destination: route.destination.clone() };
                if routes.insert(route.destination.clone(), route).is_some() {
                    return Err(Unkeepable::Twice(key.to_string()));
                }
            }
            let mut with = associations.remove(&id).unwrap_or_default();
            with.iter().try_for_each(check_association)?;
            with.sort_by(|a, b| a.with.cmp(&b.with));
            if let Some(pair) = with.windows(2).find(|pair| pair[0].with == pair[1].with) {
                return Err(Unkeepable::Twice(format!("{} with {id}", pair[0].with)));
            }
            if !with.is_empty() {
                kept.associations.insert(id.clone(), with);
            }
            let routes = routes.into_values().collect();
            kept.tables.insert(id, RouteTable { routes, ignored: false, ..table });
        }
        let groups = groups.into_iter().map(|group| GroupThen::of(group.as_ref())).collect();
        let taken_at = Timestamp::from_second(now.as_second()).unwrap_or(now);
        Ok(Self { taken_at, region: region.clone(), vpc: vpc.clone(), groups, tables: kept })
    }

    /// How many routes it holds.
    pub fn route_count(&self) -> usize {
        self.tables.tables.values().map(|table| table.routes.len()).sum()
    }

    /// The name that a file of it gets by default: `hopover-backup-vpc-main-20260101T000000Z.json`.
    pub fn file_name(&self) -> String {
        let time: String = self.taken_at.to_string().chars().filter(char::is_ascii_alphanumeric).collect();
        format!("hopover-backup-{}-{time}.json", self.vpc)
    }

    /// Whose interface that was when the backup was taken.
    pub fn member_then(&self, interface: &InterfaceId) -> Option<(&GroupName, &MemberName, &PathName)> {
        self.groups.iter().find_map(|group| {
            group.members.iter().find_map(|(member, interfaces)| {
                let (path, _) = interfaces.iter().find(|(_, its)| *its == interface)?;
                Some((&group.name, member, path))
            })
        })
    }
}

impl GroupThen {
    fn of(group: &Group) -> Self {
        let mut members: BTreeMap<MemberName, BTreeMap<_, _>> = BTreeMap::new();
        for NextHop { member, path, interface } in group.next_hops() {
            members.entry(member).or_default().insert(path, interface);
        }
        Self { name: group.name.clone(), members }
    }
}

/// A route as it is kept: without what only its present instance shows.
fn kept_route(route: Route) -> Result<Route, Unkeepable> {
    check_destination(&route.destination)?;
    if let Target::Other(id) = &route.target {
        check_word("target", id)?;
    }
    for (what, word) in [("origin", origin_name(&route.origin)), ("state", state_name(&route.state))] {
        check_word(what, word)?;
    }
    Ok(Route {
        instance: None,
        origin: origin(origin_name(&route.origin)),
        state: state(state_name(&route.state)),
        ..route
    })
}

fn check_association(association: &Association) -> Result<(), Unkeepable> {
    if let Some(id) = &association.id {
        check_word("association id", id)?;
    }
    match &association.with {
        Associated::Main => Ok(()),
        Associated::Subnet(id) => check_word("subnet id", id),
        Associated::Gateway(id) => check_word("gateway id", id),
    }
}

fn check_word(what: &'static str, word: &str) -> Result<(), Unkeepable> {
    let is_right =
        (1..=LONGEST_WORD).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_graphic());
    if is_right { Ok(()) } else { Err(Unkeepable::Word { what, value: word.to_owned() }) }
}

/// A CIDR block is an address and the length of its prefix. That its remaining bits are zero is for EC2 to say.
fn check_destination(destination: &Destination) -> Result<(), Unkeepable> {
    let wrong = |text: &str| Unkeepable::Destination(text.to_owned());
    let (text, most, is_address) = match destination {
        Destination::PrefixList(_) => return Ok(()),
        Destination::Ipv4(text) => (text, 32, (|a| a.parse::<Ipv4Addr>().is_ok()) as fn(&str) -> bool),
        Destination::Ipv6(text) => (text, 128, (|a| a.parse::<Ipv6Addr>().is_ok()) as fn(&str) -> bool),
    };
    let (address, length) = text.split_once('/').ok_or_else(|| wrong(text))?;
    // "+1" and "01" are numbers to Rust.
    let length_is_right = length.parse::<u8>().is_ok_and(|bits| bits <= most && bits.to_string() == length);
    if is_address(address) && length_is_right { Ok(()) } else { Err(wrong(text)) }
}

/// A destination as EC2 writes it.
fn destination(text: String) -> Result<Destination, Unkeepable> {
    let destination = if text.starts_with("pl-") {
        Destination::PrefixList(text.parse().map_err(|error: BadId| Unkeepable::Destination(error.value))?)
    } else if text.contains(':') {
        Destination::Ipv6(text)
    } else {
        Destination::Ipv4(text)
    };
    check_destination(&destination).map(|()| destination)
}

/// EC2's name of an origin. EC2 always gives one; what merely imitates EC2 may not.
fn origin_name(origin: &Origin) -> &str {
    match origin {
        Origin::CreateRouteTable => "CreateRouteTable",
        Origin::CreateRoute => "CreateRoute",
        Origin::Propagated => "EnableVgwRoutePropagation",
        Origin::Advertisement => "Advertisement",
        Origin::Other(name) if name.is_empty() => "unknown",
        Origin::Other(name) => name,
    }
}

fn origin(name: &str) -> Origin {
    match name {
        "CreateRouteTable" => Origin::CreateRouteTable,
        "CreateRoute" => Origin::CreateRoute,
        "EnableVgwRoutePropagation" => Origin::Propagated,
        "Advertisement" => Origin::Advertisement,
        other => Origin::Other(other.to_owned()),
    }
}

fn state_name(state: &RouteState) -> &str {
    match state {
        RouteState::Active => "active",
        RouteState::Blackhole => "blackhole",
        RouteState::Filtered => "filtered",
        RouteState::Other(name) if name.is_empty() => "unknown",
        RouteState::Other(name) => name,
    }
}

fn state(name: &str) -> RouteState {
    match name {
        "active" => RouteState::Active,
        "blackhole" => RouteState::Blackhole,
        "filtered" => RouteState::Filtered,
        other => RouteState::Other(other.to_owned()),
    }
}

#[cfg(test)]
mod tests;
