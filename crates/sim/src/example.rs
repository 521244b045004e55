//! The example VPC: two SD-WAN edges called A and B, one a zone, and routes of every kind.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hopover_core::config::Config;
use hopover_core::group::{Group, Member};
use hopover_core::id::{BadId, GroupName, InstanceId, InterfaceId, PathName, Region, RouteTableId, VpcId};
use hopover_core::observation::InstanceState;
use hopover_core::route::{Destination, Origin, Route, RouteState, RouteTable, Target};
use hopover_core::{Span, Timestamp};

use crate::cloud::{Cloud, SimInstance, SimInterface};
use crate::settings::Settings;
use crate::simulation::Simulation;
use crate::surroundings;

/// The virtual time at which every embedded VPC begins: 2026-01-01T00:00:00Z.
pub fn epoch() -> Timestamp {
    Timestamp::from_second(1_767_225_600).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// An id or name that is written in the program.
pub fn known<T: std::str::FromStr<Err = BadId>>(text: &str) -> T {
    text.parse().unwrap_or_else(|error: BadId| unreachable!("{error}"))
}

/// The example VPC with a function watching it.
pub fn simulation(seed: u64) -> Simulation {
    let settings = Settings::default();
    let remember = *settings.staleness.end();
    Simulation::new(cloud(remember, settings.throttling), config(), settings, epoch(), seed)
}

/// The name of the example group.
pub fn group_name() -> GroupName {
    known("example")
}

/// The instance of a member of the example.
pub fn instance(member: &str) -> InstanceId {
    known(&format!("i-{}", member.to_lowercase()))
}

/// The configuration that fits the example VPC.
pub fn config() -> Config {
    let member = |name: &str| Member {
        name: known(name),
        interfaces: BTreeMap::from([
            (known::<PathName>("lan"), known::<InterfaceId>(&format!("eni-{}-lan", name.to_lowercase()))),
            (known::<PathName>("wan"), known::<InterfaceId>(&format!("eni-{}-wan", name.to_lowercase()))),
        ]),
    };
    let group = Group {
        name: group_name(),
        region: known("eu-central-1"),
        vpc: known("vpc-example"),
        members: vec![member("A"), member("B")],
        exclude: BTreeSet::new(),
        preempt: None,
        home: BTreeMap::new(),
        failback_delay: Span::from_secs(300),
    };
    Config { groups: vec![Arc::new(group)], topic: Some(known(surroundings::topic())) }
}

/// The example VPC: everything of the group on A, and bystanders that nobody may move.
pub fn cloud(remember: Span, throttling: bool) -> Cloud {
    let region: Region = known("eu-central-1");
    let vpc: VpcId = known("vpc-example");
    let mut cloud = Cloud::new(region, epoch(), throttling, remember);
    cloud.surroundings = Some(Arc::new(surroundings::example()));
    let long_ago = epoch() - Span::from_hours(24);
    for (name, zone) in [("A", "eu-central-1a"), ("B", "eu-central-1b")] {
        cloud.add_instance(SimInstance {
            id: instance(name),
            name: name.to_owned(),
            state: InstanceState::Running,
            launched_at: long_ago,
            zone: zone.to_owned(),
        });
        for path in ["lan", "wan"] {
            cloud.add_interface(SimInterface {
                id: known(&format!("eni-{}-{path}", name.to_lowercase())),
                vpc: vpc.clone(),
                attached_to: Some(instance(name)),
                source_dest_check: false,
            });
        }
    }
    // A bystander: somebody else's proxy, which routes of its own point at.
    cloud.add_instance(SimInstance {
        id: known("i-proxy"),
        name: "proxy".to_owned(),
        state: InstanceState::Running,
        launched_at: long_ago,
        zone: "eu-central-1a".to_owned(),
    });
    cloud.add_interface(SimInterface {
        id: known("eni-proxy"),
        vpc: vpc.clone(),
        attached_to: Some(known("i-proxy")),
        source_dest_check: false,
    });
    let table = |id: &str, routes: Vec<Route>| RouteTable {
        id: known::<RouteTableId>(id),
        vpc: vpc.clone(),
        name: None,
        ignored: false,
        routes,
    };
    let lan = |cidr: &str| route(cidr, "eni-a-lan");
    let wan = |cidr: &str| route(cidr, "eni-a-wan");
    cloud.add_table(
        table(
            "rtb-private-a",
            vec![
                local("10.0.0.0/16"),
                lan("0.0.0.0/0"),
                lan("::/0"),
                lan("172.16.0.0/12"),
                lan("pl-branches"),
                gateway("10.9.0.0/16", "pcx-partner"),
            ],
        ),
        false,
    );
    cloud.add_table(
        table(
            "rtb-private-b",
            vec![local("10.0.0.0/16"), lan("0.0.0.0/0"), lan("172.16.0.0/12"), lan("2001:db8:100::/40")],
        ),
        false,
    );
    cloud.add_table(
        table(
            "rtb-public",
            vec![local("10.0.0.0/16"), gateway("0.0.0.0/0", "igw-main"), wan("198.51.100.0/24")],
        ),
        false,
    );
    cloud.add_table(table("rtb-edge", vec![local("10.0.0.0/16"), wan("10.0.128.0/20")]), true);
    let mut propagated = gateway("192.168.0.0/16", "vgw-direct-connect");
    propagated.origin = Origin::Propagated;
    cloud.add_table(
        table(
            "rtb-bystander",
            vec![
                local("10.0.0.0/16"),
                propagated,
                gateway("0.0.0.0/0", "nat-1"),
                route("10.50.0.0/16", "eni-proxy"),
            ],
        ),
        false,
    );
    cloud
}

/// A route to an interface, made by an operator.
pub fn route(destination: &str, interface: &str) -> Route {
    Route {
        destination: destination_of(destination),
        target: Target::Interface(known(interface)),
        instance: None,
        origin: Origin::CreateRoute,
        state: RouteState::Active,
    }
}

/// A route to something that is no interface.
pub fn gateway(destination: &str, target: &str) -> Route {
    Route { target: Target::Other(target.to_owned()), ..route(destination, "eni-none") }
}

fn local(cidr: &str) -> Route {
    Route { origin: Origin::CreateRouteTable, ..gateway(cidr, "local") }
}

fn destination_of(text: &str) -> Destination {
    match text {
        list if list.starts_with("pl-") => Destination::PrefixList(known(list)),
        cidr if cidr.contains(':') => Destination::Ipv6(cidr.to_owned()),
        cidr => Destination::Ipv4(cidr.to_owned()),
    }
}
