//! From the SDK's types to ours. Whatever is newer than this version is kept as text or left out, never fatal.

use std::collections::BTreeMap;

use aws_sdk_ec2::types as sdk;
use aws_smithy_types::DateTime;
use hopover_core::Timestamp;
use hopover_core::excerpt::excerpt;
use hopover_core::group::Group;
use hopover_core::id::{InstanceId, RouteTableId, VpcId};
use hopover_core::observation::{Instance, InstanceState, Interface};
use hopover_core::route::{Destination, Origin, Route, RouteState, RouteTable, Target};

/// The tag that makes hopover leave a route table alone, whatever its value, but for `false`.
const IGNORE_TAG: &str = "hopover:ignore";

/// The most that is kept of a zone's name, in characters: it is only told.
const LONGEST_ZONE: usize = 40;

/// The route tables of a VPC.
pub(crate) fn route_tables(tables: Vec<sdk::RouteTable>, vpc: &VpcId) -> BTreeMap<RouteTableId, RouteTable> {
    tables
        .into_iter()
        .filter_map(|table| route_table(table, vpc))
        .map(|table| (table.id.clone(), table))
        .collect()
}

/// The instances that hold an interface of the group, with all their interfaces.
pub(crate) fn instances(
    reservations: Vec<sdk::Reservation>,
    group: &Group,
) -> BTreeMap<InstanceId, Instance> {
    reservations
        .into_iter()
        .flat_map(|reservation| reservation.instances.unwrap_or_default())
        .filter_map(|found| instance(&found))
        .filter(|found| found.interfaces.iter().any(|interface| group.next_hop(&interface.id).is_some()))
        .map(|found| (found.id.clone(), found))
        .collect()
}

fn route_table(table: sdk::RouteTable, asked_for: &VpcId) -> Option<RouteTable> {
    let id = parsed(table.route_table_id.as_deref()).or_else(|| {
        let id = table.route_table_id.as_deref().map(|id| excerpt(id, 40));
        tracing::warn!(id, "left out a route table without a usable id");
        None
    })?;
    let tags = table.tags.unwrap_or_default();
    let tag = |key: &str| {
        tags.iter().find(|tag| tag.key() == Some(key)).map(|tag| tag.value().unwrap_or_default().to_owned())
    };
    Some(RouteTable {
        id,
        vpc: parsed(table.vpc_id.as_deref()).unwrap_or_else(|| asked_for.clone()),
        name: tag("Name").filter(|name| !name.is_empty()),
        ignored: tag(IGNORE_TAG).is_some_and(|value| !value.eq_ignore_ascii_case("false")),
        routes: table.routes.unwrap_or_default().iter().filter_map(route).collect(),
    })
}

/// A route; `None` if it leads nowhere that this version can name, because then it cannot be replaced either.
fn route(route: &sdk::Route) -> Option<Route> {
    Some(Route {
        destination: destination(route)?,
        target: target(route),
        instance: parsed(route.instance_id()),
        origin: route.origin().map_or_else(|| Origin::Other(String::new()), origin),
        state: route.state().map_or_else(|| RouteState::Other(String::new()), state),
    })
}

fn destination(route: &sdk::Route) -> Option<Destination> {
    let present = |field: Option<&str>| field.filter(|text| may_be_cidr(text)).map(str::to_owned);
    present(route.destination_cidr_block())
        .map(Destination::Ipv4)
        .or_else(|| present(route.destination_ipv6_cidr_block()).map(Destination::Ipv6))
        .or_else(|| parsed(route.destination_prefix_list_id()).map(Destination::PrefixList))
}

/// True if it may be a CIDR block, as one of this or a later version of EC2. The text is told to people, and sent back as
/// it is; what is longer than any address, or no word, is neither.
fn may_be_cidr(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

/// What a route points at. An instance's id stands beside that of its interface, so it comes last.
fn target(route: &sdk::Route) -> Target {
    if let Some(interface) = parsed(route.network_interface_id()) {
        return Target::Interface(interface);
    }
    [
        route.gateway_id(),
        route.nat_gateway_id(),
        route.transit_gateway_id(),
        route.vpc_peering_connection_id(),
        route.local_gateway_id(),
        route.carrier_gateway_id(),
        route.egress_only_internet_gateway_id(),
        route.core_network_arn(),
        route.odb_network_arn(),
        route.ip_address(),
        route.network_interface_id(),
        route.instance_id(),
    ]
    .into_iter()
    .flatten()
    .find(|id| !id.is_empty())
    .map_or_else(|| Target::Other("unknown".to_owned()), |id| Target::Other(id.to_owned()))
}

fn origin(origin: &sdk::RouteOrigin) -> Origin {
    match origin {
        sdk::RouteOrigin::CreateRouteTable => Origin::CreateRouteTable,
        sdk::RouteOrigin::CreateRoute => Origin::CreateRoute,
        sdk::RouteOrigin::EnableVgwRoutePropagation => Origin::Propagated,
        sdk::RouteOrigin::Advertisement => Origin::Advertisement,
        newer => Origin::Other(newer.as_str().to_owned()),
    }
}

fn state(state: &sdk::RouteState) -> RouteState {
    match state {
        sdk::RouteState::Active => RouteState::Active,
        sdk::RouteState::Blackhole => RouteState::Blackhole,
        sdk::RouteState::Filtered => RouteState::Filtered,
        newer => RouteState::Other(newer.as_str().to_owned()),
    }
}

fn instance(found: &sdk::Instance) -> Option<Instance> {
    Some(Instance {
        id: parsed(found.instance_id())?,
        state: instance_state(found.state().and_then(sdk::InstanceState::name)),
        launched_at: found.launch_time().and_then(timestamp),
        zone: found
            .placement()
            .and_then(sdk::Placement::availability_zone)
            .filter(|zone| !zone.is_empty())
            .map(|zone| excerpt(zone, LONGEST_ZONE)),
        interfaces: found.network_interfaces().iter().filter_map(interface).collect(),
    })
}

/// The state of an instance. One that this version does not know, or that is missing, becomes `pending`: nobody has said
/// that it forwards, so it must not get routes; and of the states that are not running it is the one that claims least.
fn instance_state(name: Option<&sdk::InstanceStateName>) -> InstanceState {
    name.and_then(|name| InstanceState::from_name(name.as_str())).unwrap_or_else(|| {
        tracing::warn!(
            state = name.map(|name| excerpt(name.as_str(), 40)),
            "unknown instance state, taken for pending"
        );
        InstanceState::Pending
    })
}

/// An interface of an instance. It is taken for attached unless the attachment says otherwise: its standing in the list
/// already means that it is the instance's, and EC2-like servers leave the status out.
fn interface(found: &sdk::InstanceNetworkInterface) -> Option<Interface> {
    let status = found.attachment().and_then(sdk::InstanceNetworkInterfaceAttachment::status);
    Some(Interface {
        id: parsed(found.network_interface_id())?,
        vpc: parsed(found.vpc_id()),
        attached: status.is_none_or(|status| *status == sdk::AttachmentStatus::Attached),
        source_dest_check: found.source_dest_check(),
    })
}

fn timestamp(time: &DateTime) -> Option<Timestamp> {
    Timestamp::new(time.secs(), i32::try_from(time.subsec_nanos()).ok()?).ok()
}

/// A checked id, if the field is there and holds one.
fn parsed<T: std::str::FromStr>(field: Option<&str>) -> Option<T> {
    field?.parse().ok()
}

#[cfg(test)]
mod tests;
