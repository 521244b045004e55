//! The VPC that the tutorial begins with: two appliances that run, in two zones, and the routes of the first.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{
    AttributeBooleanValue, DomainType, InstanceType, ResourceType, Tag, TagSpecification,
};
use hopover_e2e::world::{REGION, client};

/// Makes it through the EC2 API.
pub(crate) fn build(endpoint: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let ec2 = client(endpoint);
    runtime.block_on(async {
        let call = ec2.create_vpc().cidr_block("10.0.0.0/16");
        let vpc = call.tag_specifications(named(ResourceType::Vpc, "branches")).send().await.expect("a VPC");
        let vpc = vpc.vpc.and_then(|vpc| vpc.vpc_id).expect("its id");
        let lan = appliance(&ec2, &vpc, "a", "10.0.0.0/20").await;
        appliance(&ec2, &vpc, "b", "10.0.16.0/20").await;
        let first = table(&ec2, &vpc, &lan, &["0.0.0.0/0", "10.8.0.0/16", "10.9.0.0/16"]).await;
        name(&ec2, &first, "private-a").await;
        // Tables are shown in the order of their ids, which the server draws.
        let mut second = table(&ec2, &vpc, &lan, &["0.0.0.0/0", "10.8.0.0/16"]).await;
        while second < first {
            ec2.delete_route_table().route_table_id(&second).send().await.expect("deleted");
            second = table(&ec2, &vpc, &lan, &["0.0.0.0/0", "10.8.0.0/16"]).await;
        }
        name(&ec2, &second, "private-b").await;
    });
}

/// An instance with an Elastic IP on its first interface, which forwards on its second; gives the second.
async fn appliance(ec2: &Client, vpc: &str, zone: &str, cidr: &str) -> String {
    let call = ec2.create_subnet().vpc_id(vpc).cidr_block(cidr);
    let subnet = call.availability_zone(format!("{REGION}{zone}")).send().await.expect("a subnet");
    let subnet = subnet.subnet.and_then(|subnet| subnet.subnet_id).expect("its id");
    let name = format!("edge-{zone}");
    let call = ec2.run_instances().image_id("ami-12c6146b").instance_type(InstanceType::T3Micro);
    let call = call.min_count(1).max_count(1).subnet_id(&subnet);
    let started = call.tag_specifications(named(ResourceType::Instance, &name)).send().await;
    let started = started.expect("an instance");
    let started = started.instances().first().expect("one");
    let instance = started.instance_id().expect("its id");
    let wan = started.network_interfaces().first().and_then(|i| i.network_interface_id());
    let address = ec2.allocate_address().domain(DomainType::Vpc).send().await.expect("an address");
    let call = ec2.associate_address().network_interface_id(wan.expect("an interface"));
    let call = call.allocation_id(address.allocation_id().expect("its id"));
    call.send().await.expect("associated");
    let call = ec2.create_network_interface().subnet_id(&subnet);
    let call = call.tag_specifications(named(ResourceType::NetworkInterface, &format!("{name} lan")));
    let made = call.send().await.expect("an interface");
    let lan = made.network_interface.and_then(|i| i.network_interface_id).expect("its id");
    let call = ec2.attach_network_interface().network_interface_id(&lan).instance_id(instance);
    call.device_index(1).send().await.expect("attached");
    let off = AttributeBooleanValue::builder().value(false).build();
    let call = ec2.modify_network_interface_attribute().network_interface_id(&lan);
    call.source_dest_check(off).send().await.expect("the check is off");
    lan
}

/// A table with routes to an interface; gives its id.
async fn table(ec2: &Client, vpc: &str, lan: &str, destinations: &[&str]) -> String {
    let table = ec2.create_route_table().vpc_id(vpc).send().await.expect("a route table");
    let table = table.route_table.and_then(|table| table.route_table_id).expect("its id");
    for to in destinations {
        let call = ec2.create_route().route_table_id(&table).network_interface_id(lan);
        call.destination_cidr_block(*to).send().await.expect("a route");
    }
    table
}

async fn name(ec2: &Client, resource: &str, name: &str) {
    let tag = Tag::builder().key("Name").value(name).build();
    ec2.create_tags().resources(resource).tags(tag).send().await.expect("a name");
}

fn named(resource: ResourceType, name: &str) -> TagSpecification {
    let tag = Tag::builder().key("Name").value(name).build();
    TagSpecification::builder().resource_type(resource).tags(tag).build()
}
