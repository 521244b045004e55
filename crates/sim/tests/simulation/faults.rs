//! What goes wrong, and that no route is lost by it.

use hopover_core::Span;
use hopover_core::report::{Outcome, RouteResult};
use hopover_core::trigger::Trigger;
use hopover_sim::call::Call;
use hopover_sim::example::{epoch, known, route};
use hopover_sim::fault::{Fault, Harm};
use hopover_sim::{Simulation, example};

use crate::vpc::{
    Vpc, all_on, held, holders, instance, minutes, on_dead_members, outcomes, reports, routes, settle, start,
    stop, story,
};

const SEEDS: std::ops::Range<u64> = 0..50;

fn writes(harm: Harm) -> Fault {
    Fault::always(Call::ReplaceRoute, harm)
}

/// Stops A and lets the first run end.
fn stop_a(vpc: Vpc, seed: u64) -> Simulation {
    let mut sim = vpc.watched(seed);
    stop(&mut sim, "A");
    settle(&mut sim);
    sim
}

#[test]
fn a_third_of_the_writes_throttled_costs_time_and_no_route() {
    for seed in SEEDS {
        let sim = stop_a(Vpc::large(50).fault(writes(Harm::Throttle).chance(30)), seed);
        assert!(all_on(&sim, "B"), "seed {seed}: {:?}", held(&sim));
        assert_eq!(outcomes(&sim)[0], Outcome::Moved, "seed {seed}: in the first run");
        assert!(sim.cloud.count(Call::ReplaceRoute) > 50, "the fault did strike");
    }
}

#[test]
fn with_two_thirds_of_the_writes_throttled_the_second_run_does_what_is_left() {
    let mut in_the_first = 0;
    for seed in SEEDS {
        let vpc = Vpc::large(50).fault(writes(Harm::Throttle).chance(70));
        let mut sim = vpc.watched(seed);
        stop(&mut sim, "A");
        minutes(&mut sim, 2);
        assert!(all_on(&sim, "B"), "seed {seed}: {:?}", held(&sim));
        in_the_first += usize::from(outcomes(&sim)[0] == Outcome::Moved);
    }
    println!("70 % throttled: {in_the_first} of 50 in the first run");
    assert!(in_the_first >= 25, "{in_the_first}");
}

#[test]
fn an_empty_bucket_is_waited_for() {
    for seed in SEEDS {
        let mut sim = Vpc::large(50).watched(seed);
        sim.cloud.drain_bucket(Call::ReplaceRoute, epoch());
        stop(&mut sim, "A");
        settle(&mut sim);
        assert!(all_on(&sim, "B"), "seed {seed}");
        assert_eq!(outcomes(&sim)[0], Outcome::Moved);
        // 50 routes at 5 a second are 10 s; nothing is asked for in a hot loop.
        let calls = sim.cloud.count(Call::ReplaceRoute);
        assert!((51..=130).contains(&calls), "seed {seed}: {calls} calls");
    }
}

#[test]
fn one_denied_table_leaves_no_other_behind() {
    for seed in SEEDS {
        let mut sim = stop_a(Vpc::large(100).fault(writes(Harm::Deny).on(known("rtb-001"))), seed);
        let left: Vec<_> = on_dead_members(&sim);
        assert_eq!(left.len(), 20);
        assert!(left.iter().all(|route| route.contains(" in rtb-001 ")));
        assert_eq!(held(&sim)["B"], 80);

        let report = reports(&sim).next().unwrap();
        assert_eq!(report.outcome, Outcome::Incomplete);
        let failed = report.routes_that(|r| matches!(r, RouteResult::Failed { .. })).count();
        assert_eq!(failed, 20);

        // The permission is mended, and the next run does the rest.
        sim.cloud.faults.clear();
        minutes(&mut sim, 2);
        assert!(all_on(&sim, "B"), "seed {seed}");
    }
}

#[test]
fn a_denied_write_is_asked_for_once_a_run() {
    let sim = stop_a(Vpc::pair().fault(writes(Harm::Deny)), 1);
    let runs = sim.finished().len() as u64;
    assert_eq!(sim.cloud.count(Call::ReplaceRoute), 4 * runs);
}

#[test]
fn lost_replies_are_settled_by_looking_whether_the_change_was_made_or_not() {
    for harm in [Harm::LoseReply, Harm::LoseRequest] {
        for seed in SEEDS {
            let sim = stop_a(Vpc::large(40).fault(writes(harm.clone()).chance(25)), seed);
            assert!(all_on(&sim, "B"), "{harm:?}, seed {seed}");
            assert_eq!(outcomes(&sim)[0], Outcome::Moved, "{harm:?}, seed {seed}");
        }
    }
}

#[test]
fn a_change_that_was_made_without_a_reply_is_not_made_twice() {
    let sim = stop_a(Vpc::large(40).fault(writes(Harm::LoseReply)), 3);
    assert!(all_on(&sim, "B"));
    assert_eq!(sim.cloud.count(Call::ReplaceRoute), 40);
}

#[test]
fn faults_of_the_service_are_tried_again() {
    for call in [Call::ReplaceRoute, Call::DescribeInstances, Call::DescribeRouteTables] {
        for harm in [Harm::ServiceError, Harm::Throttle, Harm::LoseRequest] {
            for seed in 0..20 {
                let fault = Fault::always(call, harm.clone()).chance(50);
                let sim = stop_a(Vpc::pair().fault(fault), seed);
                assert!(all_on(&sim, "B"), "{call:?} {harm:?}, seed {seed}: {:#?}", story(&sim));
            }
        }
    }
}

#[test]
fn a_service_that_is_away_for_a_run_and_comes_back_is_found_by_a_retry_or_a_sweep() {
    for call in [Call::ReplaceRoute, Call::DescribeInstances, Call::DescribeRouteTables] {
        let mut sim = Vpc::pair().fault(Fault::always(call, Harm::ServiceError)).watched(1);
        stop(&mut sim, "A");
        sim.advance(Span::from_secs(100));
        sim.cloud.faults.clear();
        minutes(&mut sim, 3);
        assert!(all_on(&sim, "B"), "{call:?}");
    }
}

#[test]
fn a_table_that_vanishes_in_mid_pass_takes_no_other_with_it() {
    for seed in SEEDS {
        for nth in 0..4 {
            let fault = writes(Harm::TableVanishes(known("rtb-two"))).after(nth).times(1);
            let sim = stop_a(Vpc::pair().fault(fault), seed);
            assert_eq!(held(&sim), [("B".to_owned(), 2)].into(), "seed {seed}, write {nth}");
        }
    }
}

#[test]
fn a_target_interface_that_vanishes_in_mid_pass_makes_the_next_member_the_target() {
    for seed in SEEDS {
        for nth in 0..4 {
            let fault = writes(Harm::InterfaceVanishes(known("eni-b-lan"))).after(nth).times(1);
            let mut vpc = Vpc::of(&["A", "B", "C"]).fault(fault);
            vpc = vpc.table("rtb-one", [route("0.0.0.0/0", "eni-a-lan"), route("::/0", "eni-a-lan")]);
            vpc =
                vpc.table("rtb-two", [route("10.1.0.0/16", "eni-a-wan"), route("10.2.0.0/16", "eni-a-lan")]);
            let sim = stop_a(vpc, seed);
            assert!(all_on(&sim, "C"), "seed {seed}, write {nth}: {:?}", holders(&sim));
        }
    }
}

#[test]
fn a_pair_whose_standby_loses_its_interface_in_mid_pass_says_that_nobody_is_left() {
    let fault = writes(Harm::InterfaceVanishes(known("eni-b-lan"))).after(1).times(1);
    let mut sim = Vpc::pair().fault(fault).watched(1);
    stop(&mut sim, "A");
    sim.advance(Span::from_secs(10));
    let report = reports(&sim).next().unwrap();
    assert!(report.outcome.is_failure(), "{}", report.summary);
    // A comes back: every route follows, also those whose interface no longer exists.
    minutes(&mut sim, 1);
    start(&mut sim, "A");
    settle(&mut sim);
    assert!(routes(&sim).values().all(|target| target.starts_with("eni-a-")), "{:?}", routes(&sim));
}

#[test]
fn stale_reads_end_right_and_verified() {
    for seed in SEEDS {
        let vpc = Vpc::pair().set(|s| s.staleness = Span::ZERO..=Span::from_secs(5));
        let mut sim = stop_a(vpc, seed);
        assert!(all_on(&sim, "B"), "seed {seed}: {:#?}", story(&sim));
        assert_eq!(outcomes(&sim)[0], Outcome::Moved, "seed {seed}: {:#?}", story(&sim));
        start(&mut sim, "A");
        settle(&mut sim);
        assert!(all_on(&sim, "B"), "seed {seed}");
    }
}

#[test]
fn a_lost_event_is_made_good_by_the_sweep() {
    for seed in SEEDS {
        let mut sim = Vpc::pair().set(|s| s.event_lost = 100).watched(seed);
        stop(&mut sim, "A");
        minutes(&mut sim, 2);
        assert!(all_on(&sim, "B"), "seed {seed}");
        let moved = sim.finished().iter().find_map(|finished| {
            let report = finished.result.as_ref().ok()?;
            (report.outcome == Outcome::Moved).then_some(&report.trigger)
        });
        assert_eq!(moved, Some(&Trigger::Sweep));
    }
}

#[test]
fn a_doubled_event_moves_nothing_twice() {
    for seed in SEEDS {
        let sim = stop_a(Vpc::pair().set(|s| s.event_doubled = 100), seed);
        assert!(all_on(&sim, "B"), "seed {seed}");
        assert_eq!(sim.cloud.count(Call::ReplaceRoute), 4, "seed {seed}");
    }
}

#[test]
fn where_instances_may_not_be_read_the_event_still_moves_the_routes() {
    for harm in [Harm::Deny, Harm::ServiceError, Harm::LoseRequest] {
        let vpc = Vpc::pair().fault(Fault::always(Call::DescribeInstances, harm.clone()));
        let sim = stop_a(vpc, 1);
        assert!(all_on(&sim, "B"), "{harm:?}: {:#?}", story(&sim));
    }
}

#[test]
fn where_tables_may_not_be_read_every_run_says_so() {
    let vpc = Vpc::pair().fault(Fault::always(Call::DescribeRouteTables, Harm::Deny));
    let sim = stop_a(vpc, 1);
    let report = reports(&sim).next().unwrap();
    assert_eq!(report.summary, "nothing was done: ec2:DescribeRouteTables: UnauthorizedOperation");
    assert_eq!(sim.cloud.count(Call::ReplaceRoute), 0);
}

#[test]
fn with_everything_going_wrong_at_once_the_routes_arrive() {
    for seed in 0..200 {
        let vpc = Vpc::large(60)
            .fault(writes(Harm::Throttle).chance(20))
            .fault(writes(Harm::LoseReply).chance(10))
            .fault(writes(Harm::LoseRequest).chance(10))
            .fault(writes(Harm::ServiceError).chance(10))
            .fault(Fault::always(Call::DescribeRouteTables, Harm::Throttle).chance(20))
            .fault(Fault::always(Call::DescribeInstances, Harm::ServiceError).chance(20))
            .set(|s| {
                s.event_lost = 20;
                s.event_doubled = 20;
                s.staleness = Span::ZERO..=Span::from_secs(3);
            });
        let mut sim = vpc.watched(seed);
        stop(&mut sim, "A");
        minutes(&mut sim, 5);
        assert!(all_on(&sim, "B"), "seed {seed}: {:?}", held(&sim));
        assert_eq!(routes(&sim).len(), 60, "no route is lost");
    }
}

/// Stops and starts members at random for ten minutes; returns when the last change began.
fn turmoil(sim: &mut Simulation, members: &[&str], seed: u64) {
    let mut rng = fastrand::Rng::with_seed(seed);
    for _ in 0..20 {
        sim.advance(Span::from_secs(rng.i64(1..60)));
        let member = known(&instance(members[rng.usize(..members.len())]));
        // Some are refused, because the instance is on its way already.
        let _ = if rng.bool() { sim.stop(&member) } else { sim.start(&member) };
    }
    // Until every instance has arrived where it was going.
    minutes(sim, 1);
}

#[test]
fn after_any_turmoil_two_passes_leave_no_route_on_a_dead_member() {
    for seed in 0..200 {
        let vpc = Vpc::of(&["A", "B", "C"])
            .table("rtb-one", [route("0.0.0.0/0", "eni-a-lan"), route("::/0", "eni-b-lan")])
            .table("rtb-two", [route("10.1.0.0/16", "eni-c-wan")])
            .set(|s| {
                s.event_lost = 30;
                s.event_doubled = 30;
            });
        let mut sim = vpc.watched(seed);
        turmoil(&mut sim, &["A", "B", "C"], seed);
        for member in ["A", "B", "C"] {
            let _ = sim.start(&known(&instance(member)));
        }
        minutes(&mut sim, 1);
        let _ = sim.stop(&known("i-a"));
        sim.advance(Span::from_secs(31));
        // Everything has stopped changing: two more passes, by the sweep if by nothing else.
        let quiet_since = sim.now();
        while sim.finished().iter().filter(|finished| finished.began_at >= quiet_since).count() < 2 {
            sim.advance(Span::from_secs(1));
        }
        assert_eq!(on_dead_members(&sim), [""; 0], "seed {seed}");
        assert_eq!(routes(&sim).len(), 3, "no route is lost");
    }
}

#[test]
fn a_world_at_rest_is_not_written_to() {
    let mut sim = example::simulation(1);
    minutes(&mut sim, 60);
    settle(&mut sim);
    assert_eq!(sim.finished().len(), 60);
    assert_eq!(sim.cloud.count(Call::ReplaceRoute), 0);
    assert!(outcomes(&sim).iter().all(|outcome| *outcome == Outcome::NothingToDo));
}

#[test]
fn an_event_that_is_refused_changes_nothing_and_is_told() {
    let mut sim = Vpc::pair().watched(1);
    sim.invoke(serde_json::json!({ "source": "aws.s3", "detail-type": "Object Created" }));
    settle(&mut sim);
    let refused = sim.finished()[0].result.as_ref().unwrap_err();
    assert!(refused.starts_with("hopover does not handle \"Object Created\" events"), "{refused}");
    assert_eq!(sim.cloud.count(Call::DescribeRouteTables), 0);
}

/// The event of A's stop is refused, because B is down as well, and Lambda tries it again minutes later. By then A runs
/// again and holds the routes.
#[test]
fn an_event_of_an_earlier_life_that_is_tried_again_moves_nothing() {
    for seed in SEEDS {
        let mut sim = Vpc::pair().watched(seed);
        stop(&mut sim, "A");
        stop(&mut sim, "B");
        sim.advance(Span::from_secs(35));
        start(&mut sim, "A");
        sim.advance(Span::from_secs(24));
        assert!(all_on(&sim, "A"), "seed {seed}");
        start(&mut sim, "B");
        minutes(&mut sim, 10);
        assert!(all_on(&sim, "A"), "seed {seed}: {:#?}", story(&sim));
    }
}
