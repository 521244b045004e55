//! Where the configuration comes from.

use std::process::Command;

const TOPIC: &str = "arn:aws:sns:eu-central-1:123456789012:night";

/// What the role of a configured pair may tell, as `hopover policy` prints it.
fn policy(topic: Option<&str>) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_hopover"))
        .args(["policy", "--config", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/no-topic.toml")])
        .env_clear()
        .envs(topic.map(|topic| ("HOPOVER_TOPIC_ARN", topic)))
        .output()
        .expect("hopover starts");
    String::from_utf8([output.stdout, output.stderr].concat()).expect("text")
}

#[test]
fn the_environment_may_name_the_topic_that_a_file_leaves_out() {
    assert!(!policy(None).contains("sns:Publish"));
    assert!(policy(Some(TOPIC)).contains(TOPIC));
    let mistaken = policy(Some("night"));
    assert!(
        mistaken.contains("environment variable HOPOVER_TOPIC_ARN: \"night\" is not the ARN of an SNS topic"),
        "{mistaken}"
    );
}
