use serde_json::json;

use super::*;

fn stopped(instance: &str) -> Value {
    json!({
        "source": "aws.ec2",
        "detail-type": "EC2 Instance State-change Notification",
        "resources": [format!("arn:aws:ec2:eu-central-1:123456789012:instance/{instance}")],
        "detail": { "instance-id": instance, "state": "stopped" },
    })
}

#[track_caller]
fn passes(pattern: &Value) -> bool {
    matches(pattern, &stopped("i-a")).unwrap()
}

#[test]
fn a_rule_as_the_console_makes_it_lets_its_instances_through_and_no_other() {
    let pattern = json!({
        "source": ["aws.ec2"],
        "detail-type": ["EC2 Instance State-change Notification"],
        "detail": { "state": ["stopping", "stopped"], "instance-id": ["i-a", "i-b"] },
    });
    assert_eq!(matches(&pattern, &stopped("i-a")), Ok(true));
    assert_eq!(matches(&pattern, &stopped("i-c")), Ok(false));
}

#[test]
fn what_a_pattern_does_not_name_does_not_matter() {
    assert!(passes(&json!({})));
    assert!(passes(&json!({ "source": ["aws.ec2"] })));
    assert!(!passes(&json!({ "source": ["aws.ssm"] })));
    assert!(!passes(&json!({ "account": ["123456789012"] })));
}

#[test]
fn operators_on_texts() {
    for (operator, expected) in [
        (json!({ "prefix": "stop" }), true),
        (json!({ "prefix": "term" }), false),
        (json!({ "suffix": "ped" }), true),
        (json!({ "equals-ignore-case": "STOPPED" }), true),
        (json!({ "wildcard": "s*p*d" }), true),
        (json!({ "wildcard": "s*x" }), false),
        (json!({ "anything-but": "running" }), true),
        (json!({ "anything-but": ["running", "stopped"] }), false),
        (json!({ "anything-but": { "prefix": "stop" } }), false),
        (json!({ "exists": true }), true),
        (json!({ "exists": false }), false),
    ] {
        assert_eq!(passes(&json!({ "detail": { "state": [operator.clone()] } })), expected, "{operator}");
    }
}

#[test]
fn an_absent_field_passes_only_where_it_must_not_exist() {
    assert!(passes(&json!({ "detail": { "reason": [{ "exists": false }] } })));
    assert!(!passes(&json!({ "detail": { "reason": [{ "exists": true }] } })));
    assert!(!passes(&json!({ "detail": { "reason": [{ "anything-but": "x" }] } })));
    assert!(!passes(&json!({ "detail": { "reason": { "code": ["x"] } } })));
}

#[test]
fn a_list_in_the_event_passes_if_one_of_its_values_does() {
    assert!(passes(&json!({ "resources": [{ "suffix": "/i-a" }] })));
    assert!(!passes(&json!({ "resources": [{ "suffix": "/i-b" }] })));
}

#[test]
fn or_lets_through_what_one_side_does() {
    let or = |a: &str, b: &str| json!({ "$or": [{ "source": [a] }, { "detail": { "state": [b] } }] });
    assert!(passes(&or("aws.ssm", "stopped")));
    assert!(!passes(&or("aws.ssm", "running")));
}

#[test]
fn what_cannot_be_judged_is_said_unless_something_else_decides() {
    let numeric = json!({ "numeric": [">", 1] });
    let error = matches(&json!({ "detail": { "state": [numeric] } }), &stopped("i-a")).unwrap_err();
    assert_eq!(error.to_string(), "its pattern uses the operator numeric, which hopover does not evaluate");
    assert!(passes(&json!({ "detail": { "state": [numeric, "stopped"] } })));
    assert!(matches(&json!("all"), &stopped("i-a")).is_err());
    assert!(matches(&json!({ "source": "aws.ec2" }), &stopped("i-a")).is_err());
}
