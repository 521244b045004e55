use super::*;
use crate::observation::InstanceState::{Running, Stopped};
use crate::route::{Route, RouteState};
use crate::testing::{World, id, route};

fn planned(world: &World) -> Vec<String> {
    let plan = Plan::from_election(&world.elect());
    plan.changes.iter().map(|change| format!("{:?} {change}", change.urgency)).collect()
}

#[test]
fn default_routes_come_first_then_blackholes_then_the_rest() {
    let blackhole = |to| Route { state: RouteState::Blackhole, ..route(to, "eni-a-lan") };
    let world = World::of(&["A", "B"])
        .table("rtb-one", [route("10.1.0.0/16", "eni-a-lan"), blackhole("10.2.0.0/16"), blackhole("::/0")])
        .table("rtb-two", [route("0.0.0.0/0", "eni-a-wan")])
        .is("A", Stopped);
    assert_eq!(
        planned(&world),
        [
            "Default ::/0 in rtb-one: A (eni-a-lan) → B (eni-b-lan)",
            "Default 0.0.0.0/0 in rtb-two: A (eni-a-wan) → B (eni-b-wan)",
            "Blackhole 10.2.0.0/16 in rtb-one: A (eni-a-lan) → B (eni-b-lan)",
            "Specific 10.1.0.0/16 in rtb-one: A (eni-a-lan) → B (eni-b-lan)",
        ]
    );
}

#[test]
fn routes_that_stay_or_are_stuck_are_not_planned() {
    assert!(planned(&World::pair().is("A", Running)).is_empty());
    assert!(planned(&World::pair().is("A", Stopped).is("B", Stopped)).is_empty());
}

#[test]
fn each_half_of_a_split_vpc_goes_its_own_way() {
    let mut world = World::of(&["A", "B", "C"])
        .table("rtb-main", [route("10.1.0.0/16", "eni-a-lan"), route("10.2.0.0/16", "eni-b-lan")]);
    world = world.is("A", Stopped).is("B", Stopped);
    let to: Vec<_> =
        Plan::from_election(&world.elect()).changes.into_iter().map(|change| change.to.member).collect();
    assert_eq!(to, [id("C"), id("C")]);
}
