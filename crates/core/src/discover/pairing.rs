//! Which interface of one member stands in for which of the other.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{Candidate, names};
use crate::id::{InterfaceId, MemberName, PathName};
use crate::survey::Card;

/// How interfaces were paired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PairedBy {
    /// Each member has one that counts.
    BeingTheOnlyOnes,
    /// By what is left of `Name` or description without the member's own name.
    Label,
    /// By the last word of `Name` or description.
    LastWord,
    /// By their place on the instance.
    DeviceIndex,
    /// By what is left of their subnets' `Name`.
    Subnet,
}

impl fmt::Display for PairedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::BeingTheOnlyOnes => "each member has one interface that routes point at or that forwards",
            Self::Label => "interfaces were paired by their Name or description",
            Self::LastWord => "interfaces were paired by the last word of their Name or description",
            Self::DeviceIndex => "interfaces were paired by their device index on the instance",
            Self::Subnet => "interfaces were paired by the Name of their subnets",
        })
    }
}

/// The paths, each with one interface a member, in the members' order.
type Paths = BTreeMap<PathName, Vec<InterfaceId>>;

/// What an interface is for, of the member at that place.
type Role<'a> = dyn Fn(&Card, usize) -> Option<PathName> + 'a;

/// Pairs what can be paired; `None` if an interface that a route points at finds no peer in any way.
pub(super) fn pair(
    members: &[Candidate],
    names: &[MemberName],
    subnets: Option<&BTreeMap<String, String>>,
) -> Option<(PairedBy, Paths)> {
    if let Some(paths) = only_ones(members) {
        return Some((PairedBy::BeingTheOnlyOnes, paths));
    }
    let own = own_words(members, names);
    let ways: [(PairedBy, Box<Role<'_>>); 4] = [
        (PairedBy::Label, Box::new(|card, at| role(label(card)?, &own[at]))),
        (PairedBy::LastWord, Box::new(|card, _| names::name(names::words(label(card)?).last()?))),
        (
            PairedBy::DeviceIndex,
            Box::new(|card, _| names::name(&format!("eth{}", card.attachment.as_ref()?.device_index?))),
        ),
        (
            PairedBy::Subnet,
            Box::new(|card, at| role(subnets?.get(card.subnet.as_deref()?)?, &with_zone(&own[at], card))),
        ),
    ];
    ways.iter().find_map(|(way, of)| Some((*way, by_role(members, of)?)))
}

/// What a person calls an interface.
pub(super) fn label(card: &Card) -> Option<&str> {
    let given = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.trim().is_empty());
    [&card.name, &card.description].into_iter().find(|text| given(text))?.as_deref()
}

/// Members of which each has one interface that forwards have no choice.
fn only_ones(members: &[Candidate]) -> Option<Paths> {
    let mut only = Vec::new();
    for one in members {
        let mut forwards = one.cards.iter().filter(|card| one.forwards_on(card));
        let card = match (forwards.next(), &one.cards[..]) {
            (Some(card), _) if forwards.next().is_none() => card,
            // The standby's check may still be on.
            (None, [card]) => card,
            _ => return None,
        };
        only.push(card.id.clone());
    }
    Some(BTreeMap::from([(PathName::single(), only)]))
}

/// True if members with one interface each call it by the same role, or by none.
pub(super) fn same_role(members: &[Candidate], names: &[MemberName]) -> bool {
    let own = own_words(members, names);
    let roles = members.iter().zip(&own).map(|(one, own)| {
        let card = one.cards.iter().find(|card| one.forwards_on(card))?;
        role(label(card)?, own)
    });
    roles.collect::<BTreeSet<_>>().len() < 2
}

/// What is left of a label without the words that tell the member.
fn role(text: &str, own: &BTreeSet<String>) -> Option<PathName> {
    let kept: Vec<_> = names::words(text).into_iter().filter(|word| !own.contains(word)).collect();
    names::name(&kept.join("-"))
}

/// Pairs by the role that each interface has, if every interface that a route points at finds its peers.
fn by_role(members: &[Candidate], role: &Role) -> Option<Paths> {
    let mut by_member: Vec<BTreeMap<PathName, &Card>> = Vec::new();
    for (at, one) in members.iter().enumerate() {
        let mut roles = BTreeMap::new();
        let mut doubled = BTreeSet::new();
        for card in &one.cards {
            if let Some(role) = role(card, at)
                && roles.insert(role.clone(), *card).is_some()
            {
                doubled.insert(role);
            }
        }
        roles.retain(|role, _| !doubled.contains(role));
        by_member.push(roles);
    }
    let first = by_member.first()?;
    let mut paths = Paths::new();
    for path in first.keys() {
        let cards: Option<Vec<_>> = by_member.iter().map(|roles| roles.get(path).copied()).collect();
        let Some(cards) = cards else { continue };
        let is_for_routes =
            || members.iter().zip(&cards).any(|(one, card)| one.routes.contains_key(&card.id));
        let all_forward = || members.iter().zip(&cards).all(|(one, card)| one.forwards_on(card));
        if is_for_routes() || all_forward() {
            paths.insert(path.clone(), cards.iter().map(|card| card.id.clone()).collect());
        }
    }
    let taken: BTreeSet<_> = paths.values().flatten().collect();
    let complete = members.iter().flat_map(|one| one.routes.keys()).all(|id| taken.contains(*id));
    (complete && !paths.is_empty()).then_some(paths)
}

/// The words of each member's name, which tell the member and not the path; and those that all names share.
fn own_words(members: &[Candidate], names: &[MemberName]) -> Vec<BTreeSet<String>> {
    let own = members.iter().zip(names).map(|(one, name)| {
        let mut own: BTreeSet<_> = names::words(name.as_str()).into_iter().collect();
        own.extend(names::words(one.machine.name.as_deref().unwrap_or_default()));
        with_zone_name(&own, one.zone())
    });
    own.collect()
}

fn with_zone(own: &BTreeSet<String>, card: &Card) -> BTreeSet<String> {
    with_zone_name(own, card.zone.as_deref())
}

/// With the zone as people write it: `eu-central-1a`, `1a`, `a`.
fn with_zone_name(own: &BTreeSet<String>, zone: Option<&str>) -> BTreeSet<String> {
    let mut own = own.clone();
    if let Some(zone) = zone {
        let words = names::words(zone);
        if let Some(letter) = zone.chars().last().filter(char::is_ascii_alphabetic) {
            own.insert(letter.to_ascii_lowercase().to_string());
        }
        own.extend(words);
    }
    own
}
