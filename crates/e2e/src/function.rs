//! The real `bootstrap` under AWS's Runtime Interface Emulator.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::process::{Owned, free_port};
use crate::server::Server;
use crate::{binaries, lab};

/// A function that waits for its first event.
pub struct Function {
    url: String,
    log: PathBuf,
    _child: Owned,
}

/// The answer to an invocation.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The response, or the error document.
    pub document: Value,
}

impl Answer {
    /// The message of the error that the function ended with, if it failed.
    pub fn error(&self) -> Option<&str> {
        self.document.get("errorMessage").and_then(Value::as_str)
    }

    /// The summary of the first group of the report.
    pub fn summary(&self) -> &str {
        self.document.pointer("/groups/0/summary").and_then(Value::as_str).unwrap_or("no report")
    }
}

impl Function {
    /// Starts the emulator; it starts `bootstrap` at the first invocation, which thus is a cold one.
    pub fn start(server: &Server, environment: &[(&str, &str)]) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let log = binaries::target_folder().join(format!("lab/function-{}-{number}.log", std::process::id()));
        let (emulator_port, api_port) = (free_port(), free_port());
        let emulator = lab::emulator();
        let output = File::create(&log).expect("the lab's folder is there");
        let child = Command::new(emulator)
            .args(["--runtime-interface-emulator-address", &format!("127.0.0.1:{emulator_port}")])
            .args(["--runtime-api-address", &format!("127.0.0.1:{api_port}")])
            .arg(binaries::bootstrap())
            .env_clear()
            .env("AWS_LAMBDA_FUNCTION_TIMEOUT", "60")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
            .env("AWS_LAMBDA_FUNCTION_NAME", "hopover")
            .env("AWS_REGION", crate::world::REGION)
            .env("AWS_ENDPOINT_URL", &server.url)
            .envs(crate::world::CREDENTIALS)
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(output.try_clone().expect("a file can be shared"))
            .stderr(output)
            .spawn()
            .expect("the emulator starts");
        let function = Self { url: format!("http://127.0.0.1:{emulator_port}"), log, _child: Owned(child) };
        function.wait_until_it_listens(emulator_port);
        function
    }

    fn wait_until_it_listens(&self, port: u16) {
        let patience = Instant::now() + Duration::from_secs(20);
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < patience, "the emulator does not listen: {}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Invokes the function with an event and waits for its answer.
    pub fn invoke(&self, event: &Value) -> Answer {
        let url = format!("{}/2015-03-31/functions/function/invocations", self.url);
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let mut answer = agent.post(url).send_json(event).expect("the emulator answers");
        let text = answer.body_mut().read_to_string().expect("an answer in text");
        let document = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Answer { document }
    }

    /// What the function and the emulator printed so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The `message` of every structured line so far.
    pub fn story(&self) -> Vec<String> {
        self.log()
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .filter_map(|line| line.get("message")?.as_str().map(str::to_owned))
            .collect()
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = std::fs::remove_file(&self.log);
        }
    }
}
