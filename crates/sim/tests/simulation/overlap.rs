//! Runs that cross each other: `ReplaceRoute` knows no compare-and-set.

use hopover_core::Span;
use hopover_core::report::Outcome;
use hopover_sim::Settings;

use crate::vpc::{Vpc, all_on, held, on_dead_members, outcomes, routes, settle, start, stop, story};

const SEEDS: std::ops::Range<u64> = 0..200;

/// Many runs at once, events late and out of order, answers of very different speed.
fn crossing(settings: &mut Settings) {
    settings.concurrency = 4;
    settings.event = Span::from_millis(100)..=Span::from_secs(20);
    settings.event_doubled = 50;
    settings.call = Span::from_millis(10)..=Span::from_secs(3);
    settings.stop = Span::from_secs(1)..=Span::from_secs(5);
    settings.start = Span::from_secs(1)..=Span::from_secs(5);
}

#[test]
fn runs_of_one_failure_that_cross_end_right() {
    for seed in SEEDS {
        let mut sim = Vpc::pair().set(crossing).watched(seed);
        stop(&mut sim, "A");
        settle(&mut sim);
        assert!(all_on(&sim, "B"), "seed {seed}");
        assert!(
            outcomes(&sim).iter().all(|outcome| !outcome.is_failure()),
            "seed {seed}: {:#?}",
            story(&sim)
        );
    }
}

#[test]
fn runs_of_opposite_failures_that_cross_leave_no_route_on_a_dead_member() {
    for seed in SEEDS {
        let mut sim = Vpc::pair().set(crossing).watched(seed);
        stop(&mut sim, "A");
        sim.advance(Span::from_secs(8));
        start(&mut sim, "A");
        sim.advance(Span::from_secs(8));
        stop(&mut sim, "B");
        settle(&mut sim);
        assert_eq!(on_dead_members(&sim), [""; 0], "seed {seed}: {:#?}", story(&sim));
        assert!(all_on(&sim, "A"), "seed {seed}: {:?}", held(&sim));
    }
}

#[test]
fn runs_that_cross_with_stale_reads_end_right_within_two_sweeps() {
    for seed in SEEDS {
        let vpc = Vpc::pair().set(crossing);
        let mut sim = vpc.set(|s| s.staleness = Span::ZERO..=Span::from_secs(5)).watched(seed);
        stop(&mut sim, "A");
        sim.advance(Span::from_secs(8));
        start(&mut sim, "A");
        sim.advance(Span::from_secs(8));
        stop(&mut sim, "B");
        sim.advance(Span::from_secs(125));
        assert_eq!(on_dead_members(&sim), [""; 0], "seed {seed}: {:#?}", story(&sim));
        assert_eq!(routes(&sim).len(), 4);
    }
}

#[test]
fn a_run_that_waits_for_its_turn_still_does_its_work() {
    // One at a time, and the first is kept busy by a slow EC2.
    let slow = |s: &mut Settings| {
        s.call = Span::from_secs(4)..=Span::from_secs(5);
        s.event = Span::from_millis(100)..=Span::from_millis(200);
        s.concurrency = 1;
    };
    let mut sim = Vpc::pair().set(slow).watched(1);
    stop(&mut sim, "A");
    settle(&mut sim);
    assert!(all_on(&sim, "B"));
    let finished = sim.finished();
    assert!(finished.windows(2).all(|pair| pair[0].ended_at <= pair[1].began_at));
    assert_eq!(outcomes(&sim)[0], Outcome::Moved);
}
