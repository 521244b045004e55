//! What befalls the function itself: its clock is wrong, it is killed, its calls take too long.

use hopover_core::report::Outcome;
use hopover_core::{Span, Timestamp};
use hopover_sim::Simulation;
use hopover_sim::call::Call;
use hopover_sim::tally::Mischief;

use crate::vpc::{Vpc, all_on, held, minutes, outcomes, settle, start, stop, story};

const SEEDS: std::ops::Range<u64> = 0..50;

fn count(sim: &Simulation, mischief: Mischief) -> u64 {
    sim.cloud.tally.count(mischief)
}

#[test]
fn a_function_whose_clock_is_minutes_off_fails_over_all_the_same() {
    for minutes_ahead in [-10, -1, 1, 10] {
        for seed in SEEDS {
            let mut sim = Vpc::pair().watched(seed);
            sim.set_clock(Span::from_mins(minutes_ahead));
            stop(&mut sim, "A");
            settle(&mut sim);
            assert!(all_on(&sim, "B"), "{minutes_ahead} min, seed {seed}: {:#?}", story(&sim));
            assert!(outcomes(&sim).iter().all(|outcome| !outcome.is_failure()));
            assert_eq!(count(&sim, Mischief::ClockJump), 1);
        }
    }
}

#[test]
fn a_run_does_not_see_that_its_clock_is_set() {
    // The same run, once with a clock that is set while it writes.
    let durations = |jump: Option<Span>| {
        let mut sim = Vpc::large(200).watched(1);
        stop(&mut sim, "A");
        sim.advance(Span::from_secs(10));
        assert_eq!(sim.running_since().count(), 1, "it is in the middle");
        sim.set_clock(jump.unwrap_or_default());
        minutes(&mut sim, 1);
        let first = &sim.finished()[0];
        (first.ended_at.duration_since(first.began_at), first.result.as_ref().unwrap().groups[0].timings)
    };
    assert_eq!(durations(None), durations(Some(Span::from_mins(-10))));
    assert_eq!(durations(None), durations(Some(Span::from_mins(10))));
}

#[test]
fn a_clock_that_is_ahead_ends_the_wait_for_failback_early_and_one_that_is_behind_late() {
    let back_after = |ahead: Span| {
        let mut vpc = Vpc::pair();
        vpc.group.preempt = Some(hopover_sim::example::known("A"));
        let mut sim = vpc.watched(1);
        stop(&mut sim, "A");
        settle(&mut sim);
        start(&mut sim, "A");
        let launched: Timestamp = sim.now();
        sim.set_clock(ahead);
        while !all_on(&sim, "A") {
            sim.advance(Span::from_secs(1));
        }
        sim.now().duration_since(launched).as_secs()
    };
    assert!((300..365).contains(&back_after(Span::ZERO)));
    assert!((180..245).contains(&back_after(Span::from_mins(2))));
    assert!((420..485).contains(&back_after(Span::from_mins(-2))));
}

#[test]
fn a_function_that_is_killed_reports_nothing_and_is_tried_again() {
    let mut sim = Vpc::pair().set(|s| s.killed = 100).watched(1);
    stop(&mut sim, "A");
    sim.advance(Span::from_secs(2));
    let first = &sim.finished()[0];
    assert_eq!(first.result.as_ref().unwrap_err(), "the function was killed");
    assert_eq!(sim.cloud.count(Call::ReplaceRoute), 0, "at its first answer");
    let mut mild = sim.settings().clone();
    (mild.killed, mild.sweep) = (0, None);
    sim.change_settings(mild);
    minutes(&mut sim, 2);
    assert!(all_on(&sim, "B"), "{:#?}", story(&sim));
    assert!(sim.finished().iter().any(|finished| finished.invocation.attempt == 1));
}

#[test]
fn what_a_killed_function_has_sent_still_arrives() {
    let (mut killed, mut late) = (0, 0);
    for seed in SEEDS {
        let mut sim = Vpc::large(30).set(|s| s.killed = 10).watched(seed);
        stop(&mut sim, "A");
        sim.advance(Span::from_secs(10));
        killed += count(&sim, Mischief::Killed);
        late += count(&sim, Mischief::LateWrite);
        minutes(&mut sim, 15);
        assert!(all_on(&sim, "B"), "seed {seed}: {:?}", held(&sim));
    }
    assert!(killed > 0 && late > 0, "{killed} killed, {late} writes arrived after");
}

#[test]
fn a_call_that_takes_longer_than_its_client_waits_is_unanswered_and_may_have_been_made() {
    let (mut reads, mut writes) = (0, 0);
    for seed in SEEDS {
        let slow = |s: &mut hopover_sim::Settings| s.call = Span::from_secs(1)..=Span::from_millis(5_500);
        let mut sim = Vpc::pair().set(slow).watched(seed);
        stop(&mut sim, "A");
        minutes(&mut sim, 5);
        assert!(all_on(&sim, "B"), "seed {seed}: {:#?}", story(&sim));
        reads += count(&sim, Mischief::ReadTooSlow);
        writes += count(&sim, Mischief::WriteTooSlow);
    }
    assert!(reads > 0 && writes > 0, "{reads} reads, {writes} writes");

    let much_too_slow = |s: &mut hopover_sim::Settings| s.call = Span::from_secs(6)..=Span::from_secs(7);
    let mut sim = Vpc::pair().set(much_too_slow).watched(1);
    minutes(&mut sim, 2);
    assert_eq!(outcomes(&sim)[0], Outcome::CouldNotObserve);
}

#[test]
fn the_record_tells_what_each_write_went_by_and_what_came_of_it() {
    let mut sim = Vpc::pair().watched(1);
    sim.keep_record();
    stop(&mut sim, "A");
    settle(&mut sim);
    let record = sim.record().unwrap();
    assert_eq!((record.writes.len(), record.handled.len()), (4, 4));
    for write in &record.writes {
        let sight = write.sight.as_ref().unwrap();
        assert!(sight.seen.route(&write.change.key).is_some());
        assert!(write.trigger.state_change().is_some());
        let (handled_at, made) = write.handled.unwrap();
        assert!(made && sight.at <= write.sent_at && write.sent_at < handled_at);
        assert!(write.answer.as_ref().is_some_and(|(answered_at, _)| handled_at < *answered_at));
    }
    let first = &record.runs[0];
    assert_eq!((first.finished, first.handled), (0, 4));
    assert!(first.sights[0].1.len() >= 2, "it looked before it wrote, and after");
}
