//! What `hopover deploy` knows of the template.

use std::collections::{BTreeMap, BTreeSet};

use hopover_core::config::Config;
use hopover_core::group::Group;
use hopover_core::stack::{
    Architecture, Code, KEPT, LOG_DAYS, LOG_RETENTIONS, OPTIONAL, OUTPUTS, TestEvents, Wish, asks_for, cost,
    given, made, needs_text, resources,
};
use serde_json::Value;

use crate::shape::configuration;
use crate::stack::{PLACES, Stack, TEMPLATE};

fn group(text: &str) -> Group {
    (*Config::from_toml("test", text).unwrap().groups[0]).clone()
}

/// What a deployment of a group says.
fn told(group: &Group) -> BTreeMap<&'static str, String> {
    let code = Code {
        bucket: "bucket".parse().unwrap(),
        key: "hopover/0.zip".to_owned(),
        architecture: Architecture::Arm64,
    };
    let wish =
        Wish { code: Some(code), email: Some("night@example.com".parse().unwrap()), ..Wish::default() };
    given(group, &["i-a", "i-b"].map(|id| id.parse().unwrap()), &wish, &"hopover".parse().unwrap()).unwrap()
}

const PAIR: &str = r#"
[[group]]
name = "edge"
region = "eu-central-1"
vpc = "vpc-main"
#
[[group.member]]
name = "left"
interface = "eni-a"
[[group.member]]
name = "right"
interface = "eni-b"
"#;

const PATHS: &str = r#"
[[group]]
name = "edge"
region = "eu-central-1"
vpc = "vpc-main"
exclude = ["rtb-x"]
preempt = "right"
failback_delay_seconds = 60
[[group.member]]
name = "left"
interfaces = { "lan.1" = "eni-a", wan = "eni-a-wan" }
home = ["rtb-a"]
[[group.member]]
name = "right"
interfaces = { "lan.1" = "eni-b", wan = "eni-b-wan" }
home = ["rtb-b", "rtb-c"]
"#;

#[test]
fn what_deploy_says_reaches_the_function_as_the_very_group() {
    let plain = PAIR.replace("edge", "hopover").replace("left", "host1").replace("right", "host2");
    let preempt = PAIR.replace('#', "preempt = \"right\"\nfailback_delay_seconds = 0");
    let late = PAIR.replace('#', "failback_delay_seconds = 90000");
    for (text, by_text) in [(PAIR, false), (&plain, false), (&preempt, false), (&late, true), (PATHS, true)] {
        let group = group(text);
        assert_eq!(needs_text(&group), by_text, "{text}");
        let told = told(&group);
        let told: Vec<_> = told.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let read = configuration(&Stack::new(PLACES[0], &told));
        assert_eq!(*read.groups[0], group, "{text}");
        assert_eq!(read.groups.len(), 1);
        assert!(read.topic.is_some());
    }
}

#[test]
fn the_alarms_of_a_group_that_is_handed_over_as_text_go_by_its_name() {
    let told = told(&group(PATHS));
    let told: Vec<_> = told.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let alarm = Stack::new(PLACES[0], &told).properties("NoHealthyNextHop");
    assert_eq!(alarm["Dimensions"][1]["Value"], "edge");
}

#[test]
fn every_parameter_is_said_or_left_as_it_is() {
    let told = told(&group(PAIR));
    let known: BTreeSet<_> = told.keys().copied().chain(OPTIONAL).collect();
    let asked = Stack::parameter_names();
    assert_eq!(known, asked.iter().map(String::as_str).collect());
    assert!(asked.iter().all(|name| asks_for(TEMPLATE, name)));
    assert!(!asks_for(TEMPLATE, "Function") && !asks_for(TEMPLATE, "VpcI"));
}

/// The names that the template gives to what it makes.
fn names(stack: &Stack) -> BTreeSet<String> {
    let named = [
        "FunctionName",
        "TopicName",
        "QueueName",
        "AlarmName",
        "DashboardName",
        "LogGroupName",
        "SchemaName",
    ];
    let of = |(kind, property): (&str, &str)| {
        let all = stack.all(kind).into_values();
        all.map(|resource| resource[property].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let kinds = [
        "AWS::Lambda::Function",
        "AWS::SNS::Topic",
        "AWS::SQS::Queue",
        "AWS::CloudWatch::Alarm",
        "AWS::CloudWatch::Dashboard",
        "AWS::Logs::LogGroup",
        "AWS::EventSchemas::Schema",
    ];
    kinds.into_iter().zip(named).flat_map(of).collect()
}

#[test]
fn what_deploy_lists_is_what_the_template_makes() {
    let group = group(PAIR);
    for choice in TestEvents::ALL {
        let stack = Stack::new(PLACES[0], &[("TestEventRegistry", choice.as_str())]);
        let listed = made(&"hopover".parse().unwrap(), &group, None, LOG_DAYS, choice);
        let listed: BTreeSet<_> = listed.into_iter().flat_map(|made| made.names).collect();
        let (made_up, given): (BTreeSet<_>, BTreeSet<_>) =
            listed.into_iter().partition(|name| name.ends_with('…'));
        assert_eq!(given, names(&stack), "{choice:?}");
        for name in made_up {
            let resource = name.trim_start_matches("hopover-").trim_end_matches("-…");
            assert!(stack.is_made(resource), "{name}");
        }
        assert_eq!(resources(choice), stack.made().len(), "{choice:?}");
    }
}

#[test]
fn what_deploy_counts_for_its_price_is_what_the_template_makes() {
    let stack = Stack::new(PLACES[0], &[]);
    let cost = cost(Architecture::X86_64, 5_000_000, LOG_DAYS);
    let how = |what: &str| cost.lines.iter().find(|line| line.what == what).unwrap().how.clone();
    let n = |kind: &str| format!("{} x ", stack.all(kind).len());
    assert!(how("alarms").starts_with(&n("AWS::CloudWatch::Alarm")), "{}", how("alarms"));
    assert!(how("dashboard").starts_with(&n("AWS::CloudWatch::Dashboard")), "{}", how("dashboard"));
    let gigabytes = stack.properties("Function")["MemorySize"].as_f64().unwrap() / 1_024.0;
    assert!(how("run time").contains(&format!(" x {gigabytes} GB x ")), "{}", how("run time"));
    assert_eq!(stack.properties("Sweep")["ScheduleExpression"], "rate(1 minute)");
    assert!(
        how("runs").starts_with(&format!("{},{} runs", 730 * 60 / 1_000, 730 * 60 % 1_000)),
        "{}",
        how("runs")
    );
}

#[test]
fn the_log_is_kept_as_long_as_deploy_says_it_is() {
    let parameter = Stack::parameter("LogRetentionDays");
    assert_eq!(parameter["Default"], LOG_DAYS);
    let allowed: Vec<_> = parameter["AllowedValues"].as_array().unwrap().iter().map(Value::as_u64).collect();
    assert_eq!(allowed, LOG_RETENTIONS.map(|days| Some(u64::from(days))));
}

#[test]
fn the_outputs_are_those_that_deploy_puts_in_order() {
    let outputs = Stack::new(PLACES[0], &[]).outputs();
    assert_eq!(outputs.keys().map(String::as_str).collect::<BTreeSet<_>>(), OUTPUTS.into_iter().collect());
}

#[test]
fn nothing_but_the_registry_of_test_events_outlives_the_stack() {
    let kept = Stack::kept();
    assert_eq!(kept, BTreeMap::from([("TestEventSchemas".to_owned(), KEPT.to_owned())]));
}
