//! The EC2 API server: moto, with the truth added, or as it comes.

use serde_json::{Value, json};

use crate::lab::{self, Serving};

/// A running server.
pub struct Server {
    /// Its endpoint, without a path.
    pub url: String,
    _serving: Serving,
}

impl Server {
    /// moto with the truth added where it lies, see `lab/README.md`.
    pub fn start() -> Self {
        Self::launch(&[])
    }

    /// moto as its makers ship it.
    pub fn start_unmodified() -> Self {
        Self::launch(&["--plain"])
    }

    fn launch(arguments: &[&str]) -> Self {
        let serving = lab::serve(lab::python(), "ec2_server.py", arguments);
        Self { url: serving.url.clone(), _serving: serving }
    }

    /// The state-change events so far.
    pub fn events(&self) -> Vec<Value> {
        let answer = self.get("/_lab/events");
        answer["events"].as_array().cloned().unwrap_or_default()
    }

    /// The calls of an action so far: parameters and answers.
    pub fn calls(&self, action: &str) -> Vec<Value> {
        let answer = self.get(&format!("/_lab/calls?action={action}"));
        answer["calls"].as_array().cloned().unwrap_or_default()
    }

    /// Every call so far.
    pub fn all_calls(&self) -> Vec<Value> {
        self.get("/_lab/calls")["calls"].as_array().cloned().unwrap_or_default()
    }

    /// Forgets the calls so far.
    pub fn forget_calls(&self) {
        let request = ureq::delete(format!("{}/_lab/calls", self.url));
        request.call().expect("the lab answers");
    }

    /// Adds a fault; its form is described in `lab/truth/__init__.py`.
    pub fn fault(&self, fault: &Value) {
        self.post("/_lab/faults", fault);
    }

    /// How many calls the faults have hit that are there now.
    pub fn faults_hit(&self) -> u64 {
        let faults = self.get("/_lab/faults");
        let hits =
            faults["faults"].as_array().into_iter().flatten().filter_map(|fault| fault["hits"].as_u64());
        hits.sum()
    }

    /// Removes all faults.
    pub fn heal(&self) {
        ureq::delete(format!("{}/_lab/faults", self.url)).call().expect("the lab answers");
    }

    /// Puts a latency on every EC2 call.
    pub fn latency(&self, ms: u64) {
        self.post("/_lab/settings", &json!({ "latency_ms": ms }));
    }

    /// Sets the server's clock ahead of this machine's, or behind it.
    pub fn clock_offset(&self, seconds: i64) {
        self.post("/_lab/settings", &json!({ "clock_offset_s": seconds }));
    }

    /// Enforces EC2's published token buckets.
    pub fn throttle_as_documented(&self) {
        self.post("/_lab/buckets", &json!({ "documented": true }));
    }

    fn get(&self, path: &str) -> Value {
        let mut answer = ureq::get(format!("{}{path}", self.url)).call().expect("the lab answers");
        answer.body_mut().read_json().expect("the lab answers in JSON")
    }

    /// Posts JSON and gives the answer.
    pub fn post(&self, path: &str, body: &Value) -> Value {
        let mut answer =
            ureq::post(format!("{}{path}", self.url)).send_json(body).expect("the lab accepts it");
        answer.body_mut().read_json().expect("the lab answers in JSON")
    }
}
