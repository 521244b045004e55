//! What is made of each look in a step: what changed, whether the step is over, how long it took. No clock, no call.

use hopover_core::Timestamp;
use hopover_core::observation::InstanceState;

use super::super::judgement::{arrived, happened, judge, lines, moved};
use super::super::picture::Picture;
use super::super::protocol::{LogLine, Loudness, Phase, StepReport, TimeLine};
use super::super::steps::{Act, Step};
use super::stage::Pace;
use crate::output::count;

/// A step under watch.
pub(super) struct Watch<'a> {
    step: &'a Step,
    act: &'a Act,
    at_first: &'a Picture,
    before: Picture,
    last: Picture,
    started_at: Timestamp,
    /// When EC2 was asked; `None` if it had been asked before this program ran.
    sent_at: Option<Timestamp>,
    pace: Pace,
    over_at: Timestamp,
    good_since: Option<Timestamp>,
    in_state_at: Option<Timestamp>,
    first_moved_at: Option<Timestamp>,
    last_moved_at: Option<Timestamp>,
    log: Vec<LogLine>,
    told: usize,
}

/// What to do after a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    LookAgain,
    Over,
}

impl<'a> Watch<'a> {
    /// Begins to watch, at `now`.
    pub(super) fn new(
        step: &'a Step,
        act: &'a Act,
        at_first: &'a Picture,
        before: Picture,
        started_at: Timestamp,
        pace: Pace,
        now: Timestamp,
    ) -> Self {
        Self {
            step,
            act,
            at_first,
            last: before.clone(),
            before,
            started_at,
            sent_at: None,
            pace,
            over_at: now + pace.limit + step.delay,
            good_since: None,
            in_state_at: None,
            first_moved_at: None,
            last_moved_at: None,
            log: Vec::new(),
            told: 0,
        }
    }

    /// EC2 was asked to do it.
    pub(super) fn sent(&mut self, now: Timestamp, what: &str) {
        self.sent_at.get_or_insert(now);
        self.note(now, Loudness::Info, what);
    }

    pub(super) fn note(&mut self, now: Timestamp, level: Loudness, text: &str) {
        self.log.push(LogLine::new(now, level, text));
    }

    /// Lines that were not told yet.
    pub(super) fn untold(&mut self) -> &[LogLine] {
        let from = std::mem::replace(&mut self.told, self.log.len());
        &self.log[from..]
    }

    pub(super) fn is_late(&self, now: Timestamp) -> bool {
        now >= self.over_at
    }

    /// Takes a look.
    pub(super) fn saw(&mut self, now: Timestamp, picture: Picture) -> Next {
        self.note_states(now, &picture);
        let newly: Vec<_> =
            moved(&self.last, &picture).map(|(route, to)| (route.clone(), to.cloned())).collect();
        if !newly.is_empty() {
            let text = happened_to(&self.last, &picture, &newly);
            self.first_moved_at.get_or_insert(now);
            self.last_moved_at = Some(now);
            self.note(now, Loudness::Info, &text);
        }
        self.last = picture;
        let in_state = self.state() == Some(self.wanted());
        if in_state {
            self.in_state_at.get_or_insert(now);
        }
        if in_state && judge(self.step.carrier.as_str(), self.at_first, &self.last).is_empty() {
            let since = *self.good_since.get_or_insert(now);
            if now.duration_since(since) >= self.pace.hold {
                return Next::Over;
            }
        } else {
            self.good_since = None;
        }
        if self.is_late(now) { Next::Over } else { Next::LookAgain }
    }

    /// How it stands, in a line.
    pub(super) fn status(&self) -> String {
        let carrier = self.step.carrier.as_str();
        let state = self.state().map_or("not known".to_owned(), |state| state.to_string());
        let (there, all) = (arrived(carrier, self.at_first, &self.last), self.at_first.ours().count());
        let holding = if self.good_since.is_some() { ", holding" } else { "" };
        format!("{} is {state}, {there} of {all} routes on {carrier}{holding}", self.act.member())
    }

    /// The state that its instance should come to.
    fn wanted(&self) -> InstanceState {
        match self.act {
            Act::Stop(_) => InstanceState::Stopped,
            Act::Start(_) => InstanceState::Running,
        }
    }

    fn state(&self) -> Option<InstanceState> {
        self.last.member(self.act.member().as_str()).and_then(|member| member.state)
    }

    fn note_states(&mut self, now: Timestamp, picture: &Picture) {
        let mut changes = Vec::new();
        for member in &picture.members {
            if self.last.member(&member.name).and_then(|was| was.state) != member.state {
                let state = member.state.map_or("gone".to_owned(), |state| state.to_string());
                let instance = member.instance.as_deref().unwrap_or("no instance");
                changes.push(format!("{} ({instance}) is {state}", member.name));
            }
        }
        for change in changes {
            self.note(now, Loudness::Info, &change);
        }
    }

    /// What came of the step.
    pub(super) fn report(mut self, now: Timestamp) -> StepReport {
        let carrier = self.step.carrier.as_str();
        let mut problems = Vec::new();
        let patience = (self.pace.limit + self.step.delay).as_secs();
        if let Some(state) = self.state().filter(|state| *state != self.wanted()) {
            problems.push(format!(
                "{} is {state}, not {}, after {patience} s",
                self.act.member(),
                self.wanted()
            ));
        }
        let wrong = judge(carrier, self.at_first, &self.last);
        if !wrong.is_empty() {
            let (there, all) = (arrived(carrier, self.at_first, &self.last), self.at_first.ours().count());
            problems.push(format!("{there} of {} on {carrier} after {patience} s", count(all, "route")));
        }
        problems.extend(wrong);
        for problem in &problems {
            self.log.push(LogLine::new(now, Loudness::Error, problem));
        }
        StepReport {
            step: self.step.name(),
            expected: self.step.expected.clone(),
            happened: happened(&self.before, &self.last),
            told: Vec::new(),
            failover: None,
            routes: lines(&self.before, &self.last),
            bystanders: self.at_first.bystanders(),
            problems,
            started_at: self.started_at,
            ended_at: now,
            time_lines: self.time_line().into_iter().collect(),
            before: self.before,
            after: self.last,
            log: self.log,
        }
    }

    fn time_line(&self) -> Option<TimeLine> {
        let zero = self.sent_at?;
        let since = |at: Timestamp| u64::try_from(at.duration_since(zero).as_millis()).unwrap_or_default();
        let (first, last) = (since(self.first_moved_at?), since(self.last_moved_at?));
        let mut phases = vec![phase("event, observe", 0, first), phase("apply, verify", first, last)];
        if let Some(at) = self.in_state_at {
            phases.push(phase(&format!("until {}", self.wanted()), 0, since(at)));
        }
        let call = match self.act {
            Act::Stop(_) => "StopInstances",
            Act::Start(_) => "StartInstances",
        };
        let changed = moved(&self.before, &self.last).count();
        Some(TimeLine {
            what: count(changed, "route") + " moved",
            zero: format!("{call} of {}", self.act.member()),
            last_route_ms: last,
            resolution_ms: u64::try_from(self.pace.every.as_millis()).ok(),
            phases,
        })
    }
}

fn phase(name: &str, from_ms: u64, to_ms: u64) -> Phase {
    Phase { name: name.to_owned(), from_ms, to_ms }
}

type Change = (super::super::picture::RoutePicture, Option<super::super::picture::RoutePicture>);

/// What moved between two looks: members by name, anything else one by one.
fn happened_to(before: &Picture, after: &Picture, newly: &[Change]) -> String {
    let ours = newly.iter().filter(|(route, _)| route.holder.is_some()).count();
    if ours == newly.len() {
        return happened(before, after);
    }
    let others = newly.iter().filter(|(route, _)| route.holder.is_none()).map(|(route, to)| {
        let to = to.as_ref().map_or("nowhere", |to| to.target.as_str());
        format!("bystander {} in {} goes to {to}", route.destination, route.table)
    });
    others.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests;
