use hopover_core::Span;
use hopover_core::id::MemberName;
use hopover_sim::example;

use super::super::super::picture::testing::picture;
use super::super::super::steps::acceptance;
use super::*;

const PACE: Pace =
    Pace { limit: Span::from_secs(300), hold: Span::from_secs(10), every: Span::from_millis(500) };

fn steps() -> Vec<Step> {
    let (a, b): (MemberName, MemberName) = (example::known("A"), example::known("B"));
    acceptance(&a, &b, None)
}

fn at(ms: i64) -> Timestamp {
    example::epoch() + Span::from_millis(ms)
}

fn on(member: &str) -> Picture {
    picture(&[("0.0.0.0/0", member), ("::/0", member), ("10.9.0.0/16", "pcx")])
}

fn watch<'a>(step: &'a Step, at_first: &'a Picture, before: Picture) -> Watch<'a> {
    let mut watch = Watch::new(step, &step.acts[0], at_first, before, at(0), PACE, at(0));
    watch.sent(at(0), "asked");
    watch
}

#[test]
fn a_failover_is_over_when_it_is_as_expected_and_holds() {
    let (steps, first) = (steps(), on("A"));
    let mut watch = watch(&steps[0], &first, on("A"));
    assert_eq!(watch.saw(at(500), on("A").with("A", InstanceState::Stopping)), Next::LookAgain);
    assert_eq!(watch.saw(at(1_000), on("B").with("A", InstanceState::Stopping)), Next::LookAgain);
    assert_eq!(watch.status(), "A is stopping, 2 of 2 routes on B");
    assert_eq!(watch.saw(at(20_000), on("B").with("A", InstanceState::Stopped)), Next::LookAgain);
    assert_eq!(watch.saw(at(29_999), on("B").with("A", InstanceState::Stopped)), Next::LookAgain);
    assert_eq!(watch.saw(at(30_000), on("B").with("A", InstanceState::Stopped)), Next::Over);
    let report = watch.report(at(30_000));
    assert!(report.passed(), "{report:#?}");
    let line = &report.time_lines[0];
    assert_eq!((line.last_route_ms, line.resolution_ms), (1_000, Some(500)));
    let phases: Vec<_> = line.phases.iter().map(|phase| (phase.name.as_str(), phase.to_ms)).collect();
    assert_eq!(phases, [("event, observe", 1_000), ("apply, verify", 1_000), ("until stopped", 20_000)]);
    let log: Vec<_> = report.log.iter().map(|line| line.text.as_str()).collect();
    let expected = ["asked", "A (i-a) is stopping", "2 routes move from A to B", "A (i-a) is stopped"];
    assert_eq!(log, expected);
}

#[test]
fn without_a_function_the_time_limit_ends_it_and_says_what_is_missing() {
    let (steps, first) = (steps(), on("A"));
    let mut watch = watch(&steps[0], &first, on("A"));
    assert_eq!(watch.saw(at(299_000), on("A").with("A", InstanceState::Stopped)), Next::LookAgain);
    assert_eq!(watch.saw(at(300_000), on("A").with("A", InstanceState::Stopped)), Next::Over);
    let report = watch.report(at(300_000));
    assert_eq!(
        report.problems,
        ["0 of 2 routes on B after 300 s", "0.0.0.0/0 in rtb-1 is not on B", "::/0 in rtb-1 is not on B"]
    );
    assert!(report.time_lines.is_empty());
}

#[test]
fn routes_that_stay_must_stay_for_a_while() {
    let (steps, first) = (steps(), on("A"));
    let mut watch = watch(&steps[1], &first, on("B").with("A", InstanceState::Stopped));
    assert_eq!(watch.saw(at(5_000), on("B")), Next::LookAgain);
    // A function that gives routes back at once breaks it.
    assert_eq!(watch.saw(at(6_000), on("A")), Next::LookAgain);
    assert_eq!(watch.saw(at(300_000), on("A")), Next::Over);
    assert_eq!(watch.report(at(300_000)).problems[0], "0 of 2 routes on B after 300 s");
}

#[test]
fn a_moved_bystander_is_told_and_is_wrong() {
    let (steps, first) = (steps(), on("A"));
    let mut watch = watch(&steps[0], &first, on("A"));
    let after = picture(&[("0.0.0.0/0", "B"), ("::/0", "B"), ("10.9.0.0/16", "B")]);
    watch.saw(at(300_000), after.with("A", InstanceState::Stopped));
    let report = watch.report(at(300_000));
    assert!(report.log.iter().any(|line| line.text.contains("bystander 10.9.0.0/16 in rtb-1 goes to eni-b")));
    assert!(
        report.problems.contains(&"bystander 10.9.0.0/16 in rtb-1 was moved from pcx to eni-b".to_owned())
    );
}

#[test]
fn what_was_asked_for_before_this_program_ran_has_no_time() {
    let (steps, first) = (steps(), on("A"));
    let mut watch = Watch::new(&steps[0], &steps[0].acts[0], &first, on("A"), at(0), PACE, at(0));
    watch.saw(at(100), on("B").with("A", InstanceState::Stopped));
    assert_eq!(watch.saw(at(10_100), on("B").with("A", InstanceState::Stopped)), Next::Over);
    let report = watch.report(at(10_100));
    assert!(report.passed() && report.time_lines.is_empty());
}
