//! What `init` shows: the group that it found, or those who could be members.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use hopover_core::discover::{Candidate, Proposal};
use hopover_core::doctor::argument;
use hopover_core::id::{GroupName, InstanceId, InterfaceId, MemberName, PathName, Region, VpcId};
use hopover_core::survey::Survey;
use serde::Serialize;

use super::Init;
use crate::failure::Failure;
use crate::output::{self, Document, count, faint, strong, table};
use crate::wrap;

/// The group that was found, line by line.
pub(super) fn proposal(found: &Proposal, line: fn(String)) {
    let group = &found.group;
    line(format!("{}: found in {}, {}", strong(&group.name), group.region, group.vpc));
    let rows = group.members.iter().zip(&found.members).flat_map(|(member, one)| {
        member.interfaces.iter().enumerate().map(move |(at, (path, interface))| {
            let once = |text: &str| if at == 0 { text.to_owned() } else { String::new() };
            let routes = one.routes.get(interface).copied().unwrap_or_default();
            [
                once(member.name.as_str()),
                once(one.zone().unwrap_or("?")),
                if *path == PathName::single() { String::new() } else { path.to_string() },
                interface.to_string(),
                routes.to_string(),
            ]
        })
    });
    line(table(["member", "zone", "path", "interface", "routes"], rows).trim_end().to_owned());
    if group.members.iter().any(|member| member.interfaces.len() > 1) {
        line(format!("  {}", found.paired_by));
    }
    for card in &found.left_out {
        line(format!("  left out: {}", card.id));
    }
    let routes: usize = found.tables.iter().flat_map(|(_, carried)| carried.values()).sum();
    let tables: Vec<_> = found.tables.iter().map(|(facts, _)| facts.table.id.as_str()).collect();
    let which = if tables.is_empty() { String::new() } else { format!(": {}", tables.join(", ")) };
    let text = format!("{} in {}{which}", count(routes, "route"), count(tables.len(), "table"));
    line(wrap::text("  ", 2, &text));
}

/// What was written, and what to do next.
pub(super) fn next(arguments: &Init) -> String {
    let file = arguments.file.display();
    let place = match &arguments.embedded {
        None => String::new(),
        Some(None) => " --embedded".to_owned(),
        Some(Some(world)) => format!(" --embedded={}", world.display()),
    };
    let is_read = arguments.embedded.is_none() && file.to_string() == crate::configuration::DEFAULT_FILE;
    let config = if is_read { String::new() } else { format!(" --config {file}") };
    faint(format!("written to {file}; next: hopover doctor{place}{config}"))
}

/// Who could be a member, one interface a row, by VPC.
pub(super) fn candidates(survey: &Survey, found: &[Candidate], obvious: &[Proposal], arguments: &Init) {
    let vpcs: BTreeSet<_> = found.iter().map(|one| one.vpc).collect();
    for vpc in vpcs {
        output::line(format_args!("{}: instances that forward in {vpc}", strong(&survey.region)));
        let here = found.iter().filter(|one| one.vpc == vpc);
        let rows = here.flat_map(|one| {
            one.cards.iter().filter(|card| shown(one, card)).enumerate().map(move |(at, card)| {
                let once = |text: &str| if at == 0 { text.to_owned() } else { String::new() };
                let check = match card.source_dest_check {
                    Some(false) => "off",
                    Some(true) => "ON",
                    None => "?",
                };
                [
                    once(one.call),
                    once(one.zone().unwrap_or("?")),
                    card.id.to_string(),
                    check.to_owned(),
                    one.routes.get(&card.id).copied().unwrap_or_default().to_string(),
                ]
            })
        });
        output::line(table(["instance", "zone", "interface", "check", "routes"], rows).trim_end());
    }
    for proposal in obvious {
        output::line(format_args!("  {}", call(proposal, arguments)));
    }
    if obvious.is_empty() && !found.is_empty() {
        output::line("  hopover init INSTANCE INSTANCE");
    }
}

/// Only interfaces that forward, or that routes point at.
fn shown(one: &Candidate, card: &hopover_core::survey::Card) -> bool {
    card.source_dest_check == Some(false) || one.routes.contains_key(&card.id)
}

/// What `init` would have to be called with.
fn call(proposal: &Proposal, arguments: &Init) -> String {
    let mut words = vec!["hopover init".to_owned()];
    words.extend(proposal.members.iter().map(|one| argument(one.call)));
    match &arguments.embedded {
        None => words.extend(arguments.region.iter().map(|region| format!("--region {region}"))),
        Some(None) => words.push("--embedded".to_owned()),
        Some(Some(world)) => words.push(format!("--embedded={}", argument(&world.display().to_string()))),
    }
    words.join(" ")
}

/// The document of a proposal.
#[derive(Serialize)]
struct Found<'a> {
    group: &'a GroupName,
    region: &'a Region,
    vpc: &'a VpcId,
    members: Vec<FoundMember<'a>>,
    paired_by: String,
    routes: usize,
    toml: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    written_to: Option<String>,
}

#[derive(Serialize)]
struct FoundMember<'a> {
    member: &'a MemberName,
    instance: &'a InstanceId,
    #[serde(skip_serializing_if = "Option::is_none")]
    zone: Option<&'a str>,
    interfaces: &'a BTreeMap<PathName, InterfaceId>,
}

/// Prints a proposal for programs.
pub(super) fn document(proposal: &Proposal, toml: &str, written_to: Option<&Path>) -> Result<(), Failure> {
    output::json(&Document::new("init", [found(proposal, toml, written_to)]))
}

fn found<'a>(proposal: &'a Proposal, toml: &'a str, written_to: Option<&Path>) -> Found<'a> {
    let members = proposal.group.members.iter().zip(&proposal.members);
    Found {
        group: &proposal.group.name,
        region: &proposal.group.region,
        vpc: &proposal.group.vpc,
        members: members
            .map(|(member, one)| FoundMember {
                member: &member.name,
                instance: &one.machine.id,
                zone: one.zone(),
                interfaces: &member.interfaces,
            })
            .collect(),
        paired_by: proposal.paired_by.to_string(),
        routes: proposal.tables.iter().flat_map(|(_, carried)| carried.values()).sum(),
        toml,
        written_to: written_to.map(|file| file.display().to_string()),
    }
}

/// The document of the candidates.
#[derive(Serialize)]
struct Listed<'a> {
    region: &'a Region,
    candidates: Vec<ListedCandidate<'a>>,
    /// The members of each pair that suggests itself.
    obvious: Vec<Vec<&'a str>>,
}

#[derive(Serialize)]
struct ListedCandidate<'a> {
    instance: &'a InstanceId,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    vpc: &'a VpcId,
    #[serde(skip_serializing_if = "Option::is_none")]
    zone: Option<&'a str>,
    /// How many routes point at each interface that forwards.
    interfaces: BTreeMap<&'a InterfaceId, usize>,
}

/// Prints the candidates for programs.
pub(super) fn candidates_document(
    survey: &Survey,
    found: &[Candidate],
    obvious: &[Proposal],
) -> Result<(), Failure> {
    let listed = Listed {
        region: &survey.region,
        candidates: found
            .iter()
            .map(|one| ListedCandidate {
                instance: &one.machine.id,
                name: one.machine.name.as_deref(),
                vpc: one.vpc,
                zone: one.zone(),
                interfaces: one
                    .cards
                    .iter()
                    .filter(|card| shown(one, card))
                    .map(|card| (&card.id, one.routes.get(&card.id).copied().unwrap_or_default()))
                    .collect(),
            })
            .collect(),
        obvious: obvious.iter().map(|pair| pair.members.iter().map(|one| one.call).collect()).collect(),
    };
    output::json(&Document::new("init-candidates", [listed]))
}
