//! The look that a schedule brings about every minute.

use std::time::Duration;

use serde_json::json;

use crate::stage::{Stage, all_well};

#[test]
fn an_event_that_got_lost_is_made_up_for_by_the_next_sweep() {
    let mut stage = Stage::new();
    let a = stage.a.clone();
    stage.cloud.lose_events(true);
    assert_eq!(stage.stop(&a), [], "no event came through");
    assert_eq!(stage.carried(), (2, 0));

    let invocations = stage.sweep();
    assert!(all_well(&invocations) && invocations.len() == 1, "{invocations:#?}\n{}", stage.story());
    assert_eq!(invocations[0].qualifier, "sweep", "by its alias");
    assert_eq!(stage.carried(), (0, 2));
    let subjects = stage.subjects();
    assert!(subjects[0].starts_with("hopover: 2 routes moved from host1 to host2 in "), "{subjects:?}");
}

#[test]
fn a_sweep_that_finds_all_well_writes_nothing_and_tells_nobody() {
    let mut stage = Stage::new();
    stage.cloud.ec2.forget_calls();
    assert!(all_well(&stage.sweep()));
    let lines = stage.log().len();
    assert!(all_well(&stage.sweep()));
    // `hopover deploy` counts 4 KB a sweep, of which Lambda's own lines in their real form take about 1.
    let logged: usize = stage.log()[lines..].iter().map(String::len).sum();
    assert!((1..3_000).contains(&logged), "{logged} bytes: {:#?}", &stage.log()[lines..]);
    assert_eq!(stage.cloud.ec2.calls("ReplaceRoute"), Vec::<serde_json::Value>::new());
    assert_eq!(stage.subjects(), Vec::<String>::new());
}

#[test]
fn a_sweep_that_fails_is_not_tried_again_nor_kept_and_told_once() {
    let mut stage = Stage::new();
    stage.cloud.limit_runs_to(Duration::from_secs(4));
    stage.cloud.ec2.fault(&json!({ "match": {}, "effect": "lost_request" }));
    for _ in 0..2 {
        let invocations = stage.sweep();
        let [sweep] = &invocations[..] else { panic!("{invocations:#?}") };
        assert_eq!(sweep.ended.as_deref(), Some("RetriesExhausted"), "{sweep:#?}");
        assert_eq!(sweep.attempts.len(), 1);
    }
    assert_eq!(stage.dead_letters(), Vec::<String>::new());
    let subjects = stage.subjects();
    assert_eq!(subjects.len(), 1, "{subjects:?}");
    assert!(subjects[0].starts_with("hopover: nothing was done: no answer to ec2:Describe"), "{subjects:?}");
}
