//! Answers that EC2 would never give, through the SDK that would read them:
//!
//!     PROPTEST_CASES=2000 cargo test -p hopover-aws fuzz -- --nocapture
//!
//! What must hold: no panic, an end, failures that a person can read, and no write outside the group.

// No crate of its own: three crates share these two files, in tests only.
#[path = "../../core/tests/fuzz/cases.rs"]
mod cases;
#[path = "../../core/tests/fuzz/watch.rs"]
mod watch;

mod answers;

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use hopover_core::config::Config;
use hopover_core::group::Group;
use hopover_core::observation::{InstanceState, Observation, ObserveFailure};
use hopover_core::plan::RouteChange;
use hopover_core::trigger::{StateChange, Trigger};
use hopover_core::write::WriteResult;
use hopover_core::{Span, Timestamp};
use tokio::runtime::Runtime;

use self::answers::{Answer, Pages};
use self::cases::{Dice, Target, is_one_line};
use crate::client::Aws;

#[test]
fn no_bytes_of_an_answer_are_more_than_a_failed_look() {
    let ec2 = Ec2::new();
    let target = Target { name: "answers of EC2 from bytes", weight: 1, longest: 512 };
    target.run(&["failed"], |bytes| {
        let status = if bytes.len() % 3 == 0 { 500 } else { 200 };
        word(&ec2.look(&mut |_: &str| Answer { status, body: bytes.to_vec() }))
    });
}

#[test]
fn no_answers_of_ec2_lead_to_a_write_outside_the_group() {
    let ec2 = Ec2::new();
    let target = Target { name: "passes on spoiled answers of EC2", weight: 1, longest: 768 };
    let expected = ["nothing to do", "moved", "refused", "incomplete", "could not observe", "misconfigured"];
    target.run(&expected, |bytes| {
        let mut dice = Dice::new(bytes);
        let start: Timestamp = "2026-02-01T00:00:00Z".parse().unwrap();
        let trigger = Trigger::StateChange(StateChange {
            instance: "i-a".parse().unwrap(),
            state: dice.pick(&[InstanceState::Stopped, InstanceState::Running, InstanceState::Stopping]),
            region: ec2.group.region.clone(),
            time: start,
        });
        let mut spoiled = Spoiled { ec2: &ec2, dice };
        let report = watch::drive(&ec2.group, &trigger, start, start + Span::from_secs(5), &mut spoiled);
        watch::word(&report)
    });
}

#[test]
fn whatever_becomes_of_a_write_is_told_in_one_line() {
    let ec2 = Ec2::new();
    let target = Target { name: "answers to a write", weight: 2, longest: 256 };
    let change = ec2.change();
    target.run(&["replaced", "throttled", "no reply", "failed"], |bytes| {
        let mut dice = Dice::new(bytes);
        match ec2.write(&change, &mut |_: &str| answers::to_a_write(&mut dice)) {
            WriteResult::Replaced => "replaced",
            WriteResult::Throttled => "throttled",
            WriteResult::NoReply(_) => "no reply",
            WriteResult::Failed(_) => "failed",
        }
    });
}

#[test]
fn pages_without_end_are_a_failed_look() {
    let ec2 = Ec2::new();
    for endless in ["DescribeRouteTables", "DescribeInstances"] {
        for pages in [Pages::SameToken, Pages::NewTokens, Pages::TwoTokens] {
            let mut page = 0;
            let seen = ec2.look(&mut |action: &str| {
                page += 1;
                let token = (action == endless).then(|| pages.token(page));
                Answer { status: 200, body: answers::right(action, token.as_deref()).into_bytes() }
            });
            let (Err(failed) | Ok(Observation { instances: Err(failed), .. })) = seen else {
                panic!("{endless} with {pages:?}: what was seen is taken for the whole")
            };
            assert!(failed.message.contains("pages"), "{endless} with {pages:?}: {failed}");
            assert!(page < 1000, "{page} calls");
        }
    }
}

/// On a thread with the stack of a worker of the runtime: 2 MB. A stack that overflows ends the whole process.
#[test]
fn a_hundred_thousand_levels_are_not_a_crash() {
    let worker = std::thread::Builder::new().stack_size(2 << 20).spawn(|| {
        let ec2 = Ec2::new();
        for (status, begin, level) in [
            (200, "<DescribeRouteTablesResponse>", "<routeTableSet><item><routeSet>"),
            (200, "<DescribeInstancesResponse><reservationSet><item>", "<groupSet a='b'>"),
            (400, "<Response><Errors>", "<Error>"),
        ] {
            let body = format!("{begin}{}", level.repeat(100_000)).into_bytes();
            let seen = ec2.look(&mut |_: &str| Answer { status, body: body.clone() });
            assert_eq!(word(&seen), "failed", "{begin}{level}");
            ec2.write(&ec2.change(), &mut |_: &str| Answer { status, body: body.clone() });
        }
    });
    worker.unwrap().join().unwrap();
}

#[test]
fn an_answer_with_huge_fields_leaves_short_texts() {
    let ec2 = Ec2::new();
    let huge = "x\n".repeat(1 << 17);
    for part in ["10.0.0.0/16", "eu-central-1a", "rtb-a", "CreateRoute", "running", "eni-a-lan"] {
        let spoiled = |action: &str| answers::right(action, None).replace(part, &huge).into_bytes();
        ec2.look(&mut |action: &str| Answer { status: 200, body: spoiled(action) }).unwrap();
    }
    let refusal = answers::error(&huge, &huge).into_bytes();
    for status in [400, 403, 500, 503] {
        let seen = ec2.look(&mut |_: &str| Answer { status, body: refusal.clone() });
        assert_eq!(word(&seen), "failed");
        ec2.write(&ec2.change(), &mut |_: &str| Answer { status, body: refusal.clone() });
    }
}

fn word(seen: &Result<Observation, ObserveFailure>) -> &'static str {
    match seen {
        Err(_) => "failed",
        Ok(Observation { instances: Err(_), .. }) => "tables only",
        Ok(_) => "seen",
    }
}

/// EC2 behind the real client: what it answers is in our hands.
struct Ec2 {
    aws: Aws,
    group: Arc<Group>,
    runtime: Runtime,
    next: Arc<Mutex<Vec<Request>>>,
}

/// A call that waits for its answer.
struct Request {
    action: String,
    answer: tokio::sync::oneshot::Sender<Answer>,
}

impl Ec2 {
    fn new() -> Self {
        let toml = include_str!("../../../scenarios/each-zone-has-its-own-home/hopover.toml");
        let group = Arc::clone(&Config::from_toml("here", toml).unwrap().groups[0]);
        let next = Arc::new(Mutex::new(Vec::new()));
        let wire = SharedHttpConnector::new(Wire(Arc::clone(&next)));
        let base = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
                "x", "x", None, None, "here",
            )))
            .http_client(http_client_fn(move |_, _| wire.clone()))
            .retry_config(RetryConfig::disabled())
            .build();
        let aws = Aws::new(&base, &group.region);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        Self { aws, group, runtime, next }
    }

    /// Runs a call and answers its requests one after another. It must end after a number of them.
    fn run<T>(&self, call: impl Future<Output = T>, answer: &mut impl FnMut(&str) -> Answer) -> T {
        let answering = async {
            let mut answered = 0;
            loop {
                let waiting = std::mem::take(&mut *self.next.lock().unwrap());
                for request in waiting {
                    answered += 1;
                    assert!(answered < 5_000, "{} without end", request.action);
                    let _ = request.answer.send(answer(&request.action));
                }
                tokio::task::yield_now().await;
            }
        };
        self.runtime.block_on(async {
            tokio::select! {
                biased;
                result = call => result,
                () = answering => unreachable!("it answers for ever"),
            }
        })
    }

    /// One look by a client that knows nothing yet.
    fn look(&self, answer: &mut impl FnMut(&str) -> Answer) -> Result<Observation, ObserveFailure> {
        let aws = Aws { asks_by_vpc: Arc::new(AtomicBool::new(false)), ..self.aws.clone() };
        let seen = self.run(aws.observe(&self.group), answer);
        let failure = match &seen {
            Err(failure) => Some(failure),
            Ok(seen) => {
                assert!(texts_of(seen).all(|text| is_one_line(&text, 100)), "{seen:.1000?}");
                seen.instances.as_ref().err()
            }
        };
        if let Some(failure) = failure {
            assert!(is_one_line(&failure.message, 12_000), "{} bytes: {failure:.300}", failure.message.len());
        }
        seen
    }

    fn write(&self, change: &RouteChange, answer: &mut impl FnMut(&str) -> Answer) -> WriteResult {
        let result = self.run(self.aws.replace(change), answer);
        let told = match &result {
            WriteResult::Replaced | WriteResult::Throttled => "nothing".to_owned(),
            WriteResult::NoReply(message) => message.clone(),
            WriteResult::Failed(failure) => failure.to_string(),
        };
        assert!(is_one_line(&told, 12_000), "{} bytes: {told:.300}", told.len());
        result
    }

    fn change(&self) -> RouteChange {
        let hops: Vec<_> = self.group.next_hops().collect();
        RouteChange {
            urgency: hopover_core::plan::Urgency::Default,
            key: hopover_core::route::RouteKey {
                table: "rtb-a".parse().unwrap(),
                destination: hopover_core::route::Destination::Ipv4("0.0.0.0/0".to_owned()),
            },
            from: hops[0].clone(),
            to: hops[1].clone(),
            reason: hopover_core::election::MoveReason::Preempt,
        }
    }
}

/// What of an observation is told to people, and is no checked id.
fn texts_of(seen: &Observation) -> impl Iterator<Item = String> {
    let routes = seen.tables.values().flat_map(|table| &table.routes);
    let zones = seen.instances.iter().flat_map(|instances| instances.values()).filter_map(|i| i.zone.clone());
    routes.map(|route| route.destination.to_string()).chain(zones)
}

/// The wire: hands requests over and waits.
#[derive(Clone)]
struct Wire(Arc<Mutex<Vec<Request>>>);

impl std::fmt::Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Wire")
    }
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let form = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
        let action =
            form.split('&').find_map(|pair| pair.strip_prefix("Action=")).unwrap_or_default().to_owned();
        let (answer, answered) = tokio::sync::oneshot::channel();
        self.0.lock().unwrap().push(Request { action, answer });
        HttpConnectorFuture::new(async move {
            let Ok(Answer { status, body }) = answered.await else {
                return Err(ConnectorError::io("nobody answers".into()));
            };
            let status = StatusCode::try_from(status).map_err(|error| ConnectorError::io(error.into()))?;
            Ok(HttpResponse::new(status, SdkBody::from(body)))
        })
    }
}

/// A world that answers like EC2, but for a few changes.
struct Spoiled<'a> {
    ec2: &'a Ec2,
    dice: Dice<'a>,
}

impl watch::World for Spoiled<'_> {
    fn look(&mut self) -> Result<Observation, ObserveFailure> {
        let (dice, mut page) = (&mut self.dice, 0);
        self.ec2.look(&mut |action: &str| {
            page += 1;
            answers::to_a_look(dice, action, page)
        })
    }

    fn write(&mut self, change: &RouteChange) -> WriteResult {
        let dice = &mut self.dice;
        self.ec2.write(change, &mut |action: &str| {
            assert_eq!(action, "ReplaceRoute");
            answers::to_a_write(dice)
        })
    }

    fn step(&mut self) -> Span {
        Span::from_millis(self.dice.pick(&[100, 1_000, 10]))
    }

    fn answer(&mut self, waiting: usize) -> Option<usize> {
        waiting.checked_sub(1)
    }
}
