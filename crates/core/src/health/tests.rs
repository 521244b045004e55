use super::*;
use crate::testing::{World, at, event, id};

/// What is believed of A.
fn a(world: &World) -> String {
    condition(world).health.to_string()
}

fn condition(world: &World) -> Condition {
    judge(&world.group, &world.seen, world.event.as_ref())[&id::<MemberName>("A")].clone()
}

#[test]
fn only_running_is_up_whether_seen_or_told() {
    for seen in InstanceState::ALL {
        for told in InstanceState::ALL {
            let expected = if seen != InstanceState::Running {
                format!("down: i-a is {seen}")
            } else if told != InstanceState::Running {
                format!("down: the event says that i-a is {told}")
            } else {
                "up".to_owned()
            };
            assert_eq!(
                a(&World::pair().is("A", seen).event("A", told)),
                expected,
                "seen {seen}, told {told}"
            );
        }
    }
}

#[test]
fn without_an_event_what_is_seen_decides() {
    for seen in InstanceState::ALL {
        let world = World::pair().is("A", seen);
        assert_eq!(condition(&world).is_down(), seen != InstanceState::Running);
    }
}

#[test]
fn an_event_about_another_instance_says_nothing() {
    for member in ["B", "stranger"] {
        let mut world = World::pair();
        world.event = Some(event(member, InstanceState::Stopped));
        assert_eq!(a(&world), "up", "{member}");
    }
}

#[test]
fn a_member_with_one_interface_detached_is_down() {
    assert_eq!(a(&World::pair().detached("A")), "down: eni-a-lan is attached to no instance");
    let mut attaching = World::pair();
    attaching.instance_mut("A").interfaces[1].attached = false;
    assert_eq!(a(&attaching), "down: eni-a-wan is attached to no instance");
}

#[test]
fn a_terminated_member_is_down_because_its_interfaces_are_free() {
    let mut world = World::pair();
    world.seen.instances.as_mut().unwrap().remove(&id("i-a"));
    assert_eq!(a(&world), "down: eni-a-lan is attached to no instance, eni-a-wan is attached to no instance");
    assert!(condition(&world).instances.is_empty());
}

#[test]
fn an_interface_in_another_vpc_makes_a_member_down() {
    let mut world = World::pair();
    world.instance_mut("A").interfaces[0].vpc = Some(id("vpc-other"));
    assert_eq!(a(&world), "down: eni-a-lan is in another VPC (vpc-other)");
    world.instance_mut("A").interfaces[0].vpc = None;
    assert_eq!(a(&world), "up", "an unknown VPC is no other VPC");
}

#[test]
fn source_dest_check_makes_a_member_doubtful_not_down() {
    let condition = condition(&World::pair().doubtful("A"));
    assert_eq!(condition.health, Health::Up);
    assert!(!condition.is_sound());
    assert_eq!(
        condition.warnings[0].to_string(),
        "source/destination check is on at eni-a-lan: EC2 drops what it forwards"
    );
}

#[test]
fn source_dest_check_that_is_not_shown_is_no_warning() {
    let mut world = World::pair();
    world.instance_mut("A").interfaces[0].source_dest_check = None;
    assert!(condition(&world).is_sound());
}

#[test]
fn every_reason_is_told() {
    assert_eq!(
        a(&World::pair().is("A", InstanceState::Stopped).detached("A").event("A", InstanceState::Stopping)),
        "down: i-a is stopped, eni-a-lan is attached to no instance"
    );
}

#[test]
fn a_member_is_unknown_where_instances_cannot_be_read() {
    let world = World::pair().unreadable(false);
    assert_eq!(a(&world), "unknown: its instance could not be read: ec2:DescribeInstances: refused");
    assert!(!condition(&world).is_down() && !condition(&world).is_sound());
}

#[test]
fn where_instances_cannot_be_read_the_routes_tell_whose_instance_the_event_is_about() {
    let world = World::pair().unreadable(false).event("A", InstanceState::Stopping);
    assert_eq!(a(&world), "down: the event says that i-a is stopping");
    // No route points at B, so nothing links i-b to it.
    let about_b = World::pair().unreadable(false).event("B", InstanceState::Stopping);
    let conditions = judge(&about_b.group, &about_b.seen, about_b.event.as_ref());
    assert!(conditions.values().all(|condition| !condition.is_down()));
}

#[test]
fn a_running_event_is_no_evidence_where_instances_cannot_be_read() {
    let world = World::pair().unreadable(false).event("A", InstanceState::Running);
    assert!(a(&world).starts_with("unknown"));
}

#[test]
fn a_member_on_two_instances_is_down_if_one_is_and_as_young_as_the_youngest() {
    let mut world = World::pair();
    let wan = world.instance_mut("A").interfaces.pop().unwrap();
    let mut second = world.instance_mut("A").clone();
    second.id = id("i-a-second");
    second.interfaces = vec![wan];
    second.launched_at = Some(at(-1_000));
    let instances = world.seen.instances.as_mut().unwrap();
    instances.insert(second.id.clone(), second);
    assert_eq!(a(&world), "up");
    assert_eq!(condition(&world).launched_at, Some(at(-1_000)));

    let instances = world.seen.instances.as_mut().unwrap();
    instances.get_mut(&id("i-a-second")).unwrap().state = InstanceState::Stopped;
    assert_eq!(a(&world), "down: i-a-second is stopped");
}

/// A, with an event of 0 against it, seen in that state and launched that many milliseconds later.
fn told_and_launched(state: InstanceState, ms: i64) -> World {
    World::pair().is("A", state).event("A", InstanceState::Stopped).launched("A", Some(at(ms)))
}

#[test]
fn an_event_of_an_earlier_life_says_nothing_of_this_one() {
    let against = "down: the event says that i-a is stopped";
    let hours = |hours: i64| hours * 3_600_000;
    for (launched, expected) in [
        (-1_000, against),
        (0, against),
        (999, against), // The event's stamp is of the same second.
        (1_000, "up"),
        (hours(1), "up"),
        (hours(1) + 1, against), // No platform delivers so late: it was made by hand.
        (hours(90_000), against),
    ] {
        let world = told_and_launched(InstanceState::Running, launched);
        assert_eq!(a(&world), expected, "launched at {launched} ms");
    }
}

#[test]
fn a_pending_event_says_nothing_once_that_launch_is_seen_to_run() {
    for (launched, is_up) in [(-61_000, false), (-60_000, true), (0, true), (1_000, true)] {
        let world = World::pair().event("A", InstanceState::Pending).launched("A", Some(at(launched)));
        assert_eq!(a(&world) == "up", is_up, "launched at {launched} ms");
    }
}

#[test]
fn an_event_counts_where_the_launch_is_unknown_or_the_instance_is_not_seen_to_run() {
    let world = told_and_launched(InstanceState::Running, 60_000);
    assert!(a(&world.launched("A", None)).starts_with("down"));
    assert!(a(&told_and_launched(InstanceState::Pending, 60_000)).starts_with("down"));
}
