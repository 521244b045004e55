//! The policy that is shipped, enforced by IAM: it is enough, and each of its statements is needed.
//!
//! What IAM makes of `ec2:Vpc` and `ec2:Region` is the lab's truth here (`lab/cloud/ec2.py`) and a test of its own in
//! `crates/cli/tests/deploy/policy.rs`, which evaluates the shipped form by IAM's documented rules.

use hopover_e2e::cloud::role::Role;
use hopover_e2e::cloud::stack::{self, NAME};
use hopover_e2e::world::{Appliance, REGION, event};
use serde_json::{Value, json};

use crate::stage::Stage;

/// Has the function hear that an appliance is stopped, and gives its answer.
fn told_of_a_stop(stage: &Stage, appliance: &Appliance) -> Value {
    stage.cloud.invoke(NAME, &event(appliance, "stopped"))
}

/// Asserts that the run failed, and that people were told what the role may not do.
fn assert_denied(stage: &Stage, answer: &Value, said: &str) -> String {
    assert!(answer["errorMessage"].is_string(), "it did not fail: {answer}");
    let told = stage.bodies().join("\n");
    assert!(told.contains(said), "{told}");
    told
}

fn assert_ended_well(answer: &Value) {
    assert!(answer.get("errorMessage").is_none() && answer.get("groups").is_some(), "{answer}");
}

fn sids(policy: &Value) -> Vec<String> {
    let sid = |statement: &Value| statement["Sid"].as_str().expect("every statement has a name").to_owned();
    policy["Statement"].as_array().expect("statements").iter().map(sid).collect()
}

fn actions(policy: &Value, sid: &str) -> Vec<String> {
    let statements = policy["Statement"].as_array().expect("statements");
    let statement = statements.iter().find(|statement| statement["Sid"] == sid).expect("the statement");
    serde_json::from_value(statement["Action"].clone()).expect("a list of actions")
}

/// What people read in the mail of an alarm. Read from the template, since the emulator keeps it to itself.
fn description_of_alarm(name: &str) -> String {
    let template = stack::template();
    let alarm =
        template.split_once(&format!("AlarmName: !Sub ${{AWS::StackName}}-{name}\n")).expect("the alarm").1;
    let (_, description) = alarm.split_once("AlarmDescription:").expect("its description");
    description.split_once("Namespace:").expect("its metric").0.to_owned()
}

fn without(policy: &Value, sid: &str) -> Value {
    let mut policy = policy.clone();
    policy["Statement"].as_array_mut().expect("statements").retain(|statement| statement["Sid"] != sid);
    policy
}

/// The policy with one statement changed.
fn changed(policy: &Value, sid: &str, change: impl Fn(&mut Value)) -> Value {
    let mut policy = policy.clone();
    let statements = policy["Statement"].as_array_mut().expect("statements");
    change(statements.iter_mut().find(|statement| statement["Sid"] == sid).expect("the statement"));
    policy
}

#[test]
fn without_any_one_of_its_statements_something_fails_and_the_missing_permission_is_named() {
    let stage = Stage::new();
    let role = Role::of(&stage.cloud, &stage.stack);
    let shipped = role.policy();

    for sid in sids(&shipped) {
        role.give(&without(&shipped, &sid));
        let lines = stage.log().len();
        let answer = told_of_a_stop(&stage, &stage.a);
        let log = stage.log()[lines..].join("\n");
        match sid.as_str() {
            "SeeInstancesAndRoutes" => {
                assert_denied(&stage, &answer, "ec2:DescribeRouteTables is denied");
                assert_eq!(stage.carried(), (2, 0));
            }
            "MoveRoutesOfTheVpc" => {
                assert_denied(&stage, &answer, "permission ec2:ReplaceRoute is missing");
                assert_eq!(stage.carried(), (2, 0));
            }
            // Neither stops a failover. By this the run fails, and CloudWatch's alarm on failed runs needs no right of the role.
            "TellPeople" => {
                assert_eq!(stage.carried(), (0, 2));
                assert_eq!(stage.subjects(), Vec::<String>::new());
                assert!(
                    answer["errorMessage"].as_str().is_some_and(|said| said.contains("allow sns:Publish")),
                    "{answer}"
                );
                assert!(log.contains("not told") && log.contains("sns:Publish"), "{log}");
            }
            // Lambda writes the log after the run and says nothing if it may not. The figures are lines of the log, and the
            // alarm that rings without them names what is missing.
            "WriteItsOwnLog" => {
                assert_ended_well(&answer);
                assert_eq!(stage.carried(), (0, 2));
                assert_eq!(log, "");
                let alarm = description_of_alarm("blind");
                for permission in actions(&shipped, &sid) {
                    assert!(alarm.contains(&permission), "{permission} is not in: {alarm}");
                }
            }
            unknown => panic!("what fails without {unknown}?"),
        }
        role.give(&shipped);
        if stage.carried() == (0, 2) {
            assert_ended_well(&told_of_a_stop(&stage, &stage.b));
        }
        assert_eq!(stage.carried(), (2, 0));
        stage.subjects();
    }
}

#[test]
fn a_table_that_the_policy_does_not_list_is_refused_and_the_others_are_moved() {
    let stage = Stage::new();
    let role = Role::of(&stage.cloud, &stage.stack);
    let [listed, left_out] = &stage.tables;
    role.give(&changed(&role.policy(), "MoveRoutesOfTheVpc", |statement| {
        let every_table = statement["Resource"][0].as_str().expect("an ARN").to_owned();
        statement["Resource"] = json!([every_table.replace('*', listed)]);
        statement.as_object_mut().expect("a statement").remove("Condition");
    }));

    let answer = told_of_a_stop(&stage, &stage.a);
    assert_eq!(stage.carried(), (1, 1));
    let told = assert_denied(&stage, &answer, "permission ec2:ReplaceRoute is missing");
    assert!(
        told.contains(&format!("172.16.0.0/12 in {left_out}: permission ec2:ReplaceRoute is missing")),
        "{told}"
    );
    let moved = stage.world.picture();
    assert_eq!(moved[&(listed.clone(), "0.0.0.0/0".to_owned())], stage.b.interface);
    assert_eq!(moved[&(left_out.clone(), "172.16.0.0/12".to_owned())], stage.a.interface);
}

#[test]
fn a_policy_for_another_vpc_moves_nothing_here() {
    let stage = Stage::new();
    let role = Role::of(&stage.cloud, &stage.stack);
    let other = hopover_e2e::world::World::new(&stage.cloud.ec2).vpc;
    role.give(&changed(&role.policy(), "MoveRoutesOfTheVpc", |statement| {
        let vpcs = &mut statement["Condition"]["ArnEquals"]["ec2:Vpc"];
        *vpcs = json!([vpcs[0].as_str().expect("an ARN").replace(&stage.world.vpc, &other)]);
    }));
    let answer = told_of_a_stop(&stage, &stage.a);
    assert_denied(&stage, &answer, "permission ec2:ReplaceRoute is missing");
    assert_eq!(stage.carried(), (2, 0));
}

#[test]
fn a_policy_for_another_region_sees_nothing_here() {
    let stage = Stage::new();
    let role = Role::of(&stage.cloud, &stage.stack);
    role.give(&changed(&role.policy(), "SeeInstancesAndRoutes", |statement| {
        assert_eq!(statement["Condition"], json!({ "StringEquals": { "ec2:Region": [REGION] } }));
        statement["Condition"]["StringEquals"]["ec2:Region"] = json!(["eu-south-1"]);
    }));
    let answer = told_of_a_stop(&stage, &stage.a);
    assert_denied(&stage, &answer, "ec2:DescribeRouteTables is denied");
    assert_eq!(stage.carried(), (2, 0));
}
