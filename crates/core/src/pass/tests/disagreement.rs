//! Looks that disagree, and other passes.

use super::*;

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
