use std::collections::BTreeMap;

use super::*;
use crate::config::{Config, TopicArn};
use crate::observation::InstanceState;
use crate::route::RouteTable;
use crate::survey::Attachment;
use crate::testing::{id, route};

/// A region that is made line by line.
struct Region(Survey);

impl Region {
    fn new() -> Self {
        let mut survey = Survey::unread(id("eu-central-1"));
        survey.instances = Ok(BTreeMap::new());
        survey.interfaces = Ok(BTreeMap::new());
        survey.tables = Ok(BTreeMap::new());
        survey.subnets = Ok(BTreeMap::new());
        Self(survey)
    }

    fn machine(mut self, instance: &str, name: Option<&str>, zone: &str) -> Self {
        let machine = Machine {
            id: id(instance),
            name: name.map(str::to_owned),
            state: InstanceState::Running,
            zone: Some(format!("eu-central-{zone}")),
        };
        self.0.instances.as_mut().unwrap().insert(machine.id.clone(), machine);
        self
    }

    /// An interface with its source/destination check off.
    fn card(mut self, interface: &str, on: &str, device_index: i32, label: Option<&str>) -> Self {
        let card = Card {
            id: id(interface),
            name: label.map(str::to_owned),
            description: None,
            vpc: id("vpc-main"),
            subnet: Some(format!("subnet-{interface}")),
            zone: None,
            attachment: Some(Attachment {
                instance: id(on),
                device_index: Some(device_index),
                settled: true,
            }),
            source_dest_check: Some(false),
            public: Vec::new(),
            security_groups: BTreeSet::new(),
        };
        self.0.interfaces.as_mut().unwrap().insert(card.id.clone(), card);
        self
    }

    fn change(mut self, interface: &str, change: impl FnOnce(&mut Card)) -> Self {
        change(self.0.interfaces.as_mut().unwrap().get_mut(&id(interface)).unwrap());
        self
    }

    fn table(mut self, name: &str, to: &[(&str, &str)]) -> Self {
        let routes = to.iter().map(|(to, target)| route(to, target)).collect();
        let table = RouteTable { id: id(name), vpc: id("vpc-main"), name: None, ignored: false, routes };
        let facts = TableFacts {
            table,
            tags: BTreeMap::new(),
            subnets: BTreeSet::new(),
            gateways: BTreeSet::new(),
            main: false,
        };
        self.0.tables.as_mut().unwrap().insert(facts.table.id.clone(), facts);
        self
    }

    fn named(&self, asked: &[&str]) -> Result<Proposal<'_>, NoProposal> {
        let asked: Vec<_> = asked.iter().map(|&text| text.to_owned()).collect();
        named(&self.0, &asked, None)
    }
}

/// Two edges in two zones; routes point at the LAN side of the first.
fn edges() -> Region {
    Region::new()
        .machine("i-a", Some("sdwan-a"), "1a")
        .machine("i-b", Some("sdwan-b"), "1b")
        .card("eni-a-wan", "i-a", 0, Some("sdwan-a-wan"))
        .card("eni-a-lan", "i-a", 1, Some("sdwan-a-lan"))
        .card("eni-b-wan", "i-b", 0, Some("sdwan-b-wan"))
        .card("eni-b-lan", "i-b", 1, Some("sdwan-b-lan"))
        .table("rtb-private", &[("0.0.0.0/0", "eni-a-lan"), ("10.1.0.0/16", "eni-a-lan")])
        .table("rtb-public", &[("10.2.0.0/16", "eni-a-wan")])
}

/// Path and interfaces, as "lan: eni-a-lan eni-b-lan".
fn paths(proposal: &Proposal) -> Vec<String> {
    let members = &proposal.group.members;
    let first = members[0].interfaces.keys();
    let line = |path| {
        let interfaces: Vec<_> = members.iter().map(|member| member.interfaces[path].to_string()).collect();
        format!("{path}: {}", interfaces.join(" "))
    };
    first.map(line).collect()
}

#[test]
fn a_pair_in_two_zones_suggests_itself_with_names_of_what_its_members_are_called() {
    let region = edges();
    let obvious = obvious(&region.0, None).unwrap();
    let [proposal] = &obvious[..] else { panic!("{obvious:?}") };
    assert_eq!(proposal.group.name.as_str(), "sdwan");
    assert_eq!(proposal.group.members[0].name.as_str(), "sdwan-a");
    assert_eq!(paths(proposal), ["lan: eni-a-lan eni-b-lan", "wan: eni-a-wan eni-b-wan"]);
    assert_eq!(proposal.paired_by, PairedBy::Label);
    assert_eq!(proposal.tables.len(), 2);
}

#[test]
fn nothing_suggests_itself_in_one_zone_without_routes_or_with_unlike_interfaces() {
    let one_zone = edges().machine("i-b", Some("sdwan-b"), "1a");
    assert_eq!(obvious(&one_zone.0, None), Ok(Vec::new()));
    let no_routes = edges().table("rtb-private", &[]).table("rtb-public", &[]);
    assert_eq!(obvious(&no_routes.0, None), Ok(Vec::new()));
    let unlike = edges().card("eni-b-dmz", "i-b", 2, Some("sdwan-b-dmz"));
    assert_eq!(obvious(&unlike.0, None), Ok(Vec::new()));
}

#[test]
fn a_bystander_that_forwards_is_a_candidate_but_no_peer() {
    let region = edges()
        .machine("i-proxy", Some("proxy"), "1b")
        .card("eni-proxy", "i-proxy", 0, None)
        .machine("i-web", Some("web"), "1b")
        .card("eni-web", "i-web", 0, None)
        .change("eni-web", |card| card.source_dest_check = Some(true));
    let calls: Vec<_> = candidates(&region.0).unwrap().iter().map(|one| one.call).collect();
    assert_eq!(calls, ["sdwan-a", "sdwan-b", "proxy"]);
    assert_eq!(obvious(&region.0, None).unwrap().len(), 1);
}

#[test]
fn what_is_left_of_a_broken_pair_is_no_pair_with_a_bystander() {
    let region = edges()
        .machine("i-proxy", Some("proxy"), "1a")
        .card("eni-proxy", "i-proxy", 0, Some("proxy"))
        .table("rtb-bystander", &[("10.50.0.0/16", "eni-proxy")])
        .change("eni-b-lan", |card| card.attachment = None);
    assert_eq!(obvious(&region.0, None), Ok(Vec::new()));
}

#[test]
fn members_are_found_by_name_by_id_and_by_interface() {
    let region = edges();
    let expected = paths(&region.named(&["sdwan-a", "sdwan-b"]).unwrap());
    assert_eq!(paths(&region.named(&["i-a", "sdwan-b"]).unwrap()), expected);
    assert_eq!(paths(&region.named(&["eni-a-lan", "eni-b-lan"]).unwrap()), ["main: eni-a-lan eni-b-lan"]);
    let all = region.named(&["eni-a-lan", "eni-b-lan", "eni-a-wan", "eni-b-wan"]).unwrap();
    assert_eq!(paths(&all), expected);
}

#[test]
fn whoever_cannot_be_a_group_is_told_why() {
    let mut region = edges()
        .machine("i-c", Some("sdwan-b"), "1c")
        .card("eni-c", "i-c", 0, None)
        .card("eni-loose", "i-a", 5, None)
        .change("eni-loose", |card| card.attachment = None)
        .change("eni-c", |card| card.vpc = id("vpc-other"));
    let told = |asked: &[&str]| region.named(asked).unwrap_err().to_string();
    assert_eq!(told(&["sdwan-a", "nobody"]), "there is no instance or interface nobody");
    assert_eq!(
        told(&["sdwan-a", "sdwan-b"]),
        "sdwan-b is the name of several instances: name one of i-b, i-c"
    );
    assert_eq!(
        told(&["sdwan-a"]),
        "a group needs two or more members, and sdwan-a is one: name its peer too"
    );
    assert_eq!(
        told(&["sdwan-a", "eni-loose"]),
        "eni-loose is attached to nothing: attach it, or name the instance that will have it"
    );
    assert_eq!(
        told(&["sdwan-a", "i-c"]),
        "sdwan-a is in vpc-main, i-c is in vpc-other: a route can only point at an interface of its own VPC"
    );
    region.0.tables = Err(Unread::because("ec2:DescribeRouteTables is denied"));
    assert_eq!(region.named(&["i-a", "i-b"]).unwrap_err().to_string(), "ec2:DescribeRouteTables is denied");
}

#[test]
fn interfaces_without_labels_are_paired_by_their_place() {
    let mut region = edges();
    for name in ["eni-a-wan", "eni-a-lan", "eni-b-wan", "eni-b-lan"] {
        region = region.change(name, |card| card.name = None);
    }
    let proposal = region.named(&["i-a", "i-b"]).unwrap();
    assert_eq!(proposal.paired_by, PairedBy::DeviceIndex);
    assert_eq!(paths(&proposal), ["eth0: eni-a-wan eni-b-wan", "eth1: eni-a-lan eni-b-lan"]);
}

#[test]
fn interfaces_at_unlike_places_are_paired_by_their_subnets() {
    let mut region = edges();
    for (name, subnet) in [
        ("eni-a-wan", "public-1a"),
        ("eni-a-lan", "private-1a"),
        ("eni-b-wan", "public-1b"),
        ("eni-b-lan", "private-1b"),
    ] {
        region = region.change(name, |card| card.name = None);
        region.0.subnets.as_mut().unwrap().insert(format!("subnet-{name}"), subnet.to_owned());
    }
    let place = |at| move |card: &mut Card| card.attachment.as_mut().unwrap().device_index = Some(at);
    let region = region.change("eni-b-wan", place(2)).change("eni-b-lan", place(3));
    let proposal = region.named(&["i-a", "i-b"]).unwrap();
    assert_eq!(proposal.paired_by, PairedBy::Subnet);
    assert_eq!(paths(&proposal), ["private: eni-a-lan eni-b-lan", "public: eni-a-wan eni-b-wan"]);
}

#[test]
fn what_cannot_be_paired_is_refused_rather_than_guessed() {
    let mut region = edges();
    for (at, name) in ["eni-a-wan", "eni-a-lan", "eni-b-wan", "eni-b-lan"].into_iter().enumerate() {
        region = region.change(name, |card| {
            card.name = None;
            card.attachment.as_mut().unwrap().device_index = i32::try_from(at).ok();
        });
    }
    assert_eq!(
        region.named(&["i-a", "i-b"]).unwrap_err(),
        NoProposal::NotPaired("sdwan-a, sdwan-b".to_owned())
    );
}

#[test]
fn management_interfaces_are_left_out() {
    let region = edges()
        .card("eni-a-mgmt", "i-a", 2, Some("sdwan-a-mgmt"))
        .card("eni-b-mgmt", "i-b", 2, Some("sdwan-b-mgmt"))
        .change("eni-a-mgmt", |card| card.source_dest_check = Some(true))
        .change("eni-b-mgmt", |card| card.source_dest_check = Some(true));
    let proposal = region.named(&["i-a", "i-b"]).unwrap();
    assert_eq!(proposal.group.members[0].interfaces.len(), 2);
    let left: Vec<_> = proposal.left_out.iter().map(|card| card.id.as_str()).collect();
    assert_eq!(left, ["eni-a-mgmt", "eni-b-mgmt"]);
    assert!(file(&[proposal], None).contains("# Left out: eni-b-mgmt (sdwan-b-mgmt): no route points at it"));
}

#[test]
fn a_standby_whose_check_is_still_on_is_paired_all_the_same() {
    let region = edges()
        .change("eni-b-lan", |card| card.source_dest_check = Some(true))
        .change("eni-b-wan", |card| card.source_dest_check = Some(true));
    let proposal = region.named(&["i-a", "i-b"]).unwrap();
    assert_eq!(paths(&proposal), ["lan: eni-a-lan eni-b-lan", "wan: eni-a-wan eni-b-wan"]);
}

/// What is read back of a file is the group that it was written for.
#[track_caller]
fn reads_back(proposal: Proposal, topic: Option<&TopicArn>) -> String {
    let group = proposal.group.clone();
    let text = file(&[proposal], topic);
    let config = Config::from_toml("hopover.toml", &text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(config.groups, [group], "{text}");
    assert_eq!(config.topic.as_ref(), topic);
    text
}

#[test]
fn the_file_is_read_back_to_the_group_that_it_was_written_for() {
    let region = edges();
    reads_back(region.named(&["i-a", "i-b"]).unwrap(), None);
    reads_back(region.named(&["eni-a-lan", "eni-b-lan"]).unwrap(), None);
    let topic = "arn:aws-cn:sns:cn-north-1:123456789012:ops".parse().unwrap();
    let text = reads_back(region.named(&["i-a", "i-b"]).unwrap(), Some(&topic));
    assert!(text.contains("topic = \"arn:aws-cn:sns:cn-north-1:123456789012:ops\"\n"), "{text}");
}

#[test]
fn the_file_is_right_with_its_examples_uncommented_too() {
    let region = edges();
    let text = file(&[region.named(&["i-a", "i-b"]).unwrap()], None);
    for example in ["# preempt =", "# failback_delay_seconds =", "# home =", "# exclude ="] {
        let text = text.replace(example, &example[2..]);
        Config::from_toml("hopover.toml", &text).unwrap_or_else(|error| panic!("{example} {error}\n{text}"));
    }
}

#[test]
fn names_that_others_wrote_cannot_break_the_file() {
    let hostile = "x\"\n[[group]]\nname = \"evil\" # \u{2028}\u{7f}";
    let mut region = edges()
        .machine("i-a", Some(hostile), "1a\n[[group]]")
        .machine("i-b", Some("b.c \"d\""), "1b")
        .change("eni-a-wan", |card| card.name = Some(format!("{hostile} wan")))
        .change("eni-a-lan", |card| card.name = Some(format!("{hostile} lan.x")))
        .change("eni-b-lan", |card| card.name = Some("b.c \"d\" lan.x".to_owned()))
        .card("eni-a-extra", "i-a", 7, Some(hostile));
    region.0.tables.as_mut().unwrap().get_mut(&id("rtb-public")).unwrap().table.name =
        Some(hostile.to_owned());
    let text = reads_back(region.named(&["i-a", "i-b"]).unwrap(), None);
    assert_eq!(text.lines().filter(|line| line.trim() == "[[group]]").count(), 1, "{text}");
}

#[test]
fn members_without_names_of_their_own_are_called_by_their_ids() {
    let region = edges().machine("i-a", None, "1a").machine("i-b", None, "1b");
    let proposal = region.named(&["i-a", "i-b"]).unwrap();
    assert_eq!(proposal.group.name.as_str(), "hopover");
    assert_eq!(proposal.group.members[1].name.as_str(), "i-b");
    reads_back(proposal, None);
}
