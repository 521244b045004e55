//! One run: a trigger, every group that it concerns, one report.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures::future::join_all;
use hopover_core::Timestamp;
use hopover_core::config::{Config, NotForUs};
use hopover_core::fact::Fact;
use hopover_core::group::Group;
use hopover_core::id::GroupName;
use hopover_core::observation::Observation;
use hopover_core::pass::Pass;
use hopover_core::report::Report;
use hopover_core::trigger::Trigger;

use crate::client::Clients;
use crate::clock::Clock;
use crate::drive::drive;

/// What was seen before there was a reason to look.
#[derive(Debug, Clone, Default)]
pub struct FirstLook {
    /// The groups that could be seen in full.
    pub seen: BTreeMap<GroupName, Observation>,
    /// Why others could not, one sentence each, with the group's name.
    pub failures: Vec<String>,
}

impl Clients {
    /// Looks at every group, side by side.
    ///
    /// It serves two ends in the init phase of a Lambda function: credentials, TLS and connections are there when the event
    /// comes, and the event that caused the cold start finds its first look done. Failures are for the log only: the run that
    /// follows looks for itself.
    pub async fn observe_all(&self, config: &Config) -> FirstLook {
        let looks = config.groups.iter().map(|group| async move {
            let result = self.of(&group.region).observe(group).await;
            (group.name.clone(), result)
        });
        let mut first = FirstLook::default();
        for (name, result) in join_all(looks).await {
            match result {
                // Half a look is not handed on: it would cost the pass a look and a pause.
                Ok(Observation { instances: Err(failure), .. }) | Err(failure) => {
                    first.failures.push(format!("group {name}: {failure}"));
                }
                Ok(seen) => {
                    first.seen.insert(name, seen);
                }
            }
        }
        first
    }
}

/// Runs a trigger for every group that it concerns, side by side.
///
/// Nothing is written after `deadline`, and the run is over then. `first` holds observations made a moment ago, by group; how
/// old they may be is for the caller to decide. Every fact is told with its group, as it comes about.
///
/// # Errors
///
/// If the trigger is for a region, a group or a member that is not configured. Nothing was done then.
pub async fn run(
    clients: &Clients,
    config: &Config,
    trigger: Trigger,
    clock: &Clock,
    deadline: Timestamp,
    mut first: BTreeMap<GroupName, Observation>,
    tell: &mut impl FnMut(&Group, &Fact),
) -> Result<Report, NotForUs> {
    let groups = config.groups_for(&trigger)?;
    let tell = Mutex::new(tell);
    let passes = groups.into_iter().map(|group| {
        let aws = clients.of(&group.region);
        let first = first.remove(&group.name);
        let pass = Pass::start(Arc::clone(&group), trigger.clone(), clock.now(), deadline);
        let tell = &tell;
        async move {
            let mut tell = |group: &Group, fact: &Fact| {
                let mut tell = tell.lock().unwrap_or_else(PoisonError::into_inner);
                tell(group, fact);
            };
            drive(&aws, pass, clock, first, &mut tell).await
        }
    });
    let reports = join_all(passes).await;
    Ok(Report::new(trigger, reports))
}
