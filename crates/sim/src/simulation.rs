//! The clock of the embedded VPC, and the function that it invokes.

mod function;
mod look;
mod observe;
mod restore;

use std::collections::{BTreeMap, VecDeque};
use std::ops::RangeInclusive;

use hopover_core::config::Config;
use hopover_core::fact::Fact;
use hopover_core::id::{GroupName, InstanceId};
use hopover_core::observation::InstanceState;
use hopover_core::report::{GroupReport, Report};
use hopover_core::write::WriteResult;
use hopover_core::{Span, Timestamp};
use serde_json::Value;

use crate::cloud::{Cloud, LifeError};
use crate::driver::Driver;
use crate::event;
use crate::record::Record;
use crate::settings::Settings;
use crate::tally::Mischief;
use function::{Run, Sent};
use look::Part;

/// A region of EC2, a function, and time.
#[derive(Debug, Clone)]
pub struct Simulation {
    /// The region.
    pub cloud: Cloud,
    /// What the function told, in order.
    pub story: Vec<Told>,
    /// How the passes are driven.
    pub driver: Driver,
    config: Config,
    settings: Settings,
    now: Timestamp,
    rng: fastrand::Rng,
    queue: BTreeMap<(Timestamp, u64), Happening>,
    numbers: u64,
    waiting: VecDeque<Invocation>,
    running: BTreeMap<u64, Run>,
    finished: Vec<Finished>,
    /// How far the function's clock is ahead.
    clock: Span,
    /// When the youngest state change that was delivered had come to be.
    youngest_event: Timestamp,
    /// Present if somebody will judge.
    record: Option<Record>,
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
    /// Its report, or why there is none: the event was refused, or the function was killed.
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
    Look { run: u64, pass: usize, part: Part, there: Span },
    /// One half of a look comes back.
    Seen { run: u64, pass: usize, part: look::Answered },
    /// A write reaches EC2.
    Write(Sent),
    /// A write comes back.
    Written(Sent, WriteResult),
    /// A pass asked to be woken.
    Wake { run: u64 },
}

impl Simulation {
    /// A function with that configuration, in a region in which nothing has happened yet.
    pub fn new(cloud: Cloud, config: Config, settings: Settings, now: Timestamp, seed: u64) -> Self {
        let mut simulation = Self {
            cloud,
            story: Vec::new(),
            driver: Driver::default(),
            config,
            settings,
            now,
            rng: fastrand::Rng::with_seed(seed),
            queue: BTreeMap::new(),
            numbers: 0,
            waiting: VecDeque::new(),
            running: BTreeMap::new(),
            finished: Vec::new(),
            clock: Span::ZERO,
            youngest_event: now,
            record: None,
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

    /// From now on, writes down what the function sees and writes.
    pub fn keep_record(&mut self) {
        self.record.get_or_insert_default();
    }

    /// What the function saw and wrote, if that was to be written down.
    pub fn record(&self) -> Option<&Record> {
        self.record.as_ref()
    }

    /// What the function was asked to do and has not finished: on its way, waiting for its turn or running.
    pub fn unfinished(&self) -> impl Iterator<Item = &Invocation> {
        let on_their_way = self.queue.values().filter_map(|happening| match happening {
            Happening::Deliver(invocation) => Some(invocation),
            _ => None,
        });
        on_their_way.chain(&self.waiting).chain(self.running.values().map(|run| &run.invocation))
    }

    /// When the runs began that are not over yet.
    pub fn running_since(&self) -> impl Iterator<Item = Timestamp> {
        self.running.values().map(|run| run.began_at)
    }

    /// True if no instance is on its way to another state, and no write on its way to EC2.
    pub fn is_at_rest(&self) -> bool {
        !self.queue.values().any(|what| matches!(what, Happening::Enter(..) | Happening::Write(_)))
    }

    /// The settings as they are.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Changes the weather. What is under way goes on as it began.
    pub fn change_settings(&mut self, settings: Settings) {
        let before = std::mem::replace(&mut self.settings, settings);
        if let (None, Some(pause)) = (before.sweep, self.settings.sweep) {
            self.schedule(pause, Happening::Sweep);
        }
    }

    /// Sets the wall clock of the function that far ahead of the cloud's, or behind it. A run that has begun does not see it:
    /// it reads the wall clock once.
    pub fn set_clock(&mut self, ahead: Span) {
        if self.clock != ahead {
            self.cloud.tally.add(Mischief::ClockJump);
        }
        self.clock = ahead;
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
                self.count_if_overtaken(&invocation);
                self.waiting.push_back(invocation);
                self.begin_waiting();
            }
            Happening::Sweep => self.sweep(),
            Happening::Look { run, pass, part, there } => self.look(run, pass, part, there),
            Happening::Seen { run, pass, part } => self.seen(run, pass, part),
            Happening::Write(sent) => self.write(sent),
            Happening::Written(sent, result) => self.written(&sent, result),
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
            self.cloud.tally.add(Mischief::EventLost);
            return;
        }
        let copies = if self.by_chance(self.settings.event_doubled) { 2 } else { 1 };
        if copies == 2 {
            self.cloud.tally.add(Mischief::EventDoubled);
        }
        let number = self.number();
        let event = event::state_change(&self.cloud.region, instance, state, self.now, number);
        for _ in 0..copies {
            let delay = self.draw(self.settings.event.clone());
            let invocation = Invocation { event: event.clone(), emitted_at: self.now, attempt: 0 };
            self.schedule(delay, Happening::Deliver(invocation));
        }
    }

    fn count_if_overtaken(&mut self, invocation: &Invocation) {
        if invocation.attempt == 0 && invocation.emitted_at < self.youngest_event {
            self.cloud.tally.add(Mischief::EventOvertaken);
        }
        self.youngest_event = self.youngest_event.max(invocation.emitted_at);
    }

    fn sweep(&mut self) {
        let Some(pause) = self.settings.sweep else {
            return;
        };
        let event = event::sweep(&self.cloud.region, self.now);
        self.invoke(event);
        self.schedule(pause, Happening::Sweep);
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

impl Finished {
    /// The report of a group.
    pub fn group(&self, name: &GroupName) -> Option<&GroupReport> {
        self.result.as_ref().ok()?.groups.iter().find(|report| report.group == *name)
    }

    /// When the last route was seen to have been written, if one was; by the function's own clock.
    pub fn last_route_at(&self, name: &GroupName) -> Option<Timestamp> {
        let report = self.group(name)?;
        let ms = i64::try_from(report.timings.to_last_route_ms?).ok()?;
        Some(report.started_at + Span::from_millis(ms))
    }
}
