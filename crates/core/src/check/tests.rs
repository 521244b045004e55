use super::*;
use crate::election::MoveReason;
use crate::observation::InstanceState::{Stopped, Stopping};
use crate::plan::Urgency;
use crate::testing::{World, id, key, order, route};

/// A's routes are due to go to B, A being stopped.
fn due() -> World {
    World::pair().is("A", Stopped)
}

/// The first change that an election plans.
fn planned(world: &World) -> RouteChange {
    Plan::from_election(&world.elect()).changes.remove(0)
}

/// The invariant that forbids a change; `None` if it is let through.
fn verdict(world: &World, change: &RouteChange) -> Option<Invariant> {
    let plan = Plan { changes: vec![change.clone()] };
    let (checked, violations) = check(plan, world.ballot());
    assert_eq!(checked.changes().len() + violations.len(), 1);
    violations.into_iter().next().map(|violation| {
        assert_eq!(violation.change, *change);
        violation.invariant
    })
}

#[test]
fn a_plan_of_an_election_passes_whole() {
    let plan = Plan::from_election(&due().elect());
    let (checked, violations) = check(plan.clone(), due().ballot());
    assert_eq!(checked.changes(), plan.changes);
    assert_eq!(violations, []);
    assert_eq!(plan.changes.len(), 2);
}

#[test]
fn i1_a_route_that_is_not_there_is_not_written() {
    let world = due();
    let mut change = planned(&world);
    change.key = key("rtb-main", "10.77.0.0/16");
    assert_eq!(verdict(&world, &change), Some(Invariant::RouteExists));
    change.key = key("rtb-gone", "0.0.0.0/0");
    assert_eq!(verdict(&world, &change), Some(Invariant::RouteExists));
}

#[test]
fn i2_a_bystanders_route_is_not_written() {
    let world = due().table("rtb-public", [route("0.0.0.0/0", "igw-main")]);
    let mut change = planned(&world);
    change.key = key("rtb-public", "0.0.0.0/0");
    assert_eq!(verdict(&world, &change), Some(Invariant::RouteIsOurs));
}

#[test]
fn i2_a_route_of_a_table_that_is_left_alone_is_not_written() {
    let change = planned(&due());
    let mut ignored = due();
    ignored.table_mut("rtb-main").ignored = true;
    assert_eq!(verdict(&ignored, &change), Some(Invariant::RouteIsOurs));
    let mut excluded = due();
    excluded.group.exclude.insert(id("rtb-main"));
    assert_eq!(verdict(&excluded, &change), Some(Invariant::RouteIsOurs));
}

#[test]
fn i2_a_target_that_is_no_members_interface_is_not_written() {
    let world = due();
    let mut change = planned(&world);
    change.to.interface = id("eni-stranger");
    assert_eq!(verdict(&world, &change), Some(Invariant::RouteIsOurs));
    // An interface of A under the name of B.
    let mut change = planned(&world);
    change.to.interface = id("eni-a-lan");
    assert_eq!(verdict(&world, &change), Some(Invariant::RouteIsOurs));
}

#[test]
fn i2_a_route_does_not_leave_its_path() {
    let world = due();
    let mut change = planned(&world);
    change.to = world.group.next_hop(&id("eni-b-wan")).unwrap();
    assert_eq!(verdict(&world, &change), Some(Invariant::RouteIsOurs));
}

#[test]
fn i2_a_plan_that_is_older_than_the_world_is_not_written() {
    let change = planned(&due());
    let moved_meanwhile = due().moved("rtb-main", "0.0.0.0/0", "B");
    assert_eq!(verdict(&moved_meanwhile, &change), Some(Invariant::RouteIsOurs));
}

#[test]
fn i3_a_target_that_is_down_is_not_written() {
    let change = planned(&due());
    for world in [due().is("B", Stopped), due().event("B", Stopping), due().detached("B")] {
        assert_eq!(verdict(&world, &change), Some(Invariant::TargetNotDown));
    }
}

#[test]
fn i3_an_order_to_a_target_that_is_down_needs_force() {
    let mut forced = order("B");
    forced.force = true;
    let forced = World::pair().is("B", Stopped).order(forced);
    let change = planned(&forced);
    assert_eq!(change.reason, MoveReason::Order);
    assert_eq!(verdict(&forced, &change), None);

    let unforced = World::pair().is("B", Stopped).order(order("B"));
    assert_eq!(verdict(&unforced, &change), Some(Invariant::TargetNotDown));
}

#[test]
fn i3_force_helps_only_the_order_itself() {
    let mut forced = order("B");
    forced.force = true;
    let world = due().is("B", Stopped).order(forced);
    let mut change = planned(&due());
    assert!(matches!(change.reason, MoveReason::HolderDown { .. }));
    assert_eq!(verdict(&world, &change), Some(Invariant::TargetNotDown));
    change.reason = MoveReason::Order;
    assert_eq!(verdict(&world, &change), None);
}

#[test]
fn i4_a_route_of_a_live_holder_is_not_written() {
    let change = planned(&due());
    assert_eq!(verdict(&World::pair(), &change), Some(Invariant::MoveIsDue));
    assert_eq!(verdict(&World::pair().unreadable(false), &change), Some(Invariant::MoveIsDue));
}

#[test]
fn i4_the_event_counts_once() {
    let world = World::pair().event("A", Stopping);
    let change = planned(&world);
    assert_eq!(verdict(&world, &change), None);
    let settled = world.settled("rtb-main", "0.0.0.0/0");
    assert_eq!(verdict(&settled, &change), Some(Invariant::MoveIsDue));
}

#[test]
fn i4_failback_is_only_to_the_preferred_member() {
    let mut wanted = World::pair();
    wanted.group.preempt = Some(id("B"));
    let change = planned(&wanted);
    assert_eq!(change.reason, MoveReason::Preempt);
    assert_eq!(verdict(&wanted, &change), None);

    assert_eq!(verdict(&World::pair(), &change), Some(Invariant::MoveIsDue));
    let mut other = World::pair();
    other.group.preempt = Some(id("A"));
    assert_eq!(verdict(&other, &change), Some(Invariant::MoveIsDue));
    let settled = wanted.settled("rtb-main", "0.0.0.0/0");
    assert_eq!(verdict(&settled, &change), Some(Invariant::MoveIsDue));
}

#[test]
fn i4_an_order_covers_its_member_and_tables_only() {
    let ordered = World::pair().order(order("B"));
    let change = planned(&ordered);
    assert_eq!(verdict(&ordered, &change), None);

    assert_eq!(verdict(&World::pair(), &change), Some(Invariant::MoveIsDue));
    let to_other = World::pair().order(order("A"));
    assert_eq!(verdict(&to_other, &change), Some(Invariant::MoveIsDue));
    let mut elsewhere = order("B");
    elsewhere.tables.insert(id("rtb-other"));
    let elsewhere = World::pair().order(elsewhere);
    assert_eq!(verdict(&elsewhere, &change), Some(Invariant::MoveIsDue));
    let settled = ordered.settled("rtb-main", "0.0.0.0/0");
    assert_eq!(verdict(&settled, &change), Some(Invariant::MoveIsDue));
}

#[test]
fn i6_a_write_that_changes_nothing_is_not_written() {
    // An order may name the present holder, even one that is down.
    let mut forced = order("A");
    forced.force = true;
    let world = World::pair().order(forced);
    let hop = world.group.next_hop(&id("eni-a-lan")).unwrap();
    let change = RouteChange {
        urgency: Urgency::Default,
        key: key("rtb-main", "0.0.0.0/0"),
        from: hop.clone(),
        to: hop,
        reason: MoveReason::Order,
    };
    assert_eq!(verdict(&world, &change), Some(Invariant::WriteIsNeeded));
}

#[test]
fn i6_a_route_is_not_written_twice() {
    let change = planned(&due());
    let plan = Plan { changes: vec![change.clone(), change.clone()] };
    let world = due();
    let (checked, violations) = check(plan, world.ballot());
    assert_eq!(checked.changes(), std::slice::from_ref(&change));
    assert_eq!(violations, [Violation { change, invariant: Invariant::WriteIsNeeded }]);
}

#[test]
fn one_bad_change_does_not_keep_back_the_good_ones() {
    let world = due();
    let mut plan = Plan::from_election(&world.elect());
    plan.changes[0].to.interface = id("eni-stranger");
    let good = plan.changes[1].clone();
    let (checked, violations) = check(plan, world.ballot());
    assert_eq!(checked.changes(), [good]);
    assert_eq!(violations.len(), 1);
}

#[test]
fn each_invariant_says_what_it_forbids() {
    let said: Vec<_> = [
        Invariant::RouteExists,
        Invariant::RouteIsOurs,
        Invariant::TargetNotDown,
        Invariant::MoveIsDue,
        Invariant::WriteIsNeeded,
    ]
    .iter()
    .map(ToString::to_string)
    .collect();
    assert_eq!(
        said,
        [
            "I1: the route does not exist as planned",
            "I2: the route is not the group's, or would leave its path",
            "I3: the target is down",
            "I4: the holder is not down and nobody asked for the move",
            "I6: the write changes nothing, or is there twice",
        ]
    );
}
