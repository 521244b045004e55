use std::collections::BTreeMap;

use super::*;
use crate::observation::InstanceState::{self, Running, Stopped};
use crate::pass::{Action, Pass};
use crate::testing::{World, at, id, route};
use crate::write::{FailureKind, WriteResult};

/// A member's row.
fn member(name: &str, state: InstanceState) -> MemberReport {
    let world = World::of(&[name]).is(name, state);
    let condition = crate::health::judge(&world.group, &world.seen, None).remove(&id(name));
    let condition = condition.unwrap();
    MemberReport {
        member: id(name),
        health: condition.health,
        warnings: condition.warnings,
        instances: condition.instances,
        zone: None,
    }
}

/// A row for each `(from, to, result)`.
fn report(outcome: Outcome, members: Vec<MemberReport>, routes: &[(&str, &str, RouteResult)]) -> GroupReport {
    let world = World::of(&["A", "B", "C"]);
    let hop = |name: &str| world.group.next_hop(&id(&format!("eni-{}-lan", name.to_lowercase())));
    let mut report = GroupReport {
        group: id("vaer"),
        region: id("eu-central-1"),
        vpc: id("vpc-main"),
        outcome,
        summary: String::new(),
        problem: None,
        subject: None,
        members,
        routes: routes
            .iter()
            .enumerate()
            .map(|(n, (from, to, result))| RouteReport {
                key: crate::testing::key("rtb-main", &format!("10.{n}.0.0/16")),
                before: hop(from).unwrap(),
                after: hop(to),
                result: result.clone(),
                reason: "because".to_owned(),
            })
            .collect(),
        looks: 1,
        timings: Timings { to_last_route_ms: Some(214), total_ms: 300, ..Timings::default() },
        started_at: at(0),
    };
    report.summary = report.summarize();
    report
}

fn failed() -> RouteResult {
    RouteResult::Failed {
        failure: WriteFailure {
            kind: FailureKind::Denied,
            code: "UnauthorizedOperation".to_owned(),
            message: "no".to_owned(),
        },
    }
}

use RouteResult::{Moved, NotWritten, Refused, Stayed, Stuck, Unverified};

fn pair(a: InstanceState, b: InstanceState) -> Vec<MemberReport> {
    vec![member("A", a), member("B", b)]
}

fn summary(outcome: Outcome, members: Vec<MemberReport>, routes: &[(&str, &str, RouteResult)]) -> String {
    report(outcome, members, routes).summary
}

#[test]
fn a_failover_is_summed_up_with_its_time() {
    assert_eq!(
        summary(Outcome::Moved, pair(Stopped, Running), &[("A", "B", Moved), ("A", "B", Moved)]),
        "2 routes moved from A to B in 214 ms"
    );
    assert_eq!(
        summary(Outcome::Moved, pair(Stopped, Running), &[("A", "B", Moved)]),
        "1 route moved from A to B in 214 ms"
    );
}

#[test]
fn routes_that_stay_are_not_counted_as_moved() {
    assert_eq!(
        summary(Outcome::Moved, pair(Stopped, Running), &[("A", "B", Moved), ("B", "B", Stayed)]),
        "1 route moved from A to B in 214 ms"
    );
}

#[test]
fn routes_that_swap_homes_name_both_members() {
    assert_eq!(
        summary(Outcome::Moved, pair(Running, Running), &[("A", "B", Moved), ("B", "A", Moved)]),
        "2 routes moved from A, B to A, B in 214 ms"
    );
}

#[test]
fn nobody_up_is_said_in_capitals() {
    assert_eq!(
        summary(Outcome::Refused, pair(Stopped, Stopped), &[("A", "A", Stuck), ("A", "A", Stuck)]),
        "NO healthy next hop, 2 routes left on A"
    );
    assert_eq!(
        summary(Outcome::Refused, pair(Stopped, Stopped), &[("A", "A", Stuck), ("B", "B", Stuck)]),
        "NO healthy next hop, 2 routes left on A, B"
    );
}

#[test]
fn a_refused_order_gives_the_reason_of_the_refused_route() {
    assert_eq!(
        summary(Outcome::Refused, pair(Running, Stopped), &[("A", "A", Stayed), ("A", "A", Refused)]),
        "nothing moved: because"
    );
}

#[test]
fn what_could_not_be_moved_comes_before_what_was() {
    assert_eq!(
        summary(
            Outcome::Incomplete,
            pair(Stopped, Running),
            &[("A", "A", failed()), ("A", "A", NotWritten), ("A", "A", Stuck), ("A", "B", Moved)]
        ),
        "3 routes could NOT be moved; 1 route moved from A to B"
    );
    assert_eq!(
        summary(Outcome::Incomplete, pair(Stopped, Running), &[("A", "A", failed())]),
        "1 route could NOT be moved"
    );
}

#[test]
fn unverified_routes_are_counted() {
    assert_eq!(
        summary(Outcome::Unverified, pair(Stopped, Running), &[("A", "B", Unverified), ("A", "B", Moved)]),
        "1 route written but not seen to have moved"
    );
}

#[test]
fn a_quiet_world_says_who_carries_and_who_is_ready() {
    let stayed = [("A", "A", Stayed), ("A", "A", Stayed)];
    let quiet = |members| summary(Outcome::NothingToDo, members, &stayed);
    assert_eq!(quiet(pair(Running, Running)), "A carries 2 routes, B is ready");
    assert_eq!(quiet(pair(Running, Stopped)), "standby B is down, no redundancy; A carries 2 routes");
}

#[test]
fn with_three_members_one_down_is_not_the_end_of_redundancy() {
    let stayed = [("A", "A", Stayed)];
    let quiet = |b, c| {
        let members = vec![member("A", Running), member("B", b), member("C", c)];
        summary(Outcome::NothingToDo, members, &stayed)
    };
    assert_eq!(quiet(Running, Running), "A carries 1 route, B, C are ready");
    assert_eq!(quiet(Stopped, Running), "standby B is down, A carries 1 route, C is ready");
    assert_eq!(quiet(Stopped, Stopped), "standby B, C are down, no redundancy; A carries 1 route");
}

#[test]
fn a_split_vpc_says_that_both_carry() {
    assert_eq!(
        summary(Outcome::NothingToDo, pair(Running, Running), &[("A", "A", Stayed), ("B", "B", Stayed)]),
        "A, B carry 2 routes, nothing to do"
    );
}

#[test]
fn a_vpc_without_routes_of_the_group_says_so() {
    assert_eq!(
        summary(Outcome::NothingToDo, pair(Running, Running), &[]),
        "no route of the VPC points at a member"
    );
}

#[test]
fn the_worst_group_is_the_outcome_of_a_run() {
    use Outcome::{CouldNotObserve, Incomplete, Misconfigured, NothingToDo, Refused, Unverified};
    let worst = |outcomes: &[Outcome]| {
        let groups = outcomes.iter().map(|outcome| report(*outcome, Vec::new(), &[])).collect();
        Report::new(Trigger::Sweep, groups).outcome
    };
    assert_eq!(worst(&[]), NothingToDo);
    assert_eq!(worst(&[NothingToDo, Outcome::Moved]), Outcome::Moved);
    assert_eq!(worst(&[Outcome::Moved, Unverified]), Unverified);
    assert_eq!(worst(&[Refused, Unverified]), Refused);
    assert_eq!(worst(&[Incomplete, Refused]), Incomplete);
    assert_eq!(worst(&[CouldNotObserve, Incomplete]), CouldNotObserve);
    assert_eq!(worst(&[Misconfigured, CouldNotObserve]), Misconfigured);
}

#[test]
fn exit_codes_are_as_documented_and_failures_are_what_is_not_0() {
    let codes = BTreeMap::from([
        (Outcome::NothingToDo, 0),
        (Outcome::Moved, 0),
        (Outcome::Refused, 4),
        (Outcome::Incomplete, 5),
        (Outcome::Unverified, 6),
        (Outcome::Misconfigured, 10),
        (Outcome::CouldNotObserve, 11),
    ]);
    for (outcome, code) in codes {
        assert_eq!(outcome.exit_code(), code);
        assert_eq!(outcome.is_failure(), code != 0);
    }
}

/// The document of a small failover. Set `BLESS=1` to write it anew, and review the difference.
#[test]
fn a_small_failover_as_a_document() {
    let mut world = World::of(&["A", "B"])
        .table("rtb-private-a", [route("0.0.0.0/0", "eni-a-lan")])
        .is("A", Stopped)
        .event("A", Stopped);
    world.group.members.iter_mut().for_each(|member| {
        member.interfaces.remove(&id("wan"));
    });
    let mut pass = Pass::start(world.group.clone().into(), world.trigger(), at(600), at(55_000));
    assert_eq!(pass.next(at(600)), Action::Observe);
    pass.observed(at(720), Ok(world.seen.clone()));
    let Action::Replace(change) = pass.next(at(720)) else { panic!("a write was expected") };
    pass.replaced(at(814), &change.key, WriteResult::Replaced);
    assert_eq!(pass.next(at(814)), Action::Observe);
    pass.observed(at(920), Ok(world.clone().moved("rtb-private-a", "0.0.0.0/0", "B").seen));
    let Action::Done(group) = pass.next(at(920)) else { panic!("the end was expected") };
    let report = Report::new(world.trigger(), vec![*group]);

    let actual = serde_json::to_string_pretty(&report).unwrap() + "\n";
    if std::env::var_os("BLESS").is_some() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/report/moved.json");
        std::fs::write(file, &actual).unwrap();
        return;
    }
    assert_eq!(actual, include_str!("moved.json"));
}

#[test]
fn every_result_of_a_route_has_its_word() {
    let words: Vec<_> = [
        Moved,
        Unverified,
        Stayed,
        Stuck,
        Refused,
        failed(),
        NotWritten,
        RouteResult::PutBack,
        RouteResult::Gone,
    ]
    .iter()
    .map(ToString::to_string)
    .collect();
    assert_eq!(
        words,
        ["moved", "unverified", "stayed", "STUCK", "REFUSED", "FAILED", "NOT WRITTEN", "put back", "gone"]
    );
}
