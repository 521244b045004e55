//! A queue that is subscribed to a topic: what people would have read.

use serde_json::{Value, json};

use crate::call;
use crate::server::Server;

/// A topic with one subscriber.
pub struct Inbox {
    endpoint: String,
    /// The topic.
    pub topic: String,
    queue: String,
}

/// A message as it was delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered {
    /// Its subject.
    pub subject: String,
    /// Its body.
    pub body: String,
}

impl Inbox {
    /// Makes a topic and a queue of that name, and subscribes the queue.
    pub fn subscribe(server: &Server, name: &str) -> Self {
        let made = call::query(&server.url, "sns", &[("Action", "CreateTopic"), ("Name", name)]);
        Self::of(&server.url, call::element(&made, "TopicArn"), name)
    }

    /// Subscribes a new queue of that name to a topic that is there.
    pub fn of(endpoint: &str, topic: &str, name: &str) -> Self {
        let (service, _) = topic.rsplit_once(':').expect("an ARN");
        let arn = format!("{}:{name}", service.replace(":sns:", ":sqs:"));
        // SNS may write to a queue only if the queue's policy says so.
        let policy = json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Principal": { "Service": "sns.amazonaws.com" },
                "Action": "sqs:SendMessage",
                "Resource": arn,
                "Condition": { "ArnEquals": { "aws:SourceArn": topic } },
            }],
        });
        let create = json!({ "QueueName": name, "Attributes": { "Policy": policy.to_string() } });
        let made = call::json(endpoint, "sqs", "AmazonSQS.CreateQueue", &create);
        let queue = made["QueueUrl"].as_str().expect("a queue's URL").to_owned();
        let subscribe =
            [("Action", "Subscribe"), ("TopicArn", topic), ("Protocol", "sqs"), ("Endpoint", &arn)];
        call::query(endpoint, "sns", &subscribe);
        Self { endpoint: endpoint.to_owned(), topic: topic.to_owned(), queue }
    }

    /// The messages since the last call, in the order in which they came.
    pub fn read(&self) -> Vec<Delivered> {
        received(&self.endpoint, &self.queue)
            .iter()
            .map(|body| {
                let envelope: Value = serde_json::from_str(body).expect("SNS's envelope");
                let text = |key: &str| envelope[key].as_str().unwrap_or_default().to_owned();
                Delivered { subject: text("Subject"), body: text("Message") }
            })
            .collect()
    }
}

/// Takes every message out of a queue, and gives their bodies.
pub fn received(endpoint: &str, queue: &str) -> Vec<String> {
    let mut bodies = Vec::new();
    loop {
        let receive = json!({ "QueueUrl": queue, "MaxNumberOfMessages": 10 });
        let answer = call::json(endpoint, "sqs", "AmazonSQS.ReceiveMessage", &receive);
        let messages = answer["Messages"].as_array().cloned().unwrap_or_default();
        if messages.is_empty() {
            return bodies;
        }
        for message in messages {
            let delete = json!({ "QueueUrl": queue, "ReceiptHandle": message["ReceiptHandle"] });
            call::json(endpoint, "sqs", "AmazonSQS.DeleteMessage", &delete);
            bodies.push(message["Body"].as_str().expect("a body").to_owned());
        }
    }
}
