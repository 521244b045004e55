//! What stands around the example VPC: everything as it should be.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::{EventRuleNotes, InterfaceNotes, RuleNote, SubscriptionNotes, Surroundings, TableNotes};
use crate::event::ACCOUNT;
use crate::example::known;

/// What the rules of the example invoke.
const FUNCTION: &str = "arn:aws:lambda:eu-central-1:123456789012:function:hopover";

/// The topic of the example.
pub fn topic() -> &'static str {
    "arn:aws:sns:eu-central-1:123456789012:hopover"
}

/// What stands around the VPC of [`crate::example::cloud`].
pub fn example() -> Surroundings {
    let mut interfaces = BTreeMap::new();
    for (name, zone, address) in [("A", "a", "203.0.113.10"), ("B", "b", "203.0.113.20")] {
        for (device_index, path) in [(0, "wan"), (1, "lan")] {
            let id = known(&format!("eni-{}-{path}", name.to_lowercase()));
            let notes = InterfaceNotes {
                name: Some(format!("{name} {path}")),
                description: None,
                subnet: Some(format!("subnet-{path}-{zone}")),
                device_index: Some(device_index),
                elastic_ip: (path == "wan").then(|| address.to_owned()),
                public_ip: None,
                security_groups: one(&format!("sg-edge-{path}")),
            };
            interfaces.insert(id, notes);
        }
    }
    let proxy = InterfaceNotes {
        name: Some("proxy".to_owned()),
        subnet: Some("subnet-lan-a".to_owned()),
        device_index: Some(0),
        security_groups: one("sg-proxy"),
        ..InterfaceNotes::default()
    };
    interfaces.insert(known("eni-proxy"), proxy);
    let subnets = ["lan-a", "lan-b", "wan-a", "wan-b"];
    Surroundings {
        account: ACCOUNT.to_owned(),
        interfaces,
        tables: tables(),
        subnets: subnets.map(|name| (format!("subnet-{name}"), name.to_owned())).into(),
        security_groups: security_groups(),
        prefix_lists: [(known("pl-branches"), 12)].into(),
        event_rules: event_rules(),
        subscriptions: vec![SubscriptionNotes {
            protocol: "email".to_owned(),
            endpoint: "ops@example.com".to_owned(),
            confirmed: true,
        }],
    }
}

fn one(text: &str) -> BTreeSet<String> {
    BTreeSet::from([text.to_owned()])
}

fn tables() -> BTreeMap<hopover_core::id::RouteTableId, TableNotes> {
    let serves = |subnet: &str| TableNotes { subnets: one(subnet), ..TableNotes::default() };
    let edge = TableNotes { gateways: one("igw-main"), ..TableNotes::default() };
    let public = TableNotes {
        subnets: ["subnet-wan-a", "subnet-wan-b"].map(str::to_owned).into(),
        ..TableNotes::default()
    };
    [
        (known("rtb-private-a"), serves("subnet-lan-a")),
        (known("rtb-private-b"), serves("subnet-lan-b")),
        (known("rtb-public"), public),
        (known("rtb-edge"), edge),
    ]
    .into()
}

fn security_groups() -> BTreeMap<String, Vec<RuleNote>> {
    let rule = |out, protocol: &str, ports, peer: &str| RuleNote {
        out,
        protocol: protocol.to_owned(),
        ports,
        peer: peer.to_owned(),
    };
    let out = || rule(true, "all", None, "0.0.0.0/0");
    [
        ("sg-edge-lan".to_owned(), vec![rule(false, "all", None, "10.0.0.0/16"), out()]),
        (
            "sg-edge-wan".to_owned(),
            vec![
                rule(false, "udp", Some((500, 500)), "0.0.0.0/0"),
                rule(false, "udp", Some((4500, 4500)), "0.0.0.0/0"),
                out(),
            ],
        ),
        ("sg-proxy".to_owned(), vec![rule(false, "tcp", Some((3128, 3128)), "10.0.0.0/16"), out()]),
    ]
    .into()
}

fn event_rules() -> Vec<EventRuleNotes> {
    let targets = || one(FUNCTION);
    vec![
        EventRuleNotes {
            name: "hopover-example".to_owned(),
            enabled: true,
            pattern: Some(json!({
                "source": ["aws.ec2"],
                "detail-type": ["EC2 Instance State-change Notification"],
                "detail": { "instance-id": ["i-a", "i-b"] },
            })),
            schedule: None,
            targets: targets(),
        },
        EventRuleNotes {
            name: "hopover-example-sweep".to_owned(),
            enabled: true,
            pattern: None,
            schedule: Some("rate(1 minute)".to_owned()),
            targets: targets(),
        },
    ]
}
