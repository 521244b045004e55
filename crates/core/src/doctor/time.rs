//! How long a failover takes at the least.

use std::collections::BTreeMap;

use super::{Check, Finding, Patient, count};
use crate::Span;
use crate::group::NextHop;
use crate::pacing::Bucket;
use crate::route::{Destination, Route};
use crate::survey::TableFacts;

const TIME: Check = Check {
    name: "failover-time",
    why: "EC2 allows 50 ReplaceRoute calls at once, then 5 a second, in an account and region together",
};

pub(super) fn of_a_failover(on: &Patient) -> Vec<Finding> {
    let routes = match on.routes() {
        Ok(routes) => routes,
        Err(unread) => return vec![TIME.unknown("the route tables", unread)],
    };
    if routes.is_empty() {
        // That there are none is said already.
        return Vec::new();
    }
    let calls = routes.len();
    let now = Bucket::REPLACE_ROUTE.least(calls);
    let mut what = format!("{} in {}", count(calls, "route"), takes(calls));
    if let Some(moved) = already_in_lists(on, &routes) {
        what = format!("{what}; {moved}");
    }
    let Some(better) = Better::of(&routes) else {
        let finding = if now.is_zero() { TIME.ok(what) } else { TIME.warning(what) };
        return vec![finding];
    };
    what = format!(
        "{what}; {} of them with the same target in one table could be {}: {}",
        better.merged,
        count(better.lists, "prefix list"),
        takes(better.calls(calls)),
    );
    if now.is_zero() {
        return vec![TIME.ok(what)];
    }
    let (table, destination, target, entries) = &better.largest;
    let family = if matches!(destination, Destination::Ipv6(_)) { "IPv6" } else { "IPv4" };
    let region = on.region();
    vec![TIME.warning(what).mended_by([
        format!(
            "aws ec2 create-managed-prefix-list --prefix-list-name NAME --address-family {family} \
             --max-entries {entries} --entries Cidr={destination} Cidr=… --region {region}"
        ),
        format!(
            "aws ec2 create-route --route-table-id {table} --destination-prefix-list-id LIST \
             --network-interface-id {target} --region {region}"
        ),
        "# then delete the routes that the list replaces".to_owned(),
    ])]
}

fn takes(calls: usize) -> String {
    let least = Bucket::REPLACE_ROUTE.least(calls);
    let calls = count(calls, "call");
    if least.is_zero() {
        format!("{calls}, all at once")
    } else {
        format!("{calls}, at least {} s", seconds(least))
    }
}

fn seconds(span: Span) -> String {
    let tenths = span.as_millis() / 100;
    if tenths % 10 == 0 { format!("{}", tenths / 10) } else { format!("{}.{}", tenths / 10, tenths % 10) }
}

/// What prefix lists do already.
fn already_in_lists(on: &Patient, routes: &[(&TableFacts, &Route, NextHop)]) -> Option<String> {
    let entries = routes.iter().filter_map(|(_, route, _)| match &route.destination {
        Destination::PrefixList(list) => on.survey.prefix_lists.get(list)?.as_ref().ok().copied(),
        _ => None,
    });
    let (mut lists, mut blocks) = (0, 0);
    for entries in entries {
        lists += 1;
        blocks += entries;
    }
    let blocks = count(blocks, "CIDR block");
    match lists {
        0 => None,
        1 => Some(format!("one of them is to a prefix list and moves {blocks}")),
        _ => Some(format!("{lists} of them are to prefix lists and move {blocks}")),
    }
}

/// What prefix lists would make of the routes.
struct Better {
    /// How many routes they would replace.
    merged: usize,
    /// How many lists it would take: one a table, target and address family.
    lists: usize,
    /// The largest: its table, one of its destinations, its target, its size.
    largest: (String, Destination, String, usize),
}

impl Better {
    fn of(routes: &[(&TableFacts, &Route, NextHop)]) -> Option<Self> {
        let mut alike: BTreeMap<_, Vec<&Destination>> = BTreeMap::new();
        for (facts, route, hop) in routes {
            // A gateway's table takes no prefix lists, and a default route is better seen as what it is.
            if !facts.gateways.is_empty() || route.destination.is_default() {
                continue;
            }
            let is_v6 = match route.destination {
                Destination::Ipv4(_) => false,
                Destination::Ipv6(_) => true,
                Destination::PrefixList(_) => continue,
            };
            let place = (facts.table.id.clone(), hop.interface.clone(), is_v6);
            alike.entry(place).or_default().push(&route.destination);
        }
        alike.retain(|_, destinations| destinations.len() > 1);
        let (place, destinations) = alike.iter().max_by_key(|(_, destinations)| destinations.len())?;
        let first = (*destinations.first()?).clone();
        Some(Self {
            merged: alike.values().map(Vec::len).sum(),
            lists: alike.len(),
            largest: (place.0.to_string(), first, place.1.to_string(), destinations.len()),
        })
    }

    /// How many calls are left of so many.
    fn calls(&self, now: usize) -> usize {
        now - self.merged + self.lists
    }
}
