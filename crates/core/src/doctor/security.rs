//! Security groups: what one member lets through, its peer must let through.

use std::collections::BTreeSet;

use super::{Check, Finding, Patient, some};
use crate::group::NextHop;
use crate::id::PathName;
use crate::survey::{Rule, Unread};

const ALIKE: Check = Check {
    name: "security-groups",
    why: "what the active member lets through, its peer must let through too",
};

/// How many rules a line lists.
const LISTED: usize = 4;

pub(super) fn alike(on: &Patient) -> Vec<Finding> {
    let mut troubles = Vec::new();
    let mut compared = Vec::new();
    let paths: BTreeSet<_> = on.group.next_hops().map(|hop| hop.path).collect();
    for path in &paths {
        match on_path(on, path) {
            Ok(found) if found.is_empty() => compared.push(path.as_str()),
            Ok(found) => troubles.extend(found),
            Err(unread) => return vec![ALIKE.unknown("the security groups", &unread)],
        }
    }
    ALIKE.unless(troubles, || match compared[..] {
        [_] => "the members let the same through".to_owned(),
        _ => format!("the members let the same through on {}", crate::health::list(&compared)),
    })
}

/// Compares every member with the first one on that path.
fn on_path(on: &Patient, path: &PathName) -> Result<Vec<Finding>, Unread> {
    let hops: Vec<_> = on.group.members.iter().filter_map(|member| member.on_path(path)).collect();
    let Some((first, others)) = hops.split_first() else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for other in others {
        let (Some(mine), Some(theirs)) = (rules(on, first)?, rules(on, other)?) else {
            // That an interface does not exist is said elsewhere.
            continue;
        };
        for (has, lacks, only) in [(first, other, &mine - &theirs), (other, first, &theirs - &mine)] {
            if only.is_empty() {
                continue;
            }
            let only: Vec<_> = only.into_iter().collect();
            let path = if *path == PathName::single() { String::new() } else { format!(" {path}") };
            let what = format!(
                "{}{path} lets through what {}{path} does not: {}",
                has.member,
                lacks.member,
                some(&only, LISTED)
            );
            found.push(ALIKE.warning(what).mended_by([format!(
                "aws ec2 modify-network-interface-attribute --network-interface-id {} --groups {} --region {}",
                lacks.interface,
                groups_of_both(on, has, lacks).join(" "),
                on.region()
            )]));
        }
    }
    Ok(found)
}

/// Everything that an interface lets through; `None` if the interface is not there.
fn rules(on: &Patient, hop: &NextHop) -> Result<Option<BTreeSet<Rule>>, Unread> {
    let cards = on.survey.interfaces.as_ref().map_err(Clone::clone)?;
    let groups = on.survey.security_groups.as_ref().map_err(Clone::clone)?;
    let Some(card) = cards.get(&hop.interface) else {
        return Ok(None);
    };
    let mut rules = BTreeSet::new();
    for id in &card.security_groups {
        let group = groups.get(id).ok_or_else(|| Unread::because(format!("{id} is not in the answer")))?;
        // Groups that trust themselves differ in name only as long as each member has one of its own, but what passes is
        // different: the peer's traffic does not.
        rules.extend(group.rules.iter().cloned());
    }
    Ok(Some(rules))
}

fn groups_of_both(on: &Patient, one: &NextHop, other: &NextHop) -> Vec<String> {
    let of = |hop: &NextHop| on.survey.card(&hop.interface).map(|card| card.security_groups.clone());
    of(other).into_iter().chain(of(one)).flatten().collect::<BTreeSet<_>>().into_iter().collect()
}
