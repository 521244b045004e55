//! Telling people.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_sns::config::Builder;
use hopover_core::config::TopicArn;
use hopover_core::message::Message;
use hopover_core::write::FailureKind;

use crate::client::{CALL_TIMEOUT, Clients};
use crate::errors::{Failure, Meaning};

/// How long one of the two attempts may take. A message that is sent twice is better than none.
const ATTEMPT_TIMEOUT: Duration = Duration::from_millis(2_400);

/// A message that was not sent. Never a reason to leave a route where it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("could not publish to {topic}: {why}")]
pub struct PublishError {
    /// The topic's ARN.
    pub topic: String,
    /// SNS's error code and message, and what to do.
    pub why: String,
}

impl Clients {
    /// Publishes a message to an SNS topic, in the topic's own region. It takes 5 seconds at most, in two attempts.
    pub async fn publish(&self, topic: &TopicArn, message: &Message) -> Result<(), PublishError> {
        let region = topic.as_str().split(':').nth(3).unwrap_or_default().to_owned();
        let config = Builder::from(&self.base)
            .region(aws_config::Region::new(region))
            .retry_config(RetryConfig::standard().with_max_attempts(2))
            .timeout_config(
                TimeoutConfig::builder()
                    .operation_attempt_timeout(ATTEMPT_TIMEOUT)
                    .operation_timeout(CALL_TIMEOUT)
                    .build(),
            )
            .build();
        aws_sdk_sns::Client::from_conf(config)
            .publish()
            .topic_arn(topic.as_str())
            .subject(&message.subject)
            .message(&message.body)
            .send()
            .await
            .map(drop)
            .map_err(|error| PublishError {
                topic: topic.as_str().to_owned(),
                why: explain(&Failure::new(&error)),
            })
    }
}

fn explain(failure: &Failure) -> String {
    let cause = failure.cause();
    match failure.meaning {
        Meaning::Refused(FailureKind::Denied) => format!(
            "{cause}; allow sns:Publish on the topic to the role that hopover runs under, and if the topic is encrypted, \
             kms:GenerateDataKey and kms:Decrypt on its key"
        ),
        _ if failure.code.starts_with("NotFound") => {
            format!("{cause}; correct HOPOVER_TOPIC_ARN, or create the topic")
        }
        _ => cause,
    }
}
