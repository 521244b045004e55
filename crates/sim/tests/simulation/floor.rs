//! How close a failover comes to the fastest that EC2 allows: 50 writes at once, then 5 a second.

use hopover_core::fact::Fact;
use hopover_core::report::Outcome;
use hopover_core::{Span, Timestamp};
use hopover_sim::Simulation;
use hopover_sim::call::Call;

use crate::vpc::{Vpc, all_on, held, minutes, outcomes, stop};

/// When writes were acknowledged, and when each had been sent.
fn written(sim: &Simulation) -> Vec<(Timestamp, Timestamp)> {
    sim.story
        .iter()
        .filter_map(|told| match &told.fact {
            Fact::Replaced { ms, .. } => {
                let took = Span::from_millis(i64::try_from(*ms).unwrap());
                Some((told.at - took, told.at))
            }
            _ => None,
        })
        .collect()
}

#[test]
fn a_large_failover_is_at_most_5_percent_over_the_floor() {
    for routes in [100_u32, 500, 1_000] {
        let floor = f64::from(routes - 50) / 5.0;
        let mut worst: f64 = 0.0;
        for seed in 0..20 {
            let vpc = Vpc::large(routes as usize).set(|s| s.function_timeout = Span::from_secs(900));
            let mut sim = vpc.watched(seed);
            stop(&mut sim, "A");
            minutes(&mut sim, 10);
            assert!(all_on(&sim, "B"), "{routes} routes, seed {seed}: {:?}", held(&sim));
            assert_eq!(outcomes(&sim)[0], Outcome::Moved);
            let written = written(&sim);
            assert_eq!(written.len(), routes as usize);
            let first = written.iter().map(|(sent, _)| *sent).min().unwrap();
            let last = written.iter().map(|(_, acknowledged)| *acknowledged).max().unwrap();
            worst = worst.max(last.duration_since(first).as_secs_f64());
        }
        let over = (worst / floor - 1.0) * 100.0;
        println!("{routes} routes: floor {floor:.1} s, worst of 20 seeds {worst:.2} s ({over:.2} % over)");
        assert!(over <= 5.0, "{routes} routes: {over:.2} % over the floor");
    }
}

#[test]
fn fifty_routes_take_one_round_trip() {
    for seed in 0..20 {
        let mut sim = Vpc::large(50).watched(seed);
        stop(&mut sim, "A");
        minutes(&mut sim, 1);
        let report = sim.finished()[0].result.as_ref().unwrap();
        let timings = report.groups[0].timings;
        assert!(timings.apply_ms <= 140, "seed {seed}: {timings:?}");
        assert_eq!(sim.cloud.count(Call::ReplaceRoute), 50, "nothing was throttled");
    }
}

#[test]
fn what_a_run_has_no_time_for_is_done_by_those_that_follow() {
    for seed in 0..10 {
        let mut sim = Vpc::large(1_000).watched(seed);
        stop(&mut sim, "A");
        minutes(&mut sim, 1);
        assert_eq!(outcomes(&sim)[0], Outcome::Incomplete, "55 s are not enough");
        let done = held(&sim)["B"];
        assert!(done >= 300, "seed {seed}: {done} in the first run");
        minutes(&mut sim, 5);
        assert!(all_on(&sim, "B"), "seed {seed}: {:?}", held(&sim));
    }
}
