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
        let told = self.notify(&report, &context.request_id, clock.now()).await;
        let not_told = told.as_ref().err().map(|why| format!("; {why}")).unwrap_or_default();
        let text = summary(&report) + &not_told;
        // If only the telling failed, the routes stand, and Lambda runs it again. Whoever gives an order has its answer, and
        // repeated later it could undo the next one.
        if report.outcome.is_failure() {
            Err(failure(error_type(report.outcome), &text))
        } else if told.is_err() && !matches!(report.trigger, Trigger::Order(_)) {
            Err(failure("hopover.NotTold", &text))
        } else {
            Ok(report)
        }
    }

    /// What the init phase saw, if that is a moment ago. It serves once.
    fn first_look(&self) -> BTreeMap<GroupName, Observation> {
        let is_fresh = |at: Timestamp| (Span::ZERO..FRESH).contains(&Timestamp::now().duration_since(at));
        self.first.take().filter(|(at, _)| is_fresh(*at)).map(|(_, look)| look.seen).unwrap_or_default()
    }

    /// Tells people. A message that cannot be sent has no bearing on a route: they have been moved. But the run ends as failed
    /// by it, so that the alarm on errors, which CloudWatch sends and not this function, tells people to look.
    async fn notify(&self, report: &Report, request: &str, now: Timestamp) -> Result<(), String> {
        let Some(topic) = &self.config.topic else { return Ok(()) };
        let due = self.told.borrow_mut().due(report, request, now);
        let sent = join_all(due.iter().map(|due| self.clients.publish(topic, &due.message))).await;
        let mut outcome = Ok(());
        for (due, result) in due.into_iter().zip(sent) {
            let subject = &due.message.subject;
            match result {
                Ok(()) => log::line("info", Some(request), &format!("told: {subject}"), &()),
                Err(error) => {
                    log::line("error", Some(request), &format!("not told: {subject}: {error}"), &());
                    self.told.borrow_mut().was_not_sent(due, request);
                    outcome = Err(format!("people could not be told: {error}"));
                }
            }
        }
        outcome
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

/// What became of the groups that failed; of all, if none did.
fn summary(report: &Report) -> String {
    let told = report.groups.iter().filter(|group| group.outcome.is_failure() == report.outcome.is_failure());
    told.map(|group| format!("{}: {}", group.group, group.summary)).collect::<Vec<_>>().join("; ")
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
