//! A pass: look, decide, write, look again, until the world agrees or time is up.
//!
//! It is a state machine. A driver asks [`Pass::next`] what to do, does it, and tells the pass what came of it with
//! [`Pass::observed`] and [`Pass::replaced`]. The time is an argument of every call.
//!
//! ```text
//! wanted ──Observe──▶ observing ──▶ applying ──Replace…──▶ wanted (verify) ──▶ … ──▶ over
//! ```

mod ledger;
mod summary;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::check::check;
use crate::election::{Ballot, Election, StayReason, Verdict, elect};
use crate::fact::Fact;
use crate::group::Group;
use crate::health::{DownReason, Health, relaunch_since};
use crate::observation::{InstanceState, Observation, ObserveFailure};
use crate::pacing::{Bucket, Pacer};
use crate::plan::{Plan, RouteChange};
use crate::report::GroupReport;
use crate::route::RouteKey;
use crate::trigger::Trigger;
use crate::write::WriteResult;
use crate::{Span, Timestamp};

use ledger::Ledger;

/// How often a pass looks again at a world that contradicts what it knows, before it ends as unverified.
const MAX_LOOKS_AGAIN: u32 = 5;

/// How many looks a pass takes at least if an event of a member began it. The last event of a series is the last that is
/// heard before the next sweep; if it met a stale read, routes would stand on a dead member until then.
const LOOKS_AFTER_AN_EVENT: u32 = 2;

/// How often a look that saw the routes but not the instances is thrown away, before the pass goes on with what it has:
/// the event alone can speak against a member, and dead routes must not wait for a service that does not answer.
const LOOKS_WITHOUT_INSTANCES: u32 = 2;

/// The first pause before looking again; each further one is twice as long, up to [`LONGEST_PAUSE`].
///
/// EC2 is eventually consistent: its guide advises to wait about two seconds and then longer.
const FIRST_PAUSE: Span = Span::from_millis(500);

/// The longest pause before looking again for what is written already and not yet seen.
const LONGEST_PAUSE: Span = Span::from_secs(8);

/// The longest pause while routes may stand on a dead member: of a write that EC2 refused for its rate, of a look that
/// failed, of a further round. The pacer keeps the rate of writes down already, and one look every two seconds is a tenth of
/// what EC2 allows a describe call at least.
const LONGEST_PAUSE_IN_NEED: Span = Span::from_secs(2);

/// What the driver should do now.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Action {
    /// Look at the VPC and call [`Pass::observed`].
    Observe,
    /// Write one route and call [`Pass::replaced`]. Ask for the next action at once: writes run side by side.
    Replace(RouteChange),
    /// Nothing to start now. Come back with the next answer, or at that time if there is none before.
    Wait(Timestamp),
    /// The pass is over.
    Done(Box<GroupReport>),
}

/// One pass over one group.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pass {
    group: Arc<Group>,
    trigger: Trigger,
    deadline: Timestamp,
    phase: Phase,
    looks: u32,
    failed_looks: u32,
    looks_again: u32,
    rounds: u32,
    queue: Vec<Queued>,
    in_flight: BTreeMap<RouteKey, InFlight>,
    pacer: Pacer,
    ledger: Ledger,
    last: Option<Election>,
    problem: Option<String>,
    clock: Clock,
    facts: Vec<Fact>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Phase {
    /// An observation is wanted, not before that time.
    Wanted(Timestamp),
    /// One is on its way.
    Observing,
    /// Writes are queued or on their way.
    Applying,
    /// Nothing more will happen.
    Over(Ending),
}

/// Why nothing more will happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Ending {
    /// The world agrees, or disagrees in a way that this pass cannot mend.
    Settled,
    /// The deadline has come.
    TimeUp,
    /// The world could not be seen.
    Blind,
    /// The configuration contradicts the world.
    Misconfigured,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Queued {
    change: RouteChange,
    not_before: Timestamp,
    refusals: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct InFlight {
    change: RouteChange,
    since: Timestamp,
    refusals: u32,
}

/// Moments that the report's durations are made of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Clock {
    started: Timestamp,
    look_began: Timestamp,
    first_seen: Option<Timestamp>,
    first_write: Option<Timestamp>,
    last_answer: Option<Timestamp>,
    /// When a write was last known to have been made: acknowledged, or seen where its reply was lost.
    last_settled: Option<Timestamp>,
    ended: Option<Timestamp>,
}

impl Pass {
    /// Begins a pass. It writes nothing after `deadline`, and is over at the next call of [`Pass::next`] after it.
    pub fn start(group: Arc<Group>, trigger: Trigger, now: Timestamp, deadline: Timestamp) -> Self {
        let mut pass = Self {
            group,
            trigger,
            deadline,
            phase: Phase::Wanted(now),
            looks: 0,
            failed_looks: 0,
            looks_again: 0,
            rounds: 0,
            queue: Vec::new(),
            in_flight: BTreeMap::new(),
            pacer: Pacer::new(Bucket::REPLACE_ROUTE),
            ledger: Ledger::default(),
            last: None,
            problem: None,
            clock: Clock {
                started: now,
                look_began: now,
                first_seen: None,
                first_write: None,
                last_answer: None,
                last_settled: None,
                ended: None,
            },
            facts: Vec::new(),
        };
        if let Some(event) = pass.trigger.state_change() {
            let (instance, state, time) = (event.instance.clone(), event.state, event.time);
            pass.facts.push(Fact::Event { instance, state, time });
        }
        pass
    }

    /// The group that the pass is for.
    pub fn group(&self) -> &Arc<Group> {
        &self.group
    }

    /// When the pass is over at the latest.
    pub fn deadline(&self) -> Timestamp {
        self.deadline
    }

    /// Takes what the pass has to tell since the last call.
    pub fn take_facts(&mut self) -> Vec<Fact> {
        std::mem::take(&mut self.facts)
    }

    /// What to do now.
    pub fn next(&mut self, now: Timestamp) -> Action {
        if now >= self.deadline && !matches!(self.phase, Phase::Over(_)) {
            self.time_is_up(now);
        }
        match self.phase {
            Phase::Wanted(at) if now >= at => {
                self.phase = Phase::Observing;
                self.clock.look_began = now;
                Action::Observe
            }
            Phase::Wanted(at) => Action::Wait(at.min(self.deadline)),
            Phase::Observing => Action::Wait(self.deadline),
            Phase::Applying => self.next_write(now),
            Phase::Over(_) => Action::Done(Box::new(self.report())),
        }
    }

    /// Tells the pass what was seen.
    pub fn observed(&mut self, now: Timestamp, result: Result<Observation, ObserveFailure>) {
        if self.phase != Phase::Observing {
            return; // A late answer, after the deadline.
        }
        match result {
            Ok(seen) => self.decide(now, &seen),
            Err(failure) => self.look_failed(now, failure),
        }
    }

    /// Tells the pass what became of a write.
    pub fn replaced(&mut self, now: Timestamp, key: &RouteKey, result: WriteResult) {
        let Some(InFlight { change, since, refusals }) = self.in_flight.remove(key) else {
            return; // A late answer, after the deadline.
        };
        self.clock.last_answer = Some(now);
        match result {
            WriteResult::Replaced => {
                self.clock.last_settled = Some(now);
                self.ledger.acknowledged(key);
                self.facts.push(Fact::Replaced { change, ms: millis(since, now) });
            }
            WriteResult::Throttled => {
                self.pacer.refused(now);
                let again_at = now + pause(refusals).min(LONGEST_PAUSE_IN_NEED);
                self.facts.push(Fact::Throttled { change: change.clone(), again_at });
                self.enqueue(Queued { change, not_before: again_at, refusals: refusals + 1 });
            }
            WriteResult::NoReply(message) => {
                self.ledger.no_reply(key);
                self.facts.push(Fact::NoReply { change, message });
            }
            WriteResult::Failed(failure) => {
                self.ledger.failed(key, failure.clone());
                self.facts.push(Fact::ReplaceFailed { change, failure });
            }
        }
        if self.queue.is_empty() && self.in_flight.is_empty() {
            self.phase = Phase::Wanted(now + self.pause_before_verifying());
        }
    }

    /// The first look after writing comes at once; when rounds repeat, each waits longer.
    fn pause_before_verifying(&mut self) -> Span {
        self.rounds += 1;
        if self.rounds == 1 { Span::ZERO } else { pause(self.rounds - 2).min(LONGEST_PAUSE_IN_NEED) }
    }

    fn next_write(&mut self, now: Timestamp) -> Action {
        let Some(due) = self.queue.iter().position(|queued| queued.not_before <= now) else {
            let soonest = self.queue.iter().map(|queued| queued.not_before).min();
            return Action::Wait(soonest.unwrap_or(self.deadline).min(self.deadline));
        };
        if let Err(at) = self.pacer.take(now) {
            return Action::Wait(at.min(self.deadline));
        }
        let Queued { change, refusals, .. } = self.queue.remove(due);
        self.clock.first_write.get_or_insert(now);
        self.in_flight.insert(change.key.clone(), InFlight { change: change.clone(), since: now, refusals });
        Action::Replace(change)
    }

    /// Keeps the queue in order: most urgent first.
    fn enqueue(&mut self, queued: Queued) {
        let at = self.queue.partition_point(|other| other.change < queued.change);
        self.queue.insert(at, queued);
    }

    fn look_failed(&mut self, now: Timestamp, failure: ObserveFailure) {
        self.problem = Some(failure.message.clone());
        let transient = failure.transient;
        self.facts.push(Fact::ObserveFailed { failure });
        if transient {
            self.look_again(now + pause(self.failed_looks).min(LONGEST_PAUSE_IN_NEED), "the look failed");
            self.failed_looks += 1;
        } else {
            self.end(now, if self.looks == 0 { Ending::Blind } else { Ending::Settled });
        }
    }

    /// The heart of a pass: one observation becomes writes, a further look, or the end.
    fn decide(&mut self, now: Timestamp, seen: &Observation) {
        if let Err(failure) = &seen.instances
            && failure.transient
            && self.failed_looks < LOOKS_WITHOUT_INSTANCES
        {
            return self.look_failed(now, failure.clone());
        }
        self.failed_looks = 0;
        self.looks += 1;
        self.problem = seen.instances.as_ref().err().map(|failure| failure.message.clone());
        self.clock.first_seen.get_or_insert(now);
        if let Some(foreign) = seen.foreign_interface(&self.group) {
            self.facts.push(Fact::from(&foreign));
            self.problem = Some(format!("configuration: {foreign}"));
            return self.end(now, Ending::Misconfigured);
        }
        if self.ledger.observed(&self.group, seen) {
            self.clock.last_settled = Some(now);
        }
        let settled = self.ledger.settled();
        let group = Arc::clone(&self.group);
        let trigger = self.trigger.clone();
        let ballot = Ballot {
            group: &group,
            seen,
            event: trigger.state_change(),
            order: trigger.order_for(&group.name),
            settled: &settled,
            now,
        };
        let election = elect(ballot);
        let (plan, violations) = check(Plan::from_election(&election), ballot);
        self.tell(now, seen, &election);
        self.facts.extend(violations.into_iter().map(|violation| Fact::Forbidden { violation }));

        let due: Vec<_> =
            plan.changes().iter().filter(|change| !self.ledger.gave_up(change)).cloned().collect();
        let doubt = self.doubt(&election);
        self.last = Some(election);
        if !due.is_empty() {
            self.tell_moves(&due);
            for change in due {
                self.ledger.planned(&change);
                self.enqueue(Queued { change, not_before: now, refusals: 0 });
            }
            self.phase = Phase::Applying;
        } else if let Some(why) = doubt.filter(|_| self.looks_again < MAX_LOOKS_AGAIN) {
            self.look_again(now + pause(self.looks_again), why);
            self.looks_again += 1;
        } else {
            self.end(now, Ending::Settled);
        }
    }

    /// Why what was seen cannot be trusted: reads may be stale.
    fn doubt(&self, election: &Election) -> Option<&'static str> {
        if self.ledger.has_unconfirmed() {
            return Some("a route that was written is not seen at its new place");
        }
        let event = self.trigger.state_change()?;
        let member = election.member_of(&event.instance)?;
        if self.looks < LOOKS_AFTER_AN_EVENT {
            return Some("a single look so soon after a change may show what was before it");
        }
        let Health::Down(reasons) = &election.conditions.get(member)?.health else {
            return None;
        };
        let contradicts = event.state == InstanceState::Running
            && reasons.iter().any(|reason| matches!(reason, DownReason::Instance { .. }));
        (contradicts && election.stuck().next().is_some())
            .then_some("the event says that a member runs, which is not seen yet, and routes wait for it")
    }

    fn look_again(&mut self, at: Timestamp, why: &str) {
        self.facts.push(Fact::LookingAgain { at, why: why.to_owned() });
        self.phase = Phase::Wanted(at);
    }

    fn time_is_up(&mut self, now: Timestamp) {
        for key in std::mem::take(&mut self.in_flight).into_keys() {
            self.ledger.no_reply(&key);
        }
        let unwritten = std::mem::take(&mut self.queue).len();
        self.facts.push(Fact::TimeUp { unwritten });
        self.end(now, if self.looks == 0 { Ending::Blind } else { Ending::TimeUp });
    }

    fn end(&mut self, now: Timestamp, ending: Ending) {
        self.phase = Phase::Over(ending);
        self.clock.ended = Some(now);
        let report = self.report();
        let total_ms = report.timings.total_ms;
        self.facts.push(Fact::Done { summary: report.summary, total_ms });
    }

    /// Tells what was seen and why routes stay or move.
    fn tell(&mut self, now: Timestamp, seen: &Observation, election: &Election) {
        self.facts.push(Fact::Observed {
            round: self.looks,
            tables: seen.tables.len(),
            routes: election.decisions.len(),
            ms: millis(self.clock.look_began, now),
        });
        if self.looks == 1 {
            self.tell_members(seen, election);
        }
        let mut moves = 0;
        for decision in &election.decisions {
            let (route, holder) = (decision.key.clone(), decision.holder.clone());
            match &decision.verdict {
                Verdict::Move(..) => moves += 1,
                Verdict::Stuck(reason) => {
                    self.facts.push(Fact::Stuck { route, holder, reason: reason.clone() });
                }
                Verdict::Stay(StayReason::HolderUp) => {}
                Verdict::Stay(reason) => {
                    self.facts.push(Fact::Stays { route, holder, reason: reason.clone() });
                }
            }
        }
        if moves == 0 && self.looks == 1 && election.stuck().next().is_none() {
            let why = if election.decisions.is_empty() {
                "no route of the VPC points at a member"
            } else {
                "no route stands on a member that is down"
            };
            self.facts.push(Fact::NothingToMove { why: why.to_owned() });
        }
    }

    /// One line for all routes that go the same way for the same reason.
    fn tell_moves(&mut self, due: &[RouteChange]) {
        let mut ways: BTreeMap<_, usize> = BTreeMap::new();
        for change in due {
            *ways.entry((&change.from.member, &change.to.member, &change.reason)).or_default() += 1;
        }
        let facts = ways.into_iter().map(|((from, to, reason), routes)| Fact::Moving {
            from: from.clone(),
            to: to.clone(),
            routes,
            reason: reason.clone(),
        });
        self.facts.extend(facts);
    }

    fn tell_members(&mut self, seen: &Observation, election: &Election) {
        if let Some(event) = self.trigger.state_change()
            && event.state != InstanceState::Running
            && let Some(launched_at) = relaunch_since(event, seen)
        {
            self.facts.push(Fact::PastLife { instance: event.instance.clone(), launched_at });
        }
        if let Some(event) = self.trigger.state_change()
            && election.member_of(&event.instance).is_none()
        {
            self.facts.push(Fact::NoMembersInstance { instance: event.instance.clone() });
        }
        for (member, condition) in &election.conditions {
            self.facts.push(Fact::Member {
                member: member.clone(),
                instances: condition.instances.iter().cloned().collect(),
                health: condition.health.clone(),
                warnings: condition.warnings.clone(),
            });
        }
    }
}

/// The n-th pause, counted from 0.
fn pause(n: u32) -> Span {
    FIRST_PAUSE.checked_mul(1 << n.min(8)).unwrap_or(LONGEST_PAUSE).min(LONGEST_PAUSE)
}

/// Milliseconds between two moments; 0 if the clock went backwards.
fn millis(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from(to.duration_since(from).as_millis()).unwrap_or(0)
}

#[cfg(test)]
mod tests;
