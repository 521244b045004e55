//! The Lambda Runtime API, as far as `bootstrap` uses it, with the times at which things happen.
//!
//! AWS's own emulator, see [`crate::function`], is the judge of whether `bootstrap` speaks that language. This one shares its
//! clock with the EC2 server of [`crate::ec2`], so that times can be subtracted from each other.

use std::fs::File;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use http_body_util::Full;
use hyper::Response;
use hyper::body::Bytes;
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::binaries;
use crate::ec2::{MEMBERS, VPC};
use crate::http::{self, Listening, Received};
use crate::process::Owned;

/// How long anything may take before it is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// The timeout of the function.
const TIMEOUT: Duration = Duration::from_mins(1);

/// A `bootstrap` and the Runtime API that it talks to.
pub struct Bootstrap {
    /// When the process was started.
    pub started: Instant,
    events: UnboundedSender<Value>,
    happenings: Receiver<Happening>,
    child: Owned,
    log: PathBuf,
    _listening: Listening,
}

/// An invocation that has ended.
#[derive(Debug)]
pub struct Invocation {
    /// When the event was handed out.
    pub handed_out: Instant,
    /// The response or the error document.
    pub result: Result<Value, Value>,
}

enum Happening {
    Polled(Instant),
    HandedOut(Instant),
    Ended(Result<Value, Value>),
}

impl Bootstrap {
    /// Starts the process for the VPC of [`crate::ec2`]. An event that is given here is handed out at its first poll.
    pub fn start(ec2: &str, event: Option<Value>) -> Self {
        let environment = [
            ("AWS_ENDPOINT_URL", ec2),
            ("region", crate::world::REGION),
            ("vpcid", VPC),
            ("host1eni", MEMBERS[0].interface),
            ("host2eni", MEMBERS[1].interface),
        ];
        Self::start_with(&environment, event)
    }

    /// The same with an environment that says where EC2 is, and what is configured.
    pub fn start_with(environment: &[(&str, &str)], event: Option<Value>) -> Self {
        let (events, queue) = unbounded_channel();
        let (sender, happenings) = channel();
        if let Some(event) = event {
            events.send(event).expect("the queue is here");
        }
        let queue = Arc::new(Mutex::new(queue));
        let listening =
            http::serve("runtime", move |received| answer(Arc::clone(&queue), sender.clone(), received));
        let log = log_of(listening.address);
        let output = File::create(&log).expect("the target folder is there");
        let started = Instant::now();
        let child = Command::new(binaries::bootstrap())
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", listening.address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "hopover")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/hopover")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "benchmark")
            .env("AWS_REGION", crate::world::REGION)
            .envs(crate::world::CREDENTIALS)
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(output.try_clone().expect("a file can be shared"))
            .stderr(output)
            .spawn()
            .expect("bootstrap starts");
        Self { started, events, happenings, child: Owned(child), log, _listening: listening }
    }

    /// Kills the process with SIGKILL, which it cannot notice.
    pub fn kill(mut self) {
        self.child.0.kill().expect("the process is ours");
        self.child.0.wait().expect("the process is ours");
    }

    /// Waits for the next poll and says when it came in.
    pub fn polled(&self) -> Instant {
        loop {
            if let Happening::Polled(at) = self.happening() {
                return at;
            }
        }
    }

    /// Hands out an event and waits for its end.
    pub fn invoke(&self, event: Value) -> Invocation {
        self.events.send(event).expect("the Runtime API is here");
        self.invocation()
    }

    /// Waits for the end of the invocation that the event given at the start has caused.
    pub fn invocation(&self) -> Invocation {
        let mut handed_out = None;
        loop {
            match self.happening() {
                Happening::Polled(_) => {}
                Happening::HandedOut(at) => handed_out = Some(at),
                Happening::Ended(result) => {
                    let handed_out = handed_out.expect("an invocation begins before it ends");
                    return Invocation { handed_out, result };
                }
            }
        }
    }

    /// The most memory that the process had so far, in KiB (`VmHWM`).
    pub fn peak_memory_kib(&self) -> u64 {
        let status = format!("/proc/{}/status", self.child.0.id());
        let status = std::fs::read_to_string(status).expect("the process runs on Linux");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let number = peak.and_then(|text| text.split_whitespace().next());
        number.and_then(|number| number.parse().ok()).expect("a number of KiB")
    }

    /// What the process printed so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    fn happening(&self) -> Happening {
        let happening = self.happenings.recv_timeout(PATIENCE);
        happening.unwrap_or_else(|_| panic!("bootstrap does nothing: {}", self.log()))
    }
}

impl Drop for Bootstrap {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = std::fs::remove_file(&self.log);
        }
    }
}

fn log_of(address: SocketAddr) -> PathBuf {
    let folder = binaries::target_folder().join("lab");
    std::fs::create_dir_all(&folder).expect("the target folder is ours");
    folder.join(format!("bootstrap-{}.log", address.port()))
}

async fn answer(
    queue: Arc<Mutex<UnboundedReceiver<Value>>>,
    happenings: Sender<Happening>,
    received: Received,
) -> Response<Full<Bytes>> {
    // Nobody may be listening any more: then it does not matter either.
    let tell = |happening| drop(happenings.send(happening));
    let document = || serde_json::from_slice(&received.body).unwrap_or_default();
    let last = received.path.rsplit('/').next().unwrap_or_default();
    match last {
        "next" => {
            tell(Happening::Polled(received.at));
            let Some(event) = queue.lock().await.recv().await else {
                return status(410);
            };
            let response = invocation(&event);
            tell(Happening::HandedOut(Instant::now()));
            return response;
        }
        "response" => tell(Happening::Ended(Ok(document()))),
        "error" => tell(Happening::Ended(Err(document()))),
        _ => return status(404),
    }
    status(202)
}

fn invocation(event: &Value) -> Response<Full<Bytes>> {
    let deadline = SystemTime::now() + TIMEOUT;
    let deadline = deadline.duration_since(UNIX_EPOCH).unwrap_or_default();
    Response::builder()
        .header("Content-Type", "application/json")
        .header("Lambda-Runtime-Aws-Request-Id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
        .header("Lambda-Runtime-Deadline-Ms", deadline.as_millis().to_string())
        .header(
            "Lambda-Runtime-Invoked-Function-Arn",
            "arn:aws:lambda:eu-central-1:111122223333:function:hopover",
        )
        .header(
            "Lambda-Runtime-Trace-Id",
            "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0",
        )
        .body(Full::from(event.to_string()))
        .expect("a complete response")
}

fn status(code: u16) -> Response<Full<Bytes>> {
    Response::builder().status(code).body(Full::default()).expect("a complete response")
}
