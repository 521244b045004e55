//! A group that is ready to fail over, and the ways to look at what is not.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::{Finding, Verdict, examine};
use crate::config::TopicArn;
use crate::group::Group;
use crate::observation::InstanceState;
use crate::route::{Route, RouteTable};
use crate::survey::{
    Attachment, Card, EventRule, Grant, Machine, Permission, PublicAddress, Rule, SecurityGroup,
    Subscription, Survey, TableFacts, Way,
};
use crate::testing::{group, id, route};

/// What the rules invoke.
pub(super) const FUNCTION: &str = "arn:aws:lambda:eu-central-1:123456789012:function:hopover";

/// A group and what stands around it; tests change one thing.
pub(super) struct Scene {
    pub(super) group: Group,
    pub(super) survey: Survey,
    pub(super) topic: Option<TopicArn>,
}

/// A pair with everything as it should be: `A` carries three routes in `rtb-a`.
pub(super) fn ready() -> Scene {
    let mut survey = Survey::unread(id("eu-central-1"));
    survey.account = Some("123456789012".to_owned());
    let (mut machines, mut cards) = (BTreeMap::new(), BTreeMap::new());
    for (name, zone) in [("a", "eu-central-1a"), ("b", "eu-central-1b")] {
        let machine = Machine {
            id: id(&format!("i-{name}")),
            name: Some(name.to_uppercase()),
            state: InstanceState::Running,
            zone: Some(zone.to_owned()),
        };
        for (index, path) in ["wan", "lan"].into_iter().enumerate() {
            let card = Card {
                id: id(&format!("eni-{name}-{path}")),
                name: None,
                description: None,
                vpc: id("vpc-main"),
                subnet: None,
                zone: Some(zone.to_owned()),
                attachment: Some(Attachment {
                    instance: machine.id.clone(),
                    device_index: i32::try_from(index).ok(),
                    settled: true,
                }),
                source_dest_check: Some(false),
                public: (path == "wan")
                    .then(|| PublicAddress { address: format!("203.0.113.{name}"), elastic: Some(true) })
                    .into_iter()
                    .collect(),
                security_groups: BTreeSet::from([format!("sg-{name}")]),
            };
            cards.insert(card.id.clone(), card);
        }
        machines.insert(machine.id.clone(), machine);
    }
    survey.instances = Ok(machines);
    survey.interfaces = Ok(cards);
    let groups = ["sg-a", "sg-b"].map(|name| (name.to_owned(), security_group(name, &["10.0.0.0/8"])));
    survey.security_groups = Ok(groups.into());
    let routes = ["0.0.0.0/0", "10.1.0.0/16", "10.2.0.0/16"].map(|to| route(to, "eni-a-lan"));
    survey.tables = Ok([(id("rtb-a"), table("rtb-a", routes.into()))].into());
    survey.permissions = ["ec2:DescribeInstances", "ec2:DescribeRouteTables"]
        .map(|action| Permission { action, on: None, grant: Grant::Granted })
        .into();
    survey.permissions.push(Permission {
        action: "ec2:ReplaceRoute",
        on: Some(id("rtb-a")),
        grant: Grant::Granted,
    });
    survey.event_rules = Ok(vec![
        rule("watch", json!({ "source": ["aws.ec2"], "detail": { "instance-id": ["i-a", "i-b"] } })),
        EventRule { pattern: None, schedule: Some("rate(1 minute)".to_owned()), ..rule("sweep", json!({})) },
    ]);
    survey.subscriptions = Some(Ok(vec![subscription("ops@example.com", true)]));
    let topic = "arn:aws:sns:eu-central-1:123456789012:hopover".parse().ok();
    Scene { group: group(&["A", "B"]), survey, topic }
}

pub(super) fn security_group(name: &str, from: &[&str]) -> SecurityGroup {
    let rule = |peer: &&str| Rule {
        way: Way::In,
        protocol: "tcp".to_owned(),
        ports: Some((443, 443)),
        peer: (*peer).to_owned(),
    };
    SecurityGroup { id: name.to_owned(), name: None, rules: from.iter().map(rule).collect() }
}

pub(super) fn table(name: &str, routes: Vec<Route>) -> TableFacts {
    TableFacts {
        table: RouteTable { id: id(name), vpc: id("vpc-main"), name: None, ignored: false, routes },
        tags: BTreeMap::new(),
        subnets: BTreeSet::new(),
        gateways: BTreeSet::new(),
        main: false,
    }
}

pub(super) fn rule(name: &str, pattern: serde_json::Value) -> EventRule {
    EventRule {
        name: name.to_owned(),
        enabled: true,
        pattern: Some(pattern),
        schedule: None,
        targets: Ok(BTreeSet::from([FUNCTION.to_owned()])),
    }
}

pub(super) fn subscription(endpoint: &str, confirmed: bool) -> Subscription {
    Subscription { protocol: "email".to_owned(), endpoint: endpoint.to_owned(), confirmed }
}

impl Scene {
    pub(super) fn findings(&self) -> Vec<Finding> {
        examine(&self.group, &self.survey, self.topic.as_ref())
    }

    /// What one check says: "verdict: what", a line each.
    pub(super) fn says(&self, check: &str) -> String {
        let found = self.findings().into_iter().filter(|finding| finding.check == check);
        found.map(|finding| format!("{}: {}", finding.verdict, finding.what)).collect::<Vec<_>>().join("\n")
    }

    /// What mends it, a line each.
    pub(super) fn mend(&self, check: &str) -> String {
        let found = self.findings().into_iter().filter(|finding| finding.check == check);
        found.flat_map(|finding| finding.mend).collect::<Vec<_>>().join("\n")
    }

    /// Everything that is not ok, by check.
    pub(super) fn amiss(&self) -> Vec<(&'static str, Verdict)> {
        let amiss = self.findings().into_iter().filter(|finding| finding.verdict != Verdict::Ok);
        amiss.map(|finding| (finding.check, finding.verdict)).collect()
    }

    pub(super) fn card(&mut self, name: &str) -> &mut Card {
        self.survey.interfaces.as_mut().unwrap().get_mut(&id(name)).unwrap()
    }

    pub(super) fn machine(&mut self, name: &str) -> &mut Machine {
        self.survey.instances.as_mut().unwrap().get_mut(&id(name)).unwrap()
    }

    pub(super) fn table(&mut self, name: &str) -> &mut TableFacts {
        self.survey.tables.as_mut().unwrap().get_mut(&id(name)).unwrap()
    }

    pub(super) fn rules(&mut self) -> &mut Vec<EventRule> {
        self.survey.event_rules.as_mut().unwrap()
    }
}
