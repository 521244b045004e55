use hopover_sim::example;

use super::super::picture::testing::picture;
use super::super::protocol::{Phase, RouteLine, TimeLine, VERSION};
use super::*;

/// A step whose every text was written by somebody who means harm.
fn hostile(text: &str) -> StepReport {
    let (mut before, after) = (picture(&[("0.0.0.0/0", "A")]), picture(&[("0.0.0.0/0", "B")]));
    before.members[0].zone = Some(text.to_owned());
    before.members[0].why = text.to_owned();
    before.routes[0].table_name = Some(text.to_owned());
    let line = RouteLine {
        table: text.to_owned(),
        destination: text.to_owned(),
        before: text.to_owned(),
        after: "B".to_owned(),
    };
    StepReport {
        step: text.to_owned(),
        expected: text.to_owned(),
        happened: text.to_owned(),
        told: vec![text.to_owned()],
        failover: None,
        routes: vec![line],
        bystanders: 0,
        problems: vec![text.to_owned()],
        started_at: example::epoch(),
        ended_at: example::epoch(),
        time_lines: vec![TimeLine {
            what: text.to_owned(),
            zero: text.to_owned(),
            last_route_ms: 1_500,
            resolution_ms: Some(500),
            phases: vec![Phase { name: text.to_owned(), from_ms: 0, to_ms: 1_500 }],
        }],
        before,
        after,
        log: vec![LogLine::new(example::epoch(), Loudness::Error, text)],
    }
}

fn protocol(step: StepReport) -> DrillReport {
    DrillReport {
        version: VERSION,
        hopover: "0.0.0".to_owned(),
        mode: Mode::Live,
        seed: None,
        region: "eu-central-1".to_owned(),
        vpc: "vpc-1".to_owned(),
        vpc_name: Some(step.step.clone()),
        group: "g".to_owned(),
        started_at: example::epoch(),
        ended_at: example::epoch() + Span::from_secs(65),
        passed: false,
        planned: 4,
        steps: vec![step],
    }
}

#[test]
fn what_others_wrote_does_not_become_markup() {
    let page = render(&protocol(hostile("</td><script>alert(1)</script><img src=x onerror=\"y\">&")));
    assert!(!page.contains("<script") && !page.contains("<img"), "{page}");
    assert!(page.contains("&lt;script&gt;alert(1)"), "{page}");
}

#[test]
fn a_page_loads_nothing_and_runs_nothing() {
    let page = render(&protocol(hostile("stop A")));
    for foreign in ["http:", "https:", "//cdn", "<script", "<link", "@import", "url(", " src="] {
        assert!(!page.contains(foreign), "the page contains {foreign}");
    }
    assert!(page.contains("Content-Security-Policy") && page.contains("default-src 'none'"));
}

#[test]
fn a_drill_that_did_not_pass_says_so_on_top_and_what_is_missing() {
    let page = render(&protocol(hostile("stop A")));
    let verdict = page.find("Not passed").expect("the verdict");
    assert!(verdict < page.find("<main>").expect("the body"));
    assert!(
        page.contains("0 of 4 steps as expected") && page.contains("3 steps of the drill were not played.")
    );
    assert!(page.contains("1 min 5 s") && page.contains("1,500 ms") && page.contains("looked every 500 ms"));
}

#[test]
fn more_tables_than_a_person_looks_at_are_told_by_their_number() {
    let mut step = hostile("stop A");
    let route = step.after.routes[0].clone();
    step.after.routes = (0..200)
        .map(|n| super::super::picture::RoutePicture { table: format!("rtb-{n:03}"), ..route.clone() })
        .collect();
    let page = render(&protocol(step));
    assert!(page.contains("and 186 more route tables"), "{page}");
}
