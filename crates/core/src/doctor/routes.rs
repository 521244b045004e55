//! The routes, and who else writes them.

use std::collections::BTreeMap;

use super::cidr::contains;
use super::{Check, Finding, Patient, count, named, some};
use crate::route::{Destination, Origin, RouteState, Target};
use crate::survey::TableFacts;

const EXIST: Check =
    Check { name: "routes", why: "hopover moves the routes that point at a member, and no others" };

pub(super) fn exist(on: &Patient) -> Vec<Finding> {
    let routes = match on.routes() {
        Ok(routes) => routes,
        Err(unread) => return vec![EXIST.unknown("the route tables", unread)],
    };
    if routes.is_empty() {
        let hop = on.group.next_hops().next();
        let interface = hop.map_or_else(|| "INTERFACE".to_owned(), |hop| hop.interface.to_string());
        return vec![EXIST.problem(format!("no route in {} points at a member", on.group.vpc)).mended_by([
            format!(
                "aws ec2 create-route --route-table-id TABLE --destination-cidr-block CIDR \
                 --network-interface-id {interface} --region {}",
                on.region()
            ),
        ])];
    }
    let mut tables: Vec<_> = routes.iter().map(|(facts, ..)| &facts.table.id).collect();
    tables.dedup();
    let carried = on.group.members.iter().map(|member| {
        let carries = routes.iter().filter(|(_, _, hop)| hop.member == member.name).count();
        format!("{carries} at {}", member.name)
    });
    let carried = carried.collect::<Vec<_>>().join(", ");
    vec![EXIST.ok(format!(
        "{} in {} point at a member: {carried}",
        count(routes.len(), "route"),
        count(tables.len(), "table")
    ))]
}

const BLACKHOLE: Check = Check {
    name: "blackhole",
    why: "EC2 drops what follows a route whose target is detached, stopped or gone",
};

pub(super) fn none_is_a_blackhole(on: &Patient) -> Vec<Finding> {
    let routes = match on.routes() {
        Ok(routes) => routes,
        Err(unread) => return vec![BLACKHOLE.unknown("the route tables", unread)],
    };
    let dead: Vec<_> = routes.iter().filter(|(_, route, _)| route.state == RouteState::Blackhole).collect();
    if dead.is_empty() {
        return vec![BLACKHOLE.ok("no route of the group is one")];
    }
    let where_to: Vec<_> = dead
        .iter()
        .map(|(facts, route, hop)| format!("{} in {} at {}", route.destination, facts.table.id, hop.member))
        .collect();
    let verb = if dead.len() == 1 { "is" } else { "are" };
    vec![
        BLACKHOLE
            .problem(format!("{} {verb} blackholed: {}", count(dead.len(), "route"), some(&where_to, 3)))
            .mended_by(["hopover event --sweep | hopover invoke --event -"]),
    ]
}

const ROUTE_SERVER: Check = Check {
    name: "route-server",
    why: "what VPC Route Server advertises is written by it, not by hopover, and wins if it is more specific",
};

pub(super) fn none_is_route_servers(on: &Patient) -> Vec<Finding> {
    let (tables, ours) = match (on.tables(), on.routes()) {
        (Ok(tables), Ok(ours)) => (tables, ours),
        (Err(unread), _) | (_, Err(unread)) => return vec![ROUTE_SERVER.unknown("the route tables", unread)],
    };
    let mut troubles = Vec::new();
    for facts in tables.into_iter().filter(|facts| on.is_looked_at(&facts.table)) {
        for advertised in facts.table.routes.iter().filter(|route| route.origin == Origin::Advertisement) {
            let to = &advertised.destination;
            let holder = match &advertised.target {
                Target::Interface(interface) => on.group.next_hop(interface),
                Target::Other(_) => None,
            };
            let hidden = ours
                .iter()
                .find(|(there, route, _)| there.table.id == facts.table.id && hides(to, &route.destination));
            let table = &facts.table.id;
            let what = match (holder, hidden) {
                (Some(hop), _) => {
                    format!("it points {to} in {table} at {}: hopover does not move that", named(&hop))
                }
                (None, Some((_, route, hop))) => format!(
                    "it leads {to} in {table} to {}: away from {} at {}",
                    advertised.target, route.destination, hop.member
                ),
                (None, None) => continue,
            };
            let region = on.region();
            troubles.push(ROUTE_SERVER.warning(what).mended_by([
                format!("aws ec2 get-route-server-propagations --route-server-id ROUTE-SERVER --region {region}"),
                format!(
                    "aws ec2 disable-route-server-propagation --route-server-id ROUTE-SERVER --route-table-id {table} \
                     --region {region}"
                ),
            ]));
        }
    }
    ROUTE_SERVER.unless(troubles, || "it advertises nothing that is in the way".to_owned())
}

/// Whether traffic to `ours` follows the other route, in part or as a whole. That something is more specific than a default
/// route is what default routes are for.
fn hides(advertised: &Destination, ours: &Destination) -> bool {
    match (advertised, ours) {
        (Destination::Ipv4(a), Destination::Ipv4(b)) | (Destination::Ipv6(a), Destination::Ipv6(b)) => {
            a == b || (!ours.is_default() && contains(b, a))
        }
        _ => advertised == ours,
    }
}

const TERRAFORM: Check = Check {
    name: "terraform",
    why: "the next apply points routes back to where the code says, at a dead member if need be",
};

pub(super) fn none_is_terraforms(on: &Patient) -> Vec<Finding> {
    let routes = match on.routes() {
        Ok(routes) => routes,
        Err(unread) => return vec![TERRAFORM.unknown("the route tables", unread)],
    };
    let tables: BTreeMap<_, _> = routes.iter().map(|(facts, ..)| (&facts.table.id, *facts)).collect();
    let owned: Vec<_> = tables
        .values()
        .filter_map(|facts| Some(format!("{} ({})", facts.table.id, terraform_tag(facts)?)))
        .collect();
    if owned.is_empty() {
        return vec![TERRAFORM.ok("no tag of a route table speaks of it")];
    }
    vec![TERRAFORM.warning(format!("it seems to own {}", some(&owned, 3))).mended_by([
        "# in resource \"aws_route\":",
        "lifecycle { ignore_changes = [network_interface_id] }",
        "# in resource \"aws_route_table\", if its routes are inline:",
        "lifecycle { ignore_changes = [route] }",
    ])]
}

/// The tag that gives it away: nothing in EC2 says for certain who owns a table.
fn terraform_tag(facts: &TableFacts) -> Option<String> {
    let speaks = |text: &str| {
        let text = text.to_ascii_lowercase();
        text.contains("terraform") || text.contains("opentofu")
    };
    let (key, value) = facts.tags.iter().find(|(key, value)| speaks(key) || speaks(value))?;
    Some(crate::excerpt::excerpt(&format!("{key}={value}"), 60))
}
