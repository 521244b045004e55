//! The function: its invocations, the passes that they drive, and the calls that are under way.

use std::sync::Arc;

use hopover_core::pass::{Action, Pass};
use hopover_core::plan::RouteChange;
use hopover_core::report::{GroupReport, Report};
use hopover_core::route::RouteKey;
use hopover_core::trigger::Trigger;
use hopover_core::write::WriteResult;
use hopover_core::{Span, Timestamp};

use super::look::{self, Look, Part};
use super::{Finished, Happening, Invocation, Simulation, Told};
use crate::cloud::{Answer, Handled};
use crate::record::{self, Sight};
use crate::tally::Mischief;

/// A write on its way.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    run: u64,
    pass: usize,
    /// `None` if the driver does not make it.
    change: Option<RouteChange>,
    /// What the pass calls it.
    key: RouteKey,
    /// When the reply comes after it has reached EC2; `None` if nobody waits for it any more.
    back_after: Option<Span>,
    /// Where it stands in the record.
    recorded: Option<usize>,
}

/// One invocation under way.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub(super) invocation: Invocation,
    trigger: Arc<Trigger>,
    pub(super) began_at: Timestamp,
    /// How far its clock is ahead. It read the wall clock once, and counts for itself since.
    clock: Span,
    passes: Vec<Active>,
}

/// A pass under way.
#[derive(Debug, Clone)]
pub(super) struct Active {
    pass: Pass,
    look: Look,
    /// What EC2 answered to its looks, if somebody will judge.
    sights: Vec<Arc<Sight>>,
    woken_at: Option<Timestamp>,
    report: Option<GroupReport>,
}

/// Route tables in a page of `DescribeRouteTables`.
const PAGE: usize = 100;

impl Simulation {
    pub(super) fn begin_waiting(&mut self) {
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
        let began = self.now + self.clock;
        let deadline = began + self.settings.function_timeout;
        let passes = groups
            .into_iter()
            .map(|group| Active {
                pass: Pass::start(group, trigger.clone(), began, deadline),
                look: Look::default(),
                sights: Vec::new(),
                woken_at: None,
                report: None,
            })
            .collect();
        let number = self.number();
        let run =
            Run { invocation, trigger: Arc::new(trigger), began_at: self.now, clock: self.clock, passes };
        self.running.insert(number, run);
        self.drive(number);
    }

    /// Asks every pass of a run what to do, and does it.
    pub(super) fn drive(&mut self, run: u64) {
        let Some(mut taken) = self.running.remove(&run) else {
            return;
        };
        for at in 0..taken.passes.len() {
            self.drive_pass(run, at, &mut taken);
        }
        if taken.passes.iter().any(|active| active.report.is_none()) {
            self.running.insert(run, taken);
            return;
        }
        self.record_end(run, &taken);
        let groups = taken.passes.into_iter().filter_map(|active| active.report).collect();
        let report = Report::new(Trigger::clone(&taken.trigger), groups);
        self.finish(taken.invocation, taken.began_at, Ok(report));
        self.begin_waiting();
    }

    /// Ends a run in the middle. What it has sent still reaches EC2; nobody hears of it.
    fn kill(&mut self, run: u64) {
        let Some(taken) = self.running.remove(&run) else {
            return;
        };
        self.cloud.tally.add(Mischief::Killed);
        self.record_end(run, &taken);
        self.finish(taken.invocation, taken.began_at, Err("the function was killed".to_owned()));
        self.begin_waiting();
    }

    fn drive_pass(&mut self, number: u64, pass: usize, run: &mut Run) {
        let (clock, trigger) = (run.clock, Arc::clone(&run.trigger));
        let active = &mut run.passes[pass];
        while active.report.is_none() {
            let action = active.pass.next(self.now + clock);
            match action {
                Action::Observe => self.send_look(number, pass, active),
                Action::Replace(change) => self.send_write(number, pass, &trigger, active, change),
                Action::Wait(until) => {
                    if active.woken_at != Some(until) {
                        active.woken_at = Some(until);
                        let span = until.duration_since(self.now + clock);
                        self.schedule(span, Happening::Wake { run: number });
                    }
                    break;
                }
                Action::Done(report) => active.report = Some((self.driver.report)(*report)),
            }
        }
        self.hear(active);
    }

    fn send_look(&mut self, run: u64, pass: usize, active: &mut Active) {
        active.look = Look::default();
        let pages = self.cloud.table_count().div_ceil(PAGE).max(1);
        for part in [Part::Instances, Part::Tables] {
            let pages = if part == Part::Tables { pages } else { 1 };
            for _ in 1..pages {
                active.look.extra += self.draw(self.settings.call.clone());
            }
            let there = self.draw(self.settings.call.clone()) / 2;
            self.schedule(there, Happening::Look { run, pass, part, there });
        }
    }

    fn send_write(
        &mut self,
        run: u64,
        pass: usize,
        trigger: &Arc<Trigger>,
        active: &Active,
        change: RouteChange,
    ) {
        let half = self.draw(self.settings.call.clone()) / 2;
        let key = change.key.clone();
        let change = (self.driver.send)(change);
        let recorded = match (&mut self.record, &change) {
            (Some(record), Some(change)) => {
                record.writes.push(record::Write {
                    run,
                    group: active.pass.group().name.clone(),
                    trigger: Arc::clone(trigger),
                    sight: active.sights.last().cloned(),
                    change: change.clone(),
                    sent_at: self.now,
                    handled: None,
                    answer: None,
                });
                Some(record.writes.len() - 1)
            }
            _ => None,
        };
        let mut sent = Sent { run, pass, change, key, back_after: Some(half), recorded };
        if half * 2 > self.settings.client_timeout {
            // The client gives up; what it has sent still arrives.
            self.cloud.tally.add(Mischief::WriteTooSlow);
            self.schedule(self.settings.client_timeout, Happening::Written(sent.clone(), self.no_reply()));
            sent.back_after = None;
        }
        self.schedule(half, Happening::Write(sent));
    }

    fn no_reply(&self) -> WriteResult {
        WriteResult::NoReply(format!("none within {} s", self.settings.client_timeout.as_secs()))
    }

    /// Writes down what a pass tells.
    fn hear(&mut self, active: &mut Active) {
        let group = &active.pass.group().name.clone();
        let (at, facts) = (self.now, active.pass.take_facts());
        self.story.extend(facts.into_iter().map(|fact| Told { at, group: group.clone(), fact }));
    }

    pub(super) fn look(&mut self, run: u64, pass: usize, part: Part, there: Span) {
        let Some(active) = self.running.get(&run).and_then(|run| run.passes.get(pass)) else {
            return;
        };
        let (group, extra) = (active.pass.group().clone(), active.look.extra);
        let age = self.draw(self.settings.staleness.clone());
        let half = self.draw(self.settings.call.clone()) / 2;
        if there + half > self.settings.client_timeout {
            self.cloud.tally.add(Mischief::ReadTooSlow);
            let back = self.settings.client_timeout - there;
            return self.schedule(back, Happening::Seen { run, pass, part: look::unanswered(part) });
        }
        let (answered, back) = match part {
            Part::Instances => {
                let interfaces: Vec<_> = group.next_hops().map(|hop| hop.interface).collect();
                let answer = self.cloud.describe_instances(self.now, age, &interfaces, &mut self.rng);
                look::answered(answer, look::Answered::Instances, part)
            }
            Part::Tables => {
                let answer = self.cloud.describe_route_tables(self.now, age, &group.vpc, &mut self.rng);
                look::answered(answer, look::Answered::Tables, part)
            }
        };
        let extra = if part == Part::Tables { extra } else { Span::ZERO };
        let back = if back { half + extra } else { self.settings.client_timeout };
        self.schedule(back, Happening::Seen { run, pass, part: answered });
    }

    pub(super) fn seen(&mut self, number: u64, pass: usize, part: look::Answered) {
        if !self.running.contains_key(&number) {
            return;
        }
        if self.by_chance(self.settings.killed) {
            return self.kill(number);
        }
        let Some(run) = self.running.get_mut(&number) else {
            return;
        };
        let clock = self.now + run.clock;
        let Some(active) = run.passes.get_mut(pass) else {
            return;
        };
        if let Some(seen) = active.look.put(part) {
            if let (Some(_), Ok(seen)) = (&self.record, &seen) {
                active.sights.push(Arc::new(Sight { at: self.now, clock, seen: seen.clone() }));
            }
            active.pass.observed(clock, seen.map(self.driver.show));
            self.drive(number);
        }
    }

    pub(super) fn write(&mut self, sent: Sent) {
        if !self.running.contains_key(&sent.run) {
            self.cloud.tally.add(Mischief::LateWrite);
        }
        let Handled { answer, made } = match &sent.change {
            Some(change) => self.cloud.replace_route(self.now, change, &mut self.rng),
            None => Handled { answer: Answer::Given(WriteResult::Replaced), made: false },
        };
        if let (Some(record), Some(at)) = (&mut self.record, sent.recorded) {
            record.writes[at].handled = Some((self.now, made));
            record.handled.push(at);
        }
        let Some(back_after) = sent.back_after else {
            return;
        };
        let (result, back) = match answer {
            Answer::Given(result) => (result, back_after),
            Answer::Never => (self.no_reply(), self.settings.client_timeout - back_after),
        };
        self.schedule(back, Happening::Written(sent, result));
    }

    pub(super) fn written(&mut self, sent: &Sent, result: WriteResult) {
        if !self.running.contains_key(&sent.run) {
            return;
        }
        if self.by_chance(self.settings.killed) {
            return self.kill(sent.run);
        }
        let Some(run) = self.running.get_mut(&sent.run) else {
            return;
        };
        let clock = self.now + run.clock;
        let Some(active) = run.passes.get_mut(sent.pass) else {
            return;
        };
        if let (Some(record), Some(at)) = (&mut self.record, sent.recorded) {
            record.writes[at].answer = Some((self.now, result.clone()));
        }
        active.pass.replaced(clock, &sent.key, result);
        self.drive(sent.run);
    }

    /// Writes down that a run is about to end.
    fn record_end(&mut self, number: u64, run: &Run) {
        if let Some(record) = &mut self.record {
            let sights = run.passes.iter().map(|active| {
                let group = active.pass.group().name.clone();
                (group, active.sights.clone())
            });
            record.runs.push(record::Run {
                number,
                trigger: Arc::clone(&run.trigger),
                finished: self.finished.len(),
                handled: record.handled.len(),
                sights: sights.collect(),
            });
        }
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
}
