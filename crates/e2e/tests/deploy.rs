//! `hopover deploy` and `hopover destroy` in an account: the bucket, the stack, and what becomes of the routes.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use hopover_e2e::binaries;
use hopover_e2e::cloud::person::Person;
use hopover_e2e::cloud::stack::Stack;
use hopover_e2e::cloud::{Cloud, package};
use hopover_e2e::world::{Appliance, REGION, World};
use serde_json::{Value, json};

/// An account with a pair of which the first carries two routes, and the folder of whoever deploys.
struct Account {
    world: World,
    a: Appliance,
    b: Appliance,
    folder: PathBuf,
    cloud: Cloud,
}

impl Account {
    /// `name` is that of the folder.
    fn new(name: &str) -> Self {
        let cloud = Cloud::start();
        let world = World::new(&cloud.ec2);
        let (a, b) = (world.appliance(), world.appliance());
        world.table(&["0.0.0.0/0", "172.16.0.0/12"], &a.interface);
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder below the target folder");
        let account = Self { world, a, b, folder, cloud };
        account.configure("", "");
        account
    }

    /// Writes the configuration, with more lines for the group and for its first member.
    fn configure(&self, group: &str, first: &str) {
        let Self { world, a, b, .. } = self;
        let text = format!(
            "[[group]]\nname = \"edge\"\nregion = \"{REGION}\"\nvpc = \"{}\"\n{group}\n\
             [[group.member]]\nname = \"A\"\ninterface = \"{}\"\n{first}\n\
             [[group.member]]\nname = \"B\"\ninterface = \"{}\"\n",
            world.vpc, a.interface, b.interface
        );
        std::fs::write(self.folder.join("hopover.toml"), text).expect("the configuration is written");
    }

    /// `hopover`, without a terminal.
    fn hopover(&self, arguments: &[&str]) -> Output {
        self.hopover_of(&[], arguments)
    }

    /// The same with more in the environment.
    fn hopover_of(&self, environment: &[(&str, &str)], arguments: &[&str]) -> Output {
        let mut command = Command::new(binaries::hopover());
        command.args(arguments).current_dir(&self.folder).stdin(Stdio::null()).env_clear();
        let environment = self.cloud.environment().into_iter().chain(environment.iter().copied());
        command.envs(environment).output().expect("hopover starts")
    }

    /// `hopover deploy` of the code, to an address.
    fn deploy(&self, more: &[&str]) -> Output {
        self.hopover(&deploying(more))
    }

    /// How many routes each of the two carries.
    fn carried(&self) -> (usize, usize) {
        let picture = self.world.picture();
        let on =
            |appliance: &Appliance| picture.values().filter(|target| **target == appliance.interface).count();
        (on(&self.a), on(&self.b))
    }

    /// A sweep of the deployed function: the report of its group.
    fn sweep(&self) -> Value {
        let report = self.cloud.invoke("hopover", &json!({ "source": "hopover", "detail-type": "Sweep" }));
        report["groups"][0].clone()
    }
}

/// The arguments that deploy the code.
fn deploying<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let zip = package::zip().to_str().expect("a path in text");
    let arguments = ["deploy", "--zip", zip, "--email", "night@example.com", "--every", "100"];
    [&arguments[..], more].concat()
}

/// Everything that was printed, as one text with single spaces.
fn printed(output: &Output) -> String {
    let both =
        [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat();
    both.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn ends(output: &Output, code: i32, says: &[&str]) {
    let printed = printed(output);
    assert_eq!(output.status.code(), Some(code), "{printed}");
    for words in says {
        assert!(printed.contains(words), "{words:?} is not in: {printed}");
    }
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", printed(output)))
}

#[test]
fn it_is_shown_then_made_and_the_second_time_nothing_changes() {
    let account = Account::new("deploy-twice");
    let bucket = format!("hopover-code-123456789012-{REGION}");
    for _ in 0..2 {
        // A plan makes nothing, so the second one says the same.
        ends(
            &account.deploy(&["--plan"]),
            3,
            &["make stack hopover", "US$ a month", "goes into a new private bucket", &bucket],
        );
    }
    ends(&account.deploy(&[]), 2, &["nobody can be asked here: add --yes"]);
    ends(&account.deploy(&["--plan"]), 3, &["a new private bucket"]);

    let made = account.deploy(&["--yes"]);
    let next = "aws lambda invoke --region eu-central-1 --function-name hopover";
    let says = [
        "Function made (AWS::Lambda::Function)",
        "stack hopover stands (CREATE_COMPLETE)",
        next,
        "ok event-rule: all states of",
        "ok sweep: rate(1 minute)",
        "confirm the e-mail you just got Until the link in it is clicked, night@example.com is told of nothing.",
        "topic = \"arn:aws:sns:eu-central-1:123456789012:hopover\"",
    ];
    ends(&made, 0, &says);
    assert_eq!(account.sweep()["group"], "edge");
    assert_eq!(account.carried(), (2, 0), "nothing was moved");

    let again = account.deploy(&["--yes", "--output", "json"]);
    ends(&again, 0, &[]);
    let document = json(&again);
    let said = ["version", "kind", "action", "outcome", "status"].map(|key| document[key].clone());
    assert_eq!(json!(said), json!([1, "deploy", "nothing", "unchanged", "CREATE_COMPLETE"]));
    ends(&account.hopover(&["deploy", "--plan"]), 0, &["nothing to change"]);
    // What is not named stays: the address, and the code.
    ends(
        &account.hopover(&["deploy", "--plan", "--log-retention-days", "30"]),
        3,
        &["LogRetentionDays: 365 → 30"],
    );
}

#[test]
fn a_bad_update_is_taken_back_with_its_reason_and_failover_goes_on() {
    let account = Account::new("deploy-bad-update");
    ends(&account.deploy(&["--yes"]), 0, &[]);
    let bad = account.hopover(&["deploy", "--yes", "--every", "100", "--reserved-concurrency", "950"]);
    let says = [
        "CloudFormation takes back what it has done",
        "error: stack hopover was not updated: Function (AWS::Lambda::Function) UPDATE_FAILED:",
        "run again with --reserved-concurrency 0",
        "the function and its failover are as they were",
    ];
    ends(&bad, 1, &says);

    account.world.stop(&account.a);
    account.cloud.settle(0);
    assert_eq!(account.carried(), (0, 2));

    ends(
        &account.hopover(&["deploy", "--yes", "--every", "100", "--reserved-concurrency", "0"]),
        0,
        &["UPDATE_COMPLETE"],
    );
}

#[test]
fn destroy_takes_the_stack_and_leaves_the_routes() {
    let account = Account::new("destroy");
    ends(&account.hopover(&["destroy", "--yes"]), 0, &["nothing to delete: there is no stack hopover"]);
    ends(&account.deploy(&["--yes"]), 0, &[]);
    let before = account.world.picture();
    let says = ["Function AWS::Lambda::Function", "routes where they are: A carries 2 routes"];
    ends(&account.hopover(&["destroy", "--plan"]), 3, &says);
    ends(&account.hopover(&["destroy"]), 2, &["nobody can be asked here: add --yes"]);

    let destroyed = account.hopover(&["destroy", "--yes", "--every", "100"]);
    let says = [
        "TestEventSchemas kept",
        "stack hopover is deleted",
        "stay where they are: A carries 2 routes",
        "nobody moves them any more",
        "aws s3 rm",
    ];
    ends(&destroyed, 0, &says);
    assert_eq!(account.world.picture(), before);
    ends(&account.hopover(&["destroy", "--plan"]), 0, &["nothing to delete"]);

    // The registry of test events is still there, which nobody has to know.
    let says =
        ["TestEventSchemas (AWS::EventSchemas::Registry): CREATE_FAILED", "making the stack again", "stands"];
    ends(&account.deploy(&["--yes"]), 0, &says);
}

#[test]
fn the_remains_of_a_failed_creation_give_way_to_the_next() {
    let account = Account::new("deploy-remains");
    // As a new account has it: all of it must stay unreserved.
    account.cloud.account_has_concurrency(10);
    let failed = account.deploy(&["--yes", "--output", "json"]);
    let says = [
        "error: stack hopover was not made",
        "run again with --reserved-concurrency 0",
        "no route was touched",
    ];
    ends(&failed, 1, &says);
    let document = json(&failed);
    assert_eq!(
        (&document["outcome"], &document["failure"]["resource"]),
        (&json!("taken-back"), &json!("Function"))
    );

    ends(
        &account.deploy(&["--plan"]),
        3,
        &["stack hopover is ROLLBACK_COMPLETE: the remains of an attempt that failed"],
    );
    ends(&account.deploy(&["--yes", "--reserved-concurrency", "0"]), 0, &["stands (CREATE_COMPLETE)"]);
}

#[test]
fn out_of_time_the_stack_goes_on_and_the_next_deploy_follows_it_first() {
    let account = Account::new("deploy-out-of-time");
    account.cloud.stacks_take_time(true);
    let output = account.deploy(&["--yes", "--time-limit", "1"]);
    ends(&output, 6, &["goes on with stack hopover by itself"]);
    let output = account.deploy(&["--yes", "--time-limit", "1"]);
    ends(&output, 4, &["is CREATE_IN_PROGRESS already: following it first", "time is up"]);

    account.cloud.stacks_take_time(false);
    ends(&account.deploy(&["--yes"]), 0, &["nothing to change"]);
    account.cloud.stacks_take_time(true);
    ends(
        &account.hopover(&["destroy", "--yes", "--time-limit", "1"]),
        6,
        &["goes on with stack hopover by itself"],
    );
    account.cloud.stacks_take_time(false);
    ends(&account.hopover(&["destroy", "--yes"]), 0, &[]);
    assert_eq!(account.carried(), (2, 0));
}

#[test]
fn a_bucket_of_another_region_or_account_is_refused_and_nothing_is_begun() {
    let account = Account::new("deploy-other-bucket");
    account.cloud.make_bucket("code-elsewhere", "us-west-2");
    let says = ["bucket code-elsewhere is in us-west-2", "Lambda takes code from its own region only"];
    ends(&account.deploy(&["--yes", "--bucket", "code-elsewhere"]), 4, &says);
    account.cloud.make_bucket_of("210987654321", "code-of-another-account", REGION);
    let says =
        ["bucket code-of-another-account belongs to another account", "name one of your own with --bucket"];
    ends(&account.deploy(&["--yes", "--bucket", "code-of-another-account"]), 4, &says);
    ends(&account.hopover(&["destroy", "--yes"]), 0, &["there is no stack hopover"]);
}

#[test]
fn a_stack_of_somebody_else_is_left_alone() {
    let account = Account::new("deploy-foreign");
    let template = "Description: a queue\nResources:\n  Queue:\n    Type: AWS::SQS::Queue\n";
    let foreign = Stack::begun(&account.cloud);
    assert_eq!(foreign.create(template, &std::collections::BTreeMap::new()), "CREATE_COMPLETE");
    let resources = foreign.resources();
    let says = ["refused, nothing was done", "is none of hopover's", "its template says \"a queue\""];
    ends(&account.deploy(&["--yes"]), 4, &says);
    ends(&account.hopover(&["destroy", "--yes"]), 4, &says);
    assert_eq!(foreign.resources(), resources);
}

#[test]
fn the_stack_of_other_appliances_is_neither_updated_nor_deleted() {
    let account = Account::new("deploy-other-group");
    ends(&account.deploy(&["--yes"]), 0, &[]);
    let (c, d) = (account.world.appliance(), account.world.appliance());
    let text = std::fs::read_to_string(account.folder.join("hopover.toml")).expect("the configuration");
    let other = text
        .replace("\"edge\"", "\"branch\"")
        .replace(&account.a.interface, &c.interface)
        .replace(&account.b.interface, &d.interface);
    std::fs::write(account.folder.join("hopover.toml"), text + &other).expect("the configuration is written");
    let says = ["is for group edge in", "name the stack of this one with --stack"];
    ends(&account.deploy(&["--yes", "--group", "branch"]), 4, &says);
    ends(&account.hopover(&["destroy", "--yes", "--group", "branch"]), 4, &says);
    ends(&account.deploy(&["--yes"]), 2, &["several groups are configured"]);
    // A stack of its own is what it may have.
    ends(
        &account.deploy(&["--yes", "--group", "branch", "--stack", "hopover-branch"]),
        0,
        &["stack hopover-branch stands"],
    );
}

#[test]
fn what_the_simple_parameters_cannot_say_reaches_the_function() {
    let account = Account::new("deploy-text");
    let table = account.world.table(&["10.9.0.0/16"], &account.b.interface);
    account.configure("preempt = \"A\"\nfailback_delay_seconds = 0", &format!("home = [\"{table}\"]"));
    ends(&account.deploy(&["--yes"]), 0, &["stands"]);
    // The table is A's home, which the parameters for names and preempt do not know.
    let report = account.sweep();
    assert_eq!(report["group"], "edge", "{report}");
    assert_eq!(account.carried(), (3, 0));
}

#[test]
fn a_member_whose_interface_nobody_holds_is_refused() {
    let account = Account::new("deploy-unattached");
    let loose = account.world.interface();
    let file = account.folder.join("hopover.toml");
    let text = std::fs::read_to_string(&file).expect("the configuration");
    std::fs::write(&file, text.replace(&account.b.interface, &loose)).expect("the configuration is written");
    let says = [format!("interface {loose} of B is attached to no instance")];
    ends(&account.deploy(&["--plan"]), 4, &[&says[0], "refused, nothing was done"]);
}

#[test]
fn the_policy_for_deployers_is_enough_to_deploy_and_destroy() {
    let account = Account::new("deploy-allowed");
    let person = Person::new(&account.cloud, "deployer");
    let keys = [("AWS_ACCESS_KEY_ID", &*person.key), ("AWS_SECRET_ACCESS_KEY", &person.secret)];
    let mut policy = json(&account.hopover(&["policy", "--deployer", "--account", "123456789012"]));
    person.may(&policy);
    ends(&account.hopover_of(&keys, &deploying(&["--plan"])), 3, &["make stack hopover"]);

    // What is missing is named.
    let statements = policy["Statement"].as_array_mut().expect("statements");
    let code = statements.iter().position(|statement| statement["Sid"] == "ItsCode").expect("the statement");
    let code = statements.remove(code);
    person.may(&policy);
    let says = ["s3:PutObject is denied", "allow it to whoever deploys; `hopover policy --deployer` prints"];
    ends(&account.hopover_of(&keys, &deploying(&["--yes"])), 1, &says);

    policy["Statement"].as_array_mut().expect("statements").push(code);
    person.may(&policy);
    let made = account.hopover_of(&keys, &deploying(&["--yes"]));
    ends(&made, 0, &["stands (CREATE_COMPLETE)", "ok sweep:"]);
    // What the person may not do is no trouble of the function's.
    assert!(!printed(&made).contains("ec2:ReplaceRoute"), "{}", printed(&made));
    ends(
        &account.hopover_of(&keys, &["destroy", "--yes", "--every", "100"]),
        0,
        &["stack hopover is deleted"],
    );
}
