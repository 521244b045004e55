//! Plays many worlds on every processor.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::text;
use hopover_storm::{Count, Mutant, Violation, draw, play};

/// What came of all.
#[derive(Debug, Default)]
pub(crate) struct Fleet {
    pub(crate) count: Count,
    /// The first of those that broke a promise, by seed.
    pub(crate) failures: Vec<(u64, Violation)>,
}

/// Worlds that a thread takes at once.
const CHUNK: u64 = 64;

/// So many failures are enough to look at.
const ENOUGH: usize = 20;

/// The time between two lines on stderr.
const PROGRESS: Duration = Duration::from_secs(5);

/// Plays the worlds of so many seeds.
pub(crate) fn play_all(from: u64, runs: u64) -> Fleet {
    let (next, over) = (AtomicU64::new(0), AtomicBool::new(false));
    let fleet = Mutex::new(Fleet::default());
    thread::scope(|scope| {
        let workers = thread::available_parallelism().map_or(1, usize::from);
        let workers: Vec<_> =
            (0..workers).map(|_| scope.spawn(|| work(from, runs, &next, &over, &fleet))).collect();
        let (begun, mut told) = (Instant::now(), Instant::now());
        while !workers.iter().all(thread::ScopedJoinHandle::is_finished) {
            thread::park_timeout(Duration::from_millis(50));
            if told.elapsed() >= PROGRESS {
                told = Instant::now();
                let done = next.load(Ordering::Relaxed).min(runs);
                let a_second = text::a_second(done, begun.elapsed());
                eprintln!("{done} of {runs} runs, {a_second} a second");
            }
        }
    });
    let mut fleet = fleet.into_inner().unwrap_or_default();
    fleet.failures.sort_by_key(|(seed, _)| *seed);
    fleet
}

fn work(from: u64, runs: u64, next: &AtomicU64, over: &AtomicBool, fleet: &Mutex<Fleet>) {
    while !over.load(Ordering::Relaxed) {
        let first = next.fetch_add(CHUNK, Ordering::Relaxed);
        if first >= runs {
            return;
        }
        let mut mine = Fleet::default();
        for seed in first..runs.min(first + CHUNK) {
            let outcome = play(&draw(from + seed), Mutant::None);
            mine.count.merge(&outcome.count);
            mine.failures.extend(outcome.violation.map(|violation| (from + seed, violation)));
        }
        let Ok(mut all) = fleet.lock() else { return };
        all.count.merge(&mine.count);
        all.failures.append(&mut mine.failures);
        if all.failures.len() >= ENOUGH {
            over.store(true, Ordering::Relaxed);
        }
    }
}
