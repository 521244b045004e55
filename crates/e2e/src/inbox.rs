//! A queue that is subscribed to a topic: what people would have read.

use serde_json::{Value, json};

use crate::server::Server;
use crate::world::REGION;

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
        let endpoint = server.url.clone();
        let topic = sns(&endpoint, &[("Action", "CreateTopic"), ("Name", name)], "TopicArn");
        let made = sqs(&endpoint, "CreateQueue", &json!({ "QueueName": name }));
        let queue = made["QueueUrl"].as_str().expect("a queue's URL").to_owned();
        let arn = topic.replace(":sns:", ":sqs:");
        let subscribe =
            [("Action", "Subscribe"), ("TopicArn", &topic), ("Protocol", "sqs"), ("Endpoint", &arn)];
        sns(&endpoint, &subscribe, "SubscriptionArn");
        Self { endpoint, topic, queue }
    }

    /// The messages since the last call.
    pub fn read(&self) -> Vec<Delivered> {
        let receive = json!({ "QueueUrl": self.queue, "MaxNumberOfMessages": 10 });
        let answer = sqs(&self.endpoint, "ReceiveMessage", &receive);
        let messages = answer["Messages"].as_array().cloned().unwrap_or_default();
        messages
            .iter()
            .map(|message| {
                let delete = json!({ "QueueUrl": self.queue, "ReceiptHandle": message["ReceiptHandle"] });
                sqs(&self.endpoint, "DeleteMessage", &delete);
                let envelope: Value =
                    serde_json::from_str(message["Body"].as_str().expect("a body")).expect("SNS's envelope");
                let text = |key: &str| envelope[key].as_str().unwrap_or_default().to_owned();
                Delivered { subject: text("Subject"), body: text("Message") }
            })
            .collect()
    }
}

/// The server reads service and region from the scope of the signature, and does not check the rest.
fn authorization(service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=test/20260101/{REGION}/{service}/aws4_request, SignedHeaders=host, Signature=0"
    )
}

/// A call of SNS (query protocol); answers the content of one element of the reply.
fn sns(endpoint: &str, parameters: &[(&str, &str)], element: &str) -> String {
    let call = ureq::post(format!("{endpoint}/")).header("Authorization", authorization("sns"));
    let mut answer = call.send_form(parameters.iter().copied()).expect("SNS answers");
    let text = answer.body_mut().read_to_string().expect("text");
    let content = text.split_once(&format!("<{element}>")).and_then(|(_, rest)| rest.split_once("</"));
    content.unwrap_or_else(|| panic!("no {element} in {text}")).0.to_owned()
}

/// A call of SQS (JSON protocol).
fn sqs(endpoint: &str, action: &str, body: &Value) -> Value {
    let mut answer = ureq::post(format!("{endpoint}/"))
        .header("Authorization", authorization("sqs"))
        .header("X-Amz-Target", format!("AmazonSQS.{action}"))
        .header("Content-Type", "application/x-amz-json-1.0")
        .send(body.to_string())
        .expect("SQS answers");
    let text = answer.body_mut().read_to_string().expect("text");
    serde_json::from_str(&text).unwrap_or_default()
}
