//! What differs between a backup and the VPC now, and what a restore would do about each difference.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::backup::Backup;
use crate::group::{Group, NextHop};
use crate::health::{Health, judge};
use crate::id::{InterfaceId, RouteTableId};
use crate::observation::Observation;
use crate::route::{Destination, Origin, Route, RouteKey, RouteState, RouteTable, Target};
use crate::tables::{Associated, Look, TargetKind};

/// What an operator wants restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// What it shall be like.
    pub backup: Backup,
    /// The groups whose routes are meant; all in the VPC of the backup.
    pub groups: Vec<Arc<Group>>,
    /// Every route of the VPC, not only those to members of the groups.
    pub all: bool,
    /// Also to a member that is down.
    pub force: bool,
}

/// A backup beside the VPC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Routes that are as they were.
    pub same: usize,
    /// Routes that are not, by table and destination.
    pub routes: Vec<Difference>,
    /// Tables of the backup that are not there any more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tables_gone: Vec<TableGone>,
    /// Tables that are there now and were not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tables_new: Vec<RouteTableId>,
    /// Subnets and gateways that another table serves now. They are told and never changed: moving a subnet to another table
    /// is one call with an id that is new each time, and concerns more than routes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub associations: Vec<AssociationDifference>,
}

/// A route that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The route.
    #[serde(flatten)]
    pub key: RouteKey,
    /// The `Name` of its table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table_name: Option<String>,
    /// Where it points now; `None` if it is missing.
    #[serde(serialize_with = "as_text")]
    pub now: Option<Target>,
    /// Where it pointed; `None` if it was not there.
    #[serde(serialize_with = "as_text")]
    pub then: Option<Target>,
    /// True if EC2 drops what follows it now.
    pub blackhole: bool,
    /// What a restore does about it.
    #[serde(flatten)]
    pub fate: Fate,
}

/// What a restore does about a difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "would", rename_all = "kebab-case")]
pub enum Fate {
    /// It is written.
    BeRestored {
        /// How.
        by: Act,
    },
    /// It should be written and must not be, unless forced.
    BeRefused {
        /// Why.
        why: String,
    },
    /// It should be as it was, and no write of ours makes it so.
    BeLeft {
        /// Why.
        why: String,
    },
    /// Nobody asked for it.
    NotBeTouched {
        /// Why.
        why: String,
    },
}

/// A write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Act {
    /// `ReplaceRoute`: it is there and points elsewhere.
    ReplaceRoute,
    /// `CreateRoute`: it is missing.
    CreateRoute,
    /// `DeleteRoute`: it was not there.
    DeleteRoute,
}

/// A table of the backup that is not there any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableGone {
    /// The table.
    pub table: RouteTableId,
    /// Its `Name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table_name: Option<String>,
    /// How many routes it had.
    pub routes: usize,
    /// How many of them pointed at members of the groups.
    pub to_members: usize,
}

/// Something that is associated with another table than it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AssociationDifference {
    /// What.
    #[serde(serialize_with = "display")]
    pub of: Associated,
    /// Its table now; `None` if it has none of its own.
    pub now: Option<RouteTableId>,
    /// Its table when the backup was taken.
    pub then: Option<RouteTableId>,
    /// The id of the association as it is now: what changing it takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub association: Option<String>,
}

#[expect(clippy::ref_option, reason = "serde asks for a reference")]
fn as_text<S: Serializer>(target: &Option<Target>, out: S) -> Result<S::Ok, S::Error> {
    target.as_ref().map(ToString::to_string).serialize(out)
}

fn display<S: Serializer>(value: &impl fmt::Display, out: S) -> Result<S::Ok, S::Error> {
    out.collect_str(value)
}

impl Fate {
    /// The reason, if it is not simply done.
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::BeRestored { .. } => None,
            Self::BeRefused { why } | Self::BeLeft { why } | Self::NotBeTouched { why } => Some(why),
        }
    }
}

impl Act {
    /// The write that makes the one into the other; `None` if there is nothing to do.
    pub(crate) fn between(now: Option<&Target>, then: Option<&Target>) -> Option<Self> {
        match (now, then) {
            (Some(now), Some(then)) => (now != then).then_some(Self::ReplaceRoute),
            (None, Some(_)) => Some(Self::CreateRoute),
            (Some(_), None) => Some(Self::DeleteRoute),
            (None, None) => None,
        }
    }

    /// EC2's name of the call.
    pub fn call(self) -> &'static str {
        match self {
            Self::ReplaceRoute => "ReplaceRoute",
            Self::CreateRoute => "CreateRoute",
            Self::DeleteRoute => "DeleteRoute",
        }
    }
}

impl Comparison {
    /// Routes that would be written.
    pub fn to_restore(&self) -> impl Iterator<Item = (&Difference, Act)> {
        self.routes.iter().filter_map(|route| match route.fate {
            Fate::BeRestored { by } => Some((route, by)),
            _ => None,
        })
    }

    /// Routes that must not be written unless forced.
    pub fn refused(&self) -> impl Iterator<Item = &Difference> {
        self.routes.iter().filter(|route| matches!(route.fate, Fate::BeRefused { .. }))
    }

    /// Routes that are asked for and that no write of ours brings back.
    pub fn left(&self) -> impl Iterator<Item = &Difference> {
        self.routes.iter().filter(|route| matches!(route.fate, Fate::BeLeft { .. }))
    }

    /// Routes that nobody asked for.
    pub fn untouched(&self) -> impl Iterator<Item = &Difference> {
        self.routes.iter().filter(|route| matches!(route.fate, Fate::NotBeTouched { .. }))
    }

    /// Routes of tables that are gone, as far as they are asked for.
    pub fn routes_gone(&self, wish: &Wish) -> usize {
        self.tables_gone.iter().map(|gone| if wish.all { gone.routes } else { gone.to_members }).sum()
    }
}

impl Look {
    /// As a pass sees it.
    pub(crate) fn observation(&self) -> Observation {
        Observation { instances: self.instances.clone(), tables: self.tables.tables.clone() }
    }
}

/// Compares the VPC with the backup.
pub fn compare(wish: &Wish, look: &Look) -> Comparison {
    let then = &wish.backup.tables.tables;
    let now: BTreeMap<_, _> =
        look.tables.tables.iter().filter(|(_, table)| table.vpc == wish.backup.vpc).collect();
    let judge = Judge::new(wish, look);
    let mut comparison = Comparison {
        same: 0,
        routes: Vec::new(),
        tables_gone: Vec::new(),
        tables_new: now.keys().filter(|id| !then.contains_key(**id)).map(|id| (*id).clone()).collect(),
        associations: associations(wish, look),
    };
    for (id, table) in then {
        match now.get(id) {
            Some(present) => judge.table(table, present, &mut comparison),
            None => comparison.tables_gone.push(TableGone {
                table: id.clone(),
                table_name: table.name.clone(),
                routes: table.routes.iter().filter(|route| route.origin == Origin::CreateRoute).count(),
                to_members: table.routes.iter().filter(|route| judge.hop(&route.target).is_some()).count(),
            }),
        }
    }
    comparison
}

/// What decides about a route.
struct Judge<'a> {
    wish: &'a Wish,
    /// Why members are down, by their interfaces.
    down: BTreeMap<InterfaceId, String>,
}

impl<'a> Judge<'a> {
    fn new(wish: &'a Wish, look: &Look) -> Self {
        let seen = look.observation();
        let mut down = BTreeMap::new();
        for group in &wish.groups {
            let conditions = judge(group, &seen, None);
            for hop in group.next_hops() {
                if let Some(Health::Down(reasons)) = conditions.get(&hop.member).map(|c| &c.health) {
                    let reasons: Vec<_> = reasons.iter().map(ToString::to_string).collect();
                    let why = format!("{} is down: {}", hop.member, reasons.join("; "));
                    down.insert(hop.interface, why);
                }
            }
        }
        Self { wish, down }
    }

    /// The member's interface that a target is, with its group.
    fn hop(&self, target: &Target) -> Option<(&'a Group, NextHop)> {
        let Target::Interface(interface) = target else { return None };
        self.wish.groups.iter().find_map(|group| Some((group.as_ref(), group.next_hop(interface)?)))
    }

    fn table(&self, then: &RouteTable, now: &RouteTable, into: &mut Comparison) {
        let by_destination = |table: &'_ RouteTable| -> BTreeMap<Destination, Route> {
            // Of two routes to one destination, which EC2 does not have, the first counts.
            let routes = table.routes.iter().rev();
            routes.map(|route| (route.destination.clone(), route.clone())).collect()
        };
        let (then_routes, now_routes) = (by_destination(then), by_destination(now));
        let destinations: BTreeSet<_> = then_routes.keys().chain(now_routes.keys()).collect();
        for destination in destinations {
            let (was, is) = (then_routes.get(destination), now_routes.get(destination));
            if was.map(|route| &route.target) == is.map(|route| &route.target) {
                into.same += 1;
                continue;
            }
            into.routes.push(Difference {
                key: RouteKey { table: now.id.clone(), destination: destination.clone() },
                table_name: now.name.clone(),
                now: is.map(|route| route.target.clone()),
                then: was.map(|route| route.target.clone()),
                blackhole: is.is_some_and(|route| route.state == RouteState::Blackhole),
                fate: self.fate(now, destination, was, is),
            });
        }
    }

    fn fate(
        &self,
        table: &RouteTable,
        destination: &Destination,
        then: Option<&Route>,
        now: Option<&Route>,
    ) -> Fate {
        let untouched = |why: &str| Fate::NotBeTouched { why: why.to_owned() };
        let left = |why: &str| Fate::BeLeft { why: why.to_owned() };
        if let Some(who) = then.iter().chain(&now).find_map(|route| made_by_others(destination, route)) {
            return untouched(who);
        }
        if self.is_left_alone(table) {
            return untouched("its table is excluded, or tagged hopover:ignore");
        }
        if !self.wish.all
            && let Some(why) = self.why_not_ours(then, now)
        {
            return Fate::NotBeTouched { why };
        }
        match then.map(|route| (&route.target, TargetKind::of(&route.target))) {
            Some((_, None)) => return left("what it pointed at is nothing that this version can write"),
            Some((_, Some(TargetKind::Local))) => return left("a local route cannot be made"),
            Some((Target::Interface(interface), _)) if !self.wish.force => {
                if let Some(why) = self.down.get(interface) {
                    return Fate::BeRefused { why: why.clone() };
                }
            }
            _ => {}
        }
        let (is, was) = (now.map(|route| &route.target), then.map(|route| &route.target));
        Act::between(is, was).map_or_else(|| untouched("nothing to do"), |by| Fate::BeRestored { by })
    }

    fn is_left_alone(&self, table: &RouteTable) -> bool {
        table.ignored || self.wish.groups.iter().any(|group| group.exclude.contains(&table.id))
    }

    /// Why a route is not one of the groups': it must have pointed at a member, and point at one of the same group, or at
    /// nothing.
    fn why_not_ours(&self, then: Option<&Route>, now: Option<&Route>) -> Option<String> {
        let Some(then) = then else {
            return Some("new since then".to_owned());
        };
        let Some((group, _)) = self.hop(&then.target) else {
            return Some(match &then.target {
                Target::Interface(interface) => match self.wish.backup.member_then(interface) {
                    Some((group, member, path)) => {
                        format!(
                            "{interface} was the {path} of {member} in {group} then, and is no member's now"
                        )
                    }
                    None => "it did not point at a member".to_owned(),
                },
                Target::Other(_) => "it did not point at a member".to_owned(),
            });
        };
        let now = now?;
        match self.hop(&now.target) {
            Some((other, _)) if other.name == group.name => None,
            Some((other, _)) => Some(format!("it points at a member of {} now", other.name)),
            None => Some("it does not point at a member now".to_owned()),
        }
    }
}

/// Who else makes such a route: what is not made by `CreateRoute` is not undone by it.
fn made_by_others(destination: &Destination, route: &Route) -> Option<&'static str> {
    let by_endpoint = matches!(destination, Destination::PrefixList(_))
        && TargetKind::of(&route.target) == Some(TargetKind::VpcEndpoint);
    match route.origin {
        Origin::CreateRoute if by_endpoint => Some("a gateway endpoint keeps it"),
        Origin::CreateRoute => None,
        Origin::CreateRouteTable => Some("it belongs to the table itself"),
        Origin::Propagated => Some("a virtual private gateway propagates it"),
        Origin::Advertisement => Some("a Route Server advertises it"),
        Origin::Other(_) => Some("it is not known who made it"),
    }
}

fn associations(wish: &Wish, look: &Look) -> Vec<AssociationDifference> {
    let of = |tables: &crate::tables::Tables| -> BTreeMap<Associated, (RouteTableId, Option<String>)> {
        let all = tables
            .associations
            .iter()
            .filter(|(table, _)| tables.tables.get(*table).is_some_and(|table| table.vpc == wish.backup.vpc));
        all.flat_map(|(table, with)| with.iter().map(move |one| (table, one)))
            .map(|(table, one)| (one.with.clone(), (table.clone(), one.id.clone())))
            .collect()
    };
    let (then, now) = (of(&wish.backup.tables), of(&look.tables));
    let all: BTreeSet<_> = then.keys().chain(now.keys()).collect();
    all.into_iter()
        .map(|one| (one, then.get(one), now.get(one)))
        .filter(|(_, then, now)| then.map(|(table, _)| table) != now.map(|(table, _)| table))
        .map(|(one, then, now)| AssociationDifference {
            of: one.clone(),
            now: now.map(|(table, _)| table.clone()),
            then: then.map(|(table, _)| table.clone()),
            association: now.and_then(|(_, id)| id.clone()),
        })
        .collect()
}
