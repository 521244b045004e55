//! What goes wrong on the way to EC2, over the wire.

use hopover_e2e::inbox::Inbox;
use hopover_e2e::pair::Pair;
use hopover_e2e::world::event;
use serde_json::json;

/// Destinations in a made-up branch network.
fn branches(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("172.16.{n}.0/24")).collect()
}

fn as_strs(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

#[test]
fn throttling_in_the_middle_costs_waiting_and_no_route() {
    let destinations = branches(20);
    let pair = Pair::with_routes(&as_strs(&destinations));
    for _ in 0..2 {
        pair.world.table(&as_strs(&destinations), &pair.a.interface);
    }
    // Sixty routes: the documented bucket lets fifty through at once; others in the account have used up half of it.
    pair.server.post("/_lab/buckets", &json!({ "ReplaceRoute": { "burst": 25, "refill_per_second": 10 } }));
    let function = pair.function();
    let answer = function.invoke(&event(&pair.a, "stopped"));
    assert!(
        answer.summary().starts_with("60 routes moved from host1 to host2"),
        "{answer:?}\n{}",
        function.log()
    );
    assert!(pair.world.picture().values().all(|target| *target != pair.a.interface));
    let throttled = pair
        .server
        .calls("ReplaceRoute")
        .iter()
        .filter(|call| call["code"] == "RequestLimitExceeded")
        .count();
    assert!(throttled > 0, "the bucket was never empty");
}

#[test]
fn a_table_that_is_denied_leaves_no_other_route_behind() {
    let pair = Pair::with_routes(&["0.0.0.0/0", "172.16.0.0/12"]);
    let denied = pair.world.table(&["0.0.0.0/0", "172.16.0.0/12"], &pair.a.interface);
    for _ in 0..3 {
        pair.world.table(&["0.0.0.0/0", "172.16.0.0/12"], &pair.a.interface);
    }
    pair.server
        .fault(&json!({ "match": { "Action": "ReplaceRoute", "RouteTableId": denied }, "effect": "deny" }));
    let function = pair.function();
    let answer = function.invoke(&event(&pair.a, "stopped"));
    let error = answer.error().expect("the run ends as failed");
    assert!(
        error.starts_with("hopover: 2 routes could NOT be moved; 8 routes moved from host1 to host2"),
        "{error}"
    );
    let left: Vec<_> =
        pair.world.picture().into_iter().filter(|(_, target)| *target == pair.a.interface).collect();
    assert!(left.len() == 2 && left.iter().all(|((table, _), _)| *table == denied), "{left:?}");
    let log = function.log();
    assert!(log.contains("permission ec2:ReplaceRoute is missing (UnauthorizedOperation"), "{log}");

    // The permission comes back: the next event moves the rest.
    pair.server.heal();
    let answer = function.invoke(&json!({ "source": "hopover", "detail-type": "Sweep" }));
    assert!(answer.error().is_none());
    pair.world.stop(&pair.a);
    let answer = function.invoke(&json!({ "source": "hopover", "detail-type": "Sweep" }));
    assert!(answer.summary().starts_with("2 routes moved from host1 to host2"), "{answer:?}");
}

#[test]
fn a_reply_that_is_lost_after_the_change_is_settled_by_looking_again() {
    let pair = Pair::with_routes(&["0.0.0.0/0", "172.16.0.0/12", "192.168.0.0/16"]);
    pair.server.fault(&json!({ "match": { "Action": "ReplaceRoute" }, "effect": "lost_reply", "count": 2 }));
    pair.server.forget_calls();
    let function = pair.function();
    let answer = function.invoke(&event(&pair.a, "stopped"));
    assert!(
        answer.summary().starts_with("3 routes moved from host1 to host2"),
        "{answer:?}\n{}",
        function.log()
    );
    assert_eq!(pair.server.calls("ReplaceRoute").len(), 3, "what was made is not made again");
    assert!(function.log().contains("no reply for "));
}

#[test]
fn a_request_that_is_lost_before_the_change_is_made_again() {
    let pair = Pair::with_routes(&["0.0.0.0/0", "172.16.0.0/12", "192.168.0.0/16"]);
    pair.server
        .fault(&json!({ "match": { "Action": "ReplaceRoute" }, "effect": "lost_request", "count": 1 }));
    pair.server.forget_calls();
    let function = pair.function();
    let answer = function.invoke(&event(&pair.a, "stopped"));
    assert!(
        answer.summary().starts_with("3 routes moved from host1 to host2"),
        "{answer:?}\n{}",
        function.log()
    );
    assert_eq!(pair.server.calls("ReplaceRoute").len(), 4);
}

#[test]
fn ec2_out_of_reach_in_the_init_phase_does_not_keep_the_function_from_working_later() {
    let pair = Pair::with_routes(&["0.0.0.0/0"]);
    // Both calls of the first look, in the init phase, meet a closed connection.
    pair.server.fault(
        &json!({ "match": { "Action": "DescribeRouteTables" }, "effect": "lost_request", "count": 1 }),
    );
    let function = pair.function();
    let answer = function.invoke(&event(&pair.a, "stopped"));
    assert!(answer.summary().starts_with("1 route moved from host1 to host2"), "{answer:?}");
    assert!(function.log().contains("each run looks for itself"), "{}", function.log());
}

#[test]
fn without_permission_to_see_instances_the_event_alone_moves_the_routes() {
    let pair = Pair::with_routes(&["0.0.0.0/0"]);
    pair.server.fault(&json!({ "match": { "Action": "DescribeInstances" }, "effect": "deny" }));
    let function = pair.function();
    let answer = function.invoke(&event(&pair.a, "stopped"));
    assert!(answer.summary().starts_with("1 route moved from host1 to host2"), "{answer:?}");
    let answer = function.invoke(&json!({ "source": "hopover", "detail-type": "Sweep" }));
    let error = answer.error().expect("a sweep that cannot see the instances says so");
    assert!(error.contains("ec2:DescribeInstances"), "{error}");
}

#[test]
fn a_message_that_cannot_be_sent_keeps_no_route_from_moving_and_the_next_run_sends_it() {
    let pair = Pair::with_routes(&["0.0.0.0/0"]);
    let inbox = Inbox::subscribe(&pair.server, "denied");
    pair.server.fault(&json!({ "match": { "Action": "Publish" }, "effect": "deny" }));
    let function = pair.function_with_topic(&inbox.topic);

    let answer = function.invoke(&event(&pair.a, "stopped"));
    assert_eq!(pair.carried(), (0, 1));
    let error = answer.error().expect("nobody was told, so the run failed");
    assert!(error.starts_with("hopover: 1 route moved from host1 to host2"), "{error}");
    assert!(error.contains("people could not be told") && error.contains("allow sns:Publish"), "{error}");
    assert!(inbox.read().is_empty());

    // It is kept for as long as nobody takes it, and sent once.
    let sweep = json!({ "source": "hopover", "detail-type": "Sweep" });
    assert!(function.invoke(&sweep).error().is_some_and(|error| error.contains("people could not be told")));
    pair.server.heal();
    assert!(function.invoke(&sweep).error().is_none());
    assert!(function.invoke(&sweep).error().is_none());
    let subjects: Vec<_> = inbox.read().into_iter().map(|message| message.subject).collect();
    assert!(
        subjects.len() == 1 && subjects[0].starts_with("hopover: 1 route moved from host1"),
        "{subjects:?}"
    );
}

#[test]
fn an_order_that_nobody_could_be_told_of_has_its_answer_and_is_not_tried_again() {
    let pair = Pair::with_routes(&["0.0.0.0/0"]);
    let inbox = Inbox::subscribe(&pair.server, "ordered");
    pair.server.fault(&json!({ "match": { "Action": "Publish" }, "effect": "deny" }));
    let function = pair.function_with_topic(&inbox.topic);
    let order = json!({ "source": "hopover", "detail-type": "Switchover", "detail": { "group": "hopover", "to": "host2" } });
    let answer = function.invoke(&order);
    assert!(answer.summary().starts_with("1 route moved from host1 to host2"), "{answer:?}");
    assert!(function.log().contains("not told: hopover: 1 route moved"), "{}", function.log());
}

#[test]
fn a_sweep_that_changes_nothing_is_silent_and_a_standing_trouble_is_told_once() {
    let pair = Pair::with_routes(&["0.0.0.0/0"]);
    let inbox = Inbox::subscribe(&pair.server, "sweeps");
    let function = pair.function_with_topic(&inbox.topic);
    let sweep = json!({ "source": "aws.events", "detail-type": "Scheduled Event", "detail": {} });
    assert!(function.invoke(&sweep).error().is_none());
    assert!(inbox.read().is_empty());

    // Every event is lost; the sweep finds it out, and does not say so again a minute later.
    pair.world.stop(&pair.a);
    pair.world.stop(&pair.b);
    for _ in 0..3 {
        assert_eq!(
            function.invoke(&sweep).error(),
            Some("hopover: NO healthy next hop, 1 route left on host1")
        );
    }
    let subjects: Vec<_> = inbox.read().into_iter().map(|message| message.subject).collect();
    assert_eq!(subjects, ["hopover: NO healthy next hop, 1 route left on host1"]);

    // One comes back, and again only the sweep sees it.
    pair.world.start(&pair.b);
    assert!(function.invoke(&sweep).summary().starts_with("1 route moved from host1 to host2"));
    let subjects: Vec<_> = inbox.read().into_iter().map(|message| message.subject).collect();
    assert!(subjects.len() == 1 && subjects[0].starts_with("hopover: 1 route moved"), "{subjects:?}");
}

#[test]
fn a_standing_trouble_that_could_not_be_told_is_told_by_the_next_sweep() {
    let pair = Pair::with_routes(&["0.0.0.0/0"]);
    let inbox = Inbox::subscribe(&pair.server, "later");
    let function = pair.function_with_topic(&inbox.topic);
    pair.world.stop(&pair.a);
    pair.world.stop(&pair.b);
    let sweep = json!({ "source": "aws.events", "detail-type": "Scheduled Event", "detail": {} });
    pair.server.fault(&json!({ "match": { "Action": "Publish" }, "effect": "deny" }));
    function.invoke(&sweep);
    assert!(inbox.read().is_empty());

    pair.server.heal();
    function.invoke(&sweep);
    let subjects: Vec<_> = inbox.read().into_iter().map(|message| message.subject).collect();
    assert_eq!(subjects, ["hopover: NO healthy next hop, 1 route left on host1"]);
}
