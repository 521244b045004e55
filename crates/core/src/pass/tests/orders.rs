//! Orders and preferences.

use super::*;

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
