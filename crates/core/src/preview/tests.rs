use super::*;
use crate::observation::InstanceState::Stopped;
use crate::testing::{World, id, order, route};

fn preview(world: &World) -> Preview {
    Preview::new(&world.group, &world.seen, world.order.as_ref(), world.now).unwrap()
}

/// What would become of each route.
fn fates(preview: &Preview) -> Vec<String> {
    let line = |route: &RouteView| {
        let what = match &route.fate {
            Fate::Stay { why } => format!("stays: {why}"),
            Fate::Move { to, why } => format!("to {}: {why}", to.member),
            Fate::BeStuck { why } => format!("stuck: {why}"),
            Fate::BeRefused { why } => format!("refused: {why}"),
        };
        format!("{} on {} {what}", route.key.destination, route.holder.member)
    };
    preview.routes.iter().map(line).collect()
}

#[test]
fn a_world_that_is_right_is_said_in_one_sentence() {
    let split = World::pair().table("rtb-b", [route("0.0.0.0/0", "eni-b-lan")]);
    for (world, sentence) in [
        (World::pair(), "A carries 2 routes in 1 table; B is ready"),
        (World::pair().doubtful("B"), "A carries 2 routes in 1 table; B is up, with a warning"),
        (World::pair().is("B", Stopped), "A carries 2 routes in 1 table; B is down"),
        (World::pair().is("A", Stopped), "A carries 2 routes in 1 table and is DOWN; B is ready"),
        (split, "A carries 2 routes in 1 table; B carries 1 route in 1 table"),
        (World::of(&["A", "B"]), "no route of vpc-main points at a member of vaer"),
    ] {
        assert_eq!(preview(&world).summary, sentence);
    }
}

#[test]
fn what_is_pending_is_what_a_sweep_would_write() {
    let ahead = preview(&World::pair().is("A", Stopped));
    assert_eq!(
        fates(&ahead),
        ["0.0.0.0/0 on A to B: i-a is stopped", "10.1.0.0/16 on A to B: i-a is stopped"]
    );
    assert_eq!(ahead.moves().count(), 2);
}

#[test]
fn a_failure_that_has_not_happened_is_planned_without_an_event() {
    let world = World::pair();
    let if_down = World { seen: world.seen.clone().if_down(&world.group, &id("A")), ..world.clone() };
    assert_eq!(preview(&world).moves().count(), 0);
    assert_eq!(preview(&if_down).moves().count(), 2);
    let nobody = if_down.is("B", Stopped);
    assert_eq!(preview(&nobody).left_behind().count(), 2);
}

#[test]
fn an_order_to_a_member_that_is_down_is_refused_unless_forced() {
    let refused = preview(&World::pair().is("B", Stopped).order(order("B")));
    assert_eq!(refused.left_behind().count(), 2);
    assert!(fates(&refused)[0].starts_with("0.0.0.0/0 on A refused: B was asked for, but is down"));
    let forced = preview(&World::pair().is("B", Stopped).order(Order { force: true, ..order("B") }));
    assert_eq!(forced.moves().count(), 2);
    assert!(forced.warnings[0].starts_with("B is not up: the next sweep moves the routes off it again"));
}

#[test]
fn an_order_that_a_preference_will_undo_says_so() {
    let mut world = World::pair().order(order("B"));
    assert!(preview(&world).warnings.is_empty());
    world.group.preempt = Some(id("A"));
    let warnings = preview(&world).warnings;
    assert!(warnings[0].starts_with("by `preempt` or `home` the next sweep gives routes back to A"));
    let a_is_down = world.is("A", Stopped);
    assert!(preview(&a_is_down).warnings.is_empty(), "nothing is given back to a member that is down");
}

#[test]
fn an_interface_of_another_vpc_is_a_wrong_configuration() {
    let mut world = World::pair();
    world.instance_mut("B").interfaces[0].vpc = Some(id("vpc-other"));
    assert!(Preview::new(&world.group, &world.seen, None, world.now).is_err());
}
