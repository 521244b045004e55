//! A VPC made and read back through the EC2 API with the SDK.

use std::collections::BTreeMap;

use aws_sdk_ec2::Client;
use aws_sdk_ec2::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_ec2::types::{AddressFamily, AttributeBooleanValue, Filter, InstanceType};
use serde_json::Value;

use crate::server::Server;

/// Where everything is.
pub const REGION: &str = "eu-central-1";

/// Credentials that the server accepts: any.
pub const CREDENTIALS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")];

/// A VPC.
pub struct World {
    runtime: tokio::runtime::Runtime,
    ec2: Client,
    /// Its id.
    pub vpc: String,
    subnet: String,
    groups: u8,
}

/// An instance with an interface that routes can point at.
#[derive(Debug, Clone)]
pub struct Appliance {
    /// The instance.
    pub instance: String,
    /// The interface.
    pub interface: String,
}

/// Where each route of the VPC points: interface, gateway or `local`.
pub type Picture = BTreeMap<(String, String), String>;

impl World {
    /// An empty VPC with one subnet.
    pub fn new(server: &Server) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let ec2 = client(&server.url);
        let (vpc, subnet) = runtime.block_on(async {
            let vpc = ec2.create_vpc().cidr_block("10.0.0.0/16").send().await.expect("a VPC");
            let vpc = vpc.vpc.and_then(|vpc| vpc.vpc_id).expect("its id");
            let subnet =
                ec2.create_subnet().vpc_id(&vpc).cidr_block("10.0.0.0/20").send().await.expect("a subnet");
            (vpc, subnet.subnet.and_then(|subnet| subnet.subnet_id).expect("its id"))
        });
        Self { runtime, ec2, vpc, subnet, groups: 0 }
    }

    /// Starts an instance with a second interface, on which it forwards.
    pub fn appliance(&self) -> Appliance {
        self.runtime.block_on(async {
            let started = self
                .ec2
                .run_instances()
                .image_id("ami-12c6146b")
                .instance_type(InstanceType::T3Micro)
                .min_count(1)
                .max_count(1)
                .subnet_id(&self.subnet)
                .send()
                .await
                .expect("an instance");
            let instance =
                started.instances().first().and_then(|i| i.instance_id()).expect("its id").to_owned();
            let made = self
                .ec2
                .create_network_interface()
                .subnet_id(&self.subnet)
                .send()
                .await
                .expect("an interface");
            let interface = made.network_interface.and_then(|i| i.network_interface_id).expect("its id");
            self.ec2
                .attach_network_interface()
                .network_interface_id(&interface)
                .instance_id(&instance)
                .device_index(1)
                .send()
                .await
                .expect("attached");
            self.ec2
                .modify_network_interface_attribute()
                .network_interface_id(&interface)
                .source_dest_check(AttributeBooleanValue::builder().value(false).build())
                .send()
                .await
                .expect("source/destination check off");
            Appliance { instance, interface }
        })
    }

    /// An interface that is attached to nothing.
    pub fn interface(&self) -> String {
        let call = self.ec2.create_network_interface().subnet_id(&self.subnet);
        let made = self.runtime.block_on(call.send()).expect("an interface");
        made.network_interface.and_then(|interface| interface.network_interface_id).expect("its id")
    }

    /// A route table with routes to an interface.
    pub fn table(&self, destinations: &[&str], interface: &str) -> String {
        self.runtime.block_on(async {
            let made = self.ec2.create_route_table().vpc_id(&self.vpc).send().await.expect("a route table");
            let table = made.route_table.and_then(|table| table.route_table_id).expect("its id");
            for destination in destinations {
                self.add_route(&table, destination, interface).await;
            }
            table
        })
    }

    async fn add_route(&self, table: &str, destination: &str, interface: &str) {
        let call = self.ec2.create_route().route_table_id(table).network_interface_id(interface);
        let call = match destination {
            list if list.starts_with("pl-") => call.destination_prefix_list_id(list),
            cidr if cidr.contains(':') => call.destination_ipv6_cidr_block(cidr),
            cidr => call.destination_cidr_block(cidr),
        };
        call.send().await.unwrap_or_else(|error| panic!("a route to {destination}: {error:?}"));
    }

    /// Deletes a route, as somebody at the console would.
    pub fn delete_route(&self, table: &str, destination: &str) {
        let call = self.ec2.delete_route().route_table_id(table);
        let call = match destination {
            list if list.starts_with("pl-") => call.destination_prefix_list_id(list),
            cidr if cidr.contains(':') => call.destination_ipv6_cidr_block(cidr),
            cidr => call.destination_cidr_block(cidr),
        };
        self.runtime.block_on(call.send()).expect("deleted");
    }

    /// Points an IPv4 route at another interface, as somebody at the console would.
    pub fn point(&self, table: &str, destination: &str, interface: &str) {
        let call = self.ec2.replace_route().route_table_id(table).destination_cidr_block(destination);
        self.runtime.block_on(call.network_interface_id(interface).send()).expect("pointed elsewhere");
    }

    /// Adds a route to an interface.
    pub fn route(&self, table: &str, destination: &str, interface: &str) {
        self.runtime.block_on(self.add_route(table, destination, interface));
    }

    /// Associates a subnet of its own with a table, and gives the subnet.
    pub fn associate(&self, table: &str, cidr: &str) -> String {
        self.runtime.block_on(async {
            let made = self.ec2.create_subnet().vpc_id(&self.vpc).cidr_block(cidr).send().await;
            let subnet = made.expect("a subnet").subnet.and_then(|subnet| subnet.subnet_id).expect("its id");
            let call = self.ec2.associate_route_table().route_table_id(table).subnet_id(&subnet);
            call.send().await.expect("associated");
            subnet
        })
    }

    /// Adds an internet gateway and a route to it.
    pub fn gateway_route(&self, table: &str, destination: &str) {
        self.runtime.block_on(async {
            let made = self.ec2.create_internet_gateway().send().await.expect("a gateway");
            let gateway = made.internet_gateway.and_then(|g| g.internet_gateway_id).expect("its id");
            self.ec2
                .attach_internet_gateway()
                .internet_gateway_id(&gateway)
                .vpc_id(&self.vpc)
                .send()
                .await
                .expect("attached");
            self.ec2
                .create_route()
                .route_table_id(table)
                .destination_cidr_block(destination)
                .gateway_id(&gateway)
                .send()
                .await
                .expect("a route");
        });
    }

    /// A prefix list with one entry.
    pub fn prefix_list(&mut self) -> String {
        self.groups += 1;
        let name = format!("branches-{}", self.groups);
        self.runtime.block_on(async {
            let made = self
                .ec2
                .create_managed_prefix_list()
                .prefix_list_name(name)
                .max_entries(5)
                .address_family(AddressFamily::Ipv4.as_str())
                .send()
                .await
                .expect("a prefix list");
            made.prefix_list.and_then(|list| list.prefix_list_id).expect("its id")
        })
    }

    /// `StopInstances`.
    pub fn stop(&self, appliance: &Appliance) {
        let call = self.ec2.stop_instances().instance_ids(&appliance.instance);
        self.runtime.block_on(call.send()).expect("stopped");
    }

    /// `StartInstances`.
    pub fn start(&self, appliance: &Appliance) {
        let call = self.ec2.start_instances().instance_ids(&appliance.instance);
        self.runtime.block_on(call.send()).expect("started");
    }

    /// `TerminateInstances`.
    pub fn terminate(&self, appliance: &Appliance) {
        let call = self.ec2.terminate_instances().instance_ids(&appliance.instance);
        self.runtime.block_on(call.send()).expect("terminated");
    }

    /// Every route of the VPC, read back with the SDK.
    pub fn picture(&self) -> Picture {
        self.seen_by(&self.ec2)
    }

    /// The same, as it is seen at another endpoint.
    pub fn picture_through(&self, endpoint: &str) -> Picture {
        self.seen_by(&client(endpoint))
    }

    fn seen_by(&self, ec2: &Client) -> Picture {
        let filter = Filter::builder().name("vpc-id").values(&self.vpc).build();
        let look = || {
            let call = ec2.describe_route_tables().filters(filter.clone());
            self.runtime.block_on(call.send()).map_err(|error| format!("{error:?}"))
        };
        // If the server's clock was set, the SDK learns it from a refusal, and the next call is signed with the new time.
        let answer = look().or_else(|_| look()).expect("tables");
        let mut picture = Picture::new();
        for table in answer.route_tables() {
            for route in table.routes() {
                let destination = route
                    .destination_cidr_block()
                    .or(route.destination_ipv6_cidr_block())
                    .or(route.destination_prefix_list_id());
                let target = route.network_interface_id().or(route.gateway_id()).unwrap_or("other");
                let key = (
                    table.route_table_id().unwrap_or_default().to_owned(),
                    destination.unwrap_or_default().to_owned(),
                );
                picture.insert(key, target.to_owned());
            }
        }
        picture
    }
}

/// The SDK as it comes.
pub fn client(endpoint: &str) -> Client {
    let config = aws_sdk_ec2::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::new(REGION))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    Client::from_conf(config)
}

/// An EC2 state-change event, as a person would write it to test the function.
pub fn event(appliance: &Appliance, state: &str) -> Value {
    serde_json::json!({
        "version": "0",
        "id": "7bf73129-1428-4cd3-a780-95db273d1602",
        "detail-type": "EC2 Instance State-change Notification",
        "source": "aws.ec2",
        "account": "123456789012",
        "time": "2026-01-31T02:03:04Z",
        "region": REGION,
        "resources": [],
        "detail": { "instance-id": appliance.instance, "state": state },
    })
}
