use aws_sdk_ec2::types::{
    AttachmentStatus, InstanceNetworkInterface, InstanceNetworkInterfaceAttachment, InstanceStateName,
    Placement, Reservation, RouteOrigin, Tag,
};
use hopover_core::config::Config;

use super::*;

fn vpc() -> VpcId {
    "vpc-a".parse().unwrap()
}

fn group() -> std::sync::Arc<Group> {
    let variables =
        [("region", "eu-central-1"), ("vpcid", "vpc-a"), ("host1eni", "eni-a"), ("host2eni", "eni-b")];
    let get =
        |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    Config::from_env(get).unwrap().groups.remove(0)
}

fn to_eni() -> sdk::builders::RouteBuilder {
    sdk::Route::builder()
        .network_interface_id("eni-a")
        .instance_id("i-a")
        .origin(RouteOrigin::CreateRoute)
        .state(sdk::RouteState::Active)
}

fn table(tags: &[(&str, &str)]) -> RouteTable {
    let tags = tags.iter().map(|(key, value)| Tag::builder().key(*key).value(*value).build()).collect();
    let table =
        sdk::RouteTable::builder().route_table_id("rtb-a").vpc_id("vpc-a").set_tags(Some(tags)).build();
    route_table(table, &vpc()).unwrap()
}

fn seen(state: Option<InstanceStateName>, status: Option<AttachmentStatus>) -> Instance {
    let attachment = InstanceNetworkInterfaceAttachment::builder().set_status(status).build();
    let interface = InstanceNetworkInterface::builder()
        .network_interface_id("eni-a")
        .vpc_id("vpc-a")
        .attachment(attachment)
        .source_dest_check(false)
        .build();
    let found = sdk::Instance::builder()
        .instance_id("i-a")
        .state(sdk::InstanceState::builder().set_name(state).build())
        .launch_time(DateTime::from_secs(1_800_000_000))
        .placement(Placement::builder().availability_zone("eu-central-1a").build())
        .network_interfaces(interface)
        .build();
    instance(&found).unwrap()
}

#[test]
fn a_route_to_an_interface_keeps_all_that_decides_about_it() {
    let expected = Route {
        destination: Destination::Ipv4("0.0.0.0/0".into()),
        target: Target::Interface("eni-a".parse().unwrap()),
        instance: Some("i-a".parse().unwrap()),
        origin: Origin::CreateRoute,
        state: RouteState::Active,
    };
    assert_eq!(route(&to_eni().destination_cidr_block("0.0.0.0/0").build()), Some(expected));
}

#[test]
fn a_destination_is_read_from_whichever_field_is_there() {
    let destination = |route: sdk::builders::RouteBuilder| super::destination(&route.build());
    assert_eq!(
        destination(to_eni().destination_ipv6_cidr_block("::/0")),
        Some(Destination::Ipv6("::/0".into()))
    );
    assert_eq!(
        destination(to_eni().destination_prefix_list_id("pl-a")),
        Some(Destination::PrefixList("pl-a".parse().unwrap()))
    );
}

#[test]
fn a_route_without_destination_is_left_out_and_the_others_stay() {
    let table = sdk::RouteTable::builder()
        .route_table_id("rtb-a")
        .routes(to_eni().build())
        .routes(to_eni().destination_cidr_block("10.0.0.0/8").build())
        .build();
    assert_eq!(route_table(table, &vpc()).unwrap().routes.len(), 1);
}

#[test]
fn a_target_that_is_no_interface_is_a_bystander() {
    let target = |route: sdk::builders::RouteBuilder| super::target(&route.build());
    let other = |id: &str| Target::Other(id.to_owned());
    let new = sdk::Route::builder;
    assert_eq!(target(new().gateway_id("local")), other("local"));
    assert_eq!(target(new().gateway_id("vpce-a")), other("vpce-a"));
    assert_eq!(target(new().nat_gateway_id("nat-a")), other("nat-a"));
    assert_eq!(target(new().transit_gateway_id("tgw-a")), other("tgw-a"));
    assert_eq!(target(new().vpc_peering_connection_id("pcx-a")), other("pcx-a"));
    assert_eq!(target(new().local_gateway_id("lgw-a")), other("lgw-a"));
    assert_eq!(target(new().carrier_gateway_id("cagw-a")), other("cagw-a"));
    assert_eq!(target(new().egress_only_internet_gateway_id("eigw-a")), other("eigw-a"));
    assert_eq!(target(new().core_network_arn("arn:a")), other("arn:a"));
    assert_eq!(target(new().instance_id("i-a")), other("i-a"));
    assert_eq!(target(new().network_interface_id("lni-a")), other("lni-a"));
    assert_eq!(target(new()), other("unknown"));
}

#[test]
fn an_origin_or_state_newer_than_this_version_is_kept_as_text() {
    assert_eq!(origin(&"Teleported".into()), Origin::Other("Teleported".into()));
    assert_eq!(origin(&RouteOrigin::EnableVgwRoutePropagation), Origin::Propagated);
    assert_eq!(origin(&RouteOrigin::Advertisement), Origin::Advertisement);
    assert_eq!(state(&"dreaming".into()), RouteState::Other("dreaming".into()));
    assert_eq!(state(&"filtered".into()), RouteState::Filtered);
}

#[test]
fn a_table_is_ignored_by_its_tag_unless_that_says_false() {
    assert!(!table(&[]).ignored);
    assert!(table(&[("hopover:ignore", "")]).ignored);
    assert!(table(&[("hopover:ignore", "true")]).ignored);
    assert!(!table(&[("hopover:ignore", "False")]).ignored);
    assert_eq!(table(&[("Name", "private-a")]).name.as_deref(), Some("private-a"));
}

#[test]
fn an_instance_keeps_all_that_decides_about_it() {
    let expected = Instance {
        id: "i-a".parse().unwrap(),
        state: InstanceState::Running,
        launched_at: Timestamp::new(1_800_000_000, 0).ok(),
        zone: Some("eu-central-1a".into()),
        interfaces: vec![Interface {
            id: "eni-a".parse().unwrap(),
            vpc: Some(vpc()),
            attached: true,
            source_dest_check: Some(false),
        }],
    };
    assert_eq!(seen(Some(InstanceStateName::Running), Some(AttachmentStatus::Attached)), expected);
}

#[test]
fn every_state_of_an_instance_is_known_by_its_name() {
    for state in InstanceState::ALL {
        assert_eq!(seen(Some(state.as_str().into()), None).state, state);
    }
}

#[test]
fn an_unknown_or_missing_state_is_not_running() {
    assert_eq!(seen(Some("hibernating".into()), None).state, InstanceState::Pending);
    assert_eq!(seen(None, None).state, InstanceState::Pending);
}

#[test]
fn an_interface_is_attached_unless_its_attachment_says_otherwise() {
    let attached = |status| seen(None, status).interfaces[0].attached;
    assert!(attached(None));
    assert!(attached(Some(AttachmentStatus::Attached)));
    assert!(!attached(Some(AttachmentStatus::Attaching)));
    assert!(!attached(Some(AttachmentStatus::Detaching)));
    assert!(!attached(Some(AttachmentStatus::Detached)));
}

#[test]
fn instances_without_an_interface_of_the_group_are_left_out() {
    let with = |id: &str, interface: &str| {
        let interface = InstanceNetworkInterface::builder().network_interface_id(interface).build();
        sdk::Instance::builder().instance_id(id).network_interfaces(interface).build()
    };
    let reservations = vec![
        Reservation::builder().instances(with("i-a", "eni-a")).instances(with("i-x", "eni-x")).build(),
        Reservation::builder().instances(with("i-b", "eni-b")).build(),
    ];
    let ids: Vec<_> = instances(reservations, &group()).into_keys().map(|id| id.to_string()).collect();
    assert_eq!(ids, ["i-a", "i-b"]);
}

#[test]
fn a_destination_that_is_no_word_or_longer_than_any_address_is_left_out() {
    for odd in ["10.0.0.0/8\n", "", &"1".repeat(65)] {
        assert_eq!(route(&to_eni().destination_cidr_block(odd).build()), None, "{odd:?}");
    }
    assert!(route(&to_eni().destination_ipv6_cidr_block("2001:db8::/32").build()).is_some());
}
