use std::collections::BTreeSet;

use serde_json::json;

use crate::doctor::testing::{FUNCTION, ready, rule, subscription};
use crate::survey::{Subscription, Unread};

#[test]
fn a_rule_that_lets_all_states_of_both_through_is_named_with_what_it_invokes() {
    assert_eq!(ready().says("event-rule"), "ok: all states of A, B reach lambda hopover by rule watch");
}

#[test]
fn a_rule_for_every_state_but_running_is_a_warning() {
    let mut scene = ready();
    scene.rules()[0] = rule(
        "watch",
        json!({ "source": ["aws.ec2"], "detail": { "state": [{ "anything-but": "running" }] } }),
    );
    assert_eq!(scene.says("event-rule"), "warning: watch does not let through running of A, running of B");
}

#[test]
fn a_rule_that_misses_a_state_or_a_member_is_a_problem_and_another_rule_mends_it() {
    let mut scene = ready();
    scene.rules()[0] = rule("watch", json!({ "detail": { "instance-id": ["i-a"], "state": ["stopped"] } }));
    assert_eq!(
        scene.says("event-rule"),
        "problem: watch does not let through pending, running, stopping, shutting-down, terminated of A, \
         anything of B (i-b)"
    );
    let mend = scene.mend("event-rule");
    assert!(mend.starts_with("aws events put-rule --name hopover-vaer --event-pattern '{"), "{mend}");
    assert!(mend.contains("\"instance-id\":[\"i-a\",\"i-b\"]"), "{mend}");
    assert!(mend.ends_with(&format!("--targets Id=hopover,Arn={FUNCTION} --region eu-central-1")), "{mend}");
}

#[test]
fn two_rules_that_cover_one_member_each_are_enough() {
    let mut scene = ready();
    *scene.rules() = ["i-a", "i-b"].map(|id| rule(id, json!({ "detail": { "instance-id": [id] } }))).into();
    assert_eq!(
        scene.says("event-rule"),
        "ok: all states of A, B reach lambda hopover by rule i-a, lambda hopover by rule i-b"
    );
}

#[test]
fn no_rule_at_all_a_disabled_one_and_one_without_a_target_are_problems() {
    let mut scene = ready();
    scene.rules()[0].enabled = false;
    assert_eq!(scene.says("event-rule"), "problem: disabled: watch");
    assert_eq!(scene.mend("event-rule"), "aws events enable-rule --name watch --region eu-central-1");
    scene.rules()[0].enabled = true;
    scene.rules()[0].targets = Ok(BTreeSet::new());
    assert_eq!(scene.says("event-rule"), "problem: without a target: watch");
    assert_eq!(
        scene.mend("event-rule"),
        "aws events put-targets --rule watch --targets Id=hopover,Arn=FUNCTION --region eu-central-1"
    );
    scene.rules().remove(0);
    assert_eq!(
        scene.says("event-rule"),
        "problem: no rule of the default event bus lets the instances' events through"
    );
    assert_eq!(scene.says("sweep"), "");
}

#[test]
fn a_pattern_on_the_arn_of_an_instance_is_understood() {
    let mut scene = ready();
    let arn = |id| format!("arn:aws:ec2:eu-central-1:123456789012:instance/{id}");
    scene.rules()[0] = rule("watch", json!({ "resources": [arn("i-a"), arn("i-b")] }));
    assert_eq!(scene.amiss(), []);
}

#[test]
fn a_pattern_that_cannot_be_judged_is_unknown() {
    let mut scene = ready();
    scene.rules()[0] = rule("watch", json!({ "detail": { "state": [{ "cidr": "10.0.0.0/8" }] } }));
    assert_eq!(
        scene.says("event-rule"),
        "unknown: watch: its pattern uses the operator cidr, which hopover does not evaluate"
    );
}

#[test]
fn targets_that_could_not_be_read_do_not_make_a_rule_useless() {
    let mut scene = ready();
    scene.rules()[0].targets = Err(Unread::because("events:ListTargetsByRule is denied"));
    assert_eq!(
        scene.says("event-rule"),
        "ok: all states of A, B reach rule watch, whose targets could not be read, because \
         events:ListTargetsByRule is denied"
    );
}

#[test]
fn without_a_sweep_of_the_same_function_there_is_a_warning() {
    let mut scene = ready();
    scene.rules()[1].targets =
        Ok(BTreeSet::from(["arn:aws:lambda:eu-central-1:1:function:other".to_owned()]));
    assert_eq!(
        scene.says("sweep"),
        "warning: no scheduled rule of the default event bus invokes what the events do"
    );
    assert!(
        scene.mend("sweep").starts_with(
            "aws events put-rule --name hopover-vaer-sweep --schedule-expression 'rate(1 minute)'"
        )
    );
}

#[test]
fn a_sweep_by_an_alias_is_one_of_the_same_function() {
    let mut scene = ready();
    let by_alias = |function: &str| Ok(BTreeSet::from([format!("{function}:sweep")]));
    scene.rules()[1].targets = by_alias(FUNCTION);
    assert_eq!(scene.says("sweep"), "ok: rate(1 minute) by rule sweep");
    scene.rules()[1].targets = by_alias(&FUNCTION.replace("function:", "function:other-"));
    assert!(scene.says("sweep").starts_with("warning: "), "{}", scene.says("sweep"));
}

#[test]
fn the_queue_for_failed_events_is_nobody_who_hears() {
    let mut scene = ready();
    let queue = scene.topic.as_ref().unwrap().as_str().replace(":sns:", ":sqs:") + "-dead-letters";
    let queue = Subscription { protocol: "sqs".to_owned(), endpoint: queue, confirmed: true };
    scene.survey.subscriptions = Some(Ok(vec![queue.clone(), subscription("ops@example.com", false)]));
    assert_eq!(scene.says("topic"), "problem: no subscription is confirmed: email ops@example.com");
    scene.survey.subscriptions = Some(Ok(vec![queue.clone()]));
    assert_eq!(scene.says("topic"), "problem: it has no subscription");
    let other = Subscription { endpoint: queue.endpoint.replace("dead-letters", "inbox"), ..queue };
    scene.survey.subscriptions = Some(Ok(vec![other]));
    assert!(scene.says("topic").starts_with("ok: 1 confirmed subscription: sqs "));
}

#[test]
fn a_topic_that_nobody_hears_from_is_a_problem() {
    let mut scene = ready();
    scene.survey.subscriptions = Some(Ok(Vec::new()));
    assert_eq!(scene.says("topic"), "problem: it has no subscription");
    let subscribe = "--protocol email --notification-endpoint ADDRESS";
    assert!(scene.mend("topic").starts_with("aws sns subscribe ") && scene.mend("topic").contains(subscribe));
    scene.survey.subscriptions = Some(Ok(vec![subscription("ops@example.com", false)]));
    assert_eq!(scene.says("topic"), "problem: no subscription is confirmed: email ops@example.com");
    assert!(scene.mend("topic").starts_with("# follow the link in the mail from SNS"));
    assert!(scene.mend("topic").contains(subscribe));
}

#[test]
fn one_confirmed_subscription_is_enough_and_the_pending_ones_are_named() {
    let mut scene = ready();
    let both = vec![subscription("ops@example.com", true), subscription("boss@example.com", false)];
    scene.survey.subscriptions = Some(Ok(both));
    assert_eq!(
        scene.says("topic"),
        "ok: 1 confirmed subscription: email ops@example.com\n\
         warning: not confirmed yet: email boss@example.com"
    );
}

#[test]
fn no_topic_is_a_warning_that_shows_what_to_configure() {
    let mut scene = ready();
    scene.topic = None;
    assert_eq!(scene.says("topic"), "warning: none is configured: nobody is told of a failover");
    assert!(scene.mend("topic").ends_with("topic = \"arn:aws:sns:eu-central-1:ACCOUNT:hopover\""));
}
