//! Who hears from the topic.

use aws_sdk_sns::config::Builder;
use hopover_core::config::TopicArn;
use hopover_core::excerpt::excerpt;
use hopover_core::id::Region;
use hopover_core::survey::{Part, Subscription, Unread};

use super::unread;
use crate::client::{Clients, sdk_region};
use crate::errors::Failure;

/// Enough to know whether somebody hears: a page has 100.
const MOST_PAGES: usize = 10;

/// The most that is kept of an address, in characters.
const LONGEST_TEXT: usize = 200;

const ACTION: &str = "sns:ListSubscriptionsByTopic";

impl Clients {
    /// The subscriptions of the topic, in its own region; `None` without a topic.
    pub(super) async fn subscriptions(&self, topic: Option<&TopicArn>) -> Option<Part<Vec<Subscription>>> {
        Some(self.of_topic(topic?).await)
    }

    async fn of_topic(&self, topic: &TopicArn) -> Part<Vec<Subscription>> {
        let region: Region = topic
            .as_str()
            .split(':')
            .nth(3)
            .and_then(|region| region.parse().ok())
            .ok_or_else(|| Unread::because("its ARN names no region"))?;
        let config = Builder::from(&self.base).region(sdk_region(&region)).build();
        let call = aws_sdk_sns::Client::from_conf(config).list_subscriptions_by_topic();
        let mut pages = call.topic_arn(topic.as_str()).into_paginator().send();
        let mut all = Vec::new();
        for _ in 0..MOST_PAGES {
            let page = pages.try_next().await;
            match page.map_err(|error| unread(&Failure::new(&error), ACTION, &region))? {
                Some(page) => all.extend(page.subscriptions.unwrap_or_default()),
                None => break,
            }
        }
        Ok(all.iter().filter_map(subscription).collect())
    }
}

/// Until it is confirmed, a subscription has a word for its ARN.
pub(super) fn subscription(found: &aws_sdk_sns::types::Subscription) -> Option<Subscription> {
    let confirmed = match found.subscription_arn() {
        Some("Deleted") => return None,
        Some("PendingConfirmation") | None => false,
        Some(_) => true,
    };
    let text = |field: Option<&str>| excerpt(field.unwrap_or("?"), LONGEST_TEXT);
    Some(Subscription { protocol: text(found.protocol()), endpoint: text(found.endpoint()), confirmed })
}
