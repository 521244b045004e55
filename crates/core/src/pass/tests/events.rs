//! Events that are not what they seem.

use super::*;

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
    hand.look_twice(&world);
    assert_eq!(hand.next(), "done: A carries 2 routes, B is ready");
    assert!(
        hand.told().contains(
            &"instance i-a was started again at 2026-01-01T00:00:50Z, after the event: that no longer counts"
                .to_owned()
        )
    );
}
