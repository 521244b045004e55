//! The Python function written to the description of the original.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use hopover_e2e::ec2::{Ec2, Layout, MEMBERS, Member, VPC};
use hopover_e2e::lab;
use hopover_e2e::world::{CREDENTIALS, REGION};
use serde_json::Value;

use crate::statistics::Samples;
use crate::{LATENCY, RUNS};

/// What was measured of one layout.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    /// The time of its handler, without the start of Python and of boto3.
    pub(crate) handler: Samples,
    /// For how long destinations were missing, of all runs.
    pub(crate) holes: Vec<Duration>,
}

/// Moves the routes there and back, each time in a new process, as a cold function would.
pub(crate) fn run(layout: Layout) -> Measured {
    let ec2 = Ec2::start(layout, LATENCY);
    let mut measured = Measured::default();
    for run in 0..RUNS {
        let answer = invoke(&ec2, &MEMBERS[run % 2]);
        assert_eq!(answer["routes"], layout.routes(), "the original moves every route");
        measured.handler.add_ms(answer["ms"].as_f64().expect("a time in milliseconds"));
        measured.holes.extend(ec2.take_record().holes);
    }
    measured
}

fn invoke(ec2: &Ec2, stopped: &Member) -> Value {
    let mut child = Command::new(lab::python())
        .arg(lab::sources().join("original.py"))
        .env_clear()
        .env("AWS_ENDPOINT_URL", &ec2.url)
        .envs(CREDENTIALS)
        .env("region", REGION)
        .env("vpcid", VPC)
        .env("host1eni", MEMBERS[0].interface)
        .env("host2eni", MEMBERS[1].interface)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the lab's Python starts");
    let mut stdin = child.stdin.take().expect("a piped standard input");
    write!(stdin, "{}", stopped.stopped()).expect("Python reads the event");
    drop(stdin);
    let output = child.wait_with_output().expect("the original ends");
    serde_json::from_slice(&output.stdout).expect("the original answers in JSON")
}
