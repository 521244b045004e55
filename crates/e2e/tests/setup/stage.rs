//! A VPC in which everything is as it should be: two edges in two zones, a rule that watches, a topic that is heard.

use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{
    AttributeBooleanValue, DomainType, Filter, InstanceType, ResourceType, Tag, TagSpecification,
};
use hopover_e2e::binaries;
use hopover_e2e::inbox::Inbox;
use hopover_e2e::server::Server;
use hopover_e2e::world::{CREDENTIALS, REGION, client};
use serde_json::{Value, json};

/// What both rules invoke.
const FUNCTION: &str = "arn:aws:lambda:eu-central-1:123456789012:function:hopover";

pub(crate) struct Stage {
    pub(crate) server: Server,
    runtime: tokio::runtime::Runtime,
    ec2: Client,
    folder: PathBuf,
    pub(crate) vpc: String,
    pub(crate) topic: String,
    pub(crate) a: Edge,
    pub(crate) b: Edge,
}

/// An appliance: its instance, and the interface that routes point at.
pub(crate) struct Edge {
    pub(crate) instance: String,
    pub(crate) lan: String,
}

/// What came of a command.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Stage {
    pub(crate) fn ready(server: Server) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let ec2 = client(&server.url);
        let (vpc, a, b) = runtime.block_on(async {
            let vpc = ec2.create_vpc().cidr_block("10.0.0.0/16").send().await.expect("a VPC");
            let vpc = vpc.vpc.and_then(|vpc| vpc.vpc_id).expect("its id");
            let a = edge(&ec2, &vpc, "a", "10.0.0.0/20").await;
            let b = edge(&ec2, &vpc, "b", "10.0.16.0/20").await;
            let table = ec2.create_route_table().vpc_id(&vpc).send().await.expect("a route table");
            let table = table.route_table.and_then(|table| table.route_table_id).expect("its id");
            for to in ["0.0.0.0/0", "10.8.0.0/16", "10.9.0.0/16"] {
                let call = ec2.create_route().route_table_id(&table).network_interface_id(&a.lan);
                call.destination_cidr_block(to).send().await.expect("a route");
            }
            (vpc, a, b)
        });
        let topic = Inbox::subscribe(&server, "ops").topic;
        watch(&server, &a, &b);
        Self { server, runtime, ec2, folder: folder(), vpc, topic, a, b }
    }

    /// Runs `hopover` in a folder of this stage.
    pub(crate) fn hopover(&self, arguments: &[&str]) -> Ran {
        let output = Command::new(binaries::hopover())
            .args(arguments)
            .current_dir(&self.folder)
            .env_clear()
            .envs(CREDENTIALS)
            .env("AWS_ENDPOINT_URL", &self.server.url)
            .env("AWS_REGION", REGION)
            .output()
            .expect("hopover starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }

    /// Configures the pair.
    pub(crate) fn init(&self) {
        let written = self.hopover(&["init", "edge-a", "edge-b", "--topic", &self.topic]);
        assert_eq!(written.code, 0, "{written:?}");
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Destination and interface of every route that points at one.
    pub(crate) fn routes(&self) -> Vec<(String, String)> {
        let filter = Filter::builder().name("vpc-id").values(&self.vpc).build();
        let answer = self.runtime.block_on(self.ec2.describe_route_tables().filters(filter).send());
        let answer = answer.expect("tables");
        let routes = answer.route_tables().iter().flat_map(aws_sdk_ec2::types::RouteTable::routes);
        let pointing = routes.filter_map(|route| {
            Some((route.destination_cidr_block()?.to_owned(), route.network_interface_id()?.to_owned()))
        });
        pointing.collect()
    }

    pub(crate) fn source_dest_check(&self, interface: &str, on: bool) {
        self.runtime.block_on(source_dest_check(&self.ec2, interface, on));
    }

    pub(crate) fn stop(&self, edge: &Edge) {
        let call = self.ec2.stop_instances().instance_ids(&edge.instance);
        self.runtime.block_on(call.send()).expect("stopped");
    }

    pub(crate) fn disable_rule(&self) {
        events(&self.server, "DisableRule", &json!({ "Name": "watch" }));
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // A folder of ours; if it stays, it is in the way of nobody.
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

fn folder() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("hopover-setup-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    folder
}

/// An instance in a zone of its own, with an Elastic IP on its first interface, which forwards on its second.
async fn edge(ec2: &Client, vpc: &str, zone: &str, cidr: &str) -> Edge {
    let call = ec2.create_subnet().vpc_id(vpc).cidr_block(cidr);
    let subnet = call.availability_zone(format!("{REGION}{zone}")).send().await.expect("a subnet");
    let subnet = subnet.subnet.and_then(|subnet| subnet.subnet_id).expect("its id");
    let call = ec2.run_instances().image_id("ami-12c6146b").instance_type(InstanceType::T3Micro);
    let call = call.min_count(1).max_count(1).subnet_id(&subnet);
    let call = call.tag_specifications(name(ResourceType::Instance, &format!("edge-{zone}")));
    let started = call.send().await.expect("an instance");
    let started = started.instances().first().expect("one");
    let instance = started.instance_id().expect("its id").to_owned();
    let first = started.network_interfaces().first().and_then(|i| i.network_interface_id());
    let address = ec2.allocate_address().domain(DomainType::Vpc).send().await.expect("an address");
    let call = ec2.associate_address().network_interface_id(first.expect("an interface"));
    let call = call.allocation_id(address.allocation_id().expect("its id"));
    call.send().await.expect("associated");
    let call = ec2.create_network_interface().subnet_id(&subnet);
    let call = call.tag_specifications(name(ResourceType::NetworkInterface, &format!("edge-{zone} lan")));
    let made = call.send().await.expect("an interface");
    let lan = made.network_interface.and_then(|i| i.network_interface_id).expect("its id");
    let call = ec2.attach_network_interface().network_interface_id(&lan).instance_id(&instance);
    call.device_index(1).send().await.expect("attached");
    source_dest_check(ec2, &lan, false).await;
    Edge { instance, lan }
}

async fn source_dest_check(ec2: &Client, interface: &str, on: bool) {
    let value = AttributeBooleanValue::builder().value(on).build();
    let call = ec2.modify_network_interface_attribute().network_interface_id(interface);
    call.source_dest_check(value).send().await.expect("the check is switched");
}

fn name(resource: ResourceType, name: &str) -> TagSpecification {
    let tag = Tag::builder().key("Name").value(name).build();
    TagSpecification::builder().resource_type(resource).tags(tag).build()
}

/// A rule for the states of both, and one for the sweep.
fn watch(server: &Server, a: &Edge, b: &Edge) {
    let pattern = json!({
        "source": ["aws.ec2"],
        "detail-type": ["EC2 Instance State-change Notification"],
        "detail": { "instance-id": [a.instance, b.instance] },
    });
    events(server, "PutRule", &json!({ "Name": "watch", "EventPattern": pattern.to_string() }));
    events(server, "PutRule", &json!({ "Name": "sweep", "ScheduleExpression": "rate(1 minute)" }));
    for rule in ["watch", "sweep"] {
        let target = json!({ "Rule": rule, "Targets": [{ "Id": "hopover", "Arn": FUNCTION }] });
        events(server, "PutTargets", &target);
    }
}

/// A call of EventBridge. The server reads service and region from the scope of the signature, and does not check the rest.
fn events(server: &Server, action: &str, body: &Value) {
    let scope = format!("Credential=test/20260101/{REGION}/events/aws4_request");
    ureq::post(format!("{}/", server.url))
        .header("Authorization", format!("AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"))
        .header("X-Amz-Target", format!("AWSEvents.{action}"))
        .header("Content-Type", "application/x-amz-json-1.1")
        .send(body.to_string())
        .expect("EventBridge accepts it");
}
