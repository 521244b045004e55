//! The EC2 API server: moto, with the truth added, or as it comes.

use std::io::{BufRead as _, BufReader};
use std::process::{ChildStdin, Command, Stdio};

use serde_json::{Value, json};

use crate::lab;
use crate::process::Owned;

/// A running server.
pub struct Server {
    /// Its endpoint, without a path.
    pub url: String,
    _child: Owned,
    // The server ends when its standard input does, so that a killed test leaves none behind.
    _stdin: ChildStdin,
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
        let mut child = Command::new(lab::python())
            .arg(lab::sources().join("ec2_server.py"))
            .args(["--port", "0"])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the lab's Python starts");
        let stdin = child.stdin.take().expect("a piped standard input");
        let stdout = child.stdout.take().expect("a piped standard output");
        let child = Owned(child);
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).expect("the server says where it listens");
        let address = line.trim().strip_prefix("listening ").expect("the server says where it listens");
        Self { url: format!("http://{address}"), _child: child, _stdin: stdin }
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

    /// Removes all faults.
    pub fn heal(&self) {
        ureq::delete(format!("{}/_lab/faults", self.url)).call().expect("the lab answers");
    }

    /// Puts a latency on every EC2 call.
    pub fn latency(&self, ms: u64) {
        self.post("/_lab/settings", &json!({ "latency_ms": ms }));
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
