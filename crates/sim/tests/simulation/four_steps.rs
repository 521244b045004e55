//! The acceptance test of the original, and the step that it leaves out.

use hopover_core::report::Outcome;
use hopover_core::trigger::Trigger;
use hopover_sim::Simulation;
use hopover_sim::example::{self, group_name};

use crate::vpc::{all_on, bystanders, held, on_dead_members, routes, settle, start, stop, story};

const SEEDS: std::ops::Range<u64> = 0..200;

#[test]
fn the_example_begins_on_a() {
    let sim = example::simulation(0);
    assert_eq!(held(&sim), [("A".to_owned(), 9)].into());
    assert_eq!(bystanders(&sim).len(), 10);
}

#[test]
fn stop_a_start_a_stop_b_start_b() {
    for seed in SEEDS {
        let mut sim = example::simulation(seed);
        let bystanding = bystanders(&sim);
        for (step, member, holder) in
            [(stop as Step, "A", "B"), (start, "A", "B"), (stop, "B", "A"), (start, "B", "A")]
        {
            step(&mut sim, member);
            settle(&mut sim);
            assert!(all_on(&sim, holder), "seed {seed}: {:?}", held(&sim));
            assert_eq!(bystanders(&sim), bystanding, "seed {seed}");
        }
        assert!(no_run_failed(&sim), "seed {seed}: {:#?}", story(&sim));
    }
}

type Step = fn(&mut Simulation, &str);

#[test]
fn both_stop_one_comes_back_and_the_routes_follow_without_a_human() {
    for seed in SEEDS {
        for back in ["A", "B"] {
            let mut sim = example::simulation(seed);
            let bystanding = bystanders(&sim);
            stop(&mut sim, "A");
            settle(&mut sim);
            stop(&mut sim, "B");
            settle(&mut sim);
            assert!(all_on(&sim, "B"), "seed {seed}: nothing moves between two dead members");
            start(&mut sim, back);
            settle(&mut sim);
            assert!(all_on(&sim, back), "seed {seed}: {:?}", held(&sim));
            assert_eq!(bystanders(&sim), bystanding, "seed {seed}");
        }
    }
}

#[test]
fn both_stop_at_once_and_one_comes_back() {
    for seed in SEEDS {
        let mut sim = example::simulation(seed);
        stop(&mut sim, "A");
        stop(&mut sim, "B");
        settle(&mut sim);
        start(&mut sim, "B");
        settle(&mut sim);
        assert!(all_on(&sim, "B"), "seed {seed}: {:?}", held(&sim));
    }
}

#[test]
fn both_restart_and_nothing_is_left_on_a_dead_member() {
    for seed in SEEDS {
        let mut sim = example::simulation(seed);
        stop(&mut sim, "A");
        stop(&mut sim, "B");
        settle(&mut sim);
        start(&mut sim, "A");
        start(&mut sim, "B");
        settle(&mut sim);
        assert!(on_dead_members(&sim).is_empty(), "seed {seed}");
    }
}

#[test]
fn a_terminated_member_is_left_too() {
    for seed in SEEDS {
        let mut sim = example::simulation(seed);
        sim.terminate(&example::instance("A")).unwrap();
        settle(&mut sim);
        assert!(all_on(&sim, "B"), "seed {seed}");
    }
}

#[test]
fn the_event_of_the_stop_itself_moves_the_routes() {
    for seed in SEEDS {
        let mut sim = example::simulation(seed);
        stop(&mut sim, "A");
        settle(&mut sim);
        let first = &sim.finished()[0];
        let report = first.result.as_ref().unwrap();
        assert!(
            matches!(&report.trigger, Trigger::StateChange(change) if change.state.as_str() == "stopping")
        );
        assert_eq!(report.outcome, Outcome::Moved);
        let last_route = first.last_route_at(&group_name()).unwrap();
        let since_stop = last_route.duration_since(example::epoch());
        assert!(since_stop.as_millis() < 1_500, "seed {seed}: {since_stop}");
    }
}

#[test]
fn the_same_seed_tells_the_same_story() {
    let tell = |seed| {
        let mut sim = example::simulation(seed);
        stop(&mut sim, "A");
        settle(&mut sim);
        start(&mut sim, "A");
        settle(&mut sim);
        (story(&sim), routes(&sim), sim.now())
    };
    assert_eq!(tell(7), tell(7));
    assert_ne!(tell(7).0, tell(8).0);
}

fn no_run_failed(sim: &Simulation) -> bool {
    sim.finished()
        .iter()
        .all(|finished| finished.result.as_ref().is_ok_and(|report| !report.outcome.is_failure()))
}
