//! AWS as a deployed hopover needs it, at one endpoint: stacks, IAM, Lambda, EventBridge, SNS, SQS, S3 and the logs are
//! ministack's with the truth added, see `lab/README.md`; EC2 is the server of [`crate::server`] behind it. IAM is enforced.
//!
//! ```text
//! cloud ── stack (the template, deployed and updated)
//!   ├── package (the function's zip)
//!   ├── role (what the function may do)
//!   └── person (who deploys it)
//! ```

mod bucket;
pub mod package;
pub mod person;
pub mod role;
pub mod stack;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::call;
use crate::lab::{self, Serving};
use crate::server::Server;
use crate::world::{CREDENTIALS, REGION};

/// The account in which everything is.
pub const ACCOUNT: &str = "123456789012";

/// How long a test waits for what must happen by itself. It takes a second or two, unless the machine is busy.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// A running cloud.
pub struct Cloud {
    /// Its endpoint, without a path.
    pub url: String,
    /// EC2 behind it: here are its faults, its clock, and every call that reached it.
    pub ec2: Server,
    serving: Serving,
}

/// What became of an event that a function was to handle asynchronously.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// The name under which the function was called: `$LATEST`, or an alias.
    pub qualifier: String,
    /// The event.
    pub event: Value,
    /// The runs that it caused: for each that failed its error.
    pub attempts: Vec<Option<String>>,
    /// How it ended, in Lambda's words: `Success`, `RetriesExhausted` or `EventAgeExceeded`. Nothing while it goes on.
    pub ended: Option<String>,
}

impl Cloud {
    /// An empty account.
    pub fn start() -> Self {
        let ec2 = Server::start();
        let serving = lab::serve(lab::cloud_python(), "cloud_server.py", &["--ec2", &ec2.url]);
        Self { url: serving.url.clone(), ec2, serving }
    }

    /// What a program needs in its environment to work in this account, as its root.
    pub fn environment(&self) -> Vec<(&str, &str)> {
        let mut environment = vec![("AWS_ENDPOINT_URL", self.url.as_str()), ("AWS_REGION", REGION)];
        environment.extend(CREDENTIALS);
        environment
    }

    /// Sets how long a minute is for an event that waits in Lambda's queue. Lambda tries a failed event again after one
    /// minute, and after two more.
    pub fn minutes_last(&self, time: Duration) {
        self.set(&json!({ "minute_ms": time.as_millis() }));
    }

    /// Gives every run of a function no more than this time, if it has more by itself.
    pub fn limit_runs_to(&self, time: Duration) {
        self.set(&json!({ "time_limit_ms": time.as_millis() }));
    }

    /// Has EC2's events get lost on their way to EventBridge, or arrive again.
    pub fn lose_events(&self, lose: bool) {
        self.set(&json!({ "lose_events": lose }));
    }

    /// Has all that is begun with a stack go on for as long as this is true.
    pub fn stacks_take_time(&self, take: bool) {
        self.set(&json!({ "stacks_take_time": take }));
    }

    /// Makes the account one that may have so many runs of functions at once; new accounts may have 10.
    pub fn account_has_concurrency(&self, runs: u32) {
        self.set(&json!({ "account_concurrency": runs }));
    }

    fn set(&self, settings: &Value) {
        self.post("/_lab/settings", settings);
    }

    /// Has every schedule fire once. By themselves they do not.
    pub fn a_minute_passes(&self) {
        self.post("/_lab/due", &json!({}));
    }

    /// Everybody follows the link in the mail in which SNS asks whether they want to be told.
    pub fn follow_links_in_mails(&self) {
        self.post("/_lab/mail", &json!({}));
    }

    /// Puts an event of AWS itself on the default bus, in EventBridge's own shape.
    pub fn emit(&self, event: &Value) {
        self.post("/_lab/event", event);
    }

    /// The events that functions were to handle asynchronously so far, in the order in which they came in.
    pub fn invocations(&self) -> Vec<Invocation> {
        let answer = self.get("/_lab/invocations");
        answer["invocations"].as_array().into_iter().flatten().map(Invocation::from_json).collect()
    }

    /// The test events of the Lambda console, by registry and schema.
    pub fn schemas(&self) -> Value {
        self.get("/_lab/schemas")
    }

    /// Waits until EC2's events have all come in and no function has anything left to do, retries included; gives the
    /// invocations from that number on.
    pub fn settle(&self, since: usize) -> Vec<Invocation> {
        let start = Instant::now();
        loop {
            let happened = self.ec2.events().len() as u64;
            let have_come_in = self.get("/_lab/events")["come_in"].as_u64();
            let invocations = self.invocations();
            if have_come_in >= Some(happened) && invocations.iter().all(|each| each.ended.is_some()) {
                return invocations[since..].to_vec();
            }
            assert!(start.elapsed() < PATIENCE, "still at work: {invocations:#?}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Invokes a function and waits for its answer, as `aws lambda invoke` does.
    pub fn invoke(&self, function: &str, event: &Value) -> Value {
        let path = format!("/2015-03-31/functions/{function}/invocations");
        call::rest(&self.url, "lambda", &path, event)
    }

    /// Makes a bucket in a region.
    pub fn make_bucket(&self, bucket: &str, region: &str) {
        self.make_bucket_of(bucket::OURS, bucket, region);
    }

    /// Makes a bucket of another account.
    pub fn make_bucket_of(&self, account: &str, bucket: &str, region: &str) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(bucket::make(self, account, bucket, region));
    }

    /// Takes a permission out of a function's policy.
    pub fn take_back_permission(&self, function: &str, statement: &str) {
        let path = format!("/2015-03-31/functions/{function}/policy/{statement}");
        call::delete(&self.url, "lambda", &path);
    }

    /// Every line of a log group, in the order in which it came in; none if nothing was ever written.
    pub fn log(&self, group: &str) -> Vec<String> {
        let mut lines = Vec::new();
        let mut request = json!({ "logGroupName": group });
        loop {
            let page = call::json(&self.url, "logs", "Logs_20140328.FilterLogEvents", &request);
            let events = page["events"].as_array().into_iter().flatten();
            lines.extend(events.filter_map(|event| event["message"].as_str().map(str::to_owned)));
            match page["nextToken"].as_str() {
                Some(next) => request["nextToken"] = json!(next),
                None => return lines,
            }
        }
    }

    fn get(&self, path: &str) -> Value {
        let mut answer = ureq::get(format!("{}{path}", self.url)).call().expect("the lab answers");
        answer.body_mut().read_json().expect("the lab answers in JSON")
    }

    fn post(&self, path: &str, body: &Value) {
        ureq::post(format!("{}{path}", self.url)).send_json(body).expect("the lab accepts it");
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        self.serving.end();
    }
}

impl Invocation {
    fn from_json(shown: &Value) -> Self {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        Self {
            qualifier: text(&shown["qualifier"]).expect("a qualifier"),
            event: shown["event"].clone(),
            attempts: shown["attempts"].as_array().into_iter().flatten().map(text).collect(),
            ended: text(&shown["ended"]),
        }
    }
}

/// The structured lines among those of a log: what each says.
pub fn story(log: &[String]) -> Vec<String> {
    log.iter()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|line| line.get("message")?.as_str().map(str::to_owned))
        .collect()
}
