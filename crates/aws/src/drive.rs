//! The driver of a pass: does what the pass says, and tells it what came of it.

use std::sync::Arc;
use std::time::Duration;

use hopover_core::Span;
use hopover_core::fact::Fact;
use hopover_core::group::Group;
use hopover_core::observation::{Observation, ObserveFailure};
use hopover_core::pass::{Action, Pass};
use hopover_core::report::GroupReport;
use hopover_core::route::RouteKey;
use hopover_core::write::WriteResult;
use tokio::task::{JoinError, JoinSet};

use crate::client::Aws;
use crate::clock::Clock;

/// Pauses that are longer than this are pauses before trying again. Shorter ones pace writes and are kept exactly.
const SHORTEST_JITTERED: Span = Span::from_millis(300);

/// The most that such a pause is prolonged by, as a part of it.
const LONGEST_JITTER: f64 = 0.2;

/// Something that came back.
enum Answer {
    Seen(Result<Observation, ObserveFailure>),
    Written(RouteKey, WriteResult),
}

/// Runs a pass to its end against EC2 and returns its report.
///
/// `first` is an observation made a moment ago; if there is one, it is the answer to the first look. Facts are told as they
/// come about. The look and the writes are tasks of the runtime, side by side: signing and sending fifty writes is work for
/// more than one processor, where there is more than one. Nothing holds up the deadline: a call that hangs then is dropped.
///
/// # Panics
///
/// If a call panics.
pub async fn drive(
    aws: &Aws,
    mut pass: Pass,
    clock: &Clock,
    mut first: Option<Observation>,
    tell: &mut impl FnMut(&Group, &Fact),
) -> GroupReport {
    let group = Arc::clone(pass.group());
    let mut under_way = JoinSet::new();
    loop {
        let action = pass.next(clock.now());
        tell_all(&mut pass, &group, tell);
        match action {
            Action::Observe => {
                if let Some(seen) = first.take() {
                    pass.observed(clock.now(), Ok(seen));
                } else {
                    let (aws, group) = (aws.clone(), Arc::clone(&group));
                    under_way.spawn(async move { Answer::Seen(aws.observe(&group).await) });
                }
            }
            Action::Replace(change) => {
                let aws = aws.clone();
                under_way.spawn(async move {
                    let result = aws.replace(&change).await;
                    Answer::Written(change.key, result)
                });
            }
            Action::Wait(until) => {
                let now = clock.now();
                let pause = until.duration_since(now);
                let pause = if under_way.is_empty() {
                    jittered(pause, fastrand::f64(), pass.deadline().duration_since(now))
                } else {
                    pause
                };
                tokio::select! {
                    biased;
                    Some(answer) = under_way.join_next() => match answer.unwrap_or_else(passed_on) {
                        Answer::Seen(result) => pass.observed(clock.now(), result),
                        Answer::Written(key, result) => pass.replaced(clock.now(), &key, result),
                    },
                    () = tokio::time::sleep(unsigned(pause)) => {}
                }
            }
            Action::Done(report) => return *report,
        }
        tell_all(&mut pass, &group, tell);
    }
}

/// A task of ours is never cancelled while it is waited for, so that this is a panic, which goes on where it would have gone
/// without a task.
fn passed_on(error: JoinError) -> Answer {
    std::panic::resume_unwind(error.into_panic())
}

fn tell_all(pass: &mut Pass, group: &Group, tell: &mut impl FnMut(&Group, &Fact)) {
    for fact in pass.take_facts() {
        tell(group, &fact);
    }
}

/// A pause before trying again, prolonged by a random part of it, so that two functions do not march in step; but never past
/// the deadline. `random` is from 0 to 1.
fn jittered(pause: Span, random: f64, until_deadline: Span) -> Span {
    if pause <= SHORTEST_JITTERED {
        return pause;
    }
    let longer = Duration::try_from_secs_f64(pause.as_secs_f64() * (1.0 + LONGEST_JITTER * random))
        .ok()
        .and_then(|longer| Span::try_from(longer).ok())
        .unwrap_or(pause);
    longer.min(until_deadline.max(pause))
}

/// Nothing if the time has come already.
fn unsigned(pause: Span) -> Duration {
    Duration::try_from(pause).unwrap_or_default()
}

#[cfg(test)]
mod tests;
