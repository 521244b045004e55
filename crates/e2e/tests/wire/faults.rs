//! What is broken, and what is promised for it.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use aws_sdk_ec2::primitives::{DateTime, DateTimeFormat};
use hopover_e2e::function::{Answer, Function};
use hopover_e2e::server::Server;
use serde_json::{Value, json};

use crate::Situation;
use crate::promise::{Ends, Promise, Row};
use crate::stage::{ROUTES, Stage};

/// The function's time limit in seconds, far above what any situation needs; and one for faults that last, so that the test
/// does not.
const LIMIT: &str = "120";
const SHORT_LIMIT: &str = "12";

/// The clock of the situations, in seconds.
const TEN_MINUTES: i64 = 600;

/// A fault and its promise.
#[derive(Clone, Copy)]
struct Fault {
    name: &'static str,
    promise: Promise,
    /// Breaks something.
    arrange: fn(&Stage<'_>),
    limit: &'static str,
    /// The first appliance is stopped; otherwise only the event says so.
    stops: bool,
    /// The event's time stamp, in seconds from now; without it, the one that EC2 gives it.
    stamped: Option<i64>,
    /// So many writes are made only after the invocation has ended.
    late: usize,
}

impl Fault {
    fn new(name: &'static str, promise: Promise, arrange: fn(&Stage<'_>)) -> Self {
        Self { name, promise, arrange, limit: LIMIT, stops: true, stamped: None, late: 0 }
    }

    /// It does not pass by itself.
    fn lasting(self) -> Self {
        Self { limit: SHORT_LIMIT, ..self }
    }

    fn stamped(self, seconds_from_now: i64) -> Self {
        Self { stamped: Some(seconds_from_now), ..self }
    }

    fn late(self, writes: usize) -> Self {
        Self { late: writes, ..self }
    }

    fn only_told(self) -> Self {
        Self { stops: false, ..self }
    }
}

/// All of them. Those that take longest come first, so that nobody waits for one at the end.
pub(crate) fn situations() -> Vec<Situation> {
    [throttling(), faults_of_the_service(), connections(), garbled(), endless(), refusals(), clocks()]
        .into_iter()
        .flatten()
        .map(|fault| Situation { name: fault.name, play: Box::new(move |server| play(fault, server)) })
        .collect()
}

fn throttling() -> Vec<Fault> {
    vec![
        Fault::new("throttling, 70 % of the writes", Promise::ALL, |stage| {
            stage.proxy.rules(&json!([throttled("ReplaceRoute", 0.7)]));
        }),
        Fault::new("throttling, 30 % of the writes", Promise::ALL, |stage| {
            stage.proxy.rules(&json!([throttled("ReplaceRoute", 0.3)]));
        }),
        Fault::new("throttling, 30 % of all calls", Promise::ALL, |stage| {
            stage.proxy.rules(&json!([throttled("*", 0.3)]));
        }),
        Fault::new("throttling, 70 % of the writes and two of three looks", Promise::ALL, |stage| {
            // A look is two calls at once. Which of them the dice hit would be a matter of timing.
            let looks = ["DescribeRouteTables", "DescribeInstances"].map(|operation| {
                let mut rule = throttled(operation, 1.0);
                rule["sequence"] = json!({ "fail": 2, "pass": 1 });
                rule
            });
            stage.proxy.rules(&looks.into_iter().chain([throttled("ReplaceRoute", 0.7)]).collect());
        }),
    ]
}

fn faults_of_the_service() -> Vec<Fault> {
    vec![
        Fault::new("500 to 30 % of the writes", Promise::ALL, |stage| {
            let error = json!({ "code": "InternalError", "status": 500 });
            stage.proxy.rules(&json!([on("ReplaceRoute", json!({ "probability": 0.3, "error": error }))]));
        }),
        Fault::new("500 to the first four looks", Promise::ALL_AT_ONCE, |stage| {
            let error = json!({ "code": "InternalError", "status": 500 });
            stage.proxy.rules(&json!([on("DescribeRouteTables", json!({ "times": 4, "error": error }))]));
        }),
        Fault::new(
            "500 to every look",
            Promise::blind(&["fails at ec2:DescribeRouteTables (InternalError"]),
            |stage| {
                let error = json!({ "code": "InternalError", "status": 500 });
                stage.proxy.rules(&json!([on("DescribeRouteTables", json!({ "error": error }))]));
            },
        )
        .lasting(),
    ]
}

fn connections() -> Vec<Fault> {
    vec![
        Fault::new("connection reset before 30 % of the writes", Promise::ALL, |stage| {
            stage.proxy.rules(&json!([on("ReplaceRoute", json!({ "probability": 0.3, "reset": true }))]));
        }),
        Fault::new("connection reset before 30 % of all calls", Promise::ALL, |stage| {
            stage.proxy.rules(&json!([on("*", json!({ "probability": 0.3, "reset": true }))]));
        }),
        Fault::new("1.5 s of latency on every call", Promise::ALL_AT_ONCE, |stage| {
            stage.proxy.rules(&json!([on("*", json!({ "latency": 1500 }))]));
        }),
        Fault::new(
            "writes to one table made 12 s late: given up, made again, and then made once more",
            Promise::ALL,
            |stage| {
                let late = json!({ "body": table(stage), "times": 10, "latency": 12_000 });
                stage.proxy.rules(&json!([on("ReplaceRoute", late)]));
            },
        )
        .late(10),
        Fault::new("reply lost after the change, one table", Promise::ALL_AT_ONCE, |stage| {
            let lost = json!({ "body": table(stage), "response": { "abort_bytes": 0 } });
            stage.proxy.rules(&json!([on("ReplaceRoute", lost)]));
        }),
    ]
}

fn garbled() -> Vec<Fault> {
    vec![
        Fault::new("first two looks truncated, as if they were whole", Promise::ALL_AT_ONCE, |stage| {
            let cut = json!({ "times": 2, "response": { "truncate_frac": 0.5 } });
            stage.proxy.rules(&json!([on("DescribeRouteTables", cut)]));
        }),
        Fault::new("every look truncated", Promise::blind(&["the answer is cut short"]), |stage| {
            let cut = json!({ "response": { "truncate_frac": 0.5 } });
            stage.proxy.rules(&json!([on("DescribeRouteTables", cut)]));
        })
        .lasting(),
        Fault::new("every acknowledgement truncated", Promise::ALL_AT_ONCE, |stage| {
            let cut = json!({ "response": { "truncate_frac": 0.5 } });
            stage.proxy.rules(&json!([on("ReplaceRoute", cut)]));
        }),
        Fault::new("instances truncated, twice", Promise::ALL_AT_ONCE, |stage| {
            let cut = json!({ "times": 2, "response": { "truncate_frac": 0.5 } });
            stage.proxy.rules(&json!([on("DescribeInstances", cut)]));
        }),
        Fault::new("first two looks malformed: a tag is missing", Promise::ALL_AT_ONCE, |stage| {
            stage.server.fault(&damaged("DescribeRouteTables", "malformed", Some(2)));
        }),
        Fault::new("every look malformed", Promise::blind(&["the answer is garbled"]), |stage| {
            stage.server.fault(&damaged("DescribeRouteTables", "malformed", None));
        })
        .lasting(),
        Fault::new("every acknowledgement malformed", Promise::ALL_AT_ONCE, |stage| {
            stage.server.fault(&damaged("ReplaceRoute", "malformed", None));
        }),
        Fault::new("bytes flipped in the first two looks", Promise::ALL_AT_ONCE, |stage| {
            let flipped = json!({ "times": 2, "response": { "corrupt_bytes": 16 } });
            stage.proxy.rules(&json!([on("DescribeRouteTables", flipped)]));
        }),
    ]
}

fn endless() -> Vec<Fault> {
    vec![
        Fault::new("first two looks slow and without end", Promise::ALL_AT_ONCE, |stage| {
            stage.server.fault(&damaged("DescribeRouteTables", "endless", Some(2)));
        }),
        Fault::new(
            "every look slow and without end",
            Promise::blind(&["no answer to ec2:DescribeRouteTables (Timeout"]),
            |stage| {
                stage.server.fault(&damaged("DescribeRouteTables", "endless", None));
            },
        )
        .lasting(),
        Fault::new("acknowledgements of one table slow and without end", Promise::ALL_AT_ONCE, |stage| {
            let mut fault = damaged("ReplaceRoute", "endless", None);
            fault["match"]["RouteTableId"] = stage.tables[0].as_str().into();
            stage.server.fault(&fault);
        }),
    ]
}

fn refusals() -> Vec<Fault> {
    const EXPIRED: &str = "have expired (RequestExpired: Request has expired.)";
    vec![
        Fault::new(
            "403 on one table of four",
            Promise::some(30, &["permission ec2:ReplaceRoute is missing (UnauthorizedOperation"]),
            |stage| {
                let error = json!({ "code": "UnauthorizedOperation", "status": 403 });
                let denied = json!({ "body": table(stage), "error": error });
                stage.proxy.rules(&json!([on("ReplaceRoute", denied)]));
            },
        ),
        Fault::new(
            "expired token",
            Promise::blind(&["the credentials for ec2:Describe", EXPIRED]),
            |stage| {
                stage.proxy.rules(&json!([on("*", expired_token())]));
            },
        ),
        Fault::new(
            "token expires after ten writes",
            Promise::some(10, &["the credentials are expired or wrong (RequestExpired"]),
            |stage| {
                let rules =
                    json!([on("ReplaceRoute", json!({ "times": 10 })), on("ReplaceRoute", expired_token())]);
                stage.proxy.rules(&rules);
            },
        ),
    ]
}

fn clocks() -> Vec<Fault> {
    vec![
        Fault::new(
            "clock 10 minutes behind that of EC2",
            Promise { told: &["the clock here is 10 minutes behind that of EC2"], ..Promise::ALL_AT_ONCE },
            |stage| stage.server.clock_offset(TEN_MINUTES),
        ),
        Fault::new(
            "clock 10 minutes ahead of that of EC2",
            Promise { told: &["the clock here is 10 minutes ahead of that of EC2"], ..Promise::ALL_AT_ONCE },
            |stage| stage.server.clock_offset(-TEN_MINUTES),
        ),
        Fault::new("event stamped 10 minutes before the launch", Promise::ALL_AT_ONCE, |_| {})
            .stamped(-TEN_MINUTES),
        Fault::new("event stamped 10 minutes in the future", Promise::ALL_AT_ONCE, |_| {})
            .stamped(TEN_MINUTES),
        Fault::new("the same, and EC2 still shows the instance running", Promise::ALL_AT_ONCE, |_| {})
            .stamped(TEN_MINUTES)
            .only_told(),
        Fault::new(
            "event of an earlier life, 10 minutes before a launch that lasts",
            Promise::NOTHING,
            |_| {},
        )
        .stamped(-TEN_MINUTES)
        .only_told(),
    ]
}

/// A rule of the proxy.
fn on(operation: &str, mut rule: Value) -> Value {
    rule["service"] = "ec2".into();
    if operation != "*" {
        rule["operation"] = operation.into();
    }
    rule
}

fn throttled(operation: &str, probability: f64) -> Value {
    let error =
        json!({ "code": "RequestLimitExceeded", "status": 503, "message": "Request limit exceeded." });
    on(operation, json!({ "probability": probability, "error": error }))
}

fn expired_token() -> Value {
    json!({ "error": { "code": "RequestExpired", "status": 400, "message": "Request has expired." } })
}

/// What the proxy cannot do, the server does: see `lab/truth/damage.py`. This test looks at the routes through the same
/// server; of the two only the function asks for pages.
fn damaged(action: &str, effect: &str, count: Option<u32>) -> Value {
    let mut fault = json!({ "match": { "Action": action }, "effect": effect });
    if action == "DescribeRouteTables" {
        fault["match"]["MaxResults"] = "100".into();
    }
    if let Some(count) = count {
        fault["count"] = count.into();
    }
    fault
}

/// Matches the calls about one route table, in the proxy's language.
fn table(stage: &Stage<'_>) -> String {
    format!("RouteTableId == '{}'", stage.tables[0])
}

fn play(fault: Fault, server: &Server) -> Row {
    let stage = Stage::new(server);
    if fault.stops {
        stage.world.stop(&stage.a);
    }
    let event = event(fault, &stage);
    (fault.arrange)(&stage);
    let mut environment = stage.environment();
    environment.push(("AWS_LAMBDA_FUNCTION_TIMEOUT", fault.limit));
    let function = Function::start(server, &environment);

    let (mut row, watched) = stage.watched(|| {
        let began = Instant::now();
        let answer = function.invoke(&event);
        let took = began.elapsed().as_secs_f64();
        if fault.late > 0 {
            stage.wait_until("the late writes are made", |stage| stage.writes_made() == ROUTES + fault.late);
        }
        let (moved, writes, hit) = (stage.moved(), stage.writes_made(), stage.calls_hit());
        let mut breaches = fault.promise.breaches(moved, writes, &answer, &function.log());
        let measured = format!("{moved} on the peer, {writes} writes made, {hit} calls hit, {took:.1} s");
        let mut happened = vec![measured, ending(&answer)];
        stage.heal();
        if fault.promise.ends != Ends::Succeeded {
            let answer = function.invoke(&event);
            let moved = stage.moved();
            happened.push(format!("retry: {moved} on the peer, {}", ending(&answer)));
            if moved != ROUTES || answer.error().is_some() {
                breaches.push(format!("the retry did not mend it: {}", answer.document));
            }
        }
        let happened = happened.join("; ");
        Row { promised: fault.promise.words(), happened, breaches }
    });
    row.breaches.extend(watched);
    row
}

fn event(fault: Fault, stage: &Stage<'_>) -> Value {
    let mut event = stage.stopped_event();
    if let Some(seconds) = fault.stamped {
        event["time"] = seconds_from_now(seconds).into();
    }
    event["detail"]["state"] = "stopped".into();
    event
}

fn seconds_from_now(seconds: i64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970").as_secs();
    let time = DateTime::from_secs(now.cast_signed() + seconds);
    time.fmt(DateTimeFormat::DateTime).expect("a year of four digits")
}

/// How an invocation ended, in its own words.
fn ending(answer: &Answer) -> String {
    match answer.error() {
        Some(error) => format!("failed: {error}"),
        None => format!("succeeded: {}", answer.summary()),
    }
}
