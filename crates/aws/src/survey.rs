//! The wide look of `hopover init` and `hopover doctor`: read-only calls, side by side. What cannot be read carries the
//! reason; the rest counts all the same.

mod events;
mod network;
mod permissions;
mod topic;

use aws_config::environment::region::EnvironmentVariableRegionProvider;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::region::ProfileFileRegionProvider;
use hopover_core::config::TopicArn;
use hopover_core::excerpt::excerpt;
use hopover_core::group::Group;
use hopover_core::id::Region;
use hopover_core::survey::{Survey, Unread};
use hopover_core::write::FailureKind;

use crate::client::{Aws, Clients};
use crate::errors::{Failure, Meaning};

/// The most of a service's words that a line tells, in characters. Denials carry encoded messages of thousands.
const LONGEST_WORDS: usize = 300;

/// The region that the SDK's environment or profile names. The metadata service of an instance is not asked: elsewhere,
/// waiting for it takes seconds.
pub async fn ambient_region() -> Option<Region> {
    let chain = RegionProviderChain::first_try(EnvironmentVariableRegionProvider::new())
        .or_else(ProfileFileRegionProvider::new());
    chain.region().await.and_then(|region| region.as_ref().parse().ok())
}

impl Aws {
    /// Everything that a group could be made of, in the whole region.
    pub async fn survey(&self) -> Survey {
        self.network(None).await
    }
}

impl Clients {
    /// Everything that a group depends on.
    pub async fn survey(&self, group: &Group, topic: Option<&TopicArn>) -> Survey {
        let aws = self.of(&group.region);
        let (mut survey, event_rules, subscriptions) = futures::join!(
            aws.network(Some(&group.vpc)),
            self.event_rules(&group.region),
            self.subscriptions(topic),
        );
        survey.event_rules = event_rules;
        survey.subscriptions = subscriptions;
        let (permissions, prefix_lists, ()) = futures::join!(
            aws.permissions(group, survey.tables.as_ref().ok()),
            aws.prefix_lists(group, survey.tables.as_ref().ok()),
            async {
                let (account, instances) = (survey.account.as_deref(), survey.instances.as_ref().ok());
                if let Ok(rules) = &mut survey.event_rules {
                    self.add_targets(rules, group, account, instances).await;
                }
            },
        );
        survey.permissions = permissions;
        survey.prefix_lists = prefix_lists;
        survey
    }
}

/// Why a part could not be read: `action` is the IAM action of the call.
fn unread(failure: &Failure, action: &str, region: &Region) -> Unread {
    let words = excerpt(&failure.cause(), LONGEST_WORDS);
    Unread::because(match failure.meaning {
        Meaning::Refused(FailureKind::Denied) => format!("{action} is denied ({})", failure.code),
        Meaning::Refused(FailureKind::Credentials) => {
            failure.clone().into_observe_failure(action, region).message
        }
        Meaning::Throttled => format!("{action} is throttled ({})", failure.code),
        Meaning::NoReply if failure.status.is_none() => format!("there is no answer to {action} ({words})"),
        _ => format!("{action} is not answered here ({words})"),
    })
}

#[cfg(test)]
mod tests;
