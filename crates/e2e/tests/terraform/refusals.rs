//! What the stand-in refuses as the real provider would, and what the module refuses by itself.

use hopover_e2e::terraform::Terraform;

use crate::command;

/// What `validate` says of the module with one thing broken.
fn broken(name: &str, file: &str, right: &str, wrong: &str) -> Option<String> {
    let terraform = Terraform::with_module(name)?;
    terraform.replace(file, right, wrong);
    let report = terraform.attempt(&["validate", "-json"]).json();
    let found = report["diagnostics"].as_array().into_iter().flatten();
    let found = found.filter(|found| found["severity"] == "error");
    let text = |found: &serde_json::Value| {
        let place = &found["range"]["filename"];
        format!(
            "{}: {} {}",
            place.as_str().unwrap_or("?"),
            found["summary"].as_str().unwrap(),
            found["detail"].as_str().unwrap()
        )
    };
    Some(found.map(text).collect::<Vec<_>>().join("\n"))
}

#[test]
fn a_module_that_the_real_provider_would_refuse_is_refused() {
    let cases = [
        (
            "unknown-argument",
            "function.tf",
            "memory_size  ",
            "memory_sizes ",
            "An argument named \"memory_sizes\" is not expected here.",
        ),
        (
            "missing-argument",
            "function.tf",
            "role          = aws_iam_role.this.arn\n",
            "",
            "The argument \"role\" is required, but no definition was found.",
        ),
        (
            "missing-in-a-block",
            "function.tf",
            "    log_format = \"JSON\"\n",
            "",
            "The argument \"log_format\" is required, but no definition was found.",
        ),
        (
            "unknown-in-a-block",
            "triggers.tf",
            "maximum_retry_attempts       = 20",
            "maximum_retries = 20",
            "An argument named \"maximum_retries\" is not expected here.",
        ),
        (
            "unknown-block",
            "function.tf",
            "logging_config {",
            "log_config {",
            "Blocks of type \"log_config\" are not expected here.",
        ),
        (
            "argument-instead-of-a-block",
            "function.tf",
            "  environment {\n    variables = local.environment\n  }",
            "  environment = local.environment",
            "An argument named \"environment\" is not expected here.",
        ),
        (
            "block-instead-of-an-argument",
            "alarms.tf",
            "alarm_actions       = [aws_sns_topic.this.arn]",
            "alarm_actions {}",
            "Blocks of type \"alarm_actions\" are not expected here.",
        ),
        (
            "two-of-one",
            "outcomes.tf",
            "    on_failure {",
            "    on_failure {\n      destination = aws_sqs_queue.dead_letters.arn\n    }\n    on_failure {",
            "No more than 1 \"on_failure\" blocks are allowed",
        ),
        (
            "wrong-type",
            "alarms.tf",
            "= 60\n",
            "= \"a minute\"\n",
            "Inappropriate value for attribute \"period\": a number is required.",
        ),
        (
            "decided-by-aws",
            "topic.tf",
            "display_name = \"hopover\"",
            "arn = \"arn:aws:sns:eu-central-1:123456789012:mine\"",
            "Field aws_sns_topic.arn is read-only and should not be set",
        ),
        (
            "unknown-attribute",
            "outputs.tf",
            "aws_sns_topic.this.arn",
            "aws_sns_topic.this.topic_arn",
            "exported attribute named \"topic_arn\"",
        ),
        (
            "unknown-resource",
            "topic.tf",
            "resource \"aws_sns_topic_subscription\" \"mail\"",
            "resource \"aws_sns_subscription\" \"mail\"",
            "does not support resource type \"aws_sns_subscription\"",
        ),
    ];
    for (name, file, right, wrong, expected) in cases {
        let Some(found) = broken(name, file, right, wrong) else { return };
        let line = found.lines().find(|line| line.starts_with(file) && line.contains(expected));
        assert!(line.is_some(), "{name}: {expected:?} is not in {found:?}");
    }
}

#[test]
fn what_cannot_be_meant_is_refused_with_what_would_be_right() {
    let Some(terraform) = Terraform::with_module("refused") else { return };
    // A check of a variable that looks at another one is made only if that one is right.
    let first = [
        ("vpc_id", "main", "vpc_id must be the id of a VPC, such as vpc-0123456789abcdef0."),
        (
            "host1_eni",
            "i-a",
            "host1_eni must be the id of a network interface, such as eni-0123456789abcdef0.",
        ),
        ("instance1_id", "eni-a", "instance1_id must be the id of an instance, such as i-0123456789abcdef0."),
        (
            "notification_email",
            "night",
            "notification_email must be an e-mail address, such as night@example.com.",
        ),
        (
            "code_bucket",
            "A bucket",
            "code_bucket must be the name of a bucket: 3 to 63 small letters, digits, '.' or '-'.",
        ),
        ("code_key", "", "code_key must be the key of the zip file in code_bucket, such as hopover.zip."),
        ("architecture", "mips", "architecture must be arm64 or x86_64, as the zip file's name says."),
        ("name", "hop.over", "name must be 1 to 32 ASCII letters, digits or '-', and begin with a letter."),
        ("group_name", "the edge", "group_name must be 1 to 32 ASCII letters, digits, '-', '_' or '.'."),
        ("host1_name", "", "host1_name must be 1 to 32 ASCII letters, digits, '-', '_' or '.'."),
        ("preempt", "left", "preempt must be none, host1 or host2 (not the appliance's own name)."),
        ("failback_delay_seconds", "86401", "must be a whole number of seconds from 0 to 86400 (a day)."),
        (
            "reserved_concurrency",
            "-1",
            "reserved_concurrency must be a whole number: 1, or 0 to reserve none.",
        ),
        ("test_event_registry", "maybe", "test_event_registry must be create, exists or none."),
        ("log_retention_days", "8", "log_retention_days must be one that CloudWatch offers: 1, 3, 5, 7,"),
    ];
    let then = [
        (
            "host2_eni",
            "eni-a",
            "host2_eni must be another interface than host1_eni: the first appliance's peer.",
        ),
        (
            "instance2_id",
            "i-a",
            "instance2_id must be another instance than instance1_id: the first appliance's peer.",
        ),
        ("host2_name", "host1", "host2_name must differ from host1_name, or nobody could tell who is meant."),
        // No code is named.
        (
            "code_version",
            "",
            "Say where the zip file is: either code_file, a path on this machine, or code_bucket with code_key.",
        ),
    ];
    for cases in [first.as_slice(), &then] {
        let wrong: Vec<_> = cases.iter().map(|(name, value, _)| format!("-var={name}={value}")).collect();
        let wrong: Vec<_> = wrong.iter().map(String::as_str).collect();
        let said = terraform.attempt(&command("plan", &wrong));
        assert_eq!(said.code, Some(1));
        // Terraform breaks lines where the terminal ends, and draws a bar beside them.
        let words = said.text.replace('│', " ");
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        for (name, value, message) in cases {
            assert!(words.contains(message), "{name}={value}: {message:?} is not in {}", said.text);
        }
    }
}
