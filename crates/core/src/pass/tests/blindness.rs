//! Looks that fail.

use super::*;

#[test]
fn a_look_that_fails_for_a_while_is_repeated() {
    let world = a_fails();
    let mut hand = begin(&world);
    for pause in [500, 1_000, 2_000, 2_000, 2_000, 2_000] {
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
