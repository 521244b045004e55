//! The clock of the embedded VPC, and the function that it invokes.

mod look;

use std::collections::{BTreeMap, VecDeque};
use std::ops::RangeInclusive;

use hopover_core::config::Config;
use hopover_core::fact::Fact;
use hopover_core::id::{GroupName, InstanceId};
use hopover_core::observation::InstanceState;
use hopover_core::pass::{Action, Pass};
use hopover_core::plan::RouteChange;
use hopover_core::report::{GroupReport, Report};
use hopover_core::trigger::Trigger;
use hopover_core::write::WriteResult;
use hopover_core::{Span, Timestamp};
use serde_json::Value;

use crate::cloud::{Answer, Cloud, LifeError};
use crate::event;
use crate::settings::Settings;
use look::{Look, Part};

/// A region of EC2, a function, and time.
#[derive(Debug, Clone)]
pub struct Simulation {
    /// The region.
    pub cloud: Cloud,
    /// What the function told, in order.
    pub story: Vec<Told>,
    config: Config,
    settings: Settings,
    now: Timestamp,
    rng: fastrand::Rng,
    queue: BTreeMap<(Timestamp, u64), Happening>,
    numbers: u64,
    waiting: VecDeque<Invocation>,
    running: BTreeMap<u64, Run>,
    finished: Vec<Finished>,
}

/// One fact that the function told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// When.
    pub at: Timestamp,
    /// Of which group.
    pub group: GroupName,
    /// What.
    pub fact: Fact,
}

/// An event on its way to the function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// The event.
    pub event: Value,
    /// When the event came to be.
    pub emitted_at: Timestamp,
    /// 0, then one more for each time that it is tried again.
    pub attempt: usize,
}

/// An invocation that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// What it was invoked with.
    pub invocation: Invocation,
    /// When it began.
    pub began_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// Its report, or why the event was refused.
    pub result: Result<Report, String>,
}

/// Something that happens at a time.
#[derive(Debug, Clone)]
enum Happening {
    /// An instance enters a state by itself.
    Enter(InstanceId, InstanceState),
    /// An event reaches the function.
    Deliver(Invocation),
    /// The schedule fires.
    Sweep,
    /// One half of a look reaches EC2.
    Look { run: u64, pass: usize, part: Part },
    /// One half of a look comes back.
    Seen { run: u64, pass: usize, part: look::Answered },
    /// A write reaches EC2.
    Write { run: u64, pass: usize, change: RouteChange, back_after: Span },
    /// A write comes back.
    Written { run: u64, pass: usize, change: RouteChange, result: WriteResult },
    /// A pass asked to be woken.
    Wake { run: u64 },
}

/// One invocation under way.
#[derive(Debug, Clone)]
struct Run {
    invocation: Invocation,
    trigger: Trigger,
    began_at: Timestamp,
    passes: Vec<Active>,
}

/// A pass under way.
#[derive(Debug, Clone)]
struct Active {
    pass: Pass,
    look: Look,
    woken_at: Option<Timestamp>,
    report: Option<GroupReport>,
}

impl Simulation {
    /// A function with that configuration, in a region in which nothing has happened yet.
    pub fn new(cloud: Cloud, config: Config, settings: Settings, now: Timestamp, seed: u64) -> Self {
        let mut simulation = Self {
            cloud,
            story: Vec::new(),
            config,
            settings,
            now,
            rng: fastrand::Rng::with_seed(seed),
            queue: BTreeMap::new(),
            numbers: 0,
            waiting: VecDeque::new(),
            running: BTreeMap::new(),
            finished: Vec::new(),
        };
        if let Some(pause) = simulation.settings.sweep {
            simulation.schedule(pause, Happening::Sweep);
        }
        simulation
    }

    /// The virtual time.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Invocations that have ended, in order.
    pub fn finished(&self) -> &[Finished] {
        &self.finished
    }

    /// The configuration of the function.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Stops an instance, as `StopInstances` does.
    pub fn stop(&mut self, instance: &InstanceId) -> Result<(), LifeError> {
        self.expect_state(instance, InstanceState::Running, "stopped")?;
        let takes = self.draw(self.settings.stop.clone());
        self.change_state(instance, InstanceState::Stopping);
        self.schedule(takes, Happening::Enter(instance.clone(), InstanceState::Stopped));
        Ok(())
    }

    /// Starts an instance, as `StartInstances` does.
    pub fn start(&mut self, instance: &InstanceId) -> Result<(), LifeError> {
        self.expect_state(instance, InstanceState::Stopped, "started")?;
        let takes = self.draw(self.settings.start.clone());
        self.change_state(instance, InstanceState::Pending);
        self.schedule(takes, Happening::Enter(instance.clone(), InstanceState::Running));
        Ok(())
    }

    /// Terminates an instance, as `TerminateInstances` does.
    pub fn terminate(&mut self, instance: &InstanceId) -> Result<(), LifeError> {
        let state = self.state_of(instance)?;
        if matches!(state, InstanceState::ShuttingDown | InstanceState::Terminated) {
            return Ok(());
        }
        let takes = self.draw(self.settings.terminate.clone());
        self.change_state(instance, InstanceState::ShuttingDown);
        self.schedule(takes, Happening::Enter(instance.clone(), InstanceState::Terminated));
        Ok(())
    }

    /// Sends an event to the function now.
    pub fn invoke(&mut self, event: Value) {
        let invocation = Invocation { event, emitted_at: self.now, attempt: 0 };
        self.schedule(Span::ZERO, Happening::Deliver(invocation));
    }

    /// Lets that much time pass.
    pub fn advance(&mut self, span: Span) {
        let until = self.now + span;
        while self.queue.first_key_value().is_some_and(|((at, _), _)| *at <= until) {
            self.step();
        }
        self.now = until;
    }

    /// Lets time pass until nothing is under way, or the limit is reached; returns whether it is quiet. The schedule of
    /// sweeps, and failed invocations that wait to be tried again, may go on for ever and do not count.
    pub fn settle(&mut self, limit: Span) -> bool {
        let until = self.now + limit;
        while self.is_busy() {
            if self.queue.first_key_value().is_none_or(|((at, _), _)| *at > until) {
                return false;
            }
            self.step();
        }
        true
    }

    fn is_busy(&self) -> bool {
        !self.running.is_empty()
            || !self.waiting.is_empty()
            || self.queue.values().any(|happening| match happening {
                Happening::Sweep | Happening::Wake { .. } => false,
                Happening::Deliver(invocation) => invocation.attempt == 0,
                _ => true,
            })
    }

    fn step(&mut self) {
        let Some(((at, _), happening)) = self.queue.pop_first() else {
            return;
        };
        self.now = self.now.max(at);
        match happening {
            Happening::Enter(instance, state) => self.enter(&instance, state),
            Happening::Deliver(invocation) => {
                self.waiting.push_back(invocation);
                self.begin_waiting();
            }
            Happening::Sweep => self.sweep(),
            Happening::Look { run, pass, part } => self.look(run, pass, part),
            Happening::Seen { run, pass, part } => self.seen(run, pass, part),
            Happening::Write { run, pass, change, back_after } => self.write(run, pass, change, back_after),
            Happening::Written { run, pass, change, result } => self.written(run, pass, &change, result),
            Happening::Wake { run } => self.drive(run),
        }
    }

    /// An instance enters a state by itself, unless it was terminated meanwhile.
    fn enter(&mut self, instance: &InstanceId, state: InstanceState) {
        let is_due = matches!(
            (self.state_of(instance), state),
            (Ok(InstanceState::Stopping), InstanceState::Stopped)
                | (Ok(InstanceState::Pending), InstanceState::Running)
                | (Ok(InstanceState::ShuttingDown), InstanceState::Terminated)
        );
        if is_due {
            self.change_state(instance, state);
        }
    }

    fn change_state(&mut self, instance: &InstanceId, state: InstanceState) {
        self.cloud.enter(self.now, instance, state);
        if self.by_chance(self.settings.event_lost) {
            return;
        }
        let copies = if self.by_chance(self.settings.event_doubled) { 2 } else { 1 };
        let number = self.number();
        let event = event::state_change(&self.cloud.region, instance, state, self.now, number);
        for _ in 0..copies {
            let delay = self.draw(self.settings.event.clone());
            let invocation = Invocation { event: event.clone(), emitted_at: self.now, attempt: 0 };
            self.schedule(delay, Happening::Deliver(invocation));
        }
    }

    fn sweep(&mut self) {
        let event = event::sweep(&self.cloud.region, self.now);
        self.invoke(event);
        if let Some(pause) = self.settings.sweep {
            self.schedule(pause, Happening::Sweep);
        }
    }

    fn begin_waiting(&mut self) {
        while self.running.len() < self.settings.concurrency {
            let Some(invocation) = self.waiting.pop_front() else {
                return;
            };
            self.begin(invocation);
        }
    }

    fn begin(&mut self, invocation: Invocation) {
        let understood =
            Trigger::from_value(&invocation.event).map_err(|error| error.to_string()).and_then(|trigger| {
                let groups = self.config.groups_for(&trigger).map_err(|error| error.to_string())?;
                Ok((trigger, groups))
            });
        let (trigger, groups) = match understood {
            Ok(understood) => understood,
            Err(refused) => return self.finish(invocation, self.now, Err(refused)),
        };
        let deadline = self.now + self.settings.function_timeout;
        let passes = groups
            .into_iter()
            .map(|group| Active {
                pass: Pass::start(group, trigger.clone(), self.now, deadline),
                look: Look::default(),
                woken_at: None,
                report: None,
            })
            .collect();
        let number = self.number();
        self.running.insert(number, Run { invocation, trigger, began_at: self.now, passes });
        self.drive(number);
    }

    /// Asks every pass of a run what to do, and does it.
    fn drive(&mut self, run: u64) {
        let Some(mut taken) = self.running.remove(&run) else {
            return;
        };
        for (at, active) in taken.passes.iter_mut().enumerate() {
            self.drive_pass(run, at, active);
        }
        if taken.passes.iter().any(|active| active.report.is_none()) {
            self.running.insert(run, taken);
            return;
        }
        let groups = taken.passes.into_iter().filter_map(|active| active.report).collect();
        self.finish(taken.invocation, taken.began_at, Ok(Report::new(taken.trigger, groups)));
        self.begin_waiting();
    }

    fn drive_pass(&mut self, run: u64, at: usize, active: &mut Active) {
        while active.report.is_none() {
            let action = active.pass.next(self.now);
            match action {
                Action::Observe => {
                    active.look = Look::default();
                    let pages = self.cloud.tables().count().div_ceil(PAGE).max(1);
                    for part in [Part::Instances, Part::Tables] {
                        let pages = if part == Part::Tables { pages } else { 1 };
                        for _ in 1..pages {
                            active.look.extra += self.draw(self.settings.call.clone());
                        }
                        let there = self.draw(self.settings.call.clone()) / 2;
                        self.schedule(there, Happening::Look { run, pass: at, part });
                    }
                }
                Action::Replace(change) => {
                    let half = self.draw(self.settings.call.clone()) / 2;
                    self.schedule(half, Happening::Write { run, pass: at, change, back_after: half });
                }
                Action::Wait(until) => {
                    if active.woken_at != Some(until) {
                        active.woken_at = Some(until);
                        let span = until.duration_since(self.now);
                        self.schedule(span, Happening::Wake { run });
                    }
                    break;
                }
                Action::Done(report) => active.report = Some(*report),
            }
        }
        self.hear(active);
    }

    /// Writes down what a pass tells.
    fn hear(&mut self, active: &mut Active) {
        let group = &active.pass.group().name.clone();
        let (at, facts) = (self.now, active.pass.take_facts());
        self.story.extend(facts.into_iter().map(|fact| Told { at, group: group.clone(), fact }));
    }

    fn look(&mut self, run: u64, pass: usize, part: Part) {
        let Some(active) = self.running.get(&run).and_then(|run| run.passes.get(pass)) else {
            return;
        };
        let (group, extra) = (active.pass.group().clone(), active.look.extra);
        let age = self.draw(self.settings.staleness.clone());
        let half = self.draw(self.settings.call.clone()) / 2;
        let (answered, back) = match part {
            Part::Instances => {
                let interfaces: Vec<_> = group.next_hops().map(|hop| hop.interface).collect();
                let answer = self.cloud.describe_instances(self.now, age, &interfaces, &mut self.rng);
                look::answered(answer, look::Answered::Instances, "ec2:DescribeInstances")
            }
            Part::Tables => {
                let answer = self.cloud.describe_route_tables(self.now, age, &group.vpc, &mut self.rng);
                look::answered(answer, look::Answered::Tables, "ec2:DescribeRouteTables")
            }
        };
        let extra = if part == Part::Tables { extra } else { Span::ZERO };
        let back = if back { half + extra } else { self.settings.client_timeout };
        self.schedule(back, Happening::Seen { run, pass, part: answered });
    }

    fn seen(&mut self, run: u64, pass: usize, part: look::Answered) {
        let now = self.now;
        let Some(active) = self.running.get_mut(&run).and_then(|run| run.passes.get_mut(pass)) else {
            return;
        };
        if let Some(observation) = active.look.put(part) {
            active.pass.observed(now, observation);
            self.drive(run);
        }
    }

    fn write(&mut self, run: u64, pass: usize, change: RouteChange, back_after: Span) {
        let (result, back) = match self.cloud.replace_route(self.now, &change, &mut self.rng) {
            Answer::Given(result) => (result, back_after),
            Answer::Never => {
                let waited = self.settings.client_timeout;
                (WriteResult::NoReply(format!("none within {} s", waited.as_secs())), waited - back_after)
            }
        };
        self.schedule(back, Happening::Written { run, pass, change, result });
    }

    fn written(&mut self, run: u64, pass: usize, change: &RouteChange, result: WriteResult) {
        let now = self.now;
        let Some(active) = self.running.get_mut(&run).and_then(|run| run.passes.get_mut(pass)) else {
            return;
        };
        active.pass.replaced(now, &change.key, result);
        self.drive(run);
    }

    /// Keeps the result, and has a failed invocation tried again as Lambda would.
    fn finish(&mut self, invocation: Invocation, began_at: Timestamp, result: Result<Report, String>) {
        let failed = result.as_ref().map_or(true, |report| report.outcome.is_failure());
        if let Some(pause) = self.settings.retries.get(invocation.attempt).copied().filter(|_| failed) {
            let again = Invocation { attempt: invocation.attempt + 1, ..invocation.clone() };
            self.schedule(pause, Happening::Deliver(again));
        }
        self.finished.push(Finished { invocation, began_at, ended_at: self.now, result });
    }

    fn expect_state(
        &self,
        instance: &InstanceId,
        needed: InstanceState,
        verb: &'static str,
    ) -> Result<(), LifeError> {
        let state = self.state_of(instance)?;
        if state == needed {
            return Ok(());
        }
        Err(LifeError::WrongState { instance: instance.clone(), state, needed, verb })
    }

    fn state_of(&self, instance: &InstanceId) -> Result<InstanceState, LifeError> {
        self.cloud
            .instance(instance.as_str())
            .map(|instance| instance.state)
            .ok_or_else(|| LifeError::NoSuchInstance(instance.clone()))
    }

    fn schedule(&mut self, after: Span, happening: Happening) {
        let number = self.number();
        self.queue.insert((self.now + after.max(Span::ZERO), number), happening);
    }

    fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    fn draw(&mut self, range: RangeInclusive<Span>) -> Span {
        let nanos = |span: &Span| i64::try_from(span.as_nanos()).unwrap_or(i64::MAX);
        Span::from_nanos(self.rng.i64(nanos(range.start())..=nanos(range.end())))
    }

    fn by_chance(&mut self, percent: u8) -> bool {
        percent > 0 && self.rng.u8(0..100) < percent
    }
}

/// Route tables in a page of `DescribeRouteTables`.
const PAGE: usize = 100;

impl Finished {
    /// The report of a group.
    pub fn group(&self, name: &GroupName) -> Option<&GroupReport> {
        self.result.as_ref().ok()?.groups.iter().find(|report| report.group == *name)
    }

    /// When the last route was seen to have been written, if one was.
    pub fn last_route_at(&self, name: &GroupName) -> Option<Timestamp> {
        let report = self.group(name)?;
        let ms = i64::try_from(report.timings.to_last_route_ms?).ok()?;
        Some(report.started_at + Span::from_millis(ms))
    }
}
