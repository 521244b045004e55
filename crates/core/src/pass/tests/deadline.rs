//! The deadline.

use super::*;

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
