//! Updates of a stack that is at work.

use hopover_e2e::cloud::stack::template;

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
    let mut parameters = stage.parameters();
    for (name, value) in [("GroupName", "edge"), ("Host2Name", "north"), ("CodeKey", "mistyped.zip")] {
        parameters.insert(name.to_owned(), value.to_owned());
    }
    let end = stage.stack.update(&template(), &parameters).expect("it begins");
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
    parameters.remove("CodeKey");
    parameters.insert("CodeKey".to_owned(), stage.parameters()["CodeKey"].clone());
    assert_eq!(stage.stack.update(&template(), &parameters), Ok("UPDATE_COMPLETE".to_owned()));
}

#[test]
fn an_update_takes_effect_and_moves_no_route() {
    let mut stage = Stage::new();
    let mut parameters = stage.parameters();
    for (name, value) in [("GroupName", "edge"), ("Host1Name", "south"), ("Host2Name", "north")] {
        parameters.insert(name.to_owned(), value.to_owned());
    }
    stage.cloud.ec2.forget_calls();
    assert_eq!(stage.stack.update(&template(), &parameters), Ok("UPDATE_COMPLETE".to_owned()));
    assert_eq!(stage.cloud.ec2.calls("ReplaceRoute"), Vec::<serde_json::Value>::new());

    let a = stage.a.clone();
    assert!(all_well(&stage.stop(&a)), "{}", stage.story());
    let subjects = stage.subjects();
    assert!(subjects[0].starts_with("edge: 2 routes moved from south to north in "), "{subjects:?}");
}
