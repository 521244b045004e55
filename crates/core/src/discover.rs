//! From what stands in a region to a configuration: who could be a member, which interfaces belong together, and the text of
//! the file.

mod names;
mod pairing;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::Span;
use crate::group::{Group, Member};
use crate::id::{GroupName, InterfaceId, MemberName, PathName, RouteTableId, VpcId};
use crate::route::{Origin, Target};
use crate::survey::{Card, Machine, Survey, TableFacts, Unread};
pub use pairing::PairedBy;
pub use text::file;

/// An instance that could be a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// The instance.
    pub machine: &'a Machine,
    /// What `hopover init` is to be called with: its name if it has one of its own, else its id.
    pub call: &'a str,
    /// Its VPC.
    pub vpc: &'a VpcId,
    /// Its interfaces, by their place on it.
    pub cards: Vec<&'a Card>,
    /// How many routes point at each of them.
    pub routes: BTreeMap<&'a InterfaceId, usize>,
}

impl Candidate<'_> {
    /// How many routes point at it.
    pub fn carries(&self) -> usize {
        self.routes.values().sum()
    }

    /// Its zone.
    pub fn zone(&self) -> Option<&str> {
        self.machine.zone.as_deref().or_else(|| self.cards.iter().find_map(|card| card.zone.as_deref()))
    }

    /// True if it forwards on that interface, or should.
    fn forwards_on(&self, card: &Card) -> bool {
        card.source_dest_check == Some(false) || self.routes.contains_key(&card.id)
    }
}

/// A group that could be configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal<'a> {
    /// The group.
    pub group: Arc<Group>,
    /// Its members' instances, in the order of the members.
    pub members: Vec<Candidate<'a>>,
    /// How the interfaces were paired.
    pub paired_by: PairedBy,
    /// Interfaces of the members that are left out.
    pub left_out: Vec<&'a Card>,
    /// The tables with routes that point at the members, and how many point at each.
    pub tables: Vec<(&'a TableFacts, BTreeMap<MemberName, usize>)>,
}

/// Why no group can be proposed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoProposal {
    /// What must be known could not be read.
    #[error("{}", .0.why)]
    Unread(Unread),
    /// Nothing bears that name or id.
    #[error("there is no instance or interface {name}")]
    NotFound {
        /// What was asked for.
        name: String,
        /// The instances that there are, for a suggestion.
        known: Vec<String>,
    },
    /// Several instances bear that name.
    #[error("{name} is the name of several instances: name one of {candidates}")]
    Ambiguous {
        /// The name.
        name: String,
        /// Their ids.
        candidates: String,
    },
    /// The interface belongs to no instance.
    #[error("{0} is attached to nothing: attach it, or name the instance that will have it")]
    Detached(InterfaceId),
    /// One member alone.
    #[error("a group needs two or more members, and {0} is one: name its peer too")]
    OneMember(String),
    /// They cannot stand in for each other.
    #[error("{0}: a route can only point at an interface of its own VPC")]
    DifferentVpcs(String),
    /// Which interface of one stands in for which of the other cannot be told.
    #[error(
        "which interfaces of {0} belong together cannot be told: give them the same Name or description, or name one \
         interface of each instead"
    )]
    NotPaired(String),
}

/// Instances that have an interface with the source/destination check off, or that a route points at.
pub fn candidates(survey: &Survey) -> Result<Vec<Candidate<'_>>, NoProposal> {
    let all = everybody(survey)?;
    Ok(all.into_iter().filter(|one| one.cards.iter().any(|card| one.forwards_on(card))).collect())
}

/// Every instance with an interface.
fn everybody<'a>(survey: &'a Survey) -> Result<Vec<Candidate<'a>>, NoProposal> {
    let unread = |unread: &Unread| NoProposal::Unread(unread.clone());
    let instances = survey.instances.as_ref().map_err(unread)?;
    let interfaces = survey.interfaces.as_ref().map_err(unread)?;
    let tables = survey.tables.as_ref().map_err(unread)?;
    let mut pointed_at: BTreeMap<&InterfaceId, usize> = BTreeMap::new();
    for route in tables.values().filter(|facts| !facts.table.ignored).flat_map(|facts| &facts.table.routes) {
        if let (Target::Interface(interface), Origin::CreateRoute) = (&route.target, &route.origin) {
            *pointed_at.entry(interface).or_default() += 1;
        }
    }
    let mut bearers: BTreeMap<&str, usize> = BTreeMap::new();
    for name in instances.values().filter_map(|machine| machine.name.as_deref()) {
        *bearers.entry(name).or_default() += 1;
    }
    let call = |machine: &'a Machine| {
        let own = machine.name.as_deref().filter(|name| bearers.get(name) == Some(&1));
        own.unwrap_or(machine.id.as_str())
    };
    let candidate = |machine| candidate(machine, call(machine), interfaces, &pointed_at);
    Ok(instances.values().filter_map(candidate).collect())
}

/// An instance with its interfaces, if it has any.
fn candidate<'a>(
    machine: &'a Machine,
    call: &'a str,
    interfaces: &'a BTreeMap<InterfaceId, Card>,
    pointed_at: &BTreeMap<&'a InterfaceId, usize>,
) -> Option<Candidate<'a>> {
    let held = |card: &&Card| card.attachment.as_ref().is_some_and(|at| at.instance == machine.id);
    let mut cards: Vec<_> = interfaces.values().filter(held).collect();
    cards.sort_by_key(|card| card.attachment.as_ref().and_then(|at| at.device_index));
    let routes = cards.iter().filter_map(|card| Some((&card.id, *pointed_at.get(&card.id)?))).collect();
    Some(Candidate { machine, call, vpc: &cards.first()?.vpc, cards, routes })
}

/// The groups of two that suggest themselves: in different zones of one VPC, with routes at one of them at least, and with
/// interfaces for the same paths, none left over that forwards.
pub fn obvious<'a>(survey: &'a Survey, name: Option<&GroupName>) -> Result<Vec<Proposal<'a>>, NoProposal> {
    let all = candidates(survey)?;
    let mut found = Vec::new();
    for (at, one) in all.iter().enumerate() {
        for other in &all[at + 1..] {
            let fits = one.vpc == other.vpc
                && one.zone() != other.zone()
                && one.carries() + other.carries() > 0
                && forwarding(one) == forwarding(other);
            if fits && let Ok(proposal) = propose(survey, vec![one.clone(), other.clone()], name) {
                let taken: BTreeSet<_> = proposal.group.next_hops().map(|hop| hop.interface).collect();
                // Two that have one interface each are paired in any case. That they belong together must show otherwise.
                let alike = proposal.paired_by != PairedBy::BeingTheOnlyOnes
                    || pairing::same_role(&proposal.members, &names::of_members(&proposal.members));
                let complete = [one, other].iter().all(|one| {
                    one.cards.iter().all(|card| !one.forwards_on(card) || taken.contains(&card.id))
                });
                if alike && complete {
                    found.push(proposal);
                }
            }
        }
    }
    Ok(found)
}

/// How many of its interfaces forward.
fn forwarding(one: &Candidate) -> usize {
    one.cards.iter().filter(|card| one.forwards_on(card)).count()
}

/// The group of the instances or interfaces that are asked for, by id or `Name`.
pub fn named<'a>(
    survey: &'a Survey,
    asked: &[String],
    name: Option<&GroupName>,
) -> Result<Proposal<'a>, NoProposal> {
    let all = everybody(survey)?;
    let mut chosen: Vec<Candidate<'a>> = Vec::new();
    let mut only: BTreeSet<InterfaceId> = BTreeSet::new();
    for asked in asked {
        let found = find(survey, &all, asked)?;
        if let Ok(interface) = asked.parse() {
            only.insert(interface);
        }
        if !chosen.iter().any(|one| one.machine.id == found.machine.id) {
            chosen.push(found.clone());
        }
    }
    for one in &mut chosen {
        // Who names an interface means that one.
        if one.cards.iter().any(|card| only.contains(&card.id)) {
            one.cards.retain(|card| only.contains(&card.id));
            one.routes.retain(|id, _| only.contains(*id));
        }
    }
    if let [one] = &chosen[..] {
        return Err(NoProposal::OneMember(one.call.to_owned()));
    }
    propose(survey, chosen, name)
}

fn find<'c, 'a>(
    survey: &'a Survey,
    all: &'c [Candidate<'a>],
    asked: &str,
) -> Result<&'c Candidate<'a>, NoProposal> {
    let is_asked_for = |one: &&Candidate| {
        one.machine.id.as_str() == asked
            || one.machine.name.as_deref() == Some(asked)
            || one.cards.iter().any(|card| card.id.as_str() == asked)
    };
    let found: Vec<_> = all.iter().filter(is_asked_for).collect();
    match found[..] {
        [one] => Ok(one),
        [] => {
            if let Some(card) = asked.parse().ok().and_then(|id| survey.card(&id)) {
                return Err(NoProposal::Detached(card.id.clone()));
            }
            let known =
                all.iter().flat_map(|one| [Some(one.call.to_owned()), Some(one.machine.id.to_string())]);
            Err(NoProposal::NotFound { name: asked.to_owned(), known: known.flatten().collect() })
        }
        _ => Err(NoProposal::Ambiguous {
            name: asked.to_owned(),
            candidates: crate::health::list(found.iter().map(|one| &one.machine.id)),
        }),
    }
}

/// The group of these instances.
fn propose<'a>(
    survey: &'a Survey,
    members: Vec<Candidate<'a>>,
    name: Option<&GroupName>,
) -> Result<Proposal<'a>, NoProposal> {
    let vpcs: BTreeSet<_> = members.iter().map(|one| one.vpc).collect();
    let Some(vpc) = vpcs.first().copied().filter(|_| vpcs.len() == 1) else {
        let places = members.iter().map(|one| format!("{} is in {}", one.call, one.vpc));
        return Err(NoProposal::DifferentVpcs(crate::health::list(places)));
    };
    let names = names::of_members(&members);
    let Some((paired_by, paths)) = pairing::pair(&members, &names, survey.subnets.as_ref().ok()) else {
        return Err(NoProposal::NotPaired(crate::health::list(members.iter().map(|one| one.call))));
    };
    let mut group = Group {
        name: name.cloned().unwrap_or_else(|| names::of_group(&members)),
        region: survey.region.clone(),
        vpc: vpc.clone(),
        members: names
            .iter()
            .map(|name| Member { name: name.clone(), interfaces: BTreeMap::new() })
            .collect(),
        exclude: BTreeSet::new(),
        preempt: None,
        home: BTreeMap::new(),
        failback_delay: Span::from_secs(300),
    };
    let single = paths.len() == 1;
    for (path, interfaces) in paths {
        let path = if single { PathName::single() } else { path };
        for (member, interface) in group.members.iter_mut().zip(interfaces) {
            member.interfaces.insert(path.clone(), interface);
        }
    }
    let taken: BTreeSet<_> = group.next_hops().map(|hop| hop.interface).collect();
    let left_out =
        members.iter().flat_map(|one| one.cards.clone()).filter(|card| !taken.contains(&card.id)).collect();
    let tables = tables(survey, &group);
    Ok(Proposal { group: Arc::new(group), members, paired_by, left_out, tables })
}

fn tables<'a>(survey: &'a Survey, group: &Group) -> Vec<(&'a TableFacts, BTreeMap<MemberName, usize>)> {
    let all: BTreeMap<&RouteTableId, &TableFacts> = survey.tables.iter().flatten().collect();
    let carried = all.into_values().map(|facts| {
        let mut carried = BTreeMap::new();
        for hop in facts.table.routes.iter().filter_map(|route| group.holder(&facts.table, route)) {
            *carried.entry(hop.member).or_default() += 1;
        }
        (facts, carried)
    });
    carried.filter(|(_, carried)| !carried.is_empty()).collect()
}

#[cfg(test)]
mod tests;
