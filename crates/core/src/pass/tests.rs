use super::*;
use crate::observation::InstanceState::{Pending, Running, Stopped, Stopping};
use crate::report::{Outcome, RouteResult};
use crate::route::{Route, RouteState};
use crate::testing::{World, at, failure, id, key, order, route};
use crate::write::{FailureKind, WriteFailure};

/// A pass that is driven by hand.
struct Hand {
    pass: Pass,
    ms: i64,
}

/// Begins a pass at 0, to end at 55 s.
fn begin(world: &World) -> Hand {
    let group = Arc::new(world.group.clone());
    Hand { pass: Pass::start(group, world.trigger(), at(0), at(55_000)), ms: 0 }
}

impl Hand {
    /// The next action, as a text: `wait 500` is for 500 ms from now.
    fn next(&mut self) -> String {
        match self.pass.next(at(self.ms)) {
            Action::Observe => "observe".to_owned(),
            Action::Replace(change) => format!("{} -> {}", change.key.destination, change.to.interface),
            Action::Wait(until) => format!("wait {}", until.as_millisecond() - at(self.ms).as_millisecond()),
            Action::Done(report) => format!("done: {}", report.summary),
        }
    }

    /// Every action until the pass waits or is over.
    fn all(&mut self) -> Vec<String> {
        let mut actions = Vec::new();
        loop {
            let action = self.next();
            let last = action.starts_with("wait") || action.starts_with("done") || action == "observe";
            actions.push(action);
            if last {
                return actions;
            }
        }
    }

    fn later(&mut self, ms: i64) -> &mut Self {
        self.ms += ms;
        self
    }

    /// Looks, and 100 ms later sees that world.
    fn look(&mut self, world: &World) -> &mut Self {
        assert_eq!(self.next(), "observe");
        self.later(100).see(Ok(world.seen.clone()))
    }

    fn see(&mut self, result: Result<Observation, ObserveFailure>) -> &mut Self {
        self.pass.observed(at(self.ms), result);
        self
    }

    fn answer(&mut self, to: &str, result: WriteResult) -> &mut Self {
        self.pass.replaced(at(self.ms), &key("rtb-main", to), result);
        self
    }

    fn report(&mut self) -> GroupReport {
        match self.pass.next(at(self.ms)) {
            Action::Done(report) => *report,
            other => panic!("the pass is not over: {other:?}"),
        }
    }

    /// What was told since the last call.
    fn told(&mut self) -> Vec<String> {
        self.pass.take_facts().iter().map(ToString::to_string).collect()
    }
}

fn denied() -> WriteResult {
    WriteResult::Failed(WriteFailure {
        kind: FailureKind::Denied,
        code: "UnauthorizedOperation".to_owned(),
        message: "no".to_owned(),
    })
}

fn no_reply() -> WriteResult {
    WriteResult::NoReply("none within 5 s".to_owned())
}

fn results(report: &GroupReport) -> Vec<String> {
    report.routes.iter().map(|route| format!("{} {}", route.key.destination, route.result)).collect()
}

/// A is stopped and its event has come; the two routes are still on A.
fn a_fails() -> World {
    World::pair().is("A", Stopped).event("A", Stopped)
}

/// The same with a single route, the default route.
fn a_fails_with_one_route() -> World {
    let mut world = a_fails();
    world.table_mut("rtb-main").routes.truncate(1);
    world
}

fn default_moved(world: &World) -> World {
    world.clone().moved("rtb-main", "0.0.0.0/0", "B")
}

fn both_moved(world: &World) -> World {
    default_moved(world).moved("rtb-main", "10.1.0.0/16", "B")
}

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
fn a_world_that_is_right_is_looked_at_once_and_nothing_is_written() {
    for world in [
        World::pair(),
        World::pair().is("B", Stopped),
        World::pair().event("B", Stopping),
        World::of(&["A", "B"]),
    ] {
        let mut hand = begin(&world);
        hand.look(&world);
        let report = hand.report();
        assert_eq!(report.outcome, Outcome::NothingToDo);
        assert_eq!((report.looks, report.timings.apply_ms), (1, 0));
    }
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

// Both down, and back again.

#[test]
fn with_nobody_up_nothing_is_written_and_the_pass_says_so() {
    let world = a_fails().is("B", Stopped);
    let mut hand = begin(&world);
    hand.look(&world);
    assert_eq!(hand.next(), "done: NO healthy next hop, 2 routes left on A");
    assert_eq!(hand.report().outcome, Outcome::Refused);
}

#[test]
fn a_running_event_that_is_not_seen_yet_is_looked_for_while_routes_wait() {
    let world = World::pair().is("A", Stopped).is("B", Pending).event("B", Running);
    let mut hand = begin(&world);
    for pause in [500, 1_000, 2_000, 4_000, 8_000] {
        hand.look(&world);
        assert_eq!(hand.next(), format!("wait {pause}"));
        hand.later(pause);
    }
    hand.look(&world);
    assert_eq!(hand.next(), "done: NO healthy next hop, 2 routes left on A");
}

#[test]
fn a_running_event_moves_the_waiting_routes_once_the_member_is_seen_to_run() {
    let world = World::pair().is("A", Stopped).is("B", Pending).event("B", Running);
    let mut hand = begin(&world);
    hand.look(&world).later(500);
    hand.look(&world.is("B", Running));
    assert_eq!(hand.next(), "0.0.0.0/0 -> eni-b-lan");
}

#[test]
fn a_running_event_with_nothing_waiting_is_not_looked_for() {
    let world = World::pair().is("B", Pending).event("B", Running);
    let mut hand = begin(&world);
    hand.look(&world);
    assert_eq!(hand.report().outcome, Outcome::NothingToDo);
}

#[test]
fn a_target_that_dies_during_the_pass_is_left_again() {
    let world =
        World::of(&["A", "B", "C"]).table("rtb-main", [route("0.0.0.0/0", "eni-a-lan")]).is("A", Stopped);
    let mut hand = begin(&world);
    hand.look(&world).all();
    hand.later(100).answer("0.0.0.0/0", WriteResult::Replaced);
    let b_dies = default_moved(&world).is("B", Stopping);
    hand.look(&b_dies);
    assert_eq!(hand.next(), "0.0.0.0/0 -> eni-c-lan");
    hand.later(100).answer("0.0.0.0/0", WriteResult::Replaced);
    hand.later(500).look(&b_dies.moved("rtb-main", "0.0.0.0/0", "C"));
    assert_eq!(hand.next(), "done: 1 route moved from A to C in 400 ms");
}

#[test]
fn routes_that_are_stuck_on_the_second_member_are_said_to_be_there() {
    let world = a_fails_with_one_route();
    let mut hand = begin(&world);
    hand.look(&world).all();
    hand.later(100).answer("0.0.0.0/0", WriteResult::Replaced);
    hand.look(&default_moved(&world).is("B", Stopping));
    assert_eq!(hand.next(), "done: NO healthy next hop, 1 route left on B");
}

// Looks that disagree, and other passes.

#[test]
fn a_stale_look_after_writing_is_looked_at_again_until_it_agrees() {
    let world = World::pair().event("A", Stopping);
    let mut hand = begin(&world);
    hand.look(&world).all();
    hand.later(100).answer("0.0.0.0/0", WriteResult::Replaced);
    hand.answer("10.1.0.0/16", WriteResult::Replaced);
    hand.look(&default_moved(&world));
    assert_eq!(hand.next(), "wait 500");
    hand.later(500).look(&both_moved(&world));
    assert_eq!(hand.report().outcome, Outcome::Moved);
    assert_eq!(hand.report().looks, 3);
}

#[test]
fn a_look_that_never_agrees_ends_as_unverified() {
    let world = World::pair().event("A", Stopping);
    let mut hand = begin(&world);
    hand.look(&world).all();
    hand.later(100).answer("0.0.0.0/0", WriteResult::Replaced);
    hand.answer("10.1.0.0/16", WriteResult::Replaced);
    let half = default_moved(&world);
    for pause in [500, 1_000, 2_000, 4_000, 8_000] {
        hand.look(&half);
        assert_eq!(hand.next(), format!("wait {pause}"));
        hand.later(pause);
    }
    hand.look(&half);
    let report = hand.report();
    assert_eq!(report.outcome, Outcome::Unverified);
    assert_eq!(results(&report), ["0.0.0.0/0 moved", "10.1.0.0/16 unverified"]);
    assert_eq!(report.summary, "1 route written but not seen to have moved");
    assert_eq!(
        report.routes[1].after.as_ref().unwrap().interface,
        id("eni-b-lan"),
        "EC2's word is the last that was heard"
    );
}

#[test]
fn a_route_that_another_pass_pushed_back_to_a_dead_holder_is_moved_again() {
    let world = a_fails_with_one_route();
    let mut hand = begin(&world);
    hand.look(&world).all();
    hand.later(100).answer("0.0.0.0/0", WriteResult::Replaced);
    hand.look(&world);
    assert_eq!(hand.next(), "0.0.0.0/0 -> eni-b-lan");
}

#[test]
fn a_route_that_was_seen_moved_and_is_pushed_back_to_a_live_member_is_not_called_moved() {
    let world = World::pair().event("A", Stopping);
    let mut hand = begin(&world);
    hand.look(&world).all();
    hand.later(100).answer("0.0.0.0/0", WriteResult::Replaced);
    hand.answer("10.1.0.0/16", WriteResult::Replaced);
    hand.look(&default_moved(&world));
    // Now the second route is seen, and somebody has put the first one back.
    hand.later(500).look(&world.moved("rtb-main", "10.1.0.0/16", "B"));
    let report = hand.report();
    assert_eq!(results(&report), ["0.0.0.0/0 put back", "10.1.0.0/16 moved"]);
    assert_eq!(report.routes[0].after, Some(report.routes[0].before.clone()));
    assert_eq!(
        report.routes[0].reason,
        "moved, because the event says that i-a is stopping; then somebody else pointed it elsewhere"
    );
    assert_eq!(report.summary, "1 route moved from A to B in 200 ms");
}

#[test]
fn a_table_that_vanishes_after_the_write_is_reported_as_gone() {
    let world = a_fails();
    let mut hand = begin(&world);
    hand.look(&world).all();
    hand.later(100).answer("0.0.0.0/0", WriteResult::Replaced);
    hand.answer("10.1.0.0/16", WriteResult::Replaced);
    let mut gone = world.clone();
    gone.seen.tables.clear();
    hand.look(&gone);
    let report = hand.report();
    assert_eq!(results(&report), ["0.0.0.0/0 gone", "10.1.0.0/16 gone"]);
    assert_eq!(report.outcome, Outcome::NothingToDo);
}

#[test]
fn a_route_that_appears_on_the_dead_member_during_the_pass_moves_too() {
    let world = a_fails_with_one_route();
    let mut hand = begin(&world);
    hand.look(&world).all();
    hand.later(100).answer("0.0.0.0/0", WriteResult::Replaced);
    hand.look(&default_moved(&world).table("rtb-new", [route("10.8.0.0/16", "eni-a-wan")]));
    assert_eq!(hand.next(), "10.8.0.0/16 -> eni-b-wan");
}

// Looks that fail.

#[test]
fn a_look_that_fails_for_a_while_is_repeated() {
    let world = a_fails();
    let mut hand = begin(&world);
    for pause in [500, 1_000, 2_000, 4_000, 8_000, 8_000] {
        assert_eq!(hand.next(), "observe");
        hand.see(Err(failure("RequestLimitExceeded", true)));
        assert_eq!(hand.next(), format!("wait {pause}"));
        hand.later(pause);
    }
    hand.look(&world);
    assert_eq!(hand.next(), "0.0.0.0/0 -> eni-b-lan");
}

#[test]
fn a_good_look_makes_the_next_failure_a_first_one() {
    let world = a_fails_with_one_route();
    let mut hand = begin(&world);
    for pause in [500, 1_000] {
        hand.next();
        hand.see(Err(failure("RequestLimitExceeded", true)));
        hand.later(pause);
    }
    hand.look(&world).all();
    hand.later(100).answer("0.0.0.0/0", WriteResult::Replaced);
    hand.next();
    hand.see(Err(failure("RequestLimitExceeded", true)));
    assert_eq!(hand.next(), "wait 500");
}

#[test]
fn no_wait_is_longer_than_the_deadline() {
    let mut hand = begin(&a_fails());
    hand.next();
    hand.ms = 54_900;
    hand.see(Err(failure("RequestLimitExceeded", true)));
    assert_eq!(hand.next(), "wait 100");

    let world = a_fails();
    let mut hand = begin(&world);
    hand.look(&world).all();
    hand.ms = 54_900;
    hand.answer("0.0.0.0/0", WriteResult::Throttled);
    hand.answer("10.1.0.0/16", WriteResult::Throttled);
    assert_eq!(hand.next(), "wait 100");
}

#[test]
fn a_look_that_fails_for_good_ends_the_pass() {
    let mut hand = begin(&a_fails());
    hand.next();
    hand.see(Err(failure("UnauthorizedOperation", false)));
    assert_eq!(hand.next(), "done: nothing was done: UnauthorizedOperation");
    assert_eq!(hand.report().outcome, Outcome::CouldNotObserve);
}

#[test]
fn a_verifying_look_that_fails_for_good_leaves_the_writes_unverified() {
    let world = a_fails();
    let mut hand = begin(&world);
    hand.look(&world).all();
    hand.later(100).answer("0.0.0.0/0", WriteResult::Replaced);
    hand.answer("10.1.0.0/16", no_reply());
    hand.next();
    hand.see(Err(failure("UnauthorizedOperation", false)));
    let report = hand.report();
    assert_eq!(report.outcome, Outcome::Unverified);
    assert_eq!(results(&report), ["0.0.0.0/0 unverified", "10.1.0.0/16 unverified"]);
}

#[test]
fn routes_move_on_the_events_word_where_instances_may_not_be_read() {
    let world = World::pair().unreadable(false).event("A", Stopping);
    let mut hand = begin(&world);
    hand.look(&world);
    assert_eq!(hand.next(), "0.0.0.0/0 -> eni-b-lan");
}

#[test]
fn an_answer_without_instances_is_asked_for_twice_more_and_then_used() {
    let world = World::pair().unreadable(true).event("A", Stopping);
    let mut hand = begin(&world);
    hand.look(&world);
    assert_eq!(hand.next(), "wait 500");
    hand.later(500).look(&world);
    assert_eq!(hand.next(), "wait 1000");
    hand.later(1_000).look(&world);
    assert_eq!(hand.next(), "0.0.0.0/0 -> eni-b-lan");
}

#[test]
fn a_sweep_that_cannot_read_instances_says_so() {
    let world = World::pair().unreadable(false);
    let mut hand = begin(&world);
    hand.look(&world);
    assert_eq!(hand.next(), "done: nothing was done: ec2:DescribeInstances: refused");
    assert_eq!(hand.report().outcome, Outcome::CouldNotObserve);
}

#[test]
fn an_interface_of_another_vpc_is_a_wrong_configuration_and_nothing_is_written() {
    let mut world = a_fails();
    world.instance_mut("B").interfaces[0].vpc = Some(id("vpc-other"));
    let mut hand = begin(&world);
    hand.look(&world);
    assert_eq!(
        hand.next(),
        "done: nothing was done: configuration: interface eni-b-lan of member B is in vpc-other, but the group's VPC \
         is vpc-main: name an interface of vpc-main, or correct the VPC"
    );
    assert_eq!(hand.report().outcome, Outcome::Misconfigured);
}

// The deadline.

#[test]
fn time_up_while_looking_ends_as_blind() {
    let world = a_fails();
    let mut hand = begin(&world);
    assert_eq!(hand.all(), ["observe"]);
    assert_eq!(hand.next(), "wait 55000");
    hand.later(55_000);
    assert_eq!(hand.next(), "done: nothing was done: the VPC could not be seen");
    hand.see(Ok(world.seen.clone()));
    assert_eq!(hand.report().outcome, Outcome::CouldNotObserve, "a late answer");
}

#[test]
fn time_up_while_writing_says_what_was_not_written() {
    let mut routes: Vec<_> = (0..51).map(|n| route(&format!("10.{n:02}.0.0/16"), "eni-a-lan")).collect();
    routes.push(route("0.0.0.0/0", "eni-a-lan"));
    let world = World::of(&["A", "B"]).table("rtb-main", routes).is("A", Stopped);
    let mut hand = begin(&world);
    hand.look(&world).all();
    hand.later(100).answer("0.0.0.0/0", WriteResult::Replaced);
    hand.ms = 55_000;
    let report = hand.report();
    let count = |is: fn(&RouteResult) -> bool| report.routes_that(is).count();
    assert_eq!(count(|r| *r == RouteResult::Unverified), 50);
    assert_eq!(count(|r| *r == RouteResult::NotWritten), 2);
    assert_eq!(report.outcome, Outcome::Incomplete);
    assert!(hand.told().contains(&"time is up with 2 routes not written".to_owned()));

    hand.answer("10.01.0.0/16", WriteResult::Replaced);
    assert_eq!(hand.report(), report, "a late answer changes nothing");
    assert_eq!(hand.later(1_000).next(), format!("done: {}", report.summary));
}

#[test]
fn time_up_while_verifying_leaves_the_writes_unverified() {
    let world = a_fails_with_one_route();
    let mut hand = begin(&world);
    hand.look(&world).all();
    hand.later(100).answer("0.0.0.0/0", WriteResult::Replaced);
    assert_eq!(hand.next(), "observe");
    hand.ms = 55_000;
    let report = hand.report();
    assert_eq!(report.outcome, Outcome::Unverified);
    hand.see(Ok(default_moved(&world).seen));
    assert_eq!(hand.report(), report, "a late answer changes nothing");
}

#[test]
fn nothing_is_written_after_the_deadline() {
    let world = a_fails();
    let mut hand = begin(&world);
    hand.next();
    hand.ms = 54_999;
    hand.see(Ok(world.seen.clone()));
    hand.ms = 55_000;
    assert_eq!(hand.next(), "done: 2 routes could NOT be moved");
    assert_eq!(hand.report().outcome, Outcome::Incomplete);
}

#[test]
fn an_answer_for_a_route_that_was_not_asked_for_changes_nothing() {
    let world = a_fails_with_one_route();
    let mut hand = begin(&world);
    hand.answer("0.0.0.0/0", WriteResult::Replaced);
    hand.look(&world);
    hand.answer("10.77.0.0/16", denied());
    assert_eq!(hand.next(), "0.0.0.0/0 -> eni-b-lan");
    let before = hand.pass.clone();
    hand.see(Ok(world.seen.clone()));
    assert_eq!(hand.pass, before, "an observation that nobody asked for");
}

#[test]
fn a_clock_that_goes_backwards_costs_durations_and_nothing_else() {
    let world = a_fails_with_one_route();
    let mut hand = begin(&world);
    hand.look(&world).all();
    hand.later(-5_000).answer("0.0.0.0/0", WriteResult::Replaced);
    hand.look(&default_moved(&world));
    let report = hand.report();
    assert_eq!(report.outcome, Outcome::Moved);
    assert_eq!(report.timings.apply_ms, 0);
    assert_eq!(report.timings.to_last_route_ms, Some(0));
}

// Orders and preferences.

#[test]
fn a_switchover_moves_routes_of_a_live_member_and_is_over() {
    let world = World::pair().order(order("B"));
    let mut hand = begin(&world);
    hand.look(&world);
    assert_eq!(hand.all().len(), 3);
    hand.later(100).answer("0.0.0.0/0", WriteResult::Replaced);
    hand.answer("10.1.0.0/16", WriteResult::Replaced);
    hand.look(&both_moved(&world));
    assert_eq!(hand.next(), "done: 2 routes moved from A to B in 200 ms");
}

#[test]
fn a_switchover_to_a_dead_member_is_refused_with_its_reason() {
    let world = World::pair().is("B", Stopped).order(order("B"));
    let mut hand = begin(&world);
    hand.look(&world);
    assert_eq!(hand.next(), "done: nothing moved: B was asked for, but is down: i-b is stopped");
    assert_eq!(hand.report().outcome, Outcome::Refused);
    assert_eq!(results(&hand.report()), ["0.0.0.0/0 REFUSED", "10.1.0.0/16 REFUSED"]);
}

#[test]
fn a_switchover_that_is_refused_for_one_route_and_obeyed_for_another_is_incomplete() {
    let mut world = World::of(&["A", "B", "C"])
        .table("rtb-main", [route("10.1.0.0/16", "eni-a-lan"), route("10.2.0.0/16", "eni-a-wan")])
        .order(order("B"));
    world.group.members[1].interfaces.remove(&id("wan"));
    let mut hand = begin(&world);
    hand.look(&world).all();
    hand.later(100).answer("10.1.0.0/16", WriteResult::Replaced);
    hand.look(&world.moved("rtb-main", "10.1.0.0/16", "B"));
    assert_eq!(hand.next(), "done: 1 route could NOT be moved; 1 route moved from A to B");
    assert_eq!(hand.report().outcome, Outcome::Incomplete);
}

#[test]
fn an_order_for_another_group_is_no_order() {
    let mut order = order("B");
    order.group = id("other");
    let world = World::pair().order(order);
    let mut hand = begin(&world);
    hand.look(&world);
    assert_eq!(hand.report().outcome, Outcome::NothingToDo);
}

#[test]
fn preempt_moves_routes_back_in_a_sweep_once_the_member_has_been_up_for_long_enough() {
    let mut world = World::pair().launched("B", Some(at(-300_000)));
    world.group.preempt = Some(id("B"));
    let mut hand = begin(&world);
    hand.look(&world);
    assert_eq!(hand.next(), "0.0.0.0/0 -> eni-b-lan");
}

#[test]
fn an_event_of_a_stranger_is_told_and_looked_at_all_the_same() {
    let mut world = World::pair().is("A", Stopped);
    world.event = Some(crate::testing::event("stranger", Stopped));
    let mut hand = begin(&world);
    hand.look(&world);
    assert!(
        hand.told().contains(
            &"instance i-stranger holds no interface of the group; looking all the same".to_owned()
        )
    );
    assert_eq!(hand.next(), "0.0.0.0/0 -> eni-b-lan", "A is down, whoever says so");
}

#[test]
fn an_event_of_an_earlier_life_moves_nothing_and_says_why() {
    let world = World::pair().event("A", Stopping).launched("A", Some(at(50_000)));
    let mut hand = begin(&world);
    hand.look(&world);
    assert_eq!(hand.next(), "done: A carries 2 routes, B is ready");
    assert!(
        hand.told().contains(
            &"instance i-a was started again at 2026-01-01T00:00:50Z, after the event: that no longer counts"
                .to_owned()
        )
    );
}
