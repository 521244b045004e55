//! `hopover init` and `hopover doctor` over the wire: what an operator does before the first failover.

mod stage;

use hopover_e2e::server::Server;
use serde_json::{Value, json};
use stage::Stage;

/// What `doctor` found, as "check: verdict", those that are ok left out.
fn amiss(document: &str) -> Vec<String> {
    let document: Value =
        serde_json::from_str(document).unwrap_or_else(|error| panic!("{error}: {document}"));
    let findings = document["groups"][0]["findings"].as_array().cloned().unwrap_or_default();
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    findings
        .iter()
        .map(|finding| format!("{}: {}", text(finding, "check"), text(finding, "verdict")))
        .filter(|line| !line.ends_with(": ok"))
        .collect()
}

#[test]
fn init_finds_the_pair_writes_it_and_doctor_finds_it_ready() {
    let stage = Stage::ready(Server::start());
    // Nobody can be asked here, so it is shown and not written.
    let asked = stage.hopover(&["init"]);
    assert_eq!(asked.code, 2, "{asked:?}");
    assert!(asked.stdout.starts_with(&format!("edge: found in eu-central-1, {}", stage.vpc)), "{asked:?}");
    assert!(!stage.file("hopover.toml").exists());

    let written = stage.hopover(&["init", "--yes", "--topic", &stage.topic]);
    assert_eq!(written.code, 0, "{written:?}");
    let text = std::fs::read_to_string(stage.file("hopover.toml")).expect("the file is written");
    assert!(text.contains(&format!("vpc = \"{}\"", stage.vpc)), "{text}");
    for member in [&stage.a, &stage.b] {
        assert!(text.contains(&format!("interface = \"{}\"", member.lan)), "{text}");
    }

    let examined = stage.hopover(&["doctor"]);
    assert_eq!(examined.code, 0, "{examined:?}");
    assert!(examined.stdout.starts_with("edge: ready to fail over\n"), "{examined:?}");
    assert!(examined.stdout.lines().all(|line| line.chars().count() <= 80), "{examined:?}");
    let document = stage.hopover(&["doctor", "--output", "json"]);
    assert_eq!(amiss(&document.stdout), Vec::<String>::new());
}

#[test]
fn init_takes_ids_and_names_and_its_file_is_one_that_status_reads() {
    let stage = Stage::ready(Server::start());
    for members in [["edge-a", "edge-b"], [&stage.a.instance, "edge-b"], [&stage.a.lan, &stage.b.lan]] {
        let printed = stage.hopover(&["init", members[0], members[1], "--stdout"]);
        assert_eq!(printed.code, 0, "{printed:?}");
        std::fs::write(stage.file("hopover.toml"), &printed.stdout).expect("a file of ours");
        let status = stage.hopover(&["status"]);
        assert_eq!(status.code, 0, "{status:?}");
        assert!(
            status.stdout.starts_with("edge: edge-a carries 3 routes in 1 table; edge-b is ready"),
            "{status:?}"
        );
    }
    let mistaken = stage.hopover(&["init", "edge-a", "egde-b", "--stdout"]);
    assert_eq!(mistaken.code, 2);
    assert!(
        mistaken.stderr.contains("there is no instance or interface egde-b: did you mean edge-b?"),
        "{mistaken:?}"
    );
    let elsewhere = stage.hopover(&["init", "--region", "eu-west-1", "--stdout"]);
    assert_eq!(elsewhere.code, 2);
    assert!(elsewhere.stderr.contains("nothing in eu-west-1 looks like an appliance"), "{elsewhere:?}");
}

#[test]
fn doctor_finds_what_is_amiss_and_changes_nothing() {
    let stage = Stage::ready(Server::start());
    stage.init();
    let before = stage.routes();
    stage.source_dest_check(&stage.b.lan, true);
    stage.stop(&stage.b);
    stage.disable_rule();
    stage.server.fault(&json!({ "match": { "Action": "ReplaceRoute" }, "effect": "deny" }));

    let document = stage.hopover(&["doctor", "--output", "json"]);
    assert_eq!(document.code, 4, "{document:?}");
    assert_eq!(
        amiss(&document.stdout),
        ["running: problem", "source-dest-check: problem", "permission: problem", "event-rule: problem"]
    );
    let examined = stage.hopover(&["doctor"]);
    assert_eq!(examined.code, 4);
    for expected in [
        "edge: not ready to fail over; 4 problems",
        "aws ec2 start-instances",
        "--no-source-dest-check",
        "ec2:ReplaceRoute is denied on rtb-",
        "aws events enable-rule --name watch --region eu-central-1",
    ] {
        assert!(examined.stdout.contains(expected), "{expected}: {}", examined.stdout);
    }
    assert_eq!(stage.routes(), before);
    let writes = stage.server.calls("ReplaceRoute");
    assert!(!writes.is_empty() && writes.iter().all(|call| call["params"]["DryRun"] == "true"), "{writes:?}");
}

#[test]
fn an_active_member_that_stopped_leaves_blackholes_that_doctor_sees() {
    let stage = Stage::ready(Server::start());
    stage.init();
    stage.stop(&stage.a);
    let document = stage.hopover(&["doctor", "--output", "json"]);
    assert_eq!(document.code, 4);
    assert_eq!(amiss(&document.stdout), ["running: problem", "blackhole: problem"]);
}

#[test]
fn what_the_operator_may_not_read_is_unknown_with_the_reason_and_no_problem() {
    let stage = Stage::ready(Server::start());
    stage.init();
    for action in
        ["DescribeSecurityGroups", "DescribeAddresses", "DescribeSubnets", "ListSubscriptionsByTopic"]
    {
        stage.server.fault(&json!({ "match": { "Action": action }, "effect": "deny" }));
    }
    let document = stage.hopover(&["doctor", "--output", "json"]);
    assert_eq!(document.code, 0, "{document:?}");
    assert_eq!(amiss(&document.stdout), ["security-groups: unknown", "topic: unknown"]);
    assert!(document.stdout.contains("because ec2:DescribeSecurityGroups is denied (UnauthorizedOperation)"));

    stage
        .server
        .fault(&json!({ "match": { "Action": "DescribeNetworkInterfaces" }, "effect": "lost_reply" }));
    let document = stage.hopover(&["doctor", "--output", "json"]);
    assert_eq!(document.code, 0, "{document:?}");
    let elastic = "elastic-ip: unknown";
    assert_eq!(amiss(&document.stdout), [elastic, elastic, "security-groups: unknown", "topic: unknown"]);
}

#[test]
fn without_credentials_or_with_denied_tables_init_says_what_is_missing() {
    let stage = Stage::ready(Server::start());
    stage.server.fault(&json!({ "match": { "Action": "DescribeRouteTables" }, "effect": "deny" }));
    let denied = stage.hopover(&["init"]);
    assert_eq!(denied.code, 11, "{denied:?}");
    assert!(denied.stderr.contains("could not look: ec2:DescribeRouteTables is denied"), "{denied:?}");
}

#[test]
fn a_server_that_takes_a_dry_run_for_the_real_thing_changes_nothing_all_the_same() {
    let stage = Stage::ready(Server::start_unmodified());
    stage.init();
    let before = stage.routes();
    let document = stage.hopover(&["doctor", "--output", "json"]);
    assert_eq!(stage.routes(), before);
    assert_eq!(document.code, 0, "{document:?}");
}
