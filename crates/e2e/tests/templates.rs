//! The linters that operators' own pipelines run find nothing in what is deployed. Each is also shown something broken: a
//! linter that finds nothing because it looks at nothing would prove nothing.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use hopover_e2e::{binaries, lab, terraform};
use serde_json::Value;

/// One region of each partition, and the second one of China.
const REGIONS: [&str; 4] = ["eu-central-1", "cn-northwest-1", "cn-north-1", "us-gov-west-1"];

fn template() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/cloudformation/hopover.yaml")
}

/// The template with one thing broken, in a file of its own.
fn broken(name: &str, right: &str, wrong: &str) -> PathBuf {
    let text = fs::read_to_string(template()).expect("the template");
    assert_eq!(text.matches(right).count(), 1, "{right:?} stands there once");
    let file = binaries::target_folder().join(format!("lab/{name}.yaml"));
    fs::write(&file, text.replace(right, wrong)).expect("the lab's folder is there");
    file
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// True if cfn-lint is content; informational findings count too.
fn cfn_lint(template: &Path) -> Result<(), String> {
    let mut lint = Command::new(lab::linter("cfn-lint"));
    let output =
        lint.args(["--include-checks", "I", "--regions"]).args(REGIONS).arg("--").arg(template).output();
    let output = output.expect("cfn-lint starts");
    if output.status.success() { Ok(()) } else { Err(text(&output)) }
}

/// What checkov says. It works offline: nothing is looked up on its maker's servers.
fn checkov(framework: &str, what: &str, path: &Path) -> Value {
    let output = Command::new(lab::linter("checkov"))
        .args(["--framework", framework, "--skip-download", "--compact", "--output", "json", what])
        .arg(path)
        .output()
        .expect("checkov starts");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output)))
}

/// What checkov says of a template.
fn checkov_of_template(template: &Path) -> Value {
    checkov("cloudformation", "--file", template)
}

/// What checkov says of a Terraform module with its examples.
fn checkov_of_module(module: &Path) -> Value {
    checkov("terraform", "--directory", module)
}

fn checks<'a>(report: &'a Value, of: &str) -> Vec<&'a Value> {
    report["results"][of].as_array().into_iter().flatten().collect()
}

/// What parliament finds in a policy, one line a finding.
fn parliament(policy: &str) -> String {
    let mut child = Command::new(lab::linter("parliament"))
        .arg("--json")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("parliament starts");
    child.stdin.take().expect("a piped standard input").write_all(policy.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let found = text(&output);
    assert_eq!(output.status.success(), found.is_empty(), "{found}");
    found
}

/// What `hopover policy` prints for one pair.
fn policy(region: &str, partition: &str) -> String {
    policy_of(region, &["--topic", &format!("arn:{partition}:sns:{region}:123456789012:hopover")])
}

fn policy_of(region: &str, arguments: &[&str]) -> String {
    let output = Command::new(binaries::hopover())
        .arg("policy")
        .args(arguments)
        .env_clear()
        .envs([("region", region), ("vpcid", "vpc-0123456789abcdef0")])
        .envs([("host1eni", "eni-0123456789abcdef0"), ("host2eni", "eni-0fedcba9876543210")])
        .output()
        .expect("hopover starts");
    assert!(output.status.success() && output.stderr.is_empty(), "{}", text(&output));
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn cfn_lint_finds_nothing_in_any_partition() {
    assert_eq!(cfn_lint(&template()), Ok(()));
}

#[test]
fn cfn_lint_would_find_an_unknown_property_and_an_unused_parameter() {
    let property = broken("unknown-property", "MemorySize: 512", "MemorySizes: 512");
    let found = cfn_lint(&property).expect_err("a finding");
    assert!(found.contains("MemorySizes"), "{found}");
    let parameter = broken(
        "unused-parameter",
        "      MemorySize: 512\n      Timeout: 60\n      ReservedConcurrentExecutions: !If [IsReserved, !Ref ReservedConcurrency, !Ref AWS::NoValue]\n",
        "      MemorySize: 512\n      Timeout: 60\n",
    );
    let found = cfn_lint(&parameter).expect_err("a finding");
    assert!(found.contains("W8001") && found.contains("IsReserved"), "{found}");
}

/// It finds nothing but what the text accepts, each with a reason, and the text accepts nothing that is not found any more.
fn is_clean(report: &Value, text: &str, mark: &str) {
    let failed: Vec<_> =
        checks(report, "failed_checks").iter().map(|check| check["check_id"].to_string()).collect();
    assert_eq!(failed, Vec::<String>::new());
    assert!(report["summary"]["passed"].as_u64() >= Some(10), "it looked: {}", report["summary"]);
    assert_eq!(report["summary"]["parsing_errors"], 0);
    let accepted = checks(report, "skipped_checks");
    for check in &accepted {
        let reason = check["check_result"]["suppress_comment"].as_str().unwrap_or_default();
        assert!(reason.len() > 30, "{} is accepted because {reason:?}", check["check_id"]);
    }
    let found: BTreeSet<_> = accepted.iter().map(|check| check["check_id"].as_str().unwrap_or("?")).collect();
    let written = text.split(mark).skip(1).map(|rest| &rest[..rest.find([':', '\n']).unwrap_or(rest.len())]);
    assert_eq!(found, written.collect());
}

#[test]
fn checkov_finds_nothing_in_the_template_but_what_is_accepted_with_a_reason() {
    let text = fs::read_to_string(template()).expect("the template");
    is_clean(&checkov_of_template(&template()), &text, "- id: ");
}

#[test]
fn checkov_finds_nothing_in_the_module_but_what_is_accepted_with_a_reason() {
    let files =
        fs::read_dir(terraform::module()).expect("the module").map(|entry| entry.expect("a file").path());
    let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "tf"));
    let text: String = files.map(|path| fs::read_to_string(path).expect("a file of the module")).collect();
    is_clean(&checkov_of_module(&terraform::module()), &text, "#checkov:skip=");
}

#[test]
fn checkov_would_find_a_role_that_may_do_everything() {
    let report = checkov_of_template(&broken(
        "any-action",
        "                Action: [ec2:ReplaceRoute]\n                Resource: [!Sub \"arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:route-table/*\"]\n",
        "                Action: [\"*\"]\n                Resource: [\"*\"]\n",
    ));
    let failed: Vec<_> = checks(&report, "failed_checks");
    assert!(failed.iter().any(|check| check["resource"] == "AWS::IAM::Role.Role"), "{failed:?}");

    let folder = binaries::target_folder().join("lab/any-action");
    terraform::copy_module(&folder);
    let role = fs::read_to_string(folder.join("role.tf")).expect("the module's role");
    let right = "[\"ec2:ReplaceRoute\"]";
    assert_eq!(role.matches(right).count(), 1);
    fs::write(folder.join("role.tf"), role.replace(right, "[\"*\"]")).expect("a folder of our own");
    let report = checkov_of_module(&folder);
    let failed: Vec<_> = checks(&report, "failed_checks");
    let is_role = |check: &&Value| {
        check["resource"].as_str().is_some_and(|at| at.ends_with("aws_iam_role_policy.this"))
    };
    assert!(failed.iter().any(is_role), "{failed:?}");
}

#[test]
fn parliament_finds_nothing_in_the_policy() {
    for (region, partition) in
        [("eu-central-1", "aws"), ("cn-northwest-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
    {
        assert_eq!(parliament(&policy(region, partition)), "", "{partition}");
    }
}

#[test]
fn parliament_finds_nothing_in_what_whoever_deploys_is_allowed() {
    for region in REGIONS {
        let policy = policy_of(region, &["--deployer", "--account", "123456789012"]);
        assert_eq!(parliament(&policy), "", "{region}");
    }
}

#[test]
fn parliament_would_find_a_key_an_action_or_a_resource_that_ec2_does_not_know() {
    let right = policy("eu-central-1", "aws");
    for (old, new, finding) in [
        ("\"ec2:Vpc\"", "\"ec2:VpcArn\"", "UNKNOWN_CONDITION_FOR_ACTION"),
        ("ec2:ReplaceRoute\"", "ec2:MoveRoute\"", "UNKNOWN_ACTION"),
        ("route-table/*", "vpc/*", "RESOURCE_MISMATCH"),
        ("\"ArnEquals\"", "\"NumericEquals\"", "MISMATCHED_TYPE"),
    ] {
        assert!(right.contains(old), "{old}");
        let found = parliament(&right.replace(old, new));
        assert!(found.contains(finding), "{old} -> {new}: {found}");
    }
}
