//! What has been told already, so that one standing trouble is not told every minute by sweeps, nor again by each attempt that
//! Lambda makes at one failed event.
//!
//! It lives as long as the sandbox: after a cold start people hear it again, which is the better mistake. No decision
//! hangs on it.

use std::collections::{BTreeMap, VecDeque};

use hopover_core::id::GroupName;
use hopover_core::message::is_repeatable;
use hopover_core::report::{GroupReport, Outcome, Report};
use hopover_core::trigger::Trigger;
use hopover_core::{Span, Timestamp};

/// The same trouble is told again after that time.
const REMIND_AFTER: Span = Span::from_hours(1);

/// How many events are remembered. Those that are tried again at the same time are a handful.
const REMEMBERED: usize = 64;

/// What went wrong: how the run ended, and what became of each route.
type Trouble = (Outcome, Vec<String>);

/// The troubles that were told of.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// The last that a sweep told of, by group.
    by_sweeps: BTreeMap<GroupName, (Trouble, Timestamp)>,
    /// Those of events, the latest first, each with its request: all attempts at one event are one request.
    by_events: VecDeque<(String, GroupName, Trouble)>,
}

impl Told {
    /// True unless a sweep repeats what a sweep has told within the hour, or an attempt at an event what one before it has told.
    /// Whatever was moved is always news.
    pub(crate) fn is_news(
        &mut self,
        report: &Report,
        group: &GroupReport,
        request: &str,
        now: Timestamp,
    ) -> bool {
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

    /// Nobody was told after all: the next sweep, or the next attempt, shall say it again.
    pub(crate) fn forget(&mut self, group: &GroupName, request: &str) {
        self.by_sweeps.remove(group);
        self.by_events.retain(|(other, of, _)| other != request || of != group);
    }
}
