//! Runs that fail, and what becomes of their events.

use std::time::Duration;

use hopover_e2e::cloud::stack::{NAME, template};
use hopover_e2e::world::event;
use serde_json::{Value, json};

use crate::stage::{MINUTE, Stage, all_well};

/// The shortest run in which hopover has time to look and to tell. Its own limit is a minute, which three runs would take to
/// the end: while EC2 does not answer, a pass goes on trying.
const RUN: Duration = Duration::from_secs(4);

#[test]
fn an_event_for_which_ec2_never_answers_is_tried_three_times_and_then_kept() {
    let mut stage = Stage::new();
    stage.cloud.limit_runs_to(RUN);
    stage.cloud.ec2.fault(&json!({ "match": {}, "effect": "lost_request" }));
    let event = event(&stage.a, "stopped");
    stage.cloud.emit(&event);
    let invocations = stage.settle();

    let [invocation] = &invocations[..] else { panic!("{invocations:#?}") };
    assert_eq!(invocation.ended.as_deref(), Some("RetriesExhausted"));
    assert_eq!(invocation.attempts.len(), 3);
    for error in &invocation.attempts {
        let error = error.as_deref().expect("it failed");
        assert!(error.starts_with("hopover: nothing was done: no answer to ec2:Describe"), "{error}");
    }
    // The failure destination is the topic, and the topic hands it on to the queue.
    let kept = stage.dead_letters();
    let [kept] = &kept[..] else { panic!("{kept:#?}") };
    let kept: Value = serde_json::from_str(kept).expect("Lambda's record");
    assert_eq!(kept["requestPayload"], event);
    assert_eq!(kept["requestContext"]["condition"], "RetriesExhausted");
    assert_eq!(kept["requestContext"]["approximateInvokeCount"], 3);
    assert_eq!(kept["responsePayload"]["errorType"], "hopover.CouldNotObserve");
    // People were told by hopover itself, once, and at last by Lambda.
    let bodies = stage.bodies();
    assert_eq!(bodies.len(), 2, "{bodies:#?}");
    assert!(bodies[0].contains("no answer to ec2:Describe"), "{bodies:#?}");
    assert!(bodies[1].contains("RetriesExhausted"), "{bodies:#?}");
    stage.cloud.ec2.heal();
    assert_eq!(stage.carried(), (2, 0));
}

#[test]
fn an_event_that_meets_a_short_outage_of_ec2_is_acted_on_by_the_next_try() {
    let mut stage = Stage::new();
    stage.cloud.limit_runs_to(RUN);
    stage.cloud.ec2.fault(&json!({ "match": {}, "effect": "lost_request" }));
    // The outage is over while the event waits.
    stage.cloud.minutes_last(Duration::from_hours(1));
    stage.cloud.emit(&event(&stage.a, "stopped"));
    stage.until(|stage| stage.cloud.invocations().iter().any(|each| each.attempts.len() == 1));
    stage.cloud.ec2.heal();
    stage.cloud.minutes_last(MINUTE);
    let invocations = stage.settle();
    assert!(all_well(&invocations) && invocations[0].attempts.len() == 2, "{invocations:#?}");
    assert_eq!(stage.carried(), (0, 2));
    assert_eq!(stage.dead_letters(), Vec::<String>::new());
}

#[test]
fn events_that_wait_for_too_long_are_given_up_kept_and_made_up_for_by_a_sweep() {
    let mut stage = Stage::new();
    // One minute instead of ten, so that it is over before the second of three tries.
    let impatient = template().replace("MaximumEventAgeInSeconds: 600\n", "MaximumEventAgeInSeconds: 60\n");
    stage.stack.update(&impatient, &stage.parameters()).expect("updated");
    stage.cloud.limit_runs_to(RUN);
    stage.cloud.ec2.fault(&json!({ "match": { "Action": "DescribeRouteTables" }, "effect": "lost_request" }));
    let a = stage.a.clone();
    let invocations = stage.stop(&a);
    assert_eq!(invocations.len(), 2, "stopping and stopped");
    for invocation in &invocations {
        let end = (invocation.attempts.len(), invocation.ended.as_deref());
        assert_eq!(end, (1, Some("EventAgeExceeded")), "{invocations:#?}");
    }
    let kept = stage.dead_letters();
    assert_eq!(kept.len(), 2, "{kept:#?}");
    for record in &kept {
        let record: Value = serde_json::from_str(record).expect("Lambda's record");
        assert_eq!(record["requestContext"]["condition"], "EventAgeExceeded");
        assert_eq!(record["requestPayload"]["detail"]["instance-id"], *a.instance);
    }
    stage.cloud.ec2.heal();
    assert_eq!(stage.carried(), (2, 0));
    assert!(all_well(&stage.sweep()));
    assert_eq!(stage.carried(), (0, 2));
}

#[test]
fn an_event_that_may_not_reach_the_function_is_kept_too() {
    let mut stage = Stage::new();
    stage.cloud.take_back_permission(NAME, &stage.stack.resource("StateChangesMayInvoke"));
    let a = stage.a.clone();
    stage.stop(&a);
    assert_eq!(stage.settle(), []);
    let kept = stage.dead_letters();
    assert_eq!(kept.len(), 2, "stopping and stopped: {kept:#?}");
    assert!(kept.iter().all(|event| event.contains(&a.instance)), "{kept:#?}");
}
