//! A mistake in the configuration ends the process at the start: exit code 10, one line that names it.

use std::process::Command;

/// Starts `bootstrap` with just these variables; gives its exit code and the `message` of its one line.
fn start(environment: &[(&str, &str)]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_bootstrap"))
        .env_clear()
        .envs(environment.iter().copied())
        .output()
        .expect("bootstrap starts");
    let text = String::from_utf8(output.stdout).expect("text");
    let line: serde_json::Value =
        serde_json::from_str(text.trim()).unwrap_or_else(|_| panic!("one JSON line: {text:?}"));
    assert_eq!(line["level"], "ERROR");
    (output.status.code(), line["message"].as_str().expect("a message").to_owned())
}

const PAIR: [(&str, &str); 4] =
    [("region", "cn-northwest-1"), ("vpcid", "vpc-1"), ("host1eni", "eni-1"), ("host2eni", "eni-2")];

fn pair_with(name: &'static str, value: &'static str) -> Vec<(&'static str, &'static str)> {
    PAIR.into_iter().map(|(key, old)| (key, if key == name { value } else { old })).collect()
}

#[test]
fn each_mistake_is_one_line_that_names_it() {
    let cases: [(&[(&str, &str)], &str); 6] = [
        (
            &[],
            "configuration: nothing is configured: set the environment variables region, vpcid, host1eni and host2eni",
        ),
        (
            &PAIR[..3],
            "configuration: environment variable host2eni is not set: expected the id of a network interface",
        ),
        (
            &pair_with("host2eni", ""),
            "environment variable host2eni: \"\" is not a network interface id: expected eni-",
        ),
        (
            &pair_with("host2eni", "eni-1"),
            "host1eni and host2eni: both are eni-1: name the interface of the other",
        ),
        (
            &pair_with("vpcid", "subnet-1"),
            "environment variable vpcid: \"subnet-1\" is not a VPC id: expected vpc-",
        ),
        (
            &[("HOPOVER_CONFIG", "[[group]]\nnmae = \"x\"")],
            "HOPOVER_CONFIG, line 2, group[0].nmae: unknown field",
        ),
    ];
    for (environment, expected) in cases {
        let (code, message) = start(environment);
        assert_eq!(code, Some(10), "{message}");
        assert!(message.contains(expected), "{message}\nshould contain\n{expected}");
    }
}

#[test]
fn outside_of_lambda_it_says_where_it_belongs() {
    let (code, message) = start(&PAIR);
    assert_eq!(code, Some(2));
    assert!(
        message.contains("AWS_LAMBDA_RUNTIME_API is not set") && message.contains("`hopover`"),
        "{message}"
    );
}
