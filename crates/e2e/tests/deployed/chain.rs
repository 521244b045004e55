//! From an instance that stops to a message that is read.

use crate::stage::{Stage, all_well, state};

#[test]
fn an_instance_stops_the_rule_matches_the_function_runs_routes_move_and_people_are_told() {
    let mut stage = Stage::new();
    let (a, b) = (stage.a.clone(), stage.b.clone());

    let invocations = stage.stop(&a);
    assert_eq!(invocations.iter().map(state).collect::<Vec<_>>(), ["stopping", "stopped"]);
    assert!(all_well(&invocations), "{invocations:#?}\n{}", stage.story());
    assert_eq!(stage.carried(), (0, 2));
    let subjects = stage.subjects();
    assert!(subjects[0].starts_with("hopover: 2 routes moved from host1 to host2 in "), "{subjects:?}");
    assert_eq!(subjects[1..], ["hopover: standby host1 is down, no redundancy; host2 carries 2 routes"]);
    // The topic hands nothing on to the queue but what failed.
    assert_eq!(stage.dead_letters(), Vec::<String>::new());

    // B goes as well: nothing moves. Each of the two events that say so is urgent, is tried again, and is kept in the end.
    let invocations = stage.stop(&b);
    assert_eq!(stage.carried(), (0, 2));
    for invocation in &invocations {
        assert_eq!(invocation.ended.as_deref(), Some("RetriesExhausted"), "{invocation:#?}");
        let urgent = Some("hopover: NO healthy next hop, 2 routes left on host2".to_owned());
        assert_eq!(invocation.attempts, [urgent.clone(), urgent.clone(), urgent]);
    }
    // People hear it once for each event, not for each attempt, and then from Lambda, whose messages have no subject.
    let mut subjects = stage.subjects();
    subjects.sort_unstable();
    let urgent = "hopover: NO healthy next hop, 2 routes left on host2";
    assert_eq!(subjects, ["", "", urgent, urgent]);
    assert_eq!(stage.dead_letters().len(), 2);

    // A comes back: its own event repairs the routes.
    let invocations = stage.start(&a);
    assert!(all_well(&invocations), "{invocations:#?}\n{}", stage.story());
    assert_eq!(stage.carried(), (2, 0));
    let subjects = stage.subjects();
    let moved = |subject: &String| subject.starts_with("hopover: 2 routes moved from host2 to host1 in ");
    assert!(subjects.iter().any(moved), "{subjects:?}");
}

#[test]
fn other_instances_and_other_events_do_not_start_the_function() {
    let mut stage = Stage::new();
    let other = stage.world.appliance();
    stage.stop(&other);
    let mut event = hopover_e2e::world::event(&stage.a, "stopped");
    event["source"] = "customers.own".into();
    stage.cloud.emit(&event);
    assert_eq!(stage.settle(), []);
    // The same event from EC2 would have.
    event["source"] = "aws.ec2".into();
    stage.cloud.emit(&event);
    assert!(all_well(&stage.settle()));
    assert_eq!(stage.carried(), (0, 2));
}

#[test]
fn where_every_run_is_told_a_run_that_did_nothing_is_told_as_lambda_writes_it() {
    let mut stage = Stage::with(&[("NotifyEveryRun", "true")]);
    let b = stage.b.clone();
    stage.stop(&b);
    stage.subjects();
    // B is up already: nothing is left to say, but that it was looked.
    stage.start(&b);
    stage.bodies();
    stage.cloud.emit(&hopover_e2e::world::event(&b, "running"));
    assert!(all_well(&stage.settle()));
    let told = stage.bodies();
    assert!(
        told.iter().any(|body| body.contains("\"condition\": \"Success\"")
            && body.contains("nothing-to-do")
            && body.contains(&b.instance)),
        "{told:#?}"
    );
    assert_eq!(stage.dead_letters(), Vec::<String>::new());
}
