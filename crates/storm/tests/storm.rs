//! A few thousand random worlds, and proof that the reference can tell.

use std::thread;

use hopover_sim::tally::Mischief;
use hopover_storm::{Act, Count, Invariant, Mutant, draw, play, shrink};

const WORLDS: u64 = 3_000;

/// Plays worlds on every processor; panics at the first that breaks a promise.
fn play_all(worlds: u64) -> Count {
    let workers = thread::available_parallelism().map_or(1, |n| n.get() as u64);
    let part = |worker: u64| {
        let mut count = Count::default();
        for seed in (worker..worlds).step_by(usize::try_from(workers).unwrap()) {
            let outcome = play(&draw(seed), Mutant::None);
            if let Some(violation) = outcome.violation {
                panic!("{violation}\n  cargo run --release -p hopover-storm -- --seed {seed}");
            }
            count.merge(&outcome.count);
        }
        count
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|worker| scope.spawn(move || part(worker))).collect();
        let mut all = Count::default();
        for worker in workers {
            all.merge(&worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        all
    })
}

#[test]
fn thousands_of_storms_break_no_promise_and_leave_no_fault_and_no_promise_out() {
    let count = play_all(WORLDS);
    assert_eq!(count.runs, WORLDS);
    for mischief in Mischief::ALL {
        assert!(count.mischief.count(mischief) > 0, "no {mischief}");
    }
    for (act, number) in Act::SORTS.iter().zip(count.acts) {
        assert!(number > 0, "no {act}");
    }
    for invariant in Invariant::ALL {
        assert!(count.checked.count(invariant) > 0, "not checked: {invariant}");
    }
    assert!(count.failovers > WORLDS / 4, "{count:?}");
    assert!(count.failbacks > 0 && count.switchovers > 0, "{count:?}");
}

#[test]
fn a_seed_plays_the_same_way_again() {
    for seed in 0..100 {
        let (first, second) = (play(&draw(seed), Mutant::None), play(&draw(seed), Mutant::None));
        assert!(!first.story.is_empty(), "seed {seed}");
        assert_eq!(first, second, "seed {seed}");
    }
}

#[test]
fn different_seeds_make_different_worlds() {
    assert_ne!(draw(1).to_string(), draw(2).to_string());
    assert_eq!(draw(1).to_string(), draw(1).to_string());
}

#[test]
fn worlds_are_as_small_and_as_large_as_they_should_be() {
    let worlds: Vec<_> = (0..WORLDS).map(draw).collect();
    let most = |of: fn(&hopover_storm::Scenario) -> usize| worlds.iter().map(of).max().unwrap();
    let least = |of: fn(&hopover_storm::Scenario) -> usize| worlds.iter().map(of).min().unwrap();
    let members = |world: &hopover_storm::Scenario| world.groups[0].members.len();
    assert_eq!((least(members), most(members)), (2, 4));
    assert_eq!((least(|w| w.groups.len()), most(|w| w.groups.len())), (1, 2));
    assert_eq!(least(|world| world.tables.len()), 1);
    assert!(most(|world| world.tables.len()) >= 36, "{}", most(|world| world.tables.len()));
    assert!(most(hopover_storm::Scenario::routes) >= 600, "{}", most(hopover_storm::Scenario::routes));
}

/// The first world in which the reference catches a mutant, and what it says.
fn caught(mutant: Mutant, invariant: Invariant) -> u64 {
    let found = (0..5_000).find(|seed| {
        let violation = play(&draw(*seed), mutant).violation;
        violation.is_some_and(|violation| violation.invariant == invariant)
    });
    found.unwrap_or_else(|| panic!("{mutant:?} was never caught by {invariant}"))
}

/// Each mutant, with a promise that it breaks.
const BREAKS: [(Mutant, Invariant); 19] = [
    (Mutant::DeletesATable, Invariant::RouteStays),
    (Mutant::WritesToAStranger, Invariant::WriteIsOurs),
    (Mutant::LeavesThePath, Invariant::WriteIsOurs),
    (Mutant::ForgetsExclusions, Invariant::WriteIsOurs),
    (Mutant::PointsBySleightOfHand, Invariant::NothingElseChanges),
    (Mutant::ShowsTheDeadRunning, Invariant::TargetNotDown),
    (Mutant::ShowsTheFirstStopped, Invariant::MoveIsDue),
    (Mutant::ForgetsLaunchTimes, Invariant::MoveIsDue),
    (Mutant::OverlooksDoubts, Invariant::BestIsTaken),
    (Mutant::SeesOneTable, Invariant::DueIsWritten),
    (Mutant::ShowsTheDeadRunning, Invariant::NoneOnTheDead),
    (Mutant::DropsDefaultRoutes, Invariant::NoneOnTheDead),
    (Mutant::NeverSweeps, Invariant::NoneOnTheDead),
    (Mutant::DropsDefaultRoutes, Invariant::BackHome),
    (Mutant::ShowsTheFirstStopped, Invariant::RestIsRest),
    (Mutant::HidesFailures, Invariant::FailureIsSaid),
    (Mutant::SeesOneTable, Invariant::DeniedHoldsUpNone),
    (Mutant::Overstays, Invariant::OverInTime),
    (Mutant::ReportsTheOldPlace, Invariant::ReportIsTrue),
];

#[test]
fn the_reference_catches_every_mutant_by_the_promise_that_it_breaks() {
    for mutant in Mutant::ALL {
        assert!(BREAKS.iter().any(|(other, _)| *other == mutant), "{mutant:?} has no promise to break");
    }
    for (mutant, invariant) in BREAKS {
        let seed = caught(mutant, invariant);
        println!("{mutant:?}: {invariant}, by seed {seed}");
    }
}

#[test]
fn what_breaks_a_promise_is_shrunk_to_a_small_world_that_breaks_the_same() {
    for (mutant, invariant) in [
        (Mutant::WritesToAStranger, Invariant::WriteIsOurs),
        (Mutant::ShowsTheDeadRunning, Invariant::TargetNotDown),
        (Mutant::NeverSweeps, Invariant::NoneOnTheDead),
    ] {
        let large = draw(caught(mutant, invariant));
        let small = shrink(&large, mutant, invariant);
        let violation = play(&small, mutant).violation;
        assert_eq!(violation.map(|violation| violation.invariant), Some(invariant), "{small}");
        assert_eq!(small.groups.len(), 1, "{small}");
        assert!(small.routes() <= 2 && small.tables.len() <= 2, "{small}");
        assert!(small.timeline.len() <= 3 && small.faults.len() <= 1, "{small}");
    }
}
