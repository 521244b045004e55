//! The rules of the default event bus that may make hopover look.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::config::Builder;
use aws_sdk_eventbridge::types::RuleState;
use futures::future::join_all;
use hopover_core::doctor::concerns;
use hopover_core::excerpt::excerpt;
use hopover_core::group::Group;
use hopover_core::id::{InstanceId, Region};
use hopover_core::survey::{EventRule, Machine, Part, Unread};

use super::unread;
use crate::client::{Clients, sdk_region};
use crate::errors::Failure;

/// More pages of rules than a bus has: 300 rules are its quota, a page is 100.
const MOST_PAGES: usize = 100;

/// Of how many rules the targets are asked for.
const MOST_RULES: usize = 50;

/// The most that is kept of a name, a schedule or an ARN, in characters.
const LONGEST_TEXT: usize = 500;

impl Clients {
    fn events(&self, region: &Region) -> Client {
        Client::from_conf(Builder::from(&self.base).region(sdk_region(region)).build())
    }

    /// Every rule of the default bus, without its targets.
    pub(super) async fn event_rules(&self, region: &Region) -> Part<Vec<EventRule>> {
        let client = self.events(region);
        let (mut rules, mut token) = (Vec::new(), None);
        for _ in 0..MOST_PAGES {
            let answer = client.list_rules().set_next_token(token).send().await;
            let answer = answer.map_err(|error| unread(&Failure::new(&error), "events:ListRules", region))?;
            rules.extend(answer.rules.unwrap_or_default().iter().filter_map(rule));
            token = answer.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                return Ok(rules);
            }
        }
        Err(Unread::because("events:ListRules answers without end"))
    }

    /// Asks what the rules invoke that concern the group's instances, or time.
    pub(super) async fn add_targets(
        &self,
        rules: &mut [EventRule],
        group: &Group,
        account: Option<&str>,
        instances: Option<&BTreeMap<InstanceId, Machine>>,
    ) {
        let client = self.events(&group.region);
        let ids = || instances.into_iter().flat_map(BTreeMap::keys);
        let matter = rules.iter_mut().filter(|rule| {
            (rule.enabled && rule.schedule.is_some()) || concerns(rule, &group.region, account, ids())
        });
        let asked = matter.take(MOST_RULES).map(async |rule| {
            rule.targets = targets(&client, &rule.name, &group.region).await;
        });
        join_all(asked).await;
    }
}

fn rule(found: &aws_sdk_eventbridge::types::Rule) -> Option<EventRule> {
    let text = |field: Option<&str>| field.map(|text| excerpt(text, LONGEST_TEXT));
    Some(EventRule {
        name: text(found.name())?,
        enabled: !matches!(found.state(), Some(RuleState::Disabled)),
        pattern: found.event_pattern().and_then(|pattern| serde_json::from_str(pattern).ok()),
        schedule: text(found.schedule_expression()),
        targets: Err(Unread::because("it was not asked for")),
    })
}

/// What a rule invokes. Five targets are the quota, so the first page has them all.
async fn targets(client: &Client, rule: &str, region: &Region) -> Part<BTreeSet<String>> {
    let answer = client.list_targets_by_rule().rule(rule).send().await;
    let answer = answer.map_err(|error| unread(&Failure::new(&error), "events:ListTargetsByRule", region))?;
    Ok(answer.targets.unwrap_or_default().iter().map(|target| excerpt(target.arn(), LONGEST_TEXT)).collect())
}
