//! What starts the function, and what becomes of it.

use std::collections::{BTreeMap, BTreeSet};

use hopover_core::observation::InstanceState;
use hopover_core::pattern::matches;
use hopover_core::trigger::Trigger;
use serde_json::{Value, json};

use crate::stack::{PLACES, Stack};

/// An EC2 event, as EventBridge carries it.
fn event(instance: &str, state: InstanceState) -> Value {
    json!({
        "source": "aws.ec2",
        "detail-type": "EC2 Instance State-change Notification",
        "detail": { "instance-id": instance, "state": state.as_str() },
    })
}

#[test]
fn every_state_of_both_instances_and_of_no_other_starts_the_function() {
    let stack = Stack::new(PLACES[0], &[]);
    let rule = stack.properties("StateChanges");
    for state in InstanceState::ALL {
        for (instance, is_ours) in [("i-a", true), ("i-b", true), ("i-other", false)] {
            let passes = matches(&rule["EventPattern"], &event(instance, state));
            assert_eq!(passes, Ok(is_ours), "{instance} {state}");
        }
    }
    let target = &rule["Targets"][0];
    assert_eq!(target["Arn"], "arn:aws:lambda:eu-central-1:123456789012:function:hopover");
    assert_eq!(target["RetryPolicy"], json!({ "MaximumEventAgeInSeconds": 300, "MaximumRetryAttempts": 20 }));
    assert_eq!(
        target["DeadLetterConfig"]["Arn"],
        "arn:aws:sqs:eu-central-1:123456789012:hopover-dead-letters"
    );
}

#[test]
fn a_sweep_runs_every_minute_and_what_it_is_sent_is_understood() {
    let sweep = Stack::new(PLACES[0], &[]).properties("Sweep");
    assert_eq!(sweep["ScheduleExpression"], "rate(1 minute)");
    assert_eq!(sweep["Targets"][0]["Arn"], "arn:aws:lambda:eu-central-1:123456789012:function:hopover:sweep");
    assert!(sweep["Targets"][0].get("Input").is_none(), "it gets what the schedule sends");
    let scheduled = json!({ "source": "aws.events", "detail-type": "Scheduled Event", "detail": {} });
    assert_eq!(Trigger::from_value(&scheduled), Ok(Trigger::Sweep));
}

#[test]
fn each_rule_may_invoke_its_target_and_no_other_may() {
    for place in PLACES {
        let stack = Stack::new(place, &[]);
        let (_, region) = place;
        let function = format!("arn:{}:lambda:{region}:123456789012:function:hopover", place.0);
        let targets: BTreeSet<_> = stack
            .all("AWS::Events::Rule")
            .into_iter()
            .map(|(name, rule)| {
                let arn = format!("arn:{}:events:{region}:123456789012:rule/hopover-{name}", place.0);
                (rule["Targets"][0]["Arn"].as_str().unwrap().to_owned(), arn)
            })
            .collect();
        let permissions: BTreeSet<_> = stack
            .all("AWS::Lambda::Permission")
            .into_values()
            .map(|permission| {
                assert_eq!(permission["Action"], "lambda:InvokeFunction");
                assert_eq!(permission["Principal"], "events.amazonaws.com");
                assert_eq!(permission["SourceAccount"], "123456789012");
                let name = permission["FunctionName"].as_str().unwrap();
                let arn = if name == "hopover" { function.clone() } else { name.to_owned() };
                (arn, permission["SourceArn"].as_str().unwrap().to_owned())
            })
            .collect();
        assert_eq!(targets, permissions);
    }
}

/// How an asynchronous invocation ends, by qualifier.
fn runs(stack: &Stack) -> BTreeMap<String, Value> {
    let configs = stack.all("AWS::Lambda::EventInvokeConfig").into_values();
    configs.map(|config| (config["Qualifier"].as_str().unwrap().to_owned(), config)).collect()
}

#[test]
fn an_event_that_fails_is_tried_again_and_then_told() {
    let topic = "arn:aws:sns:eu-central-1:123456789012:hopover";
    let quiet = runs(&Stack::new(PLACES[0], &[]))["$LATEST"].clone();
    assert_eq!(quiet["MaximumEventAgeInSeconds"], 600);
    assert_eq!(quiet["MaximumRetryAttempts"], 2);
    assert_eq!(quiet["DestinationConfig"], json!({ "OnFailure": { "Destination": topic } }));
    let talkative = runs(&Stack::new(PLACES[0], &[("NotifyEveryRun", "true")]))["$LATEST"].clone();
    assert_eq!(
        talkative["DestinationConfig"],
        json!({ "OnFailure": { "Destination": topic }, "OnSuccess": { "Destination": topic } })
    );
}

#[test]
fn a_sweep_that_fails_is_left_to_the_next_and_mails_nobody() {
    let sweep = runs(&Stack::new(PLACES[0], &[("NotifyEveryRun", "true")]))["sweep"].clone();
    assert_eq!(sweep["MaximumRetryAttempts"], 0);
    assert_eq!(sweep["MaximumEventAgeInSeconds"], 60);
    assert!(sweep.get("DestinationConfig").is_none());
}

#[test]
fn of_what_the_topic_is_told_only_failed_events_go_on_to_the_queue() {
    let stack = Stack::new(PLACES[0], &[]);
    let queue = stack.properties("FailedEvents");
    assert_eq!(queue["Protocol"], "sqs");
    assert_eq!(queue["FilterPolicyScope"], "MessageBody");
    assert_eq!(queue["Endpoint"], "arn:aws:sqs:eu-central-1:123456789012:hopover-dead-letters");
    // What Lambda sends to a destination, by "Capturing records of Lambda asynchronous invocations".
    for (condition, goes_on) in [("RetriesExhausted", true), ("EventAgeExceeded", true), ("Success", false)] {
        let record = json!({
            "version": "1.0",
            "requestContext": { "condition": condition, "approximateInvokeCount": 3 },
            "requestPayload": event("i-a", InstanceState::Stopped),
        });
        assert_eq!(matches(&queue["FilterPolicy"], &record), Ok(goes_on), "{condition}");
    }
    let alarm = json!({ "AlarmName": "hopover-errors", "NewStateValue": "ALARM" });
    assert_eq!(matches(&queue["FilterPolicy"], &alarm), Ok(false));

    let writers = stack.properties("DeadLettersPolicy")["PolicyDocument"]["Statement"].clone();
    let writers = writers.as_array().unwrap().iter().map(|statement| {
        assert_eq!(statement["Action"], "sqs:SendMessage");
        let source = &statement["Condition"]["ArnEquals"]["aws:SourceArn"];
        (statement["Principal"]["Service"].as_str().unwrap().to_owned(), source.as_str().unwrap().to_owned())
    });
    let expected = [
        ("events.amazonaws.com", "arn:aws:events:eu-central-1:123456789012:rule/hopover-StateChanges"),
        ("sns.amazonaws.com", "arn:aws:sns:eu-central-1:123456789012:hopover"),
    ];
    assert_eq!(
        writers.collect::<BTreeMap<_, _>>(),
        expected.map(|(who, from)| (who.to_owned(), from.to_owned())).into()
    );
}

#[test]
fn the_two_test_events_of_the_console_are_events_that_hopover_acts_on() {
    for place @ (_, region) in PLACES {
        let schema = Stack::new(place, &[]).properties("TestEvents");
        assert_eq!(schema["RegistryName"], "lambda-testevent-schemas");
        assert_eq!(schema["SchemaName"], "_hopover-schema");
        assert_eq!(schema["Type"], "OpenApi3");
        let content: Value = serde_json::from_str(schema["Content"].as_str().unwrap()).unwrap();
        assert_eq!(content["openapi"], "3.0.0");
        let examples = content["components"]["examples"].as_object().unwrap();
        let names: Vec<_> = examples.keys().collect();
        assert_eq!(names, ["member-1-fails", "member-2-fails"]);
        for (example, instance) in examples.values().zip(["i-a", "i-b"]) {
            let event = &example["value"];
            let Ok(Trigger::StateChange(change)) = Trigger::from_json(&event.to_string()) else {
                panic!("{event} is no state change")
            };
            assert_eq!(
                (change.instance.as_str(), change.state, change.region.as_str()),
                (instance, InstanceState::Stopped, region)
            );
            let described = &content["components"]["schemas"]["Event"];
            let has = |name: &Value| event.get(name.as_str().unwrap()).is_some();
            assert!(described["required"].as_array().unwrap().iter().all(has));
            assert_eq!(
                event.as_object().unwrap().keys().collect::<Vec<_>>(),
                described["properties"].as_object().unwrap().keys().collect::<Vec<_>>()
            );
        }
    }
}

#[test]
fn the_registry_of_test_events_is_made_only_where_there_is_none() {
    let made = |choice: &str| {
        let stack = Stack::new(PLACES[0], &[("TestEventRegistry", choice)]);
        (stack.is_made("TestEventSchemas"), stack.is_made("TestEvents"))
    };
    assert_eq!(["create", "exists", "none"].map(made), [(true, true), (false, true), (false, false)]);
    let uses = Stack::new(PLACES[0], &[("TestEventRegistry", "exists")]).properties("TestEvents");
    assert_eq!(uses["RegistryName"], "lambda-testevent-schemas");
}
