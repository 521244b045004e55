//! Follows what happens to a stack until nothing is under way any more.

use std::time::{Duration, Instant};

use hopover_core::observation::ObserveFailure;
use hopover_core::stack::{StackEvent, Standing, State, state_of};

use super::Deployer;

/// How often to look, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// The pause between two looks.
    pub every: Duration,
    /// When to leave off. CloudFormation goes on by itself.
    pub until: Instant,
}

/// How the following ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// Nothing is under way any more.
    Settled {
        /// How the stack stands.
        stack: Standing,
        /// What happened, in the order of time.
        events: Vec<StackEvent>,
    },
    /// The time was up before that.
    OutOfTime {
        /// How the stack stood last.
        status: String,
    },
}

/// Looks in a row that may fail before that is told: a whole operation must not be lost sight of by one lost answer.
const BLIND_LOOKS: u32 = 5;

/// The shortest pause.
const SHORTEST: Duration = Duration::from_millis(100);

impl Deployer {
    /// Follows a stack, by its ARN. Events after `last` are told as they come; without it, all of the stack's.
    ///
    /// # Errors
    ///
    /// If CloudFormation cannot be seen, not for one look alone.
    pub async fn follow(
        &self,
        stack: &str,
        mut last: Option<String>,
        pace: Pace,
        tell: &mut dyn FnMut(&StackEvent),
    ) -> Result<Ended, ObserveFailure> {
        let (mut events, mut blind) = (Vec::new(), 0);
        loop {
            // The status first: whatever led to an end is among the events that are read after it.
            let look = async {
                // One that was only just begun may not show yet.
                let absent =
                    || ObserveFailure { message: format!("there is no stack {stack}"), transient: true };
                let seen = self.stack(stack).await?.ok_or_else(absent)?;
                Ok::<_, ObserveFailure>((seen, self.events_since(stack, last.as_deref()).await?))
            };
            match look.await {
                Ok((seen, new)) => {
                    blind = 0;
                    new.iter().for_each(&mut *tell);
                    last = new.last().map(|event| event.id.clone()).or(last);
                    events.extend(new);
                    if is_over(&seen, &events) {
                        return Ok(Ended::Settled { stack: seen, events });
                    }
                    if Instant::now() >= pace.until {
                        return Ok(Ended::OutOfTime { status: seen.status });
                    }
                }
                Err(failure) => {
                    blind += 1;
                    if blind >= BLIND_LOOKS || !failure.transient {
                        return Err(failure);
                    }
                }
            }
            let left = pace.until.saturating_duration_since(Instant::now());
            tokio::time::sleep(pace.every.min(left.max(SHORTEST))).await;
        }
    }
}

/// Whether it is over. What was only just begun may not show yet: the stack's own last event must say the same.
fn is_over(stack: &Standing, events: &[StackEvent]) -> bool {
    let told = events.iter().rev().find(|event| event.is_of_the_stack());
    !matches!(state_of(&stack.status), State::UnderWay | State::Leaving)
        && told.is_some_and(|event| event.status == stack.status)
}
