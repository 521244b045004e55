//! Both down, and back again.

use super::*;

#[test]
fn with_nobody_up_nothing_is_written_and_the_pass_says_so() {
    let world = a_fails().is("B", Stopped);
    let mut hand = begin(&world);
    hand.look_twice(&world);
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
fn a_running_event_with_nothing_waiting_is_not_waited_for() {
    let world = World::pair().is("B", Pending).event("B", Running);
    let mut hand = begin(&world);
    hand.look_twice(&world);
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

#[test]
fn a_route_that_comes_back_to_where_it_was_is_told_as_that() {
    let mut world = World::pair();
    world.group.preempt = Some(id("B"));
    let mut hand = begin(&world.clone().now(at(0)));
    hand.look(&world).all();
    hand.later(100).answer("0.0.0.0/0", WriteResult::Replaced).answer("10.1.0.0/16", WriteResult::Replaced);
    // B loses its interface just after it got the routes.
    let b_is_gone = both_moved(&world).detached("B");
    hand.look(&b_is_gone).all();
    hand.later(100).answer("0.0.0.0/0", WriteResult::Replaced).answer("10.1.0.0/16", WriteResult::Replaced);
    hand.later(500).look(&world.clone().detached("B"));
    assert_eq!(hand.next(), "done: 2 routes moved away and back to A in 400 ms");
    let report = hand.report();
    assert_eq!(report.outcome, Outcome::Moved);
    assert!(report.routes[0].reason.starts_with("moved away and back again, because eni-b-lan is attached"));
}
