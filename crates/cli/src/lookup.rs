//! Names as people type them: a member by its name, instance or interface, a table by its id or `Name`. What is not found is
//! answered with the nearest that there is.

use std::collections::BTreeSet;
use std::sync::Arc;

use hopover_core::config::Config;
use hopover_core::group::Group;
use hopover_core::id::{MemberName, RouteTableId};
use hopover_core::observation::Observation;

use crate::failure::Failure;

/// How alike two names must be for one to be suggested for the other: 1 is the same, 0 has nothing in common.
const ALIKE: f64 = 0.6;

/// The group of that name.
pub(crate) fn group(config: &Config, name: &str) -> Result<Arc<Group>, Failure> {
    let found = config.groups.iter().find(|group| group.name.as_str() == name).cloned();
    found.ok_or_else(|| {
        let known: Vec<_> = config.groups.iter().map(|group| group.name.to_string()).collect();
        not_found("group", name, &known, &[])
    })
}

/// The member of that name, or with that instance or interface.
pub(crate) fn member(group: &Group, seen: &Observation, name: &str) -> Result<MemberName, Failure> {
    let by_name = group.members.iter().find(|member| member.name.as_str() == name);
    let found = by_name.or_else(|| {
        group.members.iter().find(|member| {
            member.interfaces.values().any(|interface| interface.as_str() == name)
                || seen.instance_ids_of(member, group).iter().any(|instance| instance.as_str() == name)
        })
    });
    found.map(|member| member.name.clone()).ok_or_else(|| {
        let names: Vec<_> = group.members.iter().map(|member| member.name.to_string()).collect();
        let ids = group.members.iter().flat_map(|member| {
            let instances = seen.instance_ids_of(member, group).into_iter().map(|id| id.to_string());
            member.interfaces.values().map(ToString::to_string).chain(instances).collect::<Vec<_>>()
        });
        not_found("member", name, &names, &ids.collect::<Vec<_>>())
    })
}

/// The route table of that id or `Name`, among those with routes of the group.
pub(crate) fn table(group: &Group, seen: &Observation, name: &str) -> Result<RouteTableId, Failure> {
    let tables: Vec<_> = seen.routes_of(group).map(|(table, _, _)| table).collect();
    let bears_it = |table: &&&_| {
        let table: &hopover_core::route::RouteTable = table;
        table.id.as_str() == name || table.name.as_deref() == Some(name)
    };
    let mut found: Vec<_> = tables.iter().filter(bears_it).map(|table| table.id.clone()).collect();
    found.dedup();
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => {
            let ids: Vec<_> = tables.iter().map(|table| table.id.to_string()).collect();
            let names: Vec<_> = tables.iter().filter_map(|table| table.name.clone()).collect();
            Err(not_found("route table with routes of the group", name, &ids, &names))
        }
        _ => Err(Failure::Ambiguous {
            name: name.to_owned(),
            candidates: found.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        }),
    }
}

/// Says what is not there, and the nearest that is: one of those that are `known` to people, or of their `aliases`.
pub(crate) fn not_found(what: &'static str, name: &str, known: &[String], aliases: &[String]) -> Failure {
    let alike = |candidate: &&String| strsim::jaro_winkler(&candidate.to_lowercase(), &name.to_lowercase());
    let nearest = known
        .iter()
        .chain(aliases)
        .filter(|candidate| alike(candidate) >= ALIKE)
        .max_by(|a, b| alike(a).total_cmp(&alike(b)))
        .cloned();
    let known: BTreeSet<_> = known.iter().map(String::as_str).collect();
    let known = known.into_iter().collect::<Vec<_>>().join(", ");
    Failure::NotFound { what, name: name.to_owned(), nearest, known }
}
