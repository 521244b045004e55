use super::*;
use crate::id::RouteTableId;
use crate::observation::InstanceState;
use crate::testing::{event, id, order};

const PAIR: [(&str, &str); 4] =
    [("region", "cn-northwest-1"), ("vpcid", "vpc-main"), ("host1eni", "eni-a"), ("host2eni", "eni-b")];

/// Reads an environment of these variables.
fn env(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::from_env(|name| {
        let found = variables.iter().find(|(variable, _)| *variable == name)?;
        Some(found.1.to_owned())
    })
}

/// The pair with one variable set to something else.
fn pair_but(name: &'static str, value: &'static str) -> Vec<(&'static str, &'static str)> {
    PAIR.into_iter().filter(|(variable, _)| *variable != name).chain([(name, value)]).collect()
}

fn refused(result: Result<Config, ConfigError>) -> String {
    result.unwrap_err().to_string()
}

// Four variables.

#[test]
fn four_variables_make_a_pair() {
    let config = env(&PAIR).unwrap();
    assert_eq!(config.topic, None);
    let [group] = &config.groups[..] else { panic!("{config:?}") };
    assert_eq!((group.region.as_str(), group.vpc.as_str()), ("cn-northwest-1", "vpc-main"));
    let hops: Vec<_> = group.next_hops().map(|hop| hop.to_string()).collect();
    assert_eq!(hops, ["host1 (eni-a)", "host2 (eni-b)"]);
    assert_eq!((&group.preempt, group.home.len()), (&None, 0), "no failback");
}

#[test]
fn an_empty_environment_says_what_to_set() {
    assert_eq!(
        refused(env(&[])),
        "nothing is configured: set the environment variables region, vpcid, host1eni and host2eni, \
         or put a TOML text into HOPOVER_CONFIG"
    );
    let only_topic = env(&[("HOPOVER_TOPIC_ARN", "arn:aws:sns:eu-central-1:123456789012:t")]);
    assert_eq!(only_topic, Err(ConfigError::Nothing));
}

#[test]
fn each_missing_variable_is_named() {
    let eni = "the id of a network interface, such as eni-0123456789abcdef0";
    for (missing, expected) in [
        ("region", "an AWS region, such as eu-central-1 or cn-northwest-1"),
        ("vpcid", "the id of the VPC, such as vpc-0123456789abcdef0"),
        ("host1eni", eni),
        ("host2eni", eni),
    ] {
        let rest: Vec<_> = PAIR.into_iter().filter(|(name, _)| *name != missing).collect();
        assert_eq!(
            refused(env(&rest)),
            format!("environment variable {missing} is not set: expected {expected}")
        );
    }
}

#[test]
fn each_wrong_or_empty_variable_is_shown() {
    for (name, value, message) in [
        ("region", "", r#""" is not an AWS region: expected a name such as eu-central-1 or cn-northwest-1"#),
        (
            "region",
            "Ningxia",
            r#""Ningxia" is not an AWS region: expected a name such as eu-central-1 or cn-northwest-1"#,
        ),
        ("vpcid", "", r#""" is not a VPC id: expected vpc- followed by letters and digits"#),
        ("vpcid", "subnet-1", r#""subnet-1" is not a VPC id: expected vpc- followed by letters and digits"#),
        ("host1eni", "", r#""" is not a network interface id: expected eni- followed by letters and digits"#),
        (
            "host2eni",
            "i-b",
            r#""i-b" is not a network interface id: expected eni- followed by letters and digits"#,
        ),
        (
            "host2eni",
            "eni-b ",
            r#""eni-b " is not a network interface id: expected eni- followed by letters and digits"#,
        ),
    ] {
        assert_eq!(refused(env(&pair_but(name, value))), format!("environment variable {name}: {message}"));
    }
}

#[test]
fn the_same_interface_for_both_hosts_is_a_mistake() {
    assert_eq!(
        refused(env(&pair_but("host2eni", "eni-a"))),
        "environment variables, host1eni and host2eni: both are eni-a: \
         name the interface of the other appliance in one of them"
    );
}

#[test]
fn a_topic_of_any_partition_is_taken() {
    for arn in [
        "arn:aws:sns:eu-central-1:123456789012:vaer",
        "arn:aws-cn:sns:cn-northwest-1:123456789012:vaer",
        "arn:aws-us-gov:sns:us-gov-west-1:123456789012:vaer.fifo",
    ] {
        let config = env(&pair_but("HOPOVER_TOPIC_ARN", arn)).unwrap();
        assert_eq!(config.topic.unwrap().as_str(), arn);
    }
}

#[test]
fn a_wrong_topic_is_shown() {
    for arn in [
        "",
        "vaer",
        "arn:aws:sqs:eu-central-1:123456789012:vaer",
        "arn:azure:sns:eu-central-1:123456789012:vaer",
        "arn:aws:sns:eu-central-1::vaer",
        "arn:aws:sns:eu-central-1:123456789012:vaer:0c5d9b8e-subscription",
    ] {
        assert_eq!(
            refused(env(&pair_but("HOPOVER_TOPIC_ARN", arn))),
            format!(
                "environment variable HOPOVER_TOPIC_ARN: {arn:?} is not the ARN of an SNS topic: \
                 expected arn:aws:sns:REGION:ACCOUNT:NAME, with aws-cn or aws-us-gov in those partitions"
            )
        );
    }
}

// The TOML text.

const WHOLE: &str = r#"
topic = "arn:aws-cn:sns:cn-northwest-1:123456789012:network"

[[group]]
name = "edge"
region = "cn-northwest-1"
vpc = "vpc-main"
exclude = ["rtb-lab"]
preempt = "B"
failback_delay_seconds = 600

[[group.member]]
name = "A"
interfaces = { lan = "eni-a-lan", wan = "eni-a-wan" }
home = ["rtb-zone-a"]

[[group.member]]
name = "B"
interfaces = { lan = "eni-b-lan", wan = "eni-b-wan" }

[[group]]
name = "firewall"
region = "cn-north-1"
vpc = "vpc-other"

[[group.member]]
name = "one"
interface = "eni-1"

[[group.member]]
name = "two"
interface = "eni-2"
"#;

fn whole() -> Config {
    Config::from_toml("hopover.toml", WHOLE).unwrap()
}

/// Reads the whole example with the first occurrence of a text replaced.
fn replaced(what: &str, by: &str) -> String {
    assert!(WHOLE.contains(what), "{what}");
    refused(Config::from_toml("hopover.toml", &WHOLE.replacen(what, by, 1)))
}

#[test]
fn a_whole_text_is_understood() {
    let config = whole();
    assert_eq!(config.topic.unwrap().as_str(), "arn:aws-cn:sns:cn-northwest-1:123456789012:network");
    let [edge, firewall] = &config.groups[..] else { panic!("two groups") };
    let hops: Vec<_> = edge.next_hops().map(|hop| hop.to_string()).collect();
    assert_eq!(hops, ["A (eni-a-lan)", "A (eni-a-wan)", "B (eni-b-lan)", "B (eni-b-wan)"]);
    assert_eq!(edge.exclude, BTreeSet::from([id::<RouteTableId>("rtb-lab")]));
    assert_eq!(edge.preferred(&id("rtb-zone-a")), Some(&id("A")), "home");
    assert_eq!(edge.preferred(&id("rtb-main")), Some(&id("B")), "preempt");
    assert_eq!(edge.failback_delay, Span::from_secs(600));

    let hops: Vec<_> = firewall.next_hops().map(|hop| hop.to_string()).collect();
    assert_eq!(hops, ["one (eni-1)", "two (eni-2)"]);
    assert_eq!(firewall.preferred(&id("rtb-main")), None);
    assert_eq!(firewall.failback_delay, Span::from_secs(300));
}

#[test]
fn the_text_may_come_in_the_environment_beside_a_region() {
    let config = env(&[("HOPOVER_CONFIG", WHOLE), ("region", "eu-central-1")]).unwrap();
    assert_eq!(config, whole());
}

#[test]
fn the_topic_of_the_environment_is_stronger() {
    let arn = "arn:aws:sns:eu-central-1:123456789012:other";
    let config = env(&[("HOPOVER_CONFIG", WHOLE), ("HOPOVER_TOPIC_ARN", arn)]).unwrap();
    assert_eq!(config.topic.unwrap().as_str(), arn);
}

#[test]
fn two_forms_at_once_are_a_mistake() {
    for name in ["vpcid", "host1eni", "host2eni"] {
        assert_eq!(
            refused(env(&[("HOPOVER_CONFIG", WHOLE), (name, "x")])),
            format!("environment variable {name} is set beside HOPOVER_CONFIG: remove one of them")
        );
    }
}

#[test]
fn a_mistake_in_the_environments_text_is_told_with_its_variable() {
    assert_eq!(
        refused(env(&[("HOPOVER_CONFIG", "")])),
        "HOPOVER_CONFIG, group: there is none: add a [[group]] with name, region, vpc and members"
    );
}

#[test]
fn text_that_is_not_toml_is_told_with_its_line() {
    assert_eq!(replaced("[[group]]", "[[group"), "hopover.toml, line 4: unclosed array table, expected `]]`");
    assert_eq!(
        replaced("\"vpc-main\"", "vpc-main"),
        "hopover.toml, line 7: string values must be quoted, expected literal string"
    );
    assert_eq!(
        replaced("name = \"edge\"", "name = \"edge\"\nname = \"edge\""),
        "hopover.toml, line 6: duplicate key"
    );
}

#[test]
fn an_unknown_key_is_told_at_every_level() {
    assert_eq!(
        replaced("topic", "topik"),
        "hopover.toml, line 2, topik: unknown field `topik`, expected `topic` or `group`"
    );
    assert_eq!(
        replaced("exclude", "ignore"),
        "hopover.toml, line 8, group[0].ignore: unknown field `ignore`, expected one of \
         `name`, `region`, `vpc`, `exclude`, `preempt`, `failback_delay_seconds`, `member`"
    );
    assert_eq!(
        replaced("interface = \"eni-2\"", "eni = \"eni-2\""),
        "hopover.toml, line 32, group[1].member[1].eni: unknown field `eni`, expected one of \
         `name`, `interface`, `interfaces`, `home`"
    );
}

#[test]
fn a_missing_key_is_told_with_its_group() {
    for (line, key) in [
        ("name = \"firewall\"\n", "name"),
        ("region = \"cn-north-1\"\n", "region"),
        ("vpc = \"vpc-other\"\n", "vpc"),
    ] {
        assert_eq!(replaced(line, ""), format!("hopover.toml, line 21, group[1]: missing field `{key}`"));
    }
    assert_eq!(
        replaced("name = \"two\"\n", ""),
        "hopover.toml, line 30, group[1].member[1]: missing field `name`"
    );
}

#[test]
fn a_wrong_value_is_told_with_its_line_and_key() {
    assert_eq!(
        replaced("\"vpc-other\"", "\"\""),
        "hopover.toml, line 24, group[1].vpc: \"\" is not a VPC id: expected vpc- followed by letters and digits"
    );
    assert_eq!(
        replaced("\"eni-a-wan\"", "\"i-a\""),
        "hopover.toml, line 14, group[0].member[0].interfaces.wan: \"i-a\" is not a network interface id: \
         expected eni- followed by letters and digits"
    );
    assert_eq!(
        replaced("\"eni-2\"", "2"),
        "hopover.toml, line 32, group[1].member[1].interface: invalid type: integer `2`, expected a string"
    );
    assert_eq!(
        replaced("\"edge\"", "\"边缘\""),
        "hopover.toml, line 5, group[0].name: \"边缘\" is not a group name: \
         expected 1 to 32 ASCII letters, digits, '-', '_' or '.'"
    );
    assert_eq!(
        replaced("600", "-5"),
        "hopover.toml, line 10, group[0].failback_delay_seconds: invalid value: integer `-5`, \
         expected a whole number of seconds"
    );
    assert_eq!(
        replaced("[\"rtb-lab\"]", "\"rtb-lab\""),
        "hopover.toml, line 8, group[0].exclude: invalid type: string \"rtb-lab\", expected a list in brackets"
    );
    assert_eq!(
        replaced("arn:aws-cn:sns:", ""),
        "hopover.toml, topic: \"cn-northwest-1:123456789012:network\" is not the ARN of an SNS topic: \
         expected arn:aws:sns:REGION:ACCOUNT:NAME, with aws-cn or aws-us-gov in those partitions"
    );
}

#[test]
fn single_brackets_are_explained() {
    assert_eq!(
        refused(Config::from_toml("hopover.toml", "[group]\nname = \"edge\"")),
        "hopover.toml, line 1, group: this is a table: \
         write its name in double brackets, as in [[group]] or [[group.member]]"
    );
}

#[test]
fn a_group_needs_two_members() {
    assert_eq!(
        replaced("[[group.member]]\nname = \"two\"\ninterface = \"eni-2\"\n", ""),
        "hopover.toml, group[1].member: found 1: \
         a group needs two or more [[group.member]], one for each appliance"
    );
}

#[test]
fn a_member_needs_one_form_of_interface() {
    assert_eq!(
        replaced("interface = \"eni-1\"\n", ""),
        "hopover.toml, group[1].member[0].interfaces: one has no interface: \
         add interface = \"eni-…\", or interfaces = { lan = \"eni-…\", wan = \"eni-…\" }"
    );
    assert_eq!(
        replaced("interface = \"eni-1\"\n", "interface = \"eni-1\"\ninterfaces = { lan = \"eni-3\" }\n"),
        "hopover.toml, group[1].member[0].interfaces: one has both interface and interfaces: keep one of them"
    );
}

#[test]
fn a_path_needs_a_peer() {
    assert_eq!(
        replaced(", wan = \"eni-b-wan\"", ""),
        "hopover.toml, group[0].member[0].interfaces.wan: \
         no other member has an interface on path wan: its routes would have nowhere to go"
    );
}

#[test]
fn names_are_there_once() {
    assert_eq!(
        replaced("\"firewall\"", "\"edge\""),
        "hopover.toml, group[1].name: edge is there twice: give each group its own name"
    );
    assert_eq!(
        replaced("\"two\"", "\"one\""),
        "hopover.toml, group[1].member[1].name: one is there twice: give each member its own name"
    );
}

#[test]
fn an_interface_has_one_place() {
    assert_eq!(
        replaced("\"eni-2\"", "\"eni-1\""),
        "hopover.toml, group[1].member two: eni-1 belongs to one of group firewall already: \
         an interface has one place"
    );
    assert_eq!(
        replaced("\"eni-2\"", "\"eni-a-lan\""),
        "hopover.toml, group[1].member two: eni-a-lan belongs to A of group edge already: \
         an interface has one place"
    );
    assert_eq!(
        replaced("\"eni-a-wan\"", "\"eni-a-lan\""),
        "hopover.toml, group[0].member A: eni-a-lan belongs to A of group edge already: \
         an interface has one place"
    );
}

#[test]
fn preempt_names_a_member() {
    assert_eq!(
        replaced("preempt = \"B\"", "preempt = \"two\""),
        "hopover.toml, group[0].preempt: two is no member: expected one of A, B"
    );
}

#[test]
fn a_table_has_one_home_and_is_not_excluded() {
    assert_eq!(
        replaced(
            "interfaces = { lan = \"eni-b-lan\", wan = \"eni-b-wan\" }",
            "interfaces = { lan = \"eni-b-lan\", wan = \"eni-b-wan\" }\nhome = [\"rtb-zone-a\"]"
        ),
        "hopover.toml, group[0].member[1].home: rtb-zone-a is the home of A too: leave it to one of them"
    );
    assert_eq!(
        replaced("\"rtb-lab\"", "\"rtb-zone-a\""),
        "hopover.toml, group[0].exclude: rtb-zone-a is also a member's home: remove it from one of them"
    );
}

// Whom an event is for.

fn groups_for(trigger: &Trigger) -> Result<Vec<String>, String> {
    whole()
        .groups_for(trigger)
        .map(|groups| groups.iter().map(|group| group.name.to_string()).collect())
        .map_err(|error| error.to_string())
}

fn event_from(region: &str) -> Trigger {
    let mut change = event("A", InstanceState::Stopping);
    change.region = id(region);
    Trigger::StateChange(change)
}

#[test]
fn a_sweep_is_for_every_group() {
    assert_eq!(groups_for(&Trigger::Sweep).unwrap(), ["edge", "firewall"]);
}

#[test]
fn an_event_is_for_the_groups_of_its_region() {
    assert_eq!(groups_for(&event_from("cn-northwest-1")).unwrap(), ["edge"]);
    assert_eq!(groups_for(&event_from("cn-north-1")).unwrap(), ["firewall"]);
}

#[test]
fn an_event_of_another_region_says_which_are_configured() {
    assert_eq!(
        groups_for(&event_from("eu-central-1")).unwrap_err(),
        "the event is from region eu-central-1, but the configuration is for cn-north-1, cn-northwest-1: \
         send it to the function in eu-central-1, or correct the region"
    );
}

#[test]
fn an_order_is_for_its_group_and_one_of_its_members() {
    let mut order = order("B");
    assert_eq!(
        groups_for(&Trigger::Order(order.clone())).unwrap_err(),
        "the order is for group vaer, which is not configured: expected one of edge, firewall"
    );
    order.group = id("edge");
    assert_eq!(groups_for(&Trigger::Order(order.clone())).unwrap(), ["edge"]);
    order.to = id("two");
    assert_eq!(
        groups_for(&Trigger::Order(order)).unwrap_err(),
        "the order moves routes to two, which is no member of edge: expected one of A, B"
    );
}

#[test]
fn the_example_in_the_readme_is_right() {
    let readme = include_str!("../../../../README.md");
    let example = readme.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let config = Config::from_toml("README.md", example).unwrap();
    assert_eq!(config.groups[0].members.len(), 2);
    assert!(config.topic.is_some());
}

#[test]
fn a_key_of_many_lines_or_of_a_megabyte_is_refused_in_one_short_line() {
    for key in ["a\\nb".to_owned(), "x".repeat(1 << 20)] {
        let told = refused(Config::from_toml("hopover.toml", &format!("\"{key}\" = 1")));
        assert!(told.starts_with("hopover.toml, line 1, ") && !told.contains('\n'), "{told:.500}");
        assert!(told.len() < 1_500, "{} bytes", told.len());
    }
}

#[test]
fn a_topic_with_a_line_break_or_a_space_is_no_arn() {
    for part in ["eu-central-1\n", " ", "路由", ""] {
        let topic = format!("arn:aws:sns:{part}:123456789012:topic");
        assert!(topic.parse::<TopicArn>().is_err(), "{topic:?}");
    }
    assert!("arn:aws-cn:sns:cn-north-1:123456789012:My_topic-1.fifo".parse::<TopicArn>().is_ok());
}

#[test]
fn of_many_configured_names_a_refusal_lists_a_few() {
    let group = |n: usize| {
        format!(
            "[[group]]\nname = \"g{n:02}\"\nregion = \"eu-central-1\"\nvpc = \"vpc-a\"\n\
             [[group.member]]\nname = \"A\"\ninterface = \"eni-a{n}\"\n\
             [[group.member]]\nname = \"B\"\ninterface = \"eni-b{n}\"\n"
        )
    };
    let groups = (0..100).map(group).collect::<Vec<_>>().concat();
    let config = Config::from_toml("hopover.toml", &groups).unwrap();
    let told = config.groups_for(&Trigger::Order(order("B"))).unwrap_err().to_string();
    assert!(
        told.ends_with(
            "expected one of g00, g01, g02, g03, g04, g05, g06, g07, g08, g09, g10, g11, g12, g13, \
        g14, g15, g16, g17, g18, g19 and 80 more"
        ),
        "{told}"
    );
}
