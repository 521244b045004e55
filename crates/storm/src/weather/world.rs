//! Draws who is there: groups, instances, interfaces, tables and routes.

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use hopover_core::Span;
use hopover_core::group::{Group, Member};
use hopover_core::id::{InstanceId, InterfaceId, PathName, RouteTableId};
use hopover_core::observation::InstanceState;
use hopover_core::route::{Origin, Route, RouteTable};
use hopover_sim::Settings;
use hopover_sim::cloud::{SimInstance, SimInterface};
use hopover_sim::example::{epoch, gateway, known, route};

use super::by_chance;
use crate::scenario::Scenario;

/// The instance that is no member's: an interface of a member may come to be attached to it.
pub(super) const SPARE: &str = "i-spare";

/// An interface that is no member's.
pub(super) const STRANGER: &str = "eni-proxy";

const VPC: &str = "vpc-main";
const OTHER_VPC: &str = "vpc-other";
const PATHS: [&str; 3] = ["lan", "wan", "dmz"];

/// How large a world is: mostly small, so that many can be played; now and then as large as they come.
struct Size {
    tables: usize,
    routes: usize,
}

pub(super) fn draw(rng: &mut Rng) -> Scenario {
    let size = match rng.u16(0..2_000) {
        0 => Size { tables: rng.usize(20..=40), routes: rng.usize(300..=1_000) },
        1..40 => Size { tables: rng.usize(1..=40), routes: rng.usize(10..=120) },
        _ => Size { tables: rng.usize(1..=4), routes: rng.usize(1..=10) },
    };
    let mut groups = vec![group("edge", &["A", "B", "C", "D"], rng)];
    if by_chance(rng, 25) {
        groups.push(group("firewall", &["E", "F", "G", "H"], rng));
    }
    let (instances, interfaces) = machines(&groups, rng);
    let tables = tables(&groups, &size, rng);
    for (table, _) in &tables {
        rules(&table.id, &mut groups, rng);
    }
    Scenario {
        seed: 0,
        groups,
        instances,
        interfaces,
        tables,
        storm: Settings::default(),
        faults: Vec::new(),
        denied: BTreeSet::new(),
        timeline: Vec::new(),
        length: Span::ZERO,
    }
}

fn group(name: &str, names: &[&str; 4], rng: &mut Rng) -> Group {
    let members = [2, 2, 2, 2, 2, 2, 3, 3, 3, 4][rng.usize(..10)];
    let paths = &PATHS[..[1, 1, 2, 2, 3][rng.usize(..5)]];
    let mut members: Vec<_> = names[..members].iter().map(|name| member(name, paths)).collect();
    // Of three or more, one may lack a path: two others still have it.
    if members.len() > 2 && paths.len() > 1 && by_chance(rng, 30) {
        let (at, path) = (rng.usize(..members.len()), paths[rng.usize(..paths.len())]);
        members[at].interfaces.remove(&known::<PathName>(path));
    }
    let preempt = by_chance(rng, 30).then(|| members[rng.usize(..members.len())].name.clone());
    Group {
        name: known(name),
        region: known("eu-central-1"),
        vpc: known(VPC),
        members,
        exclude: BTreeSet::new(),
        preempt,
        home: BTreeMap::new(),
        failback_delay: Span::from_secs(rng.i64(0..=180)),
    }
}

fn member(name: &str, paths: &[&str]) -> Member {
    let interface = |path: &str| known::<InterfaceId>(&format!("eni-{}-{path}", name.to_lowercase()));
    Member {
        name: known(name),
        interfaces: paths.iter().map(|path| (known::<PathName>(path), interface(path))).collect(),
    }
}

fn machines(groups: &[Group], rng: &mut Rng) -> (Vec<SimInstance>, Vec<SimInterface>) {
    let mut instances = vec![instance(SPARE, InstanceState::Running, Span::from_hours(24))];
    let mut interfaces = vec![interface(STRANGER, SPARE)];
    for member in groups.iter().flat_map(|group| &group.members) {
        let id = format!("i-{}", member.name.as_str().to_lowercase());
        let state = if by_chance(rng, 93) { InstanceState::Running } else { InstanceState::Stopped };
        let age = if by_chance(rng, 70) { Span::from_hours(24) } else { Span::from_secs(rng.i64(10..=600)) };
        instances.push(instance(&id, state, age));
        for ours in member.interfaces.values() {
            let mut ours = interface(ours.as_str(), &id);
            ours.source_dest_check = by_chance(rng, 5);
            ours.attached_to.take_if(|_| by_chance(rng, 2));
            interfaces.push(ours);
        }
    }
    (instances, interfaces)
}

fn instance(id: &str, state: InstanceState, age: Span) -> SimInstance {
    SimInstance {
        id: known::<InstanceId>(id),
        name: id.to_owned(),
        state,
        launched_at: epoch() - age,
        zone: "eu-central-1a".to_owned(),
    }
}

fn interface(id: &str, instance: &str) -> SimInterface {
    SimInterface {
        id: known(id),
        vpc: known(VPC),
        attached_to: Some(known(instance)),
        source_dest_check: false,
    }
}

fn tables(groups: &[Group], size: &Size, rng: &mut Rng) -> Vec<(RouteTable, bool)> {
    // Either one member of each group holds nearly everything, or the routes are spread.
    let active = by_chance(rng, 60).then(|| rng.usize(..4));
    let mut tables: Vec<(RouteTable, bool)> = (1..=size.tables)
        .map(|n| {
            let table = RouteTable {
                id: known(&format!("rtb-{n:02}")),
                vpc: known(if by_chance(rng, 2) { OTHER_VPC } else { VPC }),
                name: None,
                ignored: by_chance(rng, 4),
                routes: Vec::new(),
            };
            (table, by_chance(rng, 10))
        })
        .collect();
    for n in 0..size.routes {
        let at = rng.usize(..tables.len());
        let routes = &mut tables[at].0.routes;
        let destination = destination(n, routes, rng);
        routes.push(a_route(&destination, groups, active, rng));
    }
    tables
}

/// A default route where there is none yet, or one that no table has twice.
fn destination(n: usize, routes: &[Route], rng: &mut Rng) -> String {
    let default = if by_chance(rng, 70) { "0.0.0.0/0" } else { "::/0" };
    if routes.iter().all(|route| route.destination.to_string() != default) && by_chance(rng, 60) {
        return default.to_owned();
    }
    match rng.u8(0..10) {
        0..6 => format!("10.{}.{}.0/24", n / 256, n % 256),
        6..8 => format!("2001:db8:{n:x}::/48"),
        _ => format!("pl-{n}"),
    }
}

fn a_route(to: &str, groups: &[Group], active: Option<usize>, rng: &mut Rng) -> Route {
    let group = &groups[rng.usize(..groups.len())];
    let at = active.filter(|_| by_chance(rng, 90)).unwrap_or_else(|| rng.usize(..4));
    let member = &group.members[at % group.members.len()];
    let interfaces: Vec<_> = member.interfaces.values().collect();
    let ours = route(to, interfaces[rng.usize(..interfaces.len())].as_str());
    match rng.u8(0..100) {
        0..85 => ours,
        // Advertised by a route server, or propagated: it points at a member, and is not ours.
        85..88 => Route { origin: Origin::Advertisement, ..ours },
        88..90 => Route { origin: Origin::Propagated, ..ours },
        90..92 => Route { origin: Origin::Other("Rotated".to_owned()), ..ours },
        92..95 => route(to, STRANGER),
        95..97 => Route { origin: Origin::CreateRouteTable, ..gateway(to, "local") },
        _ => gateway(to, "igw-main"),
    }
}

/// What the operator said about a table: whose home it is, or that it is left alone.
fn rules(table: &RouteTableId, groups: &mut [Group], rng: &mut Rng) {
    for group in groups {
        match rng.u8(0..100) {
            0..15 => {
                let home = group.members[rng.usize(..group.members.len())].name.clone();
                group.home.insert(table.clone(), home);
            }
            15..19 => {
                group.exclude.insert(table.clone());
            }
            _ => {}
        }
    }
}
