//! What sweeps have told already, so that one standing trouble is not told every minute.
//!
//! It lives as long as the sandbox: after a cold start people hear it again, which is the better mistake. No decision
//! hangs on it.

use std::collections::BTreeMap;

use hopover_core::id::GroupName;
use hopover_core::message::is_repeatable;
use hopover_core::report::{GroupReport, Outcome, Report};
use hopover_core::{Span, Timestamp};

/// The same trouble is told again after that time.
const REMIND_AFTER: Span = Span::from_hours(1);

/// The last trouble that a sweep told of, by group.
#[derive(Debug, Default)]
pub(crate) struct Told {
    troubles: BTreeMap<GroupName, (Outcome, Vec<String>, Timestamp)>,
}

impl Told {
    /// True unless a sweep repeats what a sweep has told within the hour. Whatever was moved, and whatever an event or a
    /// person caused, is always news.
    pub(crate) fn is_news(&mut self, report: &Report, group: &GroupReport, now: Timestamp) -> bool {
        if !group.outcome.is_failure() {
            self.troubles.remove(&group.group);
            return true;
        }
        if !is_repeatable(report, group) {
            return true;
        }
        let routes: Vec<_> =
            group.routes.iter().map(|route| format!("{} {}", route.key, route.result)).collect();
        let repeats = self.troubles.get(&group.group).is_some_and(|(outcome, before, at)| {
            *outcome == group.outcome && *before == routes && now.duration_since(*at) < REMIND_AFTER
        });
        if !repeats {
            self.troubles.insert(group.group.clone(), (group.outcome, routes, now));
        }
        !repeats
    }

    /// Nobody was told after all: the next sweep shall say it again.
    pub(crate) fn forget(&mut self, group: &GroupName) {
        self.troubles.remove(group);
    }
}
