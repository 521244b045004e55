//! The function and its surroundings, as an operator asked for them.

use hopover_core::config::Config;
use hopover_core::id::MemberName;
use hopover_core::trigger::Trigger;
use serde_json::{Value, json};

use crate::stack::{PLACES, Stack, TEMPLATE};

/// The configuration that the function reads from its environment.
pub(crate) fn configuration(stack: &Stack) -> Config {
    let function = stack.properties("Function");
    let variables = function["Environment"]["Variables"].as_object().unwrap();
    Config::from_env(|name| variables.get(name)?.as_str().map(str::to_owned)).unwrap()
}

#[test]
fn four_variables_are_the_configuration_unless_something_has_a_name() {
    let stack = Stack::new(PLACES[1], &[]);
    let variables = stack.properties("Function")["Environment"]["Variables"].clone();
    assert_eq!(
        variables,
        json!({
            "region": "cn-northwest-1",
            "vpcid": "vpc-main",
            "host1eni": "eni-a",
            "host2eni": "eni-b",
            "HOPOVER_TOPIC_ARN": "arn:aws-cn:sns:cn-northwest-1:123456789012:hopover",
        })
    );
    let config = configuration(&stack);
    assert_eq!(config.groups[0].name.as_str(), "hopover");
}

#[test]
fn names_and_preferences_reach_the_function_and_change_nothing_else() {
    let plain = configuration(&Stack::new(PLACES[0], &[]));
    let names = [("GroupName", "edge"), ("Host1Name", "left"), ("Host2Name", "right")];
    let renamed = configuration(&Stack::new(PLACES[0], &names));
    assert_eq!(renamed.topic, plain.topic);
    let mut group = (*renamed.groups[0]).clone();
    assert_eq!(group.name.as_str(), "edge");
    assert_eq!(group.members.iter().map(|m| m.name.as_str()).collect::<Vec<_>>(), ["left", "right"]);
    assert_eq!(group.preempt, None);
    for (member, other) in group.members.iter_mut().zip(&plain.groups[0].members) {
        member.name = other.name.clone();
    }
    group.name = plain.groups[0].name.clone();
    assert_eq!(group, *plain.groups[0]);

    for (preempt, name) in [("host1", "left"), ("host2", "right")] {
        let more = [names.as_slice(), &[("Preempt", preempt), ("FailbackDelaySeconds", "60")]].concat();
        let group = configuration(&Stack::new(PLACES[0], &more)).groups[0].clone();
        assert_eq!(group.preempt.as_ref().map(MemberName::as_str), Some(name));
        assert_eq!(group.failback_delay.as_secs(), 60);
    }
    let unnamed = configuration(&Stack::new(PLACES[0], &[("Preempt", "host2")])).groups[0].clone();
    assert_eq!(unnamed.preempt.as_ref().map(MemberName::as_str), Some("host2"));
}

#[test]
fn the_function_is_what_was_measured() {
    let function = Stack::new(PLACES[0], &[]).properties("Function");
    let expected = json!({
        "Runtime": "provided.al2023", "Handler": "bootstrap", "Architectures": ["arm64"], "MemorySize": 512, "Timeout": 60,
    });
    for (property, value) in expected.as_object().unwrap() {
        assert_eq!(function[property], *value, "{property}");
    }
    assert_eq!(function["LoggingConfig"], json!({ "LogFormat": "JSON", "LogGroup": "/aws/lambda/hopover" }));
    assert_eq!(function["Code"], json!({ "S3Bucket": "bucket", "S3Key": "hopover.zip" }));
    assert!(function.get("VpcConfig").is_none(), "it must not depend on the routes that it repairs");
}

#[test]
fn concurrency_is_reserved_unless_the_account_may_not() {
    let reserved = |value: &str| {
        let function = Stack::new(PLACES[0], &[("ReservedConcurrency", value)]).properties("Function");
        function.get("ReservedConcurrentExecutions").cloned()
    };
    assert_eq!(reserved("1"), Some("1".into()));
    assert_eq!(reserved("0"), None);
}

#[test]
fn code_and_architecture_are_the_operators_choice() {
    let more = [("Architecture", "x86_64"), ("CodeKey", "v1.zip"), ("CodeVersion", "3")];
    let function = Stack::new(PLACES[0], &more).properties("Function");
    assert_eq!(function["Architectures"], json!(["x86_64"]));
    assert_eq!(function["Code"], json!({ "S3Bucket": "bucket", "S3Key": "v1.zip", "S3ObjectVersion": "3" }));
}

/// Every text in a value.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::Object(members) => members.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn every_arn_is_of_the_partition_that_the_stack_is_in() {
    assert!(!TEMPLATE.contains("arn:aws"), "the partition is never written down");
    for place @ (partition, _) in PLACES {
        let more = [("GroupName", "edge"), ("NotifyEveryRun", "true")];
        let whole = Stack::new(place, &more).whole();
        let arns =
            texts(&whole).into_iter().flat_map(|text| text.match_indices("arn:").map(|(at, _)| &text[at..]));
        let arns: Vec<_> = arns.collect();
        assert!(arns.len() > 20, "{arns:?}");
        for arn in arns {
            assert!(arn.starts_with(&format!("arn:{partition}:")), "{arn}");
        }
    }
}

#[test]
fn the_outputs_say_what_to_click_and_run_next() {
    let outputs = Stack::new(PLACES[2], &[]).outputs();
    assert!(outputs["Step1ConfirmTheMail"].contains("night@example.com"));
    let command = &outputs["Step2Sweep"];
    let payload = command.split('\'').nth(1).expect("a quoted payload");
    assert_eq!(Trigger::from_json(payload), Ok(Trigger::Sweep));
    assert!(command.starts_with("aws lambda invoke --region us-gov-west-1 --function-name hopover "));
    assert_eq!(
        outputs["Step3TestEvents"],
        "https://us-gov-west-1.console.amazonaws-us-gov.com/lambda/home?region=us-gov-west-1#/functions/hopover?tab=testing"
    );
    let china = Stack::new(PLACES[1], &[]).outputs();
    assert!(china["Dashboard"].starts_with("https://cn-northwest-1.console.amazonaws.cn/cloudwatch/home"));
}

#[test]
fn the_named_person_is_mailed() {
    let mail = Stack::new(PLACES[0], &[]).properties("Mail");
    assert_eq!((&mail["Protocol"], &mail["Endpoint"]), (&json!("email"), &json!("night@example.com")));
}
