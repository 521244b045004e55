//! The function: prepared once in the init phase, then one run an invocation.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::Duration;

use futures::future::join_all;
use hopover_aws::{Clients, Clock, FirstLook, run};
use hopover_core::config::Config;
use hopover_core::fact::Fact;
use hopover_core::group::Group;
use hopover_core::id::GroupName;
use hopover_core::message::message;
use hopover_core::metrics;
use hopover_core::observation::Observation;
use hopover_core::report::{Outcome, Report};
use hopover_core::trigger::Trigger;
use hopover_core::{Span, Timestamp};
use lambda_runtime::{Context, Diagnostic, LambdaEvent};
use serde_json::Value;

use crate::log;
use crate::told::Told;

/// How long the init phase waits for EC2. The phase has 10 s, and a function that cannot reach EC2 now may reach it at the
/// event.
const INIT_LOOK: Duration = Duration::from_millis(2_500);

/// How old an observation of the init phase may be to serve the first invocation. A cold start is caused by the very event.
///
/// Its age is told by the wall clock: a sandbox may be frozen between the two, and a monotonic clock with it.
const FRESH: Span = Span::from_secs(1);

/// The most that is kept of an invocation's time for the message and the answer. SNS may take 5 s.
const RESERVE: Span = Span::from_secs(6);

/// The shortest time limit of a function that makes sense: Lambda's default.
const SHORTEST: Span = Span::from_secs(3);

/// What outlives an invocation: nothing that a decision hangs on.
pub(crate) struct Function {
    config: Config,
    clients: Clients,
    /// Seen in the init phase, for the first invocation.
    first: Cell<Option<(Timestamp, FirstLook)>>,
    /// Troubles that were told of.
    told: RefCell<Told>,
}

impl Function {
    /// Does the expensive work of a cold start: credentials, TLS, connections, and a look at the VPC.
    pub(crate) async fn prepare(config: Config) -> Self {
        let clients = Clients::connect(&config).await;
        let look = tokio::time::timeout(INIT_LOOK, clients.observe_all(&config)).await.unwrap_or_else(|_| {
            FirstLook {
                failures: vec![format!("EC2 did not answer within {} ms", INIT_LOOK.as_millis())],
                ..FirstLook::default()
            }
        });
        for failure in &look.failures {
            let text = format!("the first look failed, each run looks for itself: {failure}");
            log::line("warn", None, &text, &());
        }
        let first = Some((Timestamp::now(), look));
        Self { config, clients, first: Cell::new(first), told: RefCell::default() }
    }

    /// One invocation: an event in, the report out. It ends as failed if the event cannot be acted on, or if something that
    /// should have happened did not, so that the platform runs it again.
    pub(crate) async fn handle(&self, event: LambdaEvent<Value>) -> Result<Report, Diagnostic> {
        let request = event.context.request_id.clone();
        let result = self.run(&event.payload, &event.context).await;
        if let Err(diagnostic) = &result {
            log::line("error", Some(&request), &diagnostic.error_message, &());
        }
        result
    }

    async fn run(&self, event: &Value, context: &Context) -> Result<Report, Diagnostic> {
        let trigger =
            Trigger::from_value(event).map_err(|error| failure("hopover.Event", &error.to_string()))?;
        let clock = Clock::new();
        let mut tell = |group: &Group, fact: &Fact| log::fact(&context.request_id, group, fact);
        let report = run(
            &self.clients,
            &self.config,
            trigger,
            &clock,
            deadline(context, &clock),
            self.first_look(),
            &mut tell,
        )
        .await
        .map_err(|error| failure("hopover.NotForUs", &error.to_string()))?;
        measure(&report, context);
        self.notify(&report, &context.request_id, clock.now()).await;
        if report.outcome.is_failure() {
            Err(failure(error_type(report.outcome), &summary(&report)))
        } else {
            Ok(report)
        }
    }

    /// What the init phase saw, if that is a moment ago. It serves once.
    fn first_look(&self) -> BTreeMap<GroupName, Observation> {
        let is_fresh = |at: Timestamp| (Span::ZERO..FRESH).contains(&Timestamp::now().duration_since(at));
        self.first.take().filter(|(at, _)| is_fresh(*at)).map(|(_, look)| look.seen).unwrap_or_default()
    }

    /// Tells people. A message that cannot be sent is logged, and never fails a failover.
    async fn notify(&self, report: &Report, request: &str, now: Timestamp) {
        let Some(topic) = &self.config.topic else { return };
        let due: Vec<_> = report
            .groups
            .iter()
            .filter(|group| self.told.borrow_mut().is_news(report, group, request, now))
            .filter_map(|group| Some((&group.group, message(report, group)?)))
            .collect();
        let sent = join_all(due.iter().map(|(_, message)| self.clients.publish(topic, message))).await;
        for ((group, message), result) in due.iter().zip(sent) {
            let (level, text) = match result {
                Ok(()) => ("info", format!("told: {}", message.subject)),
                Err(error) => {
                    self.told.borrow_mut().forget(group, request);
                    ("error", format!("not told: {}: {error}", message.subject))
                }
            };
            log::line(level, Some(request), &text, &());
        }
    }
}

/// Leaves the figures in the log, where CloudWatch picks them up.
fn measure(report: &Report, context: &Context) {
    for group in &report.groups {
        let text = format!("metrics of {}", group.group);
        let figures = metrics::document(&context.env_config.function_name, report, group);
        log::line("info", Some(&context.request_id), &text, &figures);
    }
}

/// When the pass must be over: before the platform ends the invocation, with time left to tell people. Where the function's
/// time limit is short (Lambda's default is 3 s), most of it still goes to the routes.
fn deadline(context: &Context, clock: &Clock) -> Timestamp {
    let now = clock.now();
    let left = Timestamp::try_from(context.deadline()).map_or(Span::ZERO, |end| end.duration_since(now));
    now + time_for_routes(left)
}

/// What of the time left is for the routes. An invocation has just begun: if next to nothing is left, the platform's clock and
/// this one disagree, and looking is better than ending blind.
fn time_for_routes(left: Span) -> Span {
    let left = left.max(SHORTEST);
    left - RESERVE.min(left / 4)
}

fn summary(report: &Report) -> String {
    let failed = report.groups.iter().filter(|group| group.outcome.is_failure());
    failed.map(|group| format!("{}: {}", group.group, group.summary)).collect::<Vec<_>>().join("; ")
}

fn error_type(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::NothingToDo | Outcome::Moved => "hopover.Unexpected",
        Outcome::Unverified => "hopover.Unverified",
        Outcome::Refused => "hopover.Refused",
        Outcome::Incomplete => "hopover.Incomplete",
        Outcome::CouldNotObserve => "hopover.CouldNotObserve",
        Outcome::Misconfigured => "hopover.Misconfigured",
    }
}

fn failure(error_type: &str, message: &str) -> Diagnostic {
    Diagnostic { error_type: error_type.to_owned(), error_message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_ahead_of_the_platforms_leaves_time_to_look() {
        assert_eq!(time_for_routes(Span::from_secs(-540)), Span::from_millis(2_250));
        assert_eq!(time_for_routes(Span::from_secs(60)), Span::from_secs(54));
    }
}
