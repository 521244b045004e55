//! `hopover invoke` on the embedded VPC, and what it says when something is wrong.

use std::io::Write as _;
use std::process::{Command, Stdio};

struct Ended {
    code: Option<i32>,
    out: String,
    err: String,
}

/// Runs `hopover invoke --event -` in an empty folder, with just these variables.
fn invoke(arguments: &[&str], environment: &[(&str, &str)], event: &str) -> Ended {
    let mut child = Command::new(env!("CARGO_BIN_EXE_hopover"))
        .args(["invoke", "--event", "-"])
        .args(arguments)
        .env_clear()
        .envs(environment.iter().copied())
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("hopover starts");
    // A command that ends before it reads is no failure of the test.
    let _ = child.stdin.take().expect("a pipe").write_all(event.as_bytes());
    let output = child.wait_with_output().expect("hopover ends");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    Ended { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

const STOPPED: &str = r#"{"source": "aws.ec2", "detail-type": "EC2 Instance State-change Notification",
    "time": "2026-01-01T00:00:00Z", "region": "eu-central-1", "detail": {"instance-id": "i-a", "state": "stopped"}}"#;

/// Arguments, environment, and a part of what is said.
type Case<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)], &'a str);

const PAIR: [(&str, &str); 4] =
    [("region", "eu-central-1"), ("vpcid", "vpc-1"), ("host1eni", "eni-1"), ("host2eni", "eni-2")];

#[test]
fn json_and_the_single_quoted_form_of_python_do_the_same() {
    let json = invoke(&["--embedded"], &[], STOPPED);
    assert_eq!(json.code, Some(0), "{}", json.err);
    assert!(json.out.starts_with("example: 9 routes moved from A to B in "), "{}", json.out);
    assert!(json.err.contains("member A (i-a) is down: the event says that i-a is stopped"), "{}", json.err);
    let python = invoke(&["--embedded"], &[], &STOPPED.replace('"', "'"));
    assert_eq!((python.code, python.out), (json.code, json.out));
}

#[test]
fn the_result_is_one_versioned_document() {
    let ended = invoke(&["--embedded", "--output", "json"], &[], STOPPED);
    let report: serde_json::Value = serde_json::from_str(&ended.out).expect("JSON and nothing else");
    assert_eq!((&report["version"], &report["outcome"]), (&1.into(), &"moved".into()));
    assert_eq!(report["groups"][0]["routes"].as_array().map(Vec::len), Some(9));
    assert!(!ended.out.contains('\u{1b}') && !ended.err.contains('\u{1b}'), "colour in a pipe");
}

#[test]
fn an_instance_of_nobody_is_a_report_that_says_so() {
    let ended = invoke(&["--embedded"], &[], &STOPPED.replace("i-a", "i-proxy"));
    assert_eq!(ended.code, Some(0));
    assert!(ended.err.contains("instance i-proxy holds no interface of the group"), "{}", ended.err);
    assert!(ended.out.contains("instance i-proxy (no member's) is stopped"), "{}", ended.out);
}

#[test]
fn an_order_to_a_member_that_is_up_is_a_switchover() {
    let order =
        r#"{"source": "hopover", "detail-type": "Switchover", "detail": {"group": "example", "to": "B"}}"#;
    let ended = invoke(&["--embedded"], &[], order);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert!(ended.out.starts_with("example: 9 routes moved from A to B in "), "{}", ended.out);
}

#[test]
fn an_event_that_cannot_be_acted_on_is_refused_in_one_line() {
    let alarm =
        r#"{"source": "aws.cloudwatch", "detail-type": "CloudWatch Alarm State Change", "detail": {}}"#;
    let cases = [
        ("{", "the event is not valid JSON: EOF while parsing an object at line 1 column 1"),
        ("[]", "the event is a list, not a JSON object"),
        ("{}", "the event has no \"source\""),
        (
            alarm,
            "hopover does not handle \"CloudWatch Alarm State Change\" events from \"aws.cloudwatch\": expected",
        ),
        (
            &STOPPED.replace("stopped", "stoped"),
            "the event's \"detail.state\" is \"stoped\": expected pending, running",
        ),
        (&STOPPED.replace("i-a", "eni-a"), "\"eni-a\" is not an instance id: expected i-"),
        (
            &STOPPED.replace("eu-central-1", "eu-west-1"),
            "the event is from region eu-west-1, but the configuration is for eu-central-1",
        ),
    ];
    for (event, expected) in cases {
        let ended = invoke(&["--embedded"], &[], event);
        assert_eq!(
            (ended.code, ended.out.as_str(), ended.err.lines().count()),
            (Some(2), "", 1),
            "{}",
            ended.err
        );
        assert!(
            ended.err.starts_with("error: ") && ended.err.contains(expected),
            "{}\n{expected}",
            ended.err
        );
    }
}

#[test]
fn a_mistake_in_the_configuration_is_exit_10() {
    let mut same_twice = PAIR;
    same_twice[3].1 = "eni-1";
    let cases: [Case<'_>; 4] = [
        (&[], &[], "nothing is configured: write a hopover.toml"),
        (&[], &PAIR[..3], "environment variable host2eni is not set"),
        (&[], &same_twice, "both are eni-1"),
        (
            &["--config", "unknown-key.toml"],
            &[],
            "unknown-key.toml, line 5, group[0].prempt: unknown field `prempt`",
        ),
    ];
    for (arguments, environment, expected) in cases {
        let ended = invoke(arguments, environment, STOPPED);
        assert_eq!(
            (ended.code, ended.out.as_str(), ended.err.lines().count()),
            (Some(10), "", 1),
            "{}",
            ended.err
        );
        assert!(ended.err.contains(expected), "{}\n{expected}", ended.err);
    }
}

#[test]
fn ec2_out_of_reach_is_exit_11() {
    // Port 1 of this machine: nobody listens there.
    let mut environment = PAIR.to_vec();
    environment.extend([
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
        ("AWS_ACCESS_KEY_ID", "x"),
        ("AWS_SECRET_ACCESS_KEY", "x"),
    ]);
    let ended = invoke(&["--time-limit", "1"], &environment, STOPPED);
    assert_eq!(ended.code, Some(11), "{}", ended.err);
    assert!(ended.out.contains("nothing was done: "), "{}", ended.out);
}

#[test]
fn a_file_that_is_not_there_is_a_usage_error() {
    let output = Command::new(env!("CARGO_BIN_EXE_hopover"))
        .args(["invoke", "--embedded", "--event", "missing.json"])
        .output()
        .expect("hopover starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("error: could not read missing.json: "));
}
