use aws_sdk_ec2::types::{IpPermission, IpRange, UserIdGroupPair};
use hopover_core::survey::Way;

use super::*;

fn answered(status: u16, code: Option<&str>) -> String {
    let failure = Failure::answered(status, code, Some("words"));
    unread(&failure, "events:ListRules", &"eu-central-1".parse().unwrap()).why
}

#[test]
fn why_a_part_is_missing_is_said_with_the_action_and_the_code() {
    assert_eq!(answered(403, Some("AccessDenied")), "events:ListRules is denied (AccessDenied)");
    assert_eq!(
        answered(503, Some("RequestLimitExceeded")),
        "events:ListRules is throttled (RequestLimitExceeded)"
    );
    assert_eq!(answered(501, None), "events:ListRules is not answered here (HTTP 501: words)");
    assert_eq!(answered(500, None), "events:ListRules is not answered here (HTTP 500: words)");
}

#[test]
fn a_security_group_is_one_rule_for_each_peer() {
    let range = |cidr: &str| IpRange::builder().cidr_ip(cidr).build();
    let permission = IpPermission::builder()
        .ip_protocol("tcp")
        .from_port(443)
        .to_port(443)
        .ip_ranges(range("10.0.0.0/8"))
        .ip_ranges(range("192.0.2.0/24"))
        .user_id_group_pairs(UserIdGroupPair::builder().group_id("sg-1").build())
        .build();
    let rules: Vec<_> = network::rules(&permission, Way::In).iter().map(ToString::to_string).collect();
    assert_eq!(rules, ["in tcp 443 from 10.0.0.0/8", "in tcp 443 from 192.0.2.0/24", "in tcp 443 from sg-1"]);
    let all = IpPermission::builder().ip_protocol("-1").ip_ranges(range("0.0.0.0/0")).build();
    assert_eq!(network::rules(&all, Way::Out)[0].to_string(), "out all to 0.0.0.0/0");
}

#[test]
fn a_subscription_counts_once_its_mail_was_answered() {
    let of = |arn: &str| {
        let found = aws_sdk_sns::types::Subscription::builder().subscription_arn(arn).protocol("email");
        topic::subscription(&found.endpoint("ops@example.com").build()).map(|found| found.confirmed)
    };
    assert_eq!(of("PendingConfirmation"), Some(false));
    assert_eq!(of("arn:aws:sns:eu-central-1:123456789012:hopover:1"), Some(true));
    assert_eq!(of("Deleted"), None);
}
