//! A restore: puts routes back to where a backup has them, and looks until they are there.
//!
//! Like a [`crate::pass::Pass`] it is a state machine without a clock: a driver asks [`Restoration::next`] what to do, does
//! it, and tells what came of it with [`Restoration::looked`] and [`Restoration::written`]. It writes only what an operator
//! was shown and agreed to ([`Comparison`]), and every write passes [`check()`] against the look that it follows.
//!
//! What points elsewhere is replaced, never deleted and made again. What was not in the backup is removed only if everything
//! was asked for, and last: once nothing else is left to restore.

mod check;
mod compare;
mod report;
mod write;

use std::collections::BTreeMap;

use crate::observation::ObserveFailure;
use crate::pacing::{Bucket, Pacer};
use crate::report::count_routes;
use crate::route::{RouteKey, Target};
use crate::tables::Look;
use crate::write::WriteResult;
use crate::{Span, Timestamp};

pub use check::{Rule, check};
pub use compare::{Act, AssociationDifference, Comparison, Difference, Fate, TableGone, Wish, compare};
pub use report::{Outcome, RestoreReport, RouteRestored, RouteResult};
pub use write::{Rank, Told, Write};

/// How often a restore looks again at a VPC that contradicts what it knows, before it ends as unverified.
const MAX_LOOKS_AGAIN: u32 = 5;

/// How often a write is made at most if no answer comes and it is not seen to have been made.
const MAX_TRIES: u32 = 4;

/// The first pause before looking again; each further one is twice as long, up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Span = Span::from_millis(500);

/// The longest pause before looking again.
const LONGEST_PAUSE: Span = Span::from_secs(8);

/// The longest pause of a write that EC2 refused for its rate.
const LONGEST_PAUSE_THROTTLED: Span = Span::from_secs(2);

/// What the driver should do now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Look at the VPC in full and call [`Restoration::looked`].
    Look,
    /// Make one write and call [`Restoration::written`]. Ask for the next action at once: writes run side by side.
    Write(Write),
    /// Nothing to start now. Come back with the next answer, or at that time if there is none before.
    Wait(Timestamp),
    /// It is over.
    Done(Box<RestoreReport>),
}

/// One restore.
#[derive(Debug, Clone)]
pub struct Restoration {
    wish: Wish,
    /// What was agreed to: only these routes are written.
    agreed: BTreeMap<RouteKey, Agreed>,
    started: Timestamp,
    deadline: Timestamp,
    phase: Phase,
    /// Told once.
    held_back: bool,
    failed_looks: u32,
    looks_again: u32,
    rounds: u32,
    queue: Vec<Queued>,
    in_flight: BTreeMap<RouteKey, Queued>,
    pacers: BTreeMap<Act, Pacer>,
    entries: BTreeMap<RouteKey, Entry>,
    last: Option<Comparison>,
    problem: Option<String>,
    told: Vec<Told>,
}

/// A route that an operator agreed to have written.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Agreed {
    act: Act,
    from: Option<Target>,
    to: Option<Target>,
    table_name: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// A look is wanted, not before that time.
    Wanted(Timestamp),
    /// One is on its way.
    Looking,
    /// Writes are queued or on their way.
    Writing,
    /// Nothing more will happen.
    Over { at: Timestamp, time_up: bool },
}

#[derive(Debug, Clone)]
struct Queued {
    write: Write,
    /// When it may be made; once it is on its way, when it was sent.
    at: Timestamp,
    refusals: u32,
}

/// What is known of the writes to one route.
#[derive(Debug, Clone)]
struct Entry {
    act: Act,
    state: State,
    tries: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    /// Not answered yet.
    Open,
    /// EC2 says that it was made.
    Acknowledged,
    /// No answer came.
    NoReply(String),
    /// EC2 refused it for good.
    Failed(String),
    /// It was not made: time was up.
    NotMade,
}

impl Restoration {
    /// Begins to restore what the comparison shows. It writes nothing after `deadline`, and is over at the next call of
    /// [`Restoration::next`] after it.
    pub fn start(wish: Wish, shown: &Comparison, now: Timestamp, deadline: Timestamp) -> Self {
        let agreed = shown.to_restore().map(|(difference, act)| {
            let agreed = Agreed {
                act,
                from: difference.now.clone(),
                to: difference.then.clone(),
                table_name: difference.table_name.clone(),
            };
            (difference.key.clone(), agreed)
        });
        Self {
            agreed: agreed.collect(),
            wish,
            started: now,
            deadline,
            phase: Phase::Wanted(now),
            held_back: false,
            failed_looks: 0,
            looks_again: 0,
            rounds: 0,
            queue: Vec::new(),
            in_flight: BTreeMap::new(),
            pacers: BTreeMap::new(),
            entries: BTreeMap::new(),
            last: None,
            problem: None,
            told: Vec::new(),
        }
    }

    /// What is wanted.
    pub fn wish(&self) -> &Wish {
        &self.wish
    }

    /// When it is over at the latest.
    pub fn deadline(&self) -> Timestamp {
        self.deadline
    }

    /// Takes what there is to tell since the last call.
    pub fn take_told(&mut self) -> Vec<Told> {
        std::mem::take(&mut self.told)
    }

    /// What to do now.
    pub fn next(&mut self, now: Timestamp) -> Action {
        if now >= self.deadline && !matches!(self.phase, Phase::Over { .. }) {
            self.time_is_up(now);
        }
        match self.phase {
            Phase::Wanted(at) if now >= at => {
                self.phase = Phase::Looking;
                Action::Look
            }
            Phase::Wanted(at) => Action::Wait(at.min(self.deadline)),
            Phase::Looking => Action::Wait(self.deadline),
            Phase::Writing => self.next_write(now),
            Phase::Over { .. } => Action::Done(Box::new(self.report())),
        }
    }

    /// Tells what was seen.
    pub fn looked(&mut self, now: Timestamp, result: Result<Look, ObserveFailure>) {
        if self.phase != Phase::Looking {
            return; // A late answer, after the deadline.
        }
        match result {
            // Whether a member is down decides what may be written: half a look is none.
            Ok(Look { instances: Err(failure), .. }) | Err(failure) => self.look_failed(now, failure),
            Ok(look) => self.decide(now, &look),
        }
    }

    /// Tells what became of a write.
    pub fn written(&mut self, now: Timestamp, key: &RouteKey, result: WriteResult) {
        let Some(Queued { write, at: sent, refusals }) = self.in_flight.remove(key) else {
            return; // A late answer, after the deadline.
        };
        let state = match result {
            WriteResult::Replaced => {
                let ms = u64::try_from(now.duration_since(sent).as_millis()).unwrap_or(0);
                self.told.push(Told::Written { write, ms });
                State::Acknowledged
            }
            WriteResult::Throttled => {
                self.pacer(write.act).refused(now);
                self.told.push(Told::Throttled { write: write.clone() });
                let at = now + pause(refusals).min(LONGEST_PAUSE_THROTTLED);
                self.enqueue(Queued { write, at, refusals: refusals + 1 });
                State::Open
            }
            WriteResult::NoReply(message) => {
                self.told.push(Told::NoReply { write, message: message.clone() });
                State::NoReply(message)
            }
            WriteResult::Failed(failure) => {
                let why = write::why_failed(&write, &failure);
                self.told.push(Told::Failed { write, why: why.clone() });
                State::Failed(why)
            }
        };
        self.set(key, state);
        if self.queue.is_empty() && self.in_flight.is_empty() {
            self.rounds += 1;
            // The first look after writing comes at once; when rounds repeat, each waits longer.
            let wait = if self.rounds == 1 { Span::ZERO } else { pause(self.rounds - 2) };
            self.phase = Phase::Wanted(now + wait);
        }
    }

    fn next_write(&mut self, now: Timestamp) -> Action {
        let mut soonest = self.deadline;
        for at in 0..self.queue.len() {
            let Queued { write, at: due, refusals } = self.queue[at].clone();
            if due > now {
                soonest = soonest.min(due);
                continue;
            }
            match self.pacer(write.act).take(now) {
                Ok(()) => {
                    self.queue.remove(at);
                    let sent = Queued { write: write.clone(), at: now, refusals };
                    self.in_flight.insert(write.key.clone(), sent);
                    return Action::Write(write);
                }
                Err(allowed_at) => soonest = soonest.min(allowed_at),
            }
        }
        Action::Wait(soonest)
    }

    fn pacer(&mut self, act: Act) -> &mut Pacer {
        // Every mutating call has a bucket of its own, of the same size.
        self.pacers.entry(act).or_insert_with(|| Pacer::new(Bucket::REPLACE_ROUTE))
    }

    /// Keeps the queue in order: most urgent first.
    fn enqueue(&mut self, queued: Queued) {
        let at = self.queue.partition_point(|other| other.write < queued.write);
        self.queue.insert(at, queued);
    }

    fn set(&mut self, key: &RouteKey, state: State) {
        if let Some(entry) = self.entries.get_mut(key) {
            entry.state = state;
        }
    }

    fn look_failed(&mut self, now: Timestamp, failure: ObserveFailure) {
        self.problem = Some(failure.message.clone());
        let transient = failure.transient;
        self.told.push(Told::LookFailed { failure });
        if transient {
            self.look_again(now, self.failed_looks, "the look failed");
            self.failed_looks += 1;
        } else {
            self.phase = Phase::Over { at: now, time_up: false };
        }
    }

    fn look_again(&mut self, now: Timestamp, times: u32, why: &'static str) {
        let after = pause(times);
        self.told.push(Told::LookingAgain { after, why });
        self.phase = Phase::Wanted(now + after);
    }

    fn time_is_up(&mut self, now: Timestamp) {
        for key in std::mem::take(&mut self.in_flight).into_keys() {
            self.set(&key, State::NoReply("time was up before there was an answer".to_owned()));
        }
        let unwritten = std::mem::take(&mut self.queue);
        self.told.push(Told::TimeUp { unwritten: unwritten.len() });
        for queued in unwritten {
            self.set(&queued.write.key, State::NotMade);
        }
        self.phase = Phase::Over { at: now, time_up: true };
    }

    /// One look becomes writes, a further look, or the end.
    fn decide(&mut self, now: Timestamp, look: &Look) {
        self.failed_looks = 0;
        self.problem = None;
        let comparison = compare(&self.wish, look);
        let wanted: Vec<_> = comparison
            .to_restore()
            .filter(|(difference, act)| self.is_agreed(difference, *act))
            .filter_map(|(difference, _)| Write::of(difference))
            .collect();
        let due: Vec<_> = wanted.iter().filter(|write| self.is_due(write)).cloned().collect();
        let is_removal = |write: &Write| write.act == Act::DeleteRoute;
        let mut now_due: Vec<_> = due.iter().filter(|write| !is_removal(write)).cloned().collect();
        let rest_is_open = wanted.iter().any(|write| !is_removal(write));
        if now_due.is_empty() && !rest_is_open {
            now_due = due;
        } else if now_due.is_empty()
            && !due.is_empty()
            && !self.is_unconfirmed(&comparison)
            && !self.held_back
        {
            self.held_back = true;
            self.told.push(Told::RemovalsHeldBack { routes: due.len() });
        }
        let (kept, broken) = check(now_due, &self.wish, look);
        self.told.extend(broken.into_iter().map(|(write, rule)| Told::Forbidden { write, rule }));
        let unconfirmed = self.is_unconfirmed(&comparison);
        self.last = Some(comparison);
        if !kept.is_empty() {
            for write in kept {
                let tries = self.entries.get(&write.key).map_or(0, |entry| entry.tries) + 1;
                let entry = Entry { act: write.act, state: State::Open, tries };
                self.entries.insert(write.key.clone(), entry);
                self.enqueue(Queued { write, at: now, refusals: 0 });
            }
            self.phase = Phase::Writing;
        } else if unconfirmed && self.looks_again < MAX_LOOKS_AGAIN {
            self.look_again(now, self.looks_again, "a route that was written is not seen as it should be");
            self.looks_again += 1;
        } else {
            self.phase = Phase::Over { at: now, time_up: false };
        }
    }

    /// True if this is what was agreed to. How a route is brought back may change with what is there; what is removed must
    /// be what was shown.
    fn is_agreed(&self, difference: &Difference, act: Act) -> bool {
        self.agreed.get(&difference.key).is_some_and(|agreed| {
            agreed.to == difference.then
                && (act == Act::DeleteRoute) == (agreed.act == Act::DeleteRoute)
                && (act != Act::DeleteRoute || agreed.from == difference.now)
        })
    }

    /// False if the write was made, or would be made in vain.
    fn is_due(&self, write: &Write) -> bool {
        self.entries.get(&write.key).is_none_or(|entry| match entry.state {
            State::Acknowledged | State::Open => false,
            // What was there before may have been a stale read: another call may be right now.
            State::Failed(_) => entry.act != write.act && entry.tries < MAX_TRIES,
            State::NoReply(_) => entry.tries < MAX_TRIES,
            State::NotMade => true,
        })
    }

    /// True if a route that EC2 says it has written, or of whose write nothing was heard, is not seen as it should be.
    fn is_unconfirmed(&self, comparison: &Comparison) -> bool {
        comparison.routes.iter().any(|difference| {
            self.entries
                .get(&difference.key)
                .is_some_and(|entry| matches!(entry.state, State::Acknowledged | State::NoReply(_)))
        })
    }
}

/// The n-th pause, counted from 0.
fn pause(n: u32) -> Span {
    FIRST_PAUSE.checked_mul(1 << n.min(8)).unwrap_or(LONGEST_PAUSE).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests;
