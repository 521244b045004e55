//! The product holds every property in every state; without one of its decisions it does not.

use hopover_model::{Bounds, Failover, Mutant};
use stateright::{Checker, Model};

/// Checks every state within the bounds; there is no limit on the depth.
fn check(bounds: Bounds, mutant: Mutant) -> impl Checker<Failover> {
    Failover::new(bounds, mutant).checker().threads(2).spawn_bfs().join()
}

/// The properties that do not hold.
fn broken(checker: &impl Checker<Failover>) -> Vec<&'static str> {
    Failover::SAFETY.into_iter().filter(|property| checker.discovery(property).is_some()).collect()
}

fn assert_holds(bounds: Bounds) {
    let checker = check(bounds, Mutant::None);
    println!("{} states, {} steps", checker.unique_state_count(), checker.state_count());
    for property in Failover::SAFETY {
        let way = checker.discovery(property).map(stateright::Path::into_actions);
        assert!(way.is_none(), "{property} does not hold: {way:#?}");
    }
    assert!(checker.discovery(Failover::FAILOVER).is_some(), "the model never fails over: it shows nothing");
}

#[test]
fn two_passes_may_overlap_at_every_interleaving() {
    assert_holds(Bounds::OVERLAP);
}

#[test]
fn stale_reads_lost_replies_late_writes_and_a_killed_pass_are_survived() {
    assert_holds(Bounds::FAULTS);
}

#[test]
fn instances_may_go_through_their_whole_lives() {
    assert_holds(Bounds::WHOLE_LIFE);
}

#[test]
fn a_route_that_may_not_be_written_keeps_no_other_back() {
    assert_holds(Bounds { denied: true, doubled: 0, ..Bounds::FAULTS });
}

#[test]
fn where_no_event_is_lost_one_pass_mends_a_lost_reply_without_a_sweep() {
    assert_holds(Bounds::NO_SWEEP);
}

#[test]
fn where_no_event_is_lost_a_second_look_mends_a_stale_read_without_a_sweep() {
    assert_holds(Bounds::NO_SWEEP_AND_STALE);
}

#[test]
fn by_trusting_a_single_read_routes_are_left_on_a_dead_member() {
    let checker = check(Bounds::NO_SWEEP_AND_STALE, Mutant::TrustsASingleRead);
    assert_eq!(broken(&checker), ["I5 without sweeps and lost events, all is right in the end"]);
}

#[test]
fn without_verifying_a_lost_write_stays_lost() {
    let checker = check(Bounds::NO_SWEEP, Mutant::DoesNotVerify);
    assert_eq!(broken(&checker), ["I5 without sweeps and lost events, all is right in the end"]);
}

#[test]
fn without_a_look_at_the_standby_routes_are_moved_to_a_dead_one() {
    let checker = check(Bounds::OVERLAP, Mutant::TrustsTheStandby);
    assert_eq!(broken(&checker), ["I3 never to a member known to be down"]);
}

#[test]
fn by_deleting_and_creating_a_destination_disappears() {
    let checker = check(Bounds::OVERLAP, Mutant::DeletesAndCreates);
    assert_eq!(broken(&checker), ["I1 no destination ever disappears"]);
}

#[test]
fn without_sweeps_a_lost_event_leaves_routes_on_a_dead_member() {
    let checker = check(Bounds { sweeps: false, ..Bounds::OVERLAP }, Mutant::None);
    assert_eq!(broken(&checker), ["I5 without sweeps and lost events, all is right in the end"]);
}
