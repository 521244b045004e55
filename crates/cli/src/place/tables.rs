//! Route tables in full, and their restore.

use std::sync::Arc;
use std::time::Duration;

use hopover_aws::Clock;
use hopover_core::group::Group;
use hopover_core::observation::ObserveFailure;
use hopover_core::restore::{Comparison, Restoration, RestoreReport, Told, Wish};
use hopover_core::tables::{Look, Tables};
use hopover_core::{Span, Timestamp};

use super::Place;
use crate::failure::Failure;

/// Pauses before a look that was throttled, or not answered, is taken again: somebody sits and waits.
const PAUSES: [Duration; 3] = [Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(2)];

/// How a restore ended.
pub(crate) enum Restored {
    /// With its report.
    Report(Box<RestoreReport>),
    /// The operator pressed Ctrl-C: how far it came. Calls that were under way may or may not have been made.
    Interrupted(Box<RestoreReport>),
}

impl Place {
    /// Reads every route table of a group's VPC.
    pub(crate) fn tables(&mut self, group: &Group) -> Result<Tables, Failure> {
        patiently(matches!(self, Self::Account(_)), || match self {
            Self::Account(account) => {
                let ec2 = account.ec2(group);
                account.wait_for(ec2.look_at_tables(&group.vpc))
            }
            Self::Embedded(embedded) => embedded.simulation.look_at_tables(&group.vpc),
        })
    }

    /// Reads every route table of a VPC, and the instances of its groups. A look without the instances is a failure here.
    pub(crate) fn look_in_full(&mut self, groups: &[Arc<Group>]) -> Result<Look, Failure> {
        let Some(first) = groups.first() else {
            return Err(Failure::Unexpected("a look at no group".to_owned()));
        };
        patiently(matches!(self, Self::Account(_)), || {
            let look = match self {
                Self::Account(account) => {
                    let ec2 = account.ec2(first);
                    account.wait_for(ec2.look_in_full(&first.vpc, groups))
                }
                Self::Embedded(embedded) => embedded.simulation.look_in_full(&first.vpc, groups),
            }?;
            look.instances.as_ref().map_err(Clone::clone)?;
            Ok(look)
        })
    }

    /// Restores what was shown; nothing is written after that many seconds.
    pub(crate) fn restore(
        &mut self,
        wish: &Wish,
        shown: &Comparison,
        time_limit: u32,
        tell: &mut dyn FnMut(&Told),
    ) -> Result<Restored, Failure> {
        let begin = |now: Timestamp| {
            Restoration::start(wish.clone(), shown, now, now + Span::from_secs(i64::from(time_limit)))
        };
        match self {
            Self::Account(account) => {
                let Some(group) = wish.groups.first() else {
                    return Err(Failure::Unexpected("a restore for no group".to_owned()));
                };
                let (ec2, clock) = (account.ec2(group), Clock::new());
                let mut restoration = begin(clock.now());
                let mut tell = |told: &Told| tell(told);
                let done = account.unless_interrupted(async {
                    Ok(ec2.restore(&mut restoration, &clock, &mut tell).await)
                })?;
                Ok(match done {
                    Some(report) => Restored::Report(Box::new(report)),
                    None => Restored::Interrupted(Box::new(restoration.report())),
                })
            }
            Self::Embedded(embedded) => {
                let mut restoration = begin(embedded.simulation.now());
                let report = embedded.simulation.restore(&mut restoration, tell);
                embedded.save()?;
                Ok(Restored::Report(Box::new(report)))
            }
        }
    }
}

/// Looks again if that may help. In virtual time nothing changes by waiting.
fn patiently<T>(may_help: bool, mut look: impl FnMut() -> Result<T, ObserveFailure>) -> Result<T, Failure> {
    for pause in PAUSES {
        match look() {
            Err(failure) if failure.transient && may_help => std::thread::sleep(pause),
            other => return other.map_err(Failure::Observe),
        }
    }
    look().map_err(Failure::Observe)
}
