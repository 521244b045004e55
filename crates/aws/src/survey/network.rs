//! Instances, interfaces, tables, subnets, security groups and addresses.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types as sdk;
use hopover_core::excerpt::excerpt;
use hopover_core::group::Group;
use hopover_core::id::{InstanceId, InterfaceId, PrefixListId, RouteTableId, VpcId};
use hopover_core::observation::InstanceState;
use hopover_core::route::Destination;
use hopover_core::survey::{
    Attachment, Card, Machine, Part, PublicAddress, Rule, SecurityGroup, Survey, TableFacts, Unread, Way,
};

use super::unread;
use crate::client::Aws;
use crate::convert;
use crate::errors::Failure;

/// More pages than any account fills.
const MOST_PAGES: usize = 500;

/// The most that is kept of a name or description, in characters.
const LONGEST_TEXT: usize = 255;

/// Every page of a call, or why not.
macro_rules! every_page {
    ($aws:expr, $call:expr, $action:literal, $size:literal, $items:ident) => {{
        let mut pages = $call.into_paginator().page_size($size).stop_on_duplicate_token(false).send();
        let (mut all, mut read) = (Vec::new(), 0);
        loop {
            match pages.try_next().await {
                Ok(Some(page)) => all.extend(page.$items.unwrap_or_default()),
                Ok(None) => break Ok(all),
                Err(error) => break Err(unread(&Failure::new(&error), $action, &$aws.region)),
            }
            read += 1;
            if read > MOST_PAGES {
                break Err(Unread::because(concat!($action, " answers without end")));
            }
        }
    }};
}

impl Aws {
    /// What stands in a VPC, or in the whole region.
    pub(super) async fn network(&self, vpc: Option<&VpcId>) -> Survey {
        let filters =
            || vpc.map(|vpc| vec![sdk::Filter::builder().name("vpc-id").values(vpc.as_str()).build()]);
        let instances = async {
            let call = self.ec2.describe_instances().set_filters(filters());
            every_page!(self, call, "ec2:DescribeInstances", 1000, reservations)
        };
        let interfaces = async {
            let call = self.ec2.describe_network_interfaces().set_filters(filters());
            every_page!(self, call, "ec2:DescribeNetworkInterfaces", 1000, network_interfaces)
        };
        let tables = async {
            let call = self.ec2.describe_route_tables().set_filters(filters());
            every_page!(self, call, "ec2:DescribeRouteTables", 100, route_tables)
        };
        let subnets = async {
            let call = self.ec2.describe_subnets().set_filters(filters());
            every_page!(self, call, "ec2:DescribeSubnets", 1000, subnets)
        };
        let security_groups = async {
            let call = self.ec2.describe_security_groups().set_filters(filters());
            every_page!(self, call, "ec2:DescribeSecurityGroups", 1000, security_groups)
        };
        let addresses = async {
            let answer = self.ec2.describe_addresses().send().await;
            let addresses = answer.map(|answer| answer.addresses.unwrap_or_default());
            addresses.map_err(|error| unread(&Failure::new(&error), "ec2:DescribeAddresses", &self.region))
        };
        let (instances, interfaces, tables, subnets, security_groups, addresses) =
            futures::join!(instances, interfaces, tables, subnets, security_groups, addresses);
        let elastic = addresses.map(|addresses: Vec<sdk::Address>| {
            addresses.into_iter().filter_map(|address| address.public_ip).collect()
        });
        let owner = |cards: &Vec<sdk::NetworkInterface>| {
            cards.iter().find_map(|card| card.owner_id()).map(|owner| excerpt(owner, LONGEST_TEXT))
        };
        let cards: Part<BTreeMap<_, _>> = interfaces
            .as_ref()
            .map(|all| all.iter().filter_map(|found| card(found, &elastic)).map(by_id).collect())
            .map_err(Clone::clone);
        // Who may do no more than hopover itself still sees the interfaces that are attached.
        let (interfaces_seen, unattached) = match (cards, &instances) {
            (Err(why), Ok(reservations)) => (Ok(attached(reservations, &elastic)), Err(why)),
            (cards, _) => (cards, Ok(())),
        };
        Survey {
            account: interfaces.as_ref().ok().and_then(owner),
            instances: instances.map(machines),
            interfaces: interfaces_seen,
            unattached,
            tables: tables.map(|all| all.into_iter().filter_map(table).collect()),
            subnets: subnets.map(|all| {
                all.into_iter()
                    .filter_map(|subnet| Some((subnet.subnet_id.clone()?, name(subnet.tags())?)))
                    .collect()
            }),
            security_groups: security_groups.map(|all| all.iter().filter_map(security_group).collect()),
            ..Survey::unread(self.region.clone())
        }
    }

    /// How many entries the prefix lists have that routes of the group lead to.
    pub(super) async fn prefix_lists(
        &self,
        group: &Group,
        tables: Option<&BTreeMap<RouteTableId, TableFacts>>,
    ) -> BTreeMap<PrefixListId, Part<usize>> {
        let all = tables.into_iter().flat_map(BTreeMap::values);
        let ours = all.flat_map(|facts| {
            facts.table.routes.iter().filter(|route| group.holder(&facts.table, route).is_some())
        });
        let lists: BTreeSet<_> = ours
            .filter_map(|route| match &route.destination {
                Destination::PrefixList(list) => Some(list.clone()),
                _ => None,
            })
            .collect();
        let sizes = lists.into_iter().map(async |list| {
            let call = self.ec2.get_managed_prefix_list_entries().prefix_list_id(list.as_str());
            let entries = every_page!(self, call, "ec2:GetManagedPrefixListEntries", 100, entries);
            (list, entries.map(|entries: Vec<_>| entries.len()))
        });
        futures::future::join_all(sizes).await.into_iter().collect()
    }
}

fn by_id(card: Card) -> (InterfaceId, Card) {
    (card.id.clone(), card)
}

fn machines(reservations: Vec<sdk::Reservation>) -> BTreeMap<InstanceId, Machine> {
    let found = reservations.into_iter().flat_map(|reservation| reservation.instances.unwrap_or_default());
    found.filter_map(|found| machine(&found)).map(|machine| (machine.id.clone(), machine)).collect()
}

fn machine(found: &sdk::Instance) -> Option<Machine> {
    let state = found.state().and_then(sdk::InstanceState::name);
    Some(Machine {
        id: parsed(found.instance_id())?,
        name: name(found.tags()),
        // As in an observation: a state that is not known is the one that claims least.
        state: state.and_then(|s| InstanceState::from_name(s.as_str())).unwrap_or(InstanceState::Pending),
        zone: text(found.placement().and_then(sdk::Placement::availability_zone)),
    })
}

fn card(found: &sdk::NetworkInterface, elastic: &Part<BTreeSet<String>>) -> Option<Card> {
    let attachment = found.attachment().and_then(|attachment| {
        Some(Attachment {
            instance: parsed(attachment.instance_id())?,
            device_index: attachment.device_index(),
            settled: attachment.status().is_none_or(|status| *status == sdk::AttachmentStatus::Attached),
        })
    });
    let main = found.association().into_iter();
    let secondary =
        found.private_ip_addresses().iter().filter_map(sdk::NetworkInterfacePrivateIpAddress::association);
    let mut public: Vec<_> = main.chain(secondary).filter_map(|a| address(a, elastic)).collect();
    public.sort_by(|a, b| a.address.cmp(&b.address));
    public.dedup();
    Some(Card {
        id: parsed(found.network_interface_id())?,
        name: name(found.tag_set()),
        description: text(found.description()),
        vpc: parsed(found.vpc_id())?,
        subnet: text(found.subnet_id()),
        zone: text(found.availability_zone()),
        attachment,
        source_dest_check: found.source_dest_check(),
        public,
        security_groups: found.groups().iter().filter_map(|group| text(group.group_id())).collect(),
    })
}

/// The interfaces as their instances show them.
fn attached(
    reservations: &[sdk::Reservation],
    elastic: &Part<BTreeSet<String>>,
) -> BTreeMap<InterfaceId, Card> {
    let instances = reservations.iter().flat_map(sdk::Reservation::instances);
    let cards = instances.flat_map(|instance| {
        instance.network_interfaces().iter().filter_map(|found| card_on(instance, found, elastic))
    });
    cards.map(by_id).collect()
}

fn card_on(
    instance: &sdk::Instance,
    found: &sdk::InstanceNetworkInterface,
    elastic: &Part<BTreeSet<String>>,
) -> Option<Card> {
    let attachment = found.attachment();
    let status = attachment.and_then(sdk::InstanceNetworkInterfaceAttachment::status);
    let public = found.association().and_then(|association| {
        let address = text(association.public_ip())?;
        // What was not allocated is lent by Amazon.
        let lent = association.ip_owner_id() == Some("amazon");
        let elastic = elastic.as_ref().ok().map(|all| all.contains(&address));
        Some(PublicAddress { address, elastic: if lent { Some(false) } else { elastic } })
    });
    Some(Card {
        id: parsed(found.network_interface_id())?,
        name: None,
        description: text(found.description()),
        vpc: parsed(found.vpc_id())?,
        subnet: text(found.subnet_id()),
        zone: text(instance.placement().and_then(sdk::Placement::availability_zone)),
        attachment: Some(Attachment {
            instance: parsed(instance.instance_id())?,
            device_index: attachment.and_then(sdk::InstanceNetworkInterfaceAttachment::device_index),
            settled: status.is_none_or(|status| *status == sdk::AttachmentStatus::Attached),
        }),
        source_dest_check: found.source_dest_check(),
        public: public.into_iter().collect(),
        security_groups: found.groups().iter().filter_map(|group| text(group.group_id())).collect(),
    })
}

/// A public address. One that was allocated says so itself; else the account's list of them tells.
fn address(
    found: &sdk::NetworkInterfaceAssociation,
    elastic: &Part<BTreeSet<String>>,
) -> Option<PublicAddress> {
    let address = text(found.public_ip())?;
    let elastic = match (text(found.allocation_id()), elastic) {
        (Some(_), _) => Some(true),
        (None, Ok(elastic)) => Some(elastic.contains(&address)),
        (None, Err(_)) => None,
    };
    Some(PublicAddress { address, elastic })
}

fn table(found: sdk::RouteTable) -> Option<(RouteTableId, TableFacts)> {
    let vpc: VpcId = parsed(found.vpc_id())?;
    let tags = found.tags().iter().filter_map(|tag| {
        Some((text(tag.key())?, tag.value().map(|value| excerpt(value, LONGEST_TEXT)).unwrap_or_default()))
    });
    let tags = tags.collect();
    let of = |id: fn(&sdk::RouteTableAssociation) -> Option<&str>| {
        found.associations().iter().filter_map(|association| text(id(association))).collect()
    };
    let (subnets, gateways) =
        (of(sdk::RouteTableAssociation::subnet_id), of(sdk::RouteTableAssociation::gateway_id));
    let main = found.associations().iter().any(|association| association.main() == Some(true));
    let (id, table) = convert::route_tables(vec![found], &vpc).pop_first()?;
    Some((id, TableFacts { table, tags, subnets, gateways, main }))
}

fn security_group(found: &sdk::SecurityGroup) -> Option<(String, SecurityGroup)> {
    let id = text(found.group_id())?;
    let into = found.ip_permissions().iter().flat_map(|permission| rules(permission, Way::In));
    let out = found.ip_permissions_egress().iter().flat_map(|permission| rules(permission, Way::Out));
    let rules = into.chain(out).collect();
    Some((id.clone(), SecurityGroup { id, name: text(found.group_name()), rules }))
}

/// One rule for each peer.
pub(super) fn rules(permission: &sdk::IpPermission, way: Way) -> Vec<Rule> {
    let protocol = match permission.ip_protocol() {
        Some("-1") | None => "all".to_owned(),
        Some(protocol) => excerpt(protocol, LONGEST_TEXT),
    };
    // -1 is every type and code of ICMP.
    let ports = permission.from_port().zip(permission.to_port()).filter(|ports| *ports != (-1, -1));
    let peers = [
        permission.ip_ranges().iter().filter_map(|range| text(range.cidr_ip())).collect::<Vec<_>>(),
        permission.ipv6_ranges().iter().filter_map(|range| text(range.cidr_ipv6())).collect(),
        permission.prefix_list_ids().iter().filter_map(|list| text(list.prefix_list_id())).collect(),
        permission.user_id_group_pairs().iter().filter_map(|pair| text(pair.group_id())).collect(),
    ];
    let rule = |peer| Rule { way, protocol: protocol.clone(), ports, peer };
    peers.into_iter().flatten().map(rule).collect()
}

/// The `Name` tag, if it says something.
fn name(tags: &[sdk::Tag]) -> Option<String> {
    text(tags.iter().find(|tag| tag.key() == Some("Name"))?.value())
}

/// What others have written, in one line and not longer than need be.
fn text(field: Option<&str>) -> Option<String> {
    field.filter(|text| !text.trim().is_empty()).map(|text| excerpt(text, LONGEST_TEXT))
}

fn parsed<T: std::str::FromStr>(field: Option<&str>) -> Option<T> {
    field?.parse().ok()
}
