//! Environment variables.

use super::*;

const PAIR: [(&str, &str); 4] =
    [("region", "cn-northwest-1"), ("vpcid", "vpc-main"), ("host1eni", "eni-a"), ("host2eni", "eni-b")];

/// The pair with one variable set to something else.
fn pair_but(name: &'static str, value: &'static str) -> Vec<(&'static str, &'static str)> {
    PAIR.into_iter().filter(|(variable, _)| *variable != name).chain([(name, value)]).collect()
}

#[test]
fn four_variables_make_a_pair() {
    let config = env(&PAIR).unwrap();
    assert_eq!(config.topic, None);
    let [group] = &config.groups[..] else { panic!("{config:?}") };
    assert_eq!((group.region.as_str(), group.vpc.as_str()), ("cn-northwest-1", "vpc-main"));
    let hops: Vec<_> = group.next_hops().map(|hop| hop.to_string()).collect();
    assert_eq!(hops, ["host1 (eni-a)", "host2 (eni-b)"]);
    assert_eq!((&group.preempt, group.home.len()), (&None, 0), "no failback");
}

#[test]
fn an_empty_environment_says_what_to_set() {
    assert_eq!(
        refused(env(&[])),
        "nothing is configured: set the environment variables region, vpcid, host1eni and host2eni, \
         or put a TOML text into HOPOVER_CONFIG"
    );
    let only_topic = env(&[("HOPOVER_TOPIC_ARN", "arn:aws:sns:eu-central-1:123456789012:t")]);
    assert_eq!(only_topic, Err(ConfigError::Nothing));
}

#[test]
fn each_missing_variable_is_named() {
    let eni = "the id of a network interface, such as eni-0123456789abcdef0";
    for (missing, expected) in [
        ("region", "an AWS region, such as eu-central-1 or cn-northwest-1"),
        ("vpcid", "the id of the VPC, such as vpc-0123456789abcdef0"),
        ("host1eni", eni),
        ("host2eni", eni),
    ] {
        let rest: Vec<_> = PAIR.into_iter().filter(|(name, _)| *name != missing).collect();
        assert_eq!(
            refused(env(&rest)),
            format!("environment variable {missing} is not set: expected {expected}")
        );
    }
}

#[test]
fn each_wrong_or_empty_variable_is_shown() {
    for (name, value, message) in [
        ("region", "", r#""" is not an AWS region: expected a name such as eu-central-1 or cn-northwest-1"#),
        (
            "region",
            "Ningxia",
            r#""Ningxia" is not an AWS region: expected a name such as eu-central-1 or cn-northwest-1"#,
        ),
        ("vpcid", "", r#""" is not a VPC id: expected vpc- followed by letters and digits"#),
        ("vpcid", "subnet-1", r#""subnet-1" is not a VPC id: expected vpc- followed by letters and digits"#),
        ("host1eni", "", r#""" is not a network interface id: expected eni- followed by letters and digits"#),
        (
            "host2eni",
            "i-b",
            r#""i-b" is not a network interface id: expected eni- followed by letters and digits"#,
        ),
        (
            "host2eni",
            "eni-b ",
            r#""eni-b " is not a network interface id: expected eni- followed by letters and digits"#,
        ),
    ] {
        assert_eq!(refused(env(&pair_but(name, value))), format!("environment variable {name}: {message}"));
    }
}

#[test]
fn the_same_interface_for_both_hosts_is_a_mistake() {
    assert_eq!(
        refused(env(&pair_but("host2eni", "eni-a"))),
        "environment variables, host1eni and host2eni: both are eni-a: \
         name the interface of the other appliance in one of them"
    );
}

#[test]
fn a_topic_of_any_partition_is_taken() {
    for arn in [
        "arn:aws:sns:eu-central-1:123456789012:vaer",
        "arn:aws-cn:sns:cn-northwest-1:123456789012:vaer",
        "arn:aws-us-gov:sns:us-gov-west-1:123456789012:vaer.fifo",
    ] {
        let config = env(&pair_but("HOPOVER_TOPIC_ARN", arn)).unwrap();
        assert_eq!(config.topic.unwrap().as_str(), arn);
    }
}

#[test]
fn a_wrong_topic_is_shown() {
    for arn in [
        "",
        "vaer",
        "arn:aws:sqs:eu-central-1:123456789012:vaer",
        "arn:azure:sns:eu-central-1:123456789012:vaer",
        "arn:aws:sns:eu-central-1::vaer",
        "arn:aws:sns:eu-central-1:123456789012:vaer:0c5d9b8e-subscription",
    ] {
        assert_eq!(
            refused(env(&pair_but("HOPOVER_TOPIC_ARN", arn))),
            format!(
                "environment variable HOPOVER_TOPIC_ARN: {arn:?} is not the ARN of an SNS topic: \
                 expected arn:aws:sns:REGION:ACCOUNT:NAME, with aws-cn or aws-us-gov in those partitions"
            )
        );
    }
}

#[test]
fn a_topic_with_a_line_break_or_a_space_is_no_arn() {
    for part in ["eu-central-1\n", " ", "路由", ""] {
        let topic = format!("arn:aws:sns:{part}:123456789012:topic");
        assert!(topic.parse::<TopicArn>().is_err(), "{topic:?}");
    }
    assert!("arn:aws-cn:sns:cn-north-1:123456789012:My_topic-1.fifo".parse::<TopicArn>().is_ok());
}
