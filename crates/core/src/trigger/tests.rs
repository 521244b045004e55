use serde_json::json;

use super::*;
use crate::testing::{id, instance};

/// The event as EventBridge delivers it.
fn stopping() -> Value {
    json!({
        "version": "0",
        "id": "7bf73129-1428-4cd3-a780-95db273d1602",
        "detail-type": "EC2 Instance State-change Notification",
        "source": "aws.ec2",
        "account": "123456789012",
        "time": "2026-01-31T02:03:04Z",
        "region": "cn-northwest-1",
        "resources": ["arn:aws-cn:ec2:cn-northwest-1:123456789012:instance/i-a"],
        "detail": { "instance-id": "i-a", "state": "stopping" },
    })
}

/// The event with one field replaced.
fn with(pointer: &str, value: Value) -> Value {
    let mut event = stopping();
    *event.pointer_mut(pointer).unwrap() = value;
    event
}

/// The event without one field.
fn without(parent: &str, field: &str) -> Value {
    let mut event = stopping();
    let parent = event.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    parent.remove(field).unwrap();
    event
}

fn refusal(event: &Value) -> String {
    Trigger::from_value(event).unwrap_err().to_string()
}

#[test]
fn a_state_change_says_which_instance_what_state_where_and_when() {
    let trigger = Trigger::from_json(&stopping().to_string()).unwrap();
    assert_eq!(
        trigger,
        Trigger::StateChange(StateChange {
            instance: instance("a"),
            state: InstanceState::Stopping,
            region: id("cn-northwest-1"),
            time: "2026-01-31T02:03:04Z".parse().unwrap(),
        })
    );
    assert_eq!(trigger.region(), Some(&id("cn-northwest-1")));
}

#[test]
fn every_state_of_ec2_is_understood() {
    for name in ["pending", "running", "stopping", "stopped", "shutting-down", "terminated"] {
        let trigger = Trigger::from_value(&with("/detail/state", json!(name))).unwrap();
        assert_eq!(trigger.state_change().unwrap().state.as_str(), name);
    }
}

#[test]
fn fields_that_are_not_needed_may_be_missing() {
    for field in ["version", "id", "account", "resources"] {
        assert!(Trigger::from_value(&without("", field)).is_ok(), "{field}");
    }
}

#[test]
fn text_that_is_not_json_is_refused() {
    assert_eq!(
        Trigger::from_json("{'source': 'aws.ec2'}").unwrap_err().to_string(),
        "the event is not valid JSON: key must be a string at line 1 column 2; \
         expected an EventBridge event, such as an EC2 state-change notification"
    );
    assert!(Trigger::from_json("").unwrap_err().to_string().starts_with("the event is not valid JSON: EOF"));
}

#[test]
fn json_that_is_no_object_is_refused() {
    for (event, kind) in [
        (json!([stopping()]), "a list"),
        (json!("stop"), "a string"),
        (json!(null), "null"),
        (json!(5), "a number"),
        (json!(true), "a boolean"),
    ] {
        assert_eq!(
            refusal(&event),
            format!(
                "the event is {kind}, not a JSON object; \
                 expected an EventBridge event with source, detail-type and detail"
            )
        );
    }
}

#[test]
fn a_missing_field_is_named_with_what_would_be_right() {
    for (parent, field, message) in [
        ("", "source", r#"the event has no "source": expected the event's origin, such as "aws.ec2""#),
        ("", "detail-type", r#"the event has no "detail-type": expected the kind of event"#),
        ("", "region", r#"the event has no "region": expected the region of the instance"#),
        ("", "time", r#"the event has no "time": expected an RFC 3339 time such as 2026-01-31T02:03:04Z"#),
        ("", "detail", r#"the event has no "detail.instance-id": expected the id of an instance"#),
        (
            "/detail",
            "instance-id",
            r#"the event has no "detail.instance-id": expected the id of an instance"#,
        ),
        (
            "/detail",
            "state",
            r#"the event has no "detail.state": expected the state that the instance entered"#,
        ),
    ] {
        assert_eq!(refusal(&without(parent, field)), message);
    }
}

#[test]
fn an_empty_object_is_refused() {
    assert_eq!(
        refusal(&json!({})),
        r#"the event has no "source": expected the event's origin, such as "aws.ec2""#
    );
}

#[test]
fn a_field_of_the_wrong_kind_is_shown() {
    assert_eq!(
        refusal(&with("/detail/state", json!(16))),
        r#"the event's "detail.state" is 16, not a string: expected the state that the instance entered"#
    );
    assert_eq!(
        refusal(&with("/source", json!(["aws.ec2"]))),
        r#"the event's "source" is a list, not a string: expected the event's origin, such as "aws.ec2""#
    );
    assert_eq!(
        refusal(&with("/time", json!(null))),
        r#"the event's "time" is null, not a string: expected an RFC 3339 time such as 2026-01-31T02:03:04Z"#
    );
}

#[test]
fn a_wrong_value_is_shown_with_what_would_be_right() {
    for (pointer, value, message) in [
        (
            "/detail/state",
            "rebooting",
            "the event's \"detail.state\" is \"rebooting\": \
             expected pending, running, stopping, stopped, shutting-down or terminated",
        ),
        (
            "/detail/state",
            "Stopped",
            "the event's \"detail.state\" is \"Stopped\": \
             expected pending, running, stopping, stopped, shutting-down or terminated",
        ),
        (
            "/detail/instance-id",
            "eni-a",
            "the event's \"detail.instance-id\" is wrong: \"eni-a\" is not an instance id: \
             expected i- followed by letters and digits",
        ),
        (
            "/detail/instance-id",
            "",
            "the event's \"detail.instance-id\" is wrong: \"\" is not an instance id: \
             expected i- followed by letters and digits",
        ),
        (
            "/region",
            "Frankfurt",
            "the event's \"region\" is wrong: \"Frankfurt\" is not an AWS region: \
             expected a name such as eu-central-1 or cn-northwest-1",
        ),
        (
            "/time",
            "yesterday",
            "the event's \"time\" is \"yesterday\": expected an RFC 3339 time such as 2026-01-31T02:03:04Z",
        ),
        (
            "/time",
            "2026-01-31",
            "the event's \"time\" is \"2026-01-31\": expected an RFC 3339 time such as 2026-01-31T02:03:04Z",
        ),
    ] {
        assert_eq!(refusal(&with(pointer, json!(value))), message);
    }
}

#[test]
fn other_kinds_of_event_are_refused_by_name() {
    for (source, kind) in [
        ("aws.cloudwatch", "CloudWatch Alarm State Change"),
        ("aws.ec2", "EC2 Spot Instance Interruption Warning"),
        ("aws.health", "EC2 Instance State-change Notification"),
        ("hopover", "Dance"),
    ] {
        assert_eq!(
            refusal(&json!({ "source": source, "detail-type": kind, "detail": {} })),
            format!(
                "hopover does not handle {kind:?} events from {source:?}: expected \
                 \"EC2 Instance State-change Notification\" from \"aws.ec2\", \
                 \"Scheduled Event\" from \"aws.events\" (a sweep), or \"Sweep\" or \"Switchover\" from \"hopover\""
            )
        );
    }
}

#[test]
fn events_of_other_services_are_refused() {
    let s3 = json!({ "Records": [{ "eventSource": "aws:s3", "eventName": "ObjectCreated:Put" }] });
    let api_gateway = json!({ "version": "2.0", "routeKey": "$default", "rawPath": "/", "headers": {} });
    let alarm_action =
        json!({ "source": "aws.cloudwatch", "alarmArn": "arn:aws:cloudwatch:…", "time": "now" });
    for event in [s3, api_gateway] {
        assert_eq!(
            refusal(&event),
            r#"the event has no "source": expected the event's origin, such as "aws.ec2""#
        );
    }
    assert_eq!(refusal(&alarm_action), r#"the event has no "detail-type": expected the kind of event"#);
}

#[test]
fn a_schedule_and_hopover_itself_ask_for_a_sweep() {
    for (source, kind) in
        [("aws.events", "Scheduled Event"), ("aws.scheduler", "Scheduled Event"), ("hopover", "Sweep")]
    {
        let event = json!({ "source": source, "detail-type": kind });
        assert_eq!(Trigger::from_value(&event), Ok(Trigger::Sweep));
    }
    assert_eq!(Trigger::Sweep.region(), None);
}

fn switchover(detail: &Value) -> Result<Trigger, TriggerError> {
    Trigger::from_value(&json!({ "source": "hopover", "detail-type": "Switchover", "detail": detail }))
}

#[test]
fn a_switchover_names_its_group_and_its_member() {
    assert_eq!(
        switchover(&json!({ "group": "vaer", "to": "B" })),
        Ok(Trigger::Order(crate::testing::order("B")))
    );
    let whole =
        switchover(&json!({ "group": "vaer", "to": "B", "tables": ["rtb-main"], "force": true })).unwrap();
    let order = whole.order_for(&id("vaer")).unwrap();
    assert!(order.force && order.tables.contains(&id("rtb-main")));
    assert_eq!(whole.order_for(&id("other")), None);
}

#[test]
fn a_wrong_switchover_says_what_is_wrong() {
    for (detail, message) in [
        (json!({ "group": "vaer" }), "missing field `to`"),
        (json!({ "to": "B" }), "missing field `group`"),
        (
            json!({ "group": "vaer", "to": "B", "forced": true }),
            "forced: unknown field `forced`, expected one of `group`, `to`, `tables`, `force`",
        ),
        (
            json!({ "group": "vaer", "to": "B", "tables": ["vpc-main"] }),
            "tables[0]: \"vpc-main\" is not a route table id: expected rtb- followed by letters and digits",
        ),
        (
            json!({ "group": "vaer", "to": "B", "force": "yes" }),
            "force: invalid type: string \"yes\", expected a boolean",
        ),
        (
            json!({ "group": "vaer", "to": "two words" }),
            "to: \"two words\" is not a member name: expected 1 to 32 ASCII letters, digits, '-', '_' or '.'",
        ),
    ] {
        assert_eq!(
            switchover(&detail).unwrap_err().to_string(),
            format!("the switchover order in \"detail\" is wrong: {message}")
        );
    }
}

#[test]
fn a_switchover_without_detail_says_what_it_needs() {
    for detail in [json!(null), json!("B"), json!(["B"])] {
        assert_eq!(
            switchover(&detail).unwrap_err().to_string(),
            "the event's \"detail\" is no switchover order: expected {\"group\": …, \"to\": …}, \
             and if need be \"tables\" and \"force\""
        );
    }
}

#[test]
fn an_event_of_six_megabytes_gives_a_refusal_of_one_short_line() {
    let huge = "x\n".repeat(3 << 20);
    for pointer in ["/source", "/detail-type", "/time", "/region", "/detail/instance-id", "/detail/state"] {
        let told = refusal(&with(pointer, json!(huge)));
        assert!(told.len() < 1_000 && !told.contains('\n'), "{pointer}: {told:.500}");
    }
}

#[test]
fn a_switchover_with_a_key_of_many_lines_is_refused_in_one() {
    let detail = json!({ "group": "vaer", "to": "B", "a\nb": 1 });
    let told = refusal(&json!({ "source": "hopover", "detail-type": "Switchover", "detail": detail }));
    assert!(told.contains("a b: unknown field `a b`, expected one of") && !told.contains('\n'), "{told}");
}
