use super::*;
use crate::observation::InstanceState::{Pending, Running, Stopped, Stopping};
use crate::pass::{Action, Pass};
use crate::testing::{World, at, id, order, route};
use crate::write::{FailureKind, WriteFailure, WriteResult};

/// Runs a whole pass: every look takes 100 ms, every write 114 ms, and each is made unless `write` says otherwise.
fn run_with(world: &World, write: impl Fn(&str) -> WriteResult) -> Report {
    let mut pass = Pass::start(world.group.clone().into(), world.trigger(), at(0), at(55_000));
    let (mut world, mut ms) = (world.clone(), 0);
    let mut on_their_way = Vec::new();
    loop {
        match pass.next(at(ms)) {
            Action::Observe => {
                ms += 100;
                pass.observed(at(ms), Ok(world.seen.clone()));
            }
            Action::Replace(change) => on_their_way.push(change),
            Action::Wait(_) if !on_their_way.is_empty() => {
                ms += 114;
                for change in std::mem::take(&mut on_their_way) {
                    let to = change.key.destination.to_string();
                    let result = write(&to);
                    if result == WriteResult::Replaced {
                        world = world.moved(change.key.table.as_str(), &to, change.to.member.as_str());
                    }
                    pass.replaced(at(ms), &change.key, result);
                }
            }
            Action::Wait(until) => ms = until.as_millisecond() - at(0).as_millisecond(),
            Action::Done(group) => return Report::new(world.trigger(), vec![*group]),
        }
    }
}

fn run(world: &World) -> Report {
    run_with(world, |_| WriteResult::Replaced)
}

fn told(report: &Report) -> Option<Message> {
    message(report, &report.groups[0])
}

fn subject_of(world: &World) -> String {
    told(&run(world)).unwrap().subject
}

fn denied() -> WriteResult {
    WriteResult::Failed(WriteFailure {
        kind: FailureKind::Denied,
        code: "UnauthorizedOperation".to_owned(),
        message: "You are not authorized.".to_owned(),
    })
}

#[test]
fn subjects_say_at_night_what_happened() {
    assert_eq!(
        subject_of(&World::pair().is("A", Stopped).event("A", Stopped)),
        "vaer: 2 routes moved from A to B in 214 ms"
    );
    assert_eq!(
        subject_of(&World::pair().is("A", Stopped).is("B", Stopped)),
        "vaer: NO healthy next hop, 2 routes left on A"
    );
    assert_eq!(
        subject_of(&World::pair().is("B", Stopped).event("B", Stopped)),
        "vaer: standby B is down, no redundancy; A carries 2 routes"
    );
    assert_eq!(subject_of(&World::pair().event("B", Running)), "vaer: A carries 2 routes, B is ready");
}

#[test]
fn a_subject_fits_sns_whatever_the_names() {
    let long = "x".repeat(31);
    let names = [format!("{long}a"), format!("{long}b")];
    let routes: Vec<_> =
        (0..1_000).map(|n| route(&format!("10.{}.{}.0/24", n / 250, n % 250), "eni-a-lan")).collect();
    let mut world = World::of(&["A", "B"]).table("rtb-main", routes);
    world.group.name = id(&"g".repeat(32));
    for (member, name) in world.group.members.iter_mut().zip(&names) {
        member.name = id(name);
    }
    let both_down = world.clone().is("A", Stopped).is("B", Stopped);
    let mut broken = world.clone();
    broken.seen.instances = Err(crate::testing::failure("主用\n不可达 ", false));
    for world in [both_down, broken] {
        let subject = subject_of(&world);
        assert!(subject.len() < 100, "{subject}");
        assert!(subject.bytes().all(|b| b.is_ascii_graphic() || b == b' '), "{subject}");
    }
}

#[test]
fn a_subject_that_is_cut_says_so() {
    let mut world = World::pair();
    world.seen.instances = Err(crate::testing::failure(&"long ".repeat(40), false));
    let subject = subject_of(&world);
    assert_eq!(subject.len(), 99);
    assert!(subject.starts_with("vaer: nothing was done: long long") && subject.ends_with("..."));
}

#[test]
fn a_sweep_that_changes_nothing_is_silent() {
    for world in [World::pair(), World::pair().is("B", Stopped)] {
        assert_eq!(told(&run(&world)), None);
    }
}

#[test]
fn a_sweep_that_moves_or_cannot_speaks() {
    assert!(told(&run(&World::pair().is("A", Stopped))).is_some());
    assert!(told(&run(&World::pair().is("A", Stopped).is("B", Stopped))).is_some());
    assert!(told(&run(&World::pair().unreadable(false))).is_some());
}

#[test]
fn an_event_that_changes_nothing_speaks_if_it_is_a_members_and_not_pending() {
    for (state, speaks) in [(Pending, false), (Running, true), (Stopping, true), (Stopped, true)] {
        let world = World::pair().event("B", state);
        assert_eq!(told(&run(&world)).is_some(), speaks, "{state}");
    }
    assert_eq!(told(&run(&World::pair().event("stranger", Stopped))), None);
}

#[test]
fn an_order_is_always_answered() {
    assert_eq!(subject_of(&World::pair().order(order("A"))), "vaer: A carries 2 routes, B is ready");
    assert_eq!(
        subject_of(&World::pair().is("B", Stopped).order(order("B"))),
        "vaer: nothing moved: B was asked for, but is down: i-b is stopped"
    );
}

#[test]
fn only_a_standing_trouble_is_repeatable() {
    let repeatable = |world: &World| is_repeatable(&run(world).groups[0]);
    assert!(repeatable(&World::pair().is("A", Stopped).is("B", Stopped)));
    assert!(repeatable(&World::pair().is("A", Stopped).is("B", Stopped).event("A", Stopped)));
    assert!(!repeatable(&World::pair().is("A", Stopped)), "an act");
}

#[test]
fn the_body_shows_members_times_and_routes_before_and_after() {
    let mut world = World::of(&["A", "B"])
        .table("rtb-main", [route("0.0.0.0/0", "eni-a-lan"), route("10.2.0.0/16", "eni-b-lan")])
        .is("A", Stopped)
        .doubtful("B")
        .event("A", Stopped);
    world.instance_mut("A").zone = Some("eu-central-1a".to_owned());
    let body = told(&run(&world)).unwrap().body;
    assert_eq!(
        body,
        "\
vaer: 1 route moved from A to B in 214 ms

VPC       vpc-main in eu-central-1
when      2026-01-01T00:00:00Z
trigger   instance i-a (member A) is stopped, event of 2026-01-01T00:00:00Z
members   A, eu-central-1a: down: i-a is stopped
          B: up
          B: warning: source/destination check is on at eni-b-lan: EC2 drops what it forwards
times     observe 100 ms, apply 114 ms, verify 100 ms; begun 0 ms after the event's time stamp

There is no redundancy until the member that is down comes back. It gets nothing back by itself.

route table  destination  before         after          result
rtb-main     0.0.0.0/0    A (eni-a-lan)  B (eni-b-lan)  moved
rtb-main     10.2.0.0/16  B (eni-b-lan)  B (eni-b-lan)  stayed
"
    );
}

#[test]
fn the_body_says_why_routes_failed_and_what_to_do_each_reason_once() {
    let world = World::of(&["A", "B"])
        .table(
            "rtb-main",
            [
                route("0.0.0.0/0", "eni-a-lan"),
                route("10.1.0.0/16", "eni-a-lan"),
                route("10.2.0.0/16", "eni-a-lan"),
            ],
        )
        .is("A", Stopped);
    let report = run_with(&world, |to| if to == "0.0.0.0/0" { WriteResult::Replaced } else { denied() });
    let body = told(&report).unwrap().body;
    assert!(body.starts_with("vaer: 2 routes could NOT be moved; 1 route moved from A to B\n"), "{body}");
    assert!(body.contains(
        "What to do: see the reasons below. Every other route was moved; the next run tries the rest again."
    ));
    assert_eq!(
        body.matches(
            "permission ec2:ReplaceRoute is missing (UnauthorizedOperation: You are not authorized.)"
        )
        .count(),
        1,
        "{body}"
    );
}

#[test]
fn with_a_third_member_up_there_still_is_redundancy() {
    let world =
        World::of(&["A", "B", "C"]).table("rtb-main", [route("0.0.0.0/0", "eni-a-lan")]).is("A", Stopped);
    let body = told(&run(&world)).unwrap().body;
    assert!(!body.contains("no redundancy"), "{body}");
    let body = told(&run(&world.is("C", Stopped))).unwrap().body;
    assert!(body.contains("no redundancy"), "{body}");
}

#[test]
fn nobody_up_comes_with_what_to_do() {
    let world = World::pair().is("A", Stopped).is("B", Stopped);
    let body = told(&run(&world)).unwrap().body;
    assert!(body.contains(
        "What to do: bring one appliance back. Its routes are repaired without a human as soon as its instance runs."
    ));
    assert!(body.contains("0.0.0.0/0 in rtb-main: no healthy next hop"), "{body}");
}

#[test]
fn the_trigger_is_described() {
    let trigger = |world: &World| {
        let report = run(world);
        let body = text(&report, &report.groups[0]);
        let line = body.lines().find_map(|line| line.strip_prefix("trigger   "));
        line.unwrap().to_owned()
    };
    assert_eq!(trigger(&World::pair()), "sweep");
    assert_eq!(trigger(&World::pair().order(order("B"))), "switchover to B asked for by an operator");
    assert_eq!(
        trigger(&World::pair().event("stranger", Stopped)),
        "instance i-stranger (no member's) is stopped, event of 2026-01-01T00:00:00Z"
    );
}

#[test]
fn a_thousand_routes_fit_into_a_message() {
    let routes: Vec<_> =
        (0..1_000).map(|n| route(&format!("10.{}.{}.0/24", n / 250, n % 250), "eni-a-lan")).collect();
    let world = World::of(&["A", "B"]).table("rtb-main", routes).is("A", Stopped).is("B", Stopped);
    let message = told(&run(&world)).unwrap();
    assert_eq!(message.subject, "vaer: NO healthy next hop, 1000 routes left on A");
    assert!(message.body.len() < 32 * 1_024, "{}", message.body.len());
    assert!(message.body.contains("\nand 800 more\n"));
}

#[test]
fn denials_that_each_carry_an_encoded_message_fit_into_what_sns_takes() {
    let routes: Vec<_> = (0..400).map(|n| route(&format!("10.{}.{n}.0/24", n / 250), "eni-a-lan")).collect();
    let world = World::of(&["A", "B"]).table("rtb-main", routes).is("A", Stopped);
    let report = run_with(&world, |to| {
        WriteResult::Failed(WriteFailure {
            kind: FailureKind::Denied,
            code: "UnauthorizedOperation".to_owned(),
            message: format!("You are not authorized to write {to}. Encoded: {}", "x".repeat(1_500)),
        })
    });
    let message = told(&report).unwrap();
    assert!(message.body.len() <= 262_144, "{} bytes", message.body.len());
    assert!(message.body.ends_with("… cut here: the report of the run has the rest\n"));
    assert!(message.body.contains("\nand 200 more\n"), "the list of routes comes first");
}

#[test]
fn a_destination_longer_than_any_column_is_told_by_its_ends() {
    let world =
        World::of(&["A", "B"]).table("rtb-main", [route(&"1".repeat(70_000), "eni-a-lan")]).is("A", Stopped);
    let body = told(&run(&world)).unwrap().body;
    assert!(body.contains("… [70000 characters] …") && body.len() < 2_000, "{} bytes", body.len());
}
