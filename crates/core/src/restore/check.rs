//! The last look before a write of a restore: each rule is one check, worked out again from what was seen and from the
//! backup, and not taken over from the comparison. What fails a check is a fault of hopover; it is left out and told.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

use super::compare::{Act, Wish};
use super::write::Write;
use crate::group::Group;
use crate::health::judge;
use crate::route::{Destination, Origin, Route, RouteKey, RouteTable, Target};
use crate::tables::{Look, TargetKind};

/// What no write of a restore may break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// The table is there, in the VPC of the backup, and not one that is left alone.
    TableIsMeant,
    /// What is written is what the backup says, and the call is the one that fits what is there: what exists is replaced and
    /// never deleted first.
    BackupSaysSo,
    /// Only routes that an operator made are written.
    MadeByOperator,
    /// Without `all`: from nothing, or a member's interface, to one of the same group; nothing is removed.
    StaysWithinGroup,
    /// Never to a member that is down, unless forced.
    TargetNotDown,
    /// No route is written twice.
    WrittenOnce,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TableIsMeant => "the table is not of this VPC, or left alone",
            Self::BackupSaysSo => "the backup does not say so",
            Self::MadeByOperator => "no operator made the route",
            Self::StaysWithinGroup => "the route is not the group's",
            Self::TargetNotDown => "the target is down",
            Self::WrittenOnce => "it is there twice",
        })
    }
}

/// Lets through what keeps every rule.
pub fn check(writes: Vec<Write>, wish: &Wish, look: &Look) -> (Vec<Write>, Vec<(Write, Rule)>) {
    let mut once = BTreeSet::new();
    let (mut kept, mut broken) = (Vec::new(), Vec::new());
    for write in writes {
        let case = Case::of(&write, wish, look);
        let rules = [
            (Rule::TableIsMeant, case.table_is_meant()),
            (Rule::BackupSaysSo, case.backup_says_so()),
            (Rule::MadeByOperator, case.made_by_operator()),
            (Rule::StaysWithinGroup, case.stays_within_group()),
            (Rule::TargetNotDown, case.target_not_down()),
            (Rule::WrittenOnce, once.insert(write.key.clone())),
        ];
        match rules.into_iter().find(|(_, holds)| !holds) {
            None => kept.push(write),
            Some((rule, _)) => broken.push((write, rule)),
        }
    }
    (kept, broken)
}

/// A write beside what was and what is.
struct Case<'a> {
    write: &'a Write,
    wish: &'a Wish,
    look: &'a Look,
    table: Option<&'a RouteTable>,
    now: Option<&'a Route>,
    then: Option<&'a Route>,
}

impl<'a> Case<'a> {
    fn of(write: &'a Write, wish: &'a Wish, look: &'a Look) -> Self {
        fn route<'t>(table: Option<&'t RouteTable>, key: &RouteKey) -> Option<&'t Route> {
            table?.routes.iter().find(|route| route.destination == key.destination)
        }
        let table = look.tables.tables.get(&write.key.table);
        let kept = wish.backup.tables.tables.get(&write.key.table);
        Self { write, wish, look, table, now: route(table, &write.key), then: route(kept, &write.key) }
    }

    fn table_is_meant(&self) -> bool {
        let (vpc, id) = (&self.wish.backup.vpc, &self.write.key.table);
        self.table.is_some_and(|table| table.vpc == *vpc && table.id == *id && !table.ignored)
            && self.wish.backup.tables.tables.contains_key(id)
            && self.wish.groups.iter().all(|group| group.vpc == *vpc && !group.exclude.contains(id))
    }

    fn backup_says_so(&self) -> bool {
        let then = self.then.map(|route| &route.target);
        self.write.to.as_ref() == then
            && match self.write.act {
                Act::ReplaceRoute => self.now.is_some_and(|now| Some(&now.target) != then) && then.is_some(),
                Act::CreateRoute => self.now.is_none() && then.is_some(),
                Act::DeleteRoute => {
                    self.now.is_some_and(|now| Some(&now.target) == self.write.from.as_ref())
                        && then.is_none()
                }
            }
    }

    fn made_by_operator(&self) -> bool {
        let is_prefix_list = matches!(self.write.key.destination, Destination::PrefixList(_));
        self.then.iter().chain(&self.now).all(|route| {
            let kind = TargetKind::of(&route.target);
            route.origin == Origin::CreateRoute
                && kind != Some(TargetKind::Local)
                && !(is_prefix_list && kind == Some(TargetKind::VpcEndpoint))
        })
    }

    fn stays_within_group(&self) -> bool {
        let is_of = |group: &Group, route: &Route| match &route.target {
            Target::Interface(interface) => group.next_hop(interface).is_some(),
            Target::Other(_) => false,
        };
        self.wish.all
            || self.then.is_some_and(|then| {
                let of_both =
                    |group: &Group| is_of(group, then) && self.now.is_none_or(|now| is_of(group, now));
                self.wish.groups.iter().any(|group| of_both(group))
            })
    }

    fn target_not_down(&self) -> bool {
        let Some(Target::Interface(interface)) = &self.write.to else { return true };
        let seen = self.look.observation();
        self.wish.force
            || self.wish.groups.iter().all(|group| {
                let hop = group.next_hop(interface);
                hop.is_none_or(|hop| {
                    judge(group, &seen, None).get(&hop.member).is_some_and(|condition| !condition.is_down())
                })
            })
    }
}
