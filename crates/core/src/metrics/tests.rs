use super::*;
use crate::observation::InstanceState::{self, Running, Stopped};
use crate::pass::{Action, Pass};
use crate::report::Outcome;
use crate::testing::{World, at, id, route};
use crate::write::{FailureKind, WriteFailure, WriteResult};

const HOUR: i64 = 3_600_000;

/// A and B with one path; A carries the default route.
fn pair() -> World {
    let mut world = World::of(&["A", "B"]).table("rtb-main", [route("0.0.0.0/0", "eni-a-lan")]);
    world.group.members.iter_mut().for_each(|member| {
        member.interfaces.remove(&id("wan"));
    });
    world
}

/// Plays a pass that begins `begin` ms after the event: looks take 100 ms, writes 94 ms and end as given.
fn play(world: &World, begin: i64, mut answer: impl FnMut() -> WriteResult) -> Report {
    let mut now = begin;
    let mut world = world.clone();
    let mut pass = Pass::start(world.group.clone().into(), world.trigger(), at(begin), at(begin + 55_000));
    loop {
        match pass.next(at(now)) {
            Action::Observe => {
                now += 100;
                pass.observed(at(now), Ok(world.seen.clone()));
            }
            Action::Replace(change) => {
                now += 94;
                let result = answer();
                if result == WriteResult::Replaced {
                    world = world.moved("rtb-main", "0.0.0.0/0", "B");
                }
                pass.replaced(at(now), &change.key, result);
            }
            Action::Wait(when) => now = when.as_millisecond() - at(0).as_millisecond(),
            Action::Done(group) => return Report::new(world.trigger(), vec![*group]),
        }
    }
}

fn replaced() -> WriteResult {
    WriteResult::Replaced
}

fn failed() -> WriteResult {
    WriteResult::Failed(WriteFailure {
        kind: FailureKind::Denied,
        code: "UnauthorizedOperation".to_owned(),
        message: "no".to_owned(),
    })
}

fn metrics(report: &Report) -> Map<String, Value> {
    let document = document("hopover-fn", report, &report.groups[0]);
    let mistakes = mistakes(&document);
    assert_eq!(mistakes, Vec::<String>::new(), "{document:#?}");
    document
}

/// What the specification of the embedded metric format, as AWS documents it with its JSON schema, has against a document.
fn mistakes(document: &Map<String, Value>) -> Vec<String> {
    const UNITS: [&str; 2] = ["Count", "Milliseconds"];
    let mut mistakes = Vec::new();
    let mut demand = |holds: bool, what: &str| {
        if !holds {
            mistakes.push(what.to_owned());
        }
    };
    let text = |value: &Value, longest: usize| {
        value.as_str().is_some_and(|text| (1..=longest).contains(&text.chars().count()))
    };
    let meta = &document["_aws"];
    demand(meta["Timestamp"].as_u64().is_some(), "Timestamp is milliseconds since the epoch");
    let directives = meta["CloudWatchMetrics"].as_array().cloned().unwrap_or_default();
    demand(!directives.is_empty(), "there is a directive");
    for directive in directives {
        demand(text(&directive["Namespace"], 256), "Namespace is 1 to 256 characters");
        let sets = directive["Dimensions"].as_array().cloned().unwrap_or_default();
        demand(!sets.is_empty(), "there is a set of dimensions");
        for set in sets {
            let set = set.as_array().cloned().unwrap_or_default();
            demand((1..=30).contains(&set.len()), "a set has 1 to 30 dimensions");
            for name in set {
                demand(text(&name, 250), "a dimension's name is 1 to 250 characters");
                let value = name.as_str().and_then(|name| document.get(name));
                demand(value.is_some_and(|value| text(value, 1024)), "a dimension's value is a text");
            }
        }
        let metrics = directive["Metrics"].as_array().cloned().unwrap_or_default();
        demand((1..=100).contains(&metrics.len()), "1 to 100 metrics");
        for metric in metrics {
            demand(text(&metric["Name"], 1024), "a metric's name is 1 to 1024 characters");
            demand(metric["Unit"].as_str().is_some_and(|unit| UNITS.contains(&unit)), "a unit of CloudWatch");
            let value = metric["Name"].as_str().and_then(|name| document.get(name));
            demand(value.is_some_and(Value::is_number), "a metric's value is a number on the root");
        }
    }
    mistakes
}

#[test]
fn a_failover_is_counted_and_timed_from_its_event() {
    let document = metrics(&play(&pair().is("A", Stopped).event("A", Stopped), 600, replaced));
    let expected = json!({
        "_aws": {
            "Timestamp": at(600).as_millisecond(),
            "CloudWatchMetrics": [{
                "Namespace": "hopover",
                "Dimensions": [["Function", "Group"]],
                "Metrics": [
                    { "Name": "RoutesMoved", "Unit": "Count" },
                    { "Name": "RoutesFailed", "Unit": "Count" },
                    { "Name": "RoutesStuck", "Unit": "Count" },
                    { "Name": "Rounds", "Unit": "Count" },
                    { "Name": "MembersUp", "Unit": "Count" },
                    { "Name": "FailoverDetection", "Unit": "Milliseconds" },
                    { "Name": "FailoverObserve", "Unit": "Milliseconds" },
                    { "Name": "FailoverApply", "Unit": "Milliseconds" },
                    { "Name": "FailoverVerify", "Unit": "Milliseconds" },
                    { "Name": "FailoverTime", "Unit": "Milliseconds" },
                    { "Name": "FailoverSinceEvent", "Unit": "Milliseconds" },
                ],
            }],
        },
        "Function": "hopover-fn",
        "Group": "vaer",
        "Trigger": "state-change",
        "RoutesMoved": 1,
        "RoutesFailed": 0,
        "RoutesStuck": 0,
        "Rounds": 2,
        "MembersUp": 1,
        "FailoverDetection": 600,
        "FailoverObserve": 100,
        "FailoverApply": 94,
        "FailoverVerify": 100,
        "FailoverTime": 194,
        "FailoverSinceEvent": 794,
    });
    assert_eq!(Value::Object(document), expected);
}

#[test]
fn a_sweep_that_moves_nothing_tells_of_the_members_and_of_no_failover() {
    let document = metrics(&play(&pair(), 0, replaced));
    assert_eq!(document["MembersUp"], 2);
    assert_eq!(document["RoutesMoved"], 0);
    assert_eq!(document["Trigger"], "sweep");
    let times: Vec<_> = document.keys().filter(|name| name.starts_with("Failover")).collect();
    assert_eq!(times, Vec::<&String>::new());
}

#[test]
fn a_sweep_that_repairs_has_times_but_none_from_an_event() {
    let document = metrics(&play(&pair().is("A", Stopped), 0, replaced));
    assert_eq!(document["FailoverTime"], 194);
    assert!(!document.contains_key("FailoverDetection") && !document.contains_key("FailoverSinceEvent"));
}

#[test]
fn a_test_event_with_an_old_time_stamp_spoils_no_statistics() {
    let world = pair().event("A", Stopped);
    let fresh = metrics(&play(&world, HOUR, replaced));
    let old = metrics(&play(&world, HOUR + 1, replaced));
    assert_eq!(fresh["FailoverDetection"], HOUR);
    assert_eq!(old["RoutesMoved"], 1);
    assert!(!old.contains_key("FailoverDetection") && !old.contains_key("FailoverSinceEvent"));
}

#[test]
fn a_route_without_a_healthy_next_hop_is_stuck() {
    let document = metrics(&play(&pair().is("A", Stopped).is("B", InstanceState::Stopping), 0, replaced));
    assert_eq!((&document["RoutesStuck"], &document["MembersUp"]), (&1.into(), &0.into()));
}

#[test]
fn a_denied_write_counts_as_failed() {
    let document = metrics(&play(&pair().is("A", Stopped), 0, failed));
    assert_eq!((&document["RoutesFailed"], &document["RoutesMoved"]), (&1.into(), &0.into()));
}

#[test]
fn members_of_which_nothing_is_known_are_not_counted_at_all() {
    let document = metrics(&play(&pair().unreadable(false), 0, replaced));
    assert!(!document.contains_key("MembersUp"), "{document:#?}");
}

#[test]
fn a_pass_that_saw_nothing_says_so_by_silence_on_members() {
    let world = pair();
    let mut pass = Pass::start(world.group.clone().into(), world.trigger(), at(0), at(55_000));
    assert_eq!(pass.next(at(0)), Action::Observe);
    pass.observed(at(100), Err(crate::testing::failure("ec2:DescribeRouteTables: refused", false)));
    let Action::Done(group) = pass.next(at(100)) else { panic!("the end was expected") };
    assert_eq!(group.outcome, Outcome::CouldNotObserve);
    let document = metrics(&Report::new(world.trigger(), vec![*group]));
    assert!(!document.contains_key("MembersUp"));
    assert_eq!(document["RoutesMoved"], 0);
}

#[test]
fn each_metric_is_listed_once() {
    let world = pair().is("A", Stopped).event("A", Running);
    let mut told: Vec<_> =
        values(&play(&world, 600, replaced).groups[0]).into_iter().map(|(m, _)| m).collect();
    told.sort();
    let mut listed = METRICS.to_vec();
    listed.sort();
    assert_eq!(told, listed);
}
