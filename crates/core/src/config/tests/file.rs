//! The TOML text.

use super::*;
use crate::id::RouteTableId;

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

#[test]
fn the_example_in_the_readme_is_right() {
    let readme = include_str!("../../../../../README.md");
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
