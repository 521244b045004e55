//! What people are to be told: not what they have been told already (one standing trouble every minute by sweeps, or again by
//! each attempt that Lambda makes at one failed event), and what they could not be told before.
//!
//! It lives as long as the sandbox: after a cold start people hear a trouble again, which is the better mistake. No decision
//! hangs on it.

use std::collections::{BTreeMap, VecDeque};

use hopover_core::id::GroupName;
use hopover_core::message::{Message, is_repeatable, message};
use hopover_core::report::{GroupReport, Outcome, Report};
use hopover_core::trigger::Trigger;
use hopover_core::{Span, Timestamp};

/// The same trouble is told again after that time.
const REMIND_AFTER: Span = Span::from_hours(1);

/// How many events are remembered. Those that are tried again at the same time are a handful.
const REMEMBERED: usize = 64;

/// How many messages are kept that could not be sent. One failover is one a group.
const KEPT: usize = 64;

/// What went wrong: how the run ended, and what became of each route.
type Trouble = (Outcome, Vec<String>);

/// A message that is to be sent now.
#[derive(Debug)]
pub(crate) struct Due {
    group: GroupName,
    pub(crate) message: Message,
    /// True if no later run would find out what it says: routes were moved.
    is_only_chance: bool,
}

/// What was told, and what is still to be told.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// The last that a sweep told of, by group.
    by_sweeps: BTreeMap<GroupName, (Trouble, Timestamp)>,
    /// Those of events, the latest first, each with its request: all attempts at one event are one request.
    by_events: VecDeque<(String, GroupName, Trouble)>,
    /// What could not be sent, the oldest first.
    unsent: VecDeque<Due>,
}

impl Told {
    /// What people are to be told after a run: what could not be sent before, then what is new.
    pub(crate) fn due(&mut self, report: &Report, request: &str, now: Timestamp) -> Vec<Due> {
        let mut due: Vec<_> = self.unsent.drain(..).collect();
        for group in &report.groups {
            if self.is_news(report, group, request, now)
                && let Some(message) = message(report, group)
            {
                due.push(Due { group: group.group.clone(), message, is_only_chance: !is_repeatable(group) });
            }
        }
        due
    }

    /// Nobody was told after all: the next sweep, or the next attempt, shall say it again; what neither would find out is kept.
    pub(crate) fn was_not_sent(&mut self, due: Due, request: &str) {
        self.by_sweeps.remove(&due.group);
        self.by_events.retain(|(other, of, _)| other != request || *of != due.group);
        if due.is_only_chance {
            self.unsent.push_back(due);
            let surplus = self.unsent.len().saturating_sub(KEPT);
            self.unsent.drain(..surplus);
        }
    }

    /// True unless a sweep repeats what a sweep has told within the hour, or an attempt at an event what one before it has told.
    /// Whatever was moved is always news.
    fn is_news(&mut self, report: &Report, group: &GroupReport, request: &str, now: Timestamp) -> bool {
        if !group.outcome.is_failure() {
            self.by_sweeps.remove(&group.group);
            return true;
        }
        if !is_repeatable(group) {
            return true;
        }
        let routes = group.routes.iter().map(|route| format!("{} {}", route.key, route.result)).collect();
        let trouble = (group.outcome, routes);
        if report.trigger == Trigger::Sweep {
            let known = self.by_sweeps.get(&group.group);
            let repeats = known
                .is_some_and(|(before, at)| *before == trouble && now.duration_since(*at) < REMIND_AFTER);
            if !repeats {
                self.by_sweeps.insert(group.group.clone(), (trouble, now));
            }
            return !repeats;
        }
        let told = (request.to_owned(), group.group.clone(), trouble);
        if self.by_events.contains(&told) {
            return false;
        }
        self.by_events.push_front(told);
        self.by_events.truncate(REMEMBERED);
        true
    }
}
