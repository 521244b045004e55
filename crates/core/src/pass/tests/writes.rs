//! Looks, writes, and what comes back from them.

use super::*;

#[test]
fn a_failover_is_two_looks_and_the_writes_between() {
    let world = a_fails();
    let mut hand = begin(&world);
    hand.look(&world);
    assert_eq!(hand.all(), ["0.0.0.0/0 -> eni-b-lan", "10.1.0.0/16 -> eni-b-lan", "wait 54900"]);
    hand.later(80).answer("10.1.0.0/16", WriteResult::Replaced);
    assert_eq!(hand.next(), "wait 54820", "the other write is still on its way");
    hand.later(20).answer("0.0.0.0/0", WriteResult::Replaced);
    hand.look(&both_moved(&world));
    assert_eq!(hand.next(), "done: 2 routes moved from A to B in 200 ms");

    let report = hand.report();
    assert_eq!(report.outcome, Outcome::Moved);
    assert_eq!(report.looks, 2);
    let timings = report.timings;
    assert_eq!((timings.observe_ms, timings.apply_ms, timings.verify_ms), (100, 100, 100));
    assert_eq!(
        (timings.since_event_ms, timings.to_last_route_ms, timings.total_ms),
        (Some(0), Some(200), 300)
    );
}

#[test]
fn the_facts_of_a_failover_read_as_a_story() {
    let world = a_fails_with_one_route();
    let mut hand = begin(&world);
    hand.look(&world).all();
    hand.later(80).answer("0.0.0.0/0", WriteResult::Replaced);
    hand.look(&default_moved(&world));
    assert_eq!(
        hand.told(),
        [
            "event: instance i-a is stopped since 2026-01-01T00:00:00Z",
            "look 1: 1 route of the group in 1 route table, seen in 100 ms",
            "member A (i-a) is down: i-a is stopped",
            "member B (i-b) is up",
            "moving 1 route from A to B: i-a is stopped",
            "moved 0.0.0.0/0 in rtb-main: A (eni-a-lan) → B (eni-b-lan) in 80 ms",
            "look 2: 1 route of the group in 1 route table, seen in 100 ms",
            "1 route moved from A to B in 180 ms (done after 280 ms)",
        ]
    );
    assert!(hand.told().is_empty(), "a fact is told once");
}

#[test]
fn a_sweep_over_a_world_that_is_right_looks_once_and_writes_nothing() {
    for world in [World::pair(), World::pair().is("B", Stopped), World::of(&["A", "B"])] {
        let mut hand = begin(&world);
        hand.look(&world);
        let report = hand.report();
        assert_eq!(report.outcome, Outcome::NothingToDo);
        assert_eq!((report.looks, report.timings.apply_ms), (1, 0));
    }
}

#[test]
fn an_event_over_a_world_that_is_right_looks_twice_and_writes_nothing() {
    for world in [World::pair().event("B", Stopping), World::pair().event("B", Running)] {
        let mut hand = begin(&world);
        hand.look_twice(&world);
        let report = hand.report();
        assert_eq!(report.outcome, Outcome::NothingToDo);
        assert_eq!((report.looks, report.timings.apply_ms), (2, 0));
    }
}

#[test]
fn routes_that_a_stale_first_look_hides_are_moved_by_the_second() {
    let world = a_fails();
    let mut hand = begin(&world);
    hand.look(&both_moved(&world));
    assert_eq!(hand.next(), "wait 500");
    hand.later(500).look(&world);
    assert_eq!(hand.next(), "0.0.0.0/0 -> eni-b-lan");
}

#[test]
fn the_most_urgent_route_is_written_first() {
    let blackholed = Route { state: RouteState::Blackhole, ..route("10.9.0.0/16", "eni-a-lan") };
    let world = World::of(&["A", "B"])
        .table(
            "rtb-main",
            [
                route("10.1.0.0/16", "eni-a-lan"),
                blackholed,
                route("::/0", "eni-a-lan"),
                route("pl-branches", "eni-a-lan"),
                route("0.0.0.0/0", "eni-a-lan"),
            ],
        )
        .is("A", Stopped);
    let mut hand = begin(&world);
    hand.look(&world);
    assert_eq!(
        hand.all()[..5],
        [
            "0.0.0.0/0 -> eni-b-lan",
            "::/0 -> eni-b-lan",
            "10.9.0.0/16 -> eni-b-lan",
            "10.1.0.0/16 -> eni-b-lan",
            "pl-branches -> eni-b-lan",
        ]
    );
}

#[test]
fn writes_keep_to_the_burst_and_then_to_the_rate_of_ec2() {
    let routes: Vec<_> = (0..53).map(|n| route(&format!("10.{n}.0.0/16"), "eni-a-lan")).collect();
    let world = World::of(&["A", "B"]).table("rtb-main", routes).is("A", Stopped);
    let mut hand = begin(&world);
    hand.look(&world);
    let actions = hand.all();
    assert_eq!(actions.len(), 51);
    assert_eq!(actions[50], "wait 200");
    assert_eq!(hand.later(200).all().len(), 2, "one write, and a wait");
    assert_eq!(hand.later(400).all().len(), 3, "two writes, and a wait for answers");
}

#[test]
fn a_throttled_write_waits_and_is_tried_again() {
    let world = a_fails_with_one_route();
    let mut hand = begin(&world);
    hand.look(&world);
    for pause in [500, 1_000, 2_000, 2_000] {
        assert_eq!(hand.next(), "0.0.0.0/0 -> eni-b-lan");
        assert!(hand.next().starts_with("wait"));
        hand.later(100).answer("0.0.0.0/0", WriteResult::Throttled);
        assert_eq!(hand.next(), format!("wait {pause}"));
        hand.later(pause);
    }
    assert_eq!(hand.next(), "0.0.0.0/0 -> eni-b-lan");
    hand.later(100).answer("0.0.0.0/0", WriteResult::Replaced);
    hand.look(&default_moved(&world));
    assert_eq!(hand.report().outcome, Outcome::Moved);
}

#[test]
fn a_throttled_default_route_comes_before_specific_ones_that_still_wait() {
    let mut routes = vec![route("0.0.0.0/0", "eni-a-lan")];
    routes.extend((0..60).map(|n| route(&format!("10.{n}.0.0/16"), "eni-a-lan")));
    let world = World::of(&["A", "B"]).table("rtb-main", routes).is("A", Stopped);
    let mut hand = begin(&world);
    hand.look(&world).all();
    hand.later(100).answer("0.0.0.0/0", WriteResult::Throttled);
    hand.later(500);
    assert_eq!(hand.next(), "0.0.0.0/0 -> eni-b-lan");
}

#[test]
fn a_refusal_slows_down_the_writes_that_follow() {
    let mut world = a_fails();
    let routes = &mut world.table_mut("rtb-main").routes;
    routes.push(route("10.2.0.0/16", "eni-a-lan"));
    let mut hand = begin(&world);
    hand.look(&world).all();
    for to in ["0.0.0.0/0", "10.1.0.0/16", "10.2.0.0/16"] {
        hand.answer(to, WriteResult::Throttled);
    }
    assert_eq!(
        hand.later(500).all(),
        ["0.0.0.0/0 -> eni-b-lan", "10.1.0.0/16 -> eni-b-lan", "wait 100"],
        "the bucket is taken to be empty, and holds two again after 500 ms"
    );
    assert_eq!(hand.later(100).next(), "10.2.0.0/16 -> eni-b-lan");
}

#[test]
fn a_lost_reply_of_a_write_that_was_made_is_settled_by_looking() {
    let world = a_fails_with_one_route();
    let mut hand = begin(&world);
    hand.look(&world).all();
    hand.later(5_000).answer("0.0.0.0/0", no_reply());
    hand.look(&default_moved(&world));
    assert_eq!(hand.next(), "done: 1 route moved from A to B in 5200 ms");
}

#[test]
fn a_lost_reply_of_a_write_that_was_not_made_is_written_again() {
    let world = a_fails_with_one_route();
    let mut hand = begin(&world);
    hand.look(&world).all();
    hand.later(5_000).answer("0.0.0.0/0", no_reply());
    hand.look(&world);
    assert_eq!(hand.next(), "0.0.0.0/0 -> eni-b-lan");
    hand.later(100).answer("0.0.0.0/0", WriteResult::Replaced);
    assert_eq!(hand.next(), "wait 500", "the second round looks a little later");
    hand.later(500).look(&default_moved(&world));
    assert_eq!(hand.report().outcome, Outcome::Moved);
}

#[test]
fn one_failure_does_not_keep_the_others_from_moving() {
    let world = a_fails();
    let mut hand = begin(&world);
    hand.look(&world).all();
    hand.later(50).answer("0.0.0.0/0", denied());
    hand.later(50).answer("10.1.0.0/16", WriteResult::Replaced);
    hand.look(&world.clone().moved("rtb-main", "10.1.0.0/16", "B"));
    let report = hand.report();
    assert_eq!(results(&report), ["0.0.0.0/0 FAILED", "10.1.0.0/16 moved"]);
    assert_eq!(report.outcome, Outcome::Incomplete);
    assert_eq!(report.summary, "1 route could NOT be moved; 1 route moved from A to B");
    assert_eq!(report.routes[0].reason, "permission ec2:ReplaceRoute is missing (UnauthorizedOperation: no)");
}

#[test]
fn a_definite_failure_is_not_repeated() {
    let world = a_fails_with_one_route();
    let mut hand = begin(&world);
    hand.look(&world).all();
    hand.later(50).answer("0.0.0.0/0", denied());
    hand.look(&world);
    assert_eq!(hand.next(), "done: 1 route could NOT be moved");
}

#[test]
fn after_a_definite_failure_another_target_is_tried() {
    let world =
        World::of(&["A", "B", "C"]).table("rtb-main", [route("0.0.0.0/0", "eni-a-lan")]).is("A", Stopped);
    let mut hand = begin(&world);
    hand.look(&world);
    assert_eq!(hand.next(), "0.0.0.0/0 -> eni-b-lan");
    hand.later(50).answer("0.0.0.0/0", denied());
    // B is gone by the next look: that is why.
    hand.look(&world.clone().detached("B"));
    assert_eq!(hand.next(), "0.0.0.0/0 -> eni-c-lan");
    hand.later(50).answer("0.0.0.0/0", WriteResult::Replaced);
    hand.later(500).look(&world.moved("rtb-main", "0.0.0.0/0", "C"));
    assert_eq!(hand.next(), "done: 1 route moved from A to C in 300 ms");
}

#[test]
fn a_write_that_failed_but_is_seen_to_be_made_has_moved() {
    let world = a_fails_with_one_route();
    let mut hand = begin(&world);
    hand.look(&world).all();
    hand.later(50).answer("0.0.0.0/0", denied());
    hand.look(&default_moved(&world));
    assert_eq!(hand.report().outcome, Outcome::Moved);
}
