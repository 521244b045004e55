//! A stack that fails to come about, and updates of one that is at work.

use hopover_e2e::cloud::Cloud;
use hopover_e2e::cloud::stack::{self, Parameters, Stack, template};
use hopover_e2e::world::World;

use crate::stage::{Stage, all_well};

#[test]
fn an_update_from_this_version_to_itself_changes_nothing() {
    let stage = Stage::new();
    let before = stage.stack.resources();
    let answer = stage.stack.update(&template(), &stage.parameters());
    assert_eq!(answer, Err("No updates are to be performed.".to_owned()));
    assert_eq!(stage.stack.resources(), before);
}

#[test]
fn a_failed_update_rolls_back_and_failover_goes_on() {
    let mut stage = Stage::new();
    let before = stage.stack.resources();
    // Other names for everything, and then the code is not where it should be.
    let renamed = with(&with(&stage.parameters(), "GroupName", "edge"), "Host2Name", "north");
    let end = stage.stack.update(&template(), &with(&renamed, "CodeKey", "mistyped.zip")).expect("it begins");
    assert_eq!(end, "UPDATE_ROLLBACK_COMPLETE");
    let reasons = stage.stack.reasons();
    assert!(reasons[0].starts_with("Function: ") && reasons[0].contains("mistyped.zip"), "{reasons:#?}");
    assert_eq!(stage.stack.resources(), before);

    let a = stage.a.clone();
    assert!(all_well(&stage.stop(&a)), "{}", stage.story());
    assert_eq!(stage.carried(), (0, 2));
    let subjects = stage.subjects();
    assert!(subjects[0].starts_with("hopover: 2 routes moved from host1 to host2 in "), "{subjects:?}");
    // From there the update can be made rightly.
    assert_eq!(stage.stack.update(&template(), &renamed), Ok("UPDATE_COMPLETE".to_owned()));
}

#[test]
fn an_update_takes_effect_and_moves_no_route() {
    let mut stage = Stage::new();
    let mut renamed = with(&stage.parameters(), "GroupName", "edge");
    renamed.extend(
        [("Host1Name", "south"), ("Host2Name", "north")].map(|(name, value)| (name.into(), value.into())),
    );
    stage.cloud.ec2.forget_calls();
    assert_eq!(stage.stack.update(&template(), &renamed), Ok("UPDATE_COMPLETE".to_owned()));
    assert_eq!(stage.cloud.ec2.calls("ReplaceRoute"), Vec::<serde_json::Value>::new());

    let a = stage.a.clone();
    assert!(all_well(&stage.stop(&a)), "{}", stage.story());
    let subjects = stage.subjects();
    assert!(subjects[0].starts_with("edge: 2 routes moved from south to north in "), "{subjects:?}");
}

/// A pair in an account without a stack.
fn nothing_deployed() -> (Cloud, Parameters, Stack) {
    let cloud = Cloud::start();
    let world = World::new(&cloud.ec2);
    let parameters = stack::parameters(&world, &world.appliance(), &world.appliance());
    let stack = Stack::begun(&cloud);
    (cloud, parameters, stack)
}

fn with(parameters: &Parameters, name: &str, value: &str) -> Parameters {
    let mut parameters = parameters.clone();
    parameters.insert(name.to_owned(), value.to_owned());
    parameters
}

#[test]
fn a_stack_that_could_not_be_created_leaves_nothing_in_the_way_of_the_next() {
    let (_cloud, parameters, stack) = nothing_deployed();
    let end = stack.create(&template(), &with(&parameters, "CodeKey", "mistyped.zip"));
    assert_eq!(end, "ROLLBACK_COMPLETE");
    assert!(stack.reasons()[0].contains("NoSuchKey"), "{:#?}", stack.reasons());
    stack.delete();
    assert_eq!(stack.create(&template(), &parameters), "CREATE_COMPLETE", "{:#?}", stack.reasons());
}

#[test]
fn an_account_that_may_not_reserve_concurrency_does_without() {
    let (cloud, parameters, stack) = nothing_deployed();
    cloud.account_has_concurrency(10);
    assert_eq!(stack.create(&template(), &parameters), "ROLLBACK_COMPLETE");
    assert!(stack.reasons()[0].contains("ReservedConcurrentExecutions"), "{:#?}", stack.reasons());
    stack.delete();
    let end = stack.create(&template(), &with(&parameters, "ReservedConcurrency", "0"));
    assert_eq!(end, "CREATE_COMPLETE", "{:#?}", stack.reasons());
}
