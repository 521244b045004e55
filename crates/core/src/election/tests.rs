use crate::observation::InstanceState::{Pending, Running, Stopped, Stopping};
use crate::route::{Origin, Route, RouteState};
use crate::testing::{World, at, event, id, key, order, route};

const FIVE_MINUTES: i64 = 300_000;

#[test]
fn a_route_of_a_live_holder_stays() {
    assert_eq!(
        World::pair().verdicts(),
        ["0.0.0.0/0 stays at A: its holder is up", "10.1.0.0/16 stays at A: its holder is up"]
    );
}

#[test]
fn every_route_of_a_stopped_holder_moves_to_the_peer() {
    assert_eq!(
        World::pair().is("A", Stopped).verdicts(),
        ["0.0.0.0/0 A -> B (eni-b-lan): i-a is stopped", "10.1.0.0/16 A -> B (eni-b-lan): i-a is stopped"]
    );
}

#[test]
fn the_event_alone_moves_routes_of_a_holder_that_is_seen_running() {
    assert_eq!(
        World::pair().event("A", Stopping).verdicts()[0],
        "0.0.0.0/0 A -> B (eni-b-lan): the event says that i-a is stopping"
    );
}

#[test]
fn an_event_about_the_standby_moves_nothing() {
    for state in [Pending, Running, Stopping, Stopped] {
        let verdicts = World::pair().event("B", state).verdicts();
        assert!(
            verdicts.iter().all(|v| v.ends_with("stays at A: its holder is up")),
            "{state}: {verdicts:?}"
        );
    }
}

#[test]
fn an_event_about_a_stranger_moves_nothing() {
    let mut world = World::pair();
    world.event = Some(event("stranger", Stopped));
    assert!(world.verdicts().iter().all(|v| v.contains("stays at A")));
}

#[test]
fn ipv6_and_prefix_list_routes_move_like_ipv4() {
    let world = World::of(&["A", "B"])
        .table("rtb-main", [route("::/0", "eni-a-lan"), route("pl-branches", "eni-a-lan")])
        .is("A", Stopped);
    assert_eq!(
        world.verdicts(),
        ["::/0 A -> B (eni-b-lan): i-a is stopped", "pl-branches A -> B (eni-b-lan): i-a is stopped"]
    );
}

/// One route on each member.
fn split() -> World {
    World::of(&["A", "B"])
        .table("rtb-main", [route("10.1.0.0/16", "eni-a-lan"), route("10.2.0.0/16", "eni-b-lan")])
}

#[test]
fn a_split_vpc_stays_split_while_both_are_up() {
    assert_eq!(
        split().verdicts(),
        ["10.1.0.0/16 stays at A: its holder is up", "10.2.0.0/16 stays at B: its holder is up"]
    );
}

#[test]
fn only_the_half_on_the_dead_member_moves() {
    assert_eq!(
        split().is("B", Stopping).verdicts(),
        ["10.1.0.0/16 stays at A: its holder is up", "10.2.0.0/16 B -> A (eni-a-lan): i-b is stopping"]
    );
}

#[test]
fn a_route_on_the_wan_goes_to_the_peers_wan() {
    let world = World::of(&["A", "B"])
        .table("rtb-main", [route("10.1.0.0/16", "eni-a-lan"), route("10.2.0.0/16", "eni-a-wan")])
        .is("A", Stopped);
    assert_eq!(
        world.verdicts(),
        ["10.1.0.0/16 A -> B (eni-b-lan): i-a is stopped", "10.2.0.0/16 A -> B (eni-b-wan): i-a is stopped"]
    );
}

#[test]
fn both_down_leaves_every_route_where_it_is() {
    assert_eq!(
        World::pair().is("A", Stopped).is("B", Stopped).verdicts(),
        ["0.0.0.0/0 stuck at A: no healthy next hop", "10.1.0.0/16 stuck at A: no healthy next hop"]
    );
}

#[test]
fn a_peer_that_is_only_pending_gets_nothing() {
    assert_eq!(
        World::pair().is("A", Stopped).is("B", Pending).verdicts()[0],
        "0.0.0.0/0 stuck at A: no healthy next hop"
    );
}

#[test]
fn a_peer_with_a_detached_interface_gets_nothing() {
    assert_eq!(
        World::pair().is("A", Stopped).detached("B").verdicts()[0],
        "0.0.0.0/0 stuck at A: no healthy next hop"
    );
}

#[test]
fn a_detached_holder_loses_its_routes() {
    assert_eq!(
        World::pair().detached("A").verdicts()[0],
        "0.0.0.0/0 A -> B (eni-b-lan): eni-a-lan is attached to no instance"
    );
}

/// A's default route, and three peers in the operator's order.
fn four() -> World {
    World::of(&["A", "B", "C", "D"]).table("rtb-main", [route("0.0.0.0/0", "eni-a-lan")]).is("A", Stopped)
}

fn goes_to(world: &World) -> String {
    let verdict = world.verdicts().remove(0);
    let to = verdict.split("-> ").nth(1).unwrap_or(&verdict);
    to.split(' ').next().unwrap().to_owned()
}

#[test]
fn among_equals_the_operators_order_decides() {
    assert_eq!(goes_to(&four()), "B");
    assert_eq!(goes_to(&four().is("B", Stopped)), "C");
    assert_eq!(goes_to(&four().is("B", Stopped).is("C", Pending)), "D");
}

#[test]
fn a_sound_member_is_taken_before_a_doubtful_one() {
    assert_eq!(goes_to(&four().doubtful("B")), "C");
    assert_eq!(goes_to(&four().doubtful("B").doubtful("C")), "D");
}

#[test]
fn a_doubtful_member_is_better_than_a_dead_one() {
    let world = four().doubtful("B").is("C", Stopped).is("D", Stopped);
    assert_eq!(goes_to(&world), "B");
}

#[test]
fn among_equals_the_preferred_member_is_taken() {
    let mut world = four();
    world.group.preempt = Some(id("D"));
    assert_eq!(goes_to(&world), "D");
    assert_eq!(goes_to(&world.doubtful("D")), "B", "but not before one that is sounder");
}

#[test]
fn the_home_of_a_table_is_preferred_to_the_preferred_member_of_the_group() {
    let mut world = four();
    world.group.preempt = Some(id("C"));
    world.group.home.insert(id("rtb-main"), id("D"));
    assert_eq!(goes_to(&world), "D");
}

#[test]
fn three_members_of_three_all_down_is_stuck() {
    let world = four().is("B", Stopped).is("C", Stopped).is("D", Stopped);
    assert_eq!(world.verdicts(), ["0.0.0.0/0 stuck at A: no healthy next hop"]);
}

#[test]
fn a_peer_without_the_path_is_passed_over() {
    let mut world =
        World::of(&["A", "B", "C"]).table("rtb-main", [route("10.2.0.0/16", "eni-a-wan")]).is("A", Stopped);
    world.group.members[1].interfaces.remove(&id("wan"));
    assert_eq!(world.verdicts(), ["10.2.0.0/16 A -> C (eni-c-wan): i-a is stopped"]);
    assert_eq!(
        world.is("C", Stopped).verdicts(),
        ["10.2.0.0/16 stuck at A: no healthy member has an interface on its path"]
    );
}

#[test]
fn an_unknown_member_is_a_last_resort_but_takes_routes_from_a_dead_one() {
    // Nothing can be read of instances; the event speaks against A, and the route shows that i-a holds eni-a-lan.
    let world = World::pair().unreadable(false).event("A", Stopping);
    assert_eq!(goes_to(&world), "B");
}

#[test]
fn without_evidence_routes_of_an_unknown_holder_stay() {
    let world = World::pair().unreadable(false);
    assert_eq!(world.verdicts()[0], "0.0.0.0/0 stays at A: nothing is known of its holder");
}

#[test]
fn a_running_event_is_no_evidence_for_a_member_that_is_seen_stopped() {
    let world = World::pair().is("A", Stopped).is("B", Stopped).event("B", Running);
    assert_eq!(world.verdicts()[0], "0.0.0.0/0 stuck at A: no healthy next hop");
}

// Failback.

/// The routes are on A, B is preferred and was launched at 0.
fn preempt_b() -> World {
    let mut world = World::pair().launched("B", Some(at(0)));
    world.group.preempt = Some(id("B"));
    world
}

#[test]
fn nothing_goes_back_by_default() {
    let world = World::pair().launched("B", Some(at(0))).now(at(86_400_000));
    assert_eq!(goes_to(&world), "0.0.0.0/0");
    assert!(world.verdicts()[0].contains("stays at A"));
}

#[test]
fn preempt_waits_for_the_delay_and_no_longer() {
    assert_eq!(
        preempt_b().now(at(FIVE_MINUTES - 1)).verdicts()[0],
        "0.0.0.0/0 stays at A: returns to B after 2026-01-01T00:05:00Z, if that stays up"
    );
    for now in [FIVE_MINUTES, FIVE_MINUTES + 1] {
        assert_eq!(
            preempt_b().now(at(now)).verdicts()[0],
            "0.0.0.0/0 A -> B (eni-b-lan): the preferred member is well again"
        );
    }
}

#[test]
fn preempt_needs_a_sound_member_with_a_known_launch_time() {
    let late = || preempt_b().now(at(FIVE_MINUTES));
    for world in [
        late().launched("B", None),
        late().doubtful("B"),
        late().is("B", Stopping),
        late().event("B", Stopping),
    ] {
        assert_eq!(world.verdicts()[0], "0.0.0.0/0 stays at A: its holder is up", "{world:?}");
    }
}

#[test]
fn a_dead_holder_does_not_wait_for_the_delay_of_preempt() {
    assert_eq!(
        preempt_b().is("A", Stopped).now(at(1_000)).verdicts()[0],
        "0.0.0.0/0 A -> B (eni-b-lan): i-a is stopped"
    );
}

#[test]
fn home_beats_preempt_and_counts_for_its_table_only() {
    let mut world = World::of(&["A", "B"])
        .table("rtb-zone-a", [route("10.1.0.0/16", "eni-a-lan")])
        .table("rtb-zone-b", [route("10.2.0.0/16", "eni-a-lan")]);
    world.group.preempt = Some(id("A"));
    world.group.home.insert(id("rtb-zone-b"), id("B"));
    assert_eq!(
        world.verdicts(),
        [
            "10.1.0.0/16 stays at A: its holder is up",
            "10.2.0.0/16 A -> B (eni-b-lan): the home of its table is well again"
        ]
    );
}

#[test]
fn a_route_whose_path_the_preferred_member_lacks_stays() {
    let mut world = preempt_b().now(at(FIVE_MINUTES));
    world.group.members[1].interfaces.remove(&id("lan"));
    assert_eq!(world.verdicts()[0], "0.0.0.0/0 stays at A: its holder is up");
}

// Orders.

#[test]
fn an_order_moves_routes_of_a_live_holder() {
    assert_eq!(
        World::pair().order(order("B")).verdicts(),
        [
            "0.0.0.0/0 A -> B (eni-b-lan): an operator asked for it",
            "10.1.0.0/16 A -> B (eni-b-lan): an operator asked for it"
        ]
    );
}

#[test]
fn an_order_for_some_tables_leaves_the_others() {
    let mut order = order("B");
    order.tables.insert(id("rtb-one"));
    let world = World::of(&["A", "B"])
        .table("rtb-one", [route("10.1.0.0/16", "eni-a-lan")])
        .table("rtb-two", [route("10.2.0.0/16", "eni-a-lan")])
        .order(order);
    assert_eq!(
        world.verdicts(),
        [
            "10.1.0.0/16 A -> B (eni-b-lan): an operator asked for it",
            "10.2.0.0/16 stays at A: its holder is up"
        ]
    );
}

#[test]
fn an_order_to_the_present_holder_moves_nothing() {
    assert_eq!(World::pair().order(order("A")).verdicts()[0], "0.0.0.0/0 stays at A: its holder is up");
}

#[test]
fn an_order_to_a_member_that_is_down_is_refused_unless_forced() {
    let world = World::pair().is("B", Stopped);
    assert_eq!(
        world.clone().order(order("B")).verdicts()[0],
        "0.0.0.0/0 stays at A: B was asked for, but is down: i-b is stopped"
    );
    let mut forced = order("B");
    forced.force = true;
    assert_eq!(goes_to(&world.order(forced)), "B");
}

#[test]
fn an_order_to_an_unknown_member_is_refused() {
    assert_eq!(
        World::pair().unreadable(false).order(order("B")).verdicts()[0],
        "0.0.0.0/0 stays at A: B was asked for, but is unknown: its instance could not be read: \
         ec2:DescribeInstances: refused"
    );
}

#[test]
fn a_refused_order_does_not_keep_routes_on_a_dead_holder() {
    let world = World::of(&["A", "B", "C"])
        .table("rtb-main", [route("0.0.0.0/0", "eni-a-lan")])
        .is("A", Stopped)
        .is("B", Stopped)
        .order(order("B"));
    assert_eq!(goes_to(&world), "C");
}

#[test]
fn an_order_to_a_member_without_the_path_leaves_a_live_holder_and_saves_a_dead_ones_routes() {
    let mut world =
        World::of(&["A", "B", "C"]).table("rtb-main", [route("10.2.0.0/16", "eni-a-wan")]).order(order("B"));
    world.group.members[1].interfaces.remove(&id("wan"));
    assert_eq!(
        world.verdicts(),
        ["10.2.0.0/16 stays at A: B was asked for, but has no interface on path wan"]
    );
    assert_eq!(goes_to(&world.is("A", Stopped)), "C");
}

#[test]
fn an_order_is_stronger_than_preempt() {
    let mut world = World::pair().order(order("B"));
    world.group.preempt = Some(id("A"));
    assert_eq!(goes_to(&world), "B");
}

// What is not ours.

fn with(route: Route) -> World {
    World::of(&["A", "B"]).table("rtb-main", [route]).is("A", Stopped)
}

#[test]
fn only_routes_that_an_operator_made_to_an_interface_of_a_member_are_ours() {
    let ours = route("10.1.0.0/16", "eni-a-lan");
    assert_eq!(with(ours.clone()).verdicts().len(), 1);
    for origin in [
        Origin::CreateRouteTable,
        Origin::Propagated,
        Origin::Advertisement,
        Origin::Other("SomethingNew".to_owned()),
    ] {
        let route = Route { origin: origin.clone(), ..ours.clone() };
        assert!(with(route).verdicts().is_empty(), "{origin:?}");
    }
    for target in ["local", "igw-main", "nat-1", "vpce-1", "pcx-1", "eni-stranger"] {
        assert!(with(route("10.1.0.0/16", target)).verdicts().is_empty(), "{target}");
    }
}

#[test]
fn a_route_in_any_state_is_ours() {
    for state in
        [RouteState::Active, RouteState::Blackhole, RouteState::Filtered, RouteState::Other("new".to_owned())]
    {
        let route = Route { state, ..route("10.1.0.0/16", "eni-a-lan") };
        assert_eq!(goes_to(&with(route)), "B");
    }
}

#[test]
fn tables_that_are_tagged_or_excluded_or_of_another_vpc_are_left_alone() {
    let world = World::pair().is("A", Stopped);
    assert_eq!(world.verdicts().len(), 2);

    let mut tagged = world.clone();
    tagged.table_mut("rtb-main").ignored = true;
    let mut excluded = world.clone();
    excluded.group.exclude.insert(id("rtb-main"));
    let mut elsewhere = world;
    elsewhere.table_mut("rtb-main").vpc = id("vpc-other");
    for world in [tagged, excluded, elsewhere] {
        assert!(world.verdicts().is_empty(), "{world:?}");
    }
}

// Settled routes: evidence counts once.

#[test]
fn a_settled_route_is_not_pushed_by_the_event_again() {
    // Another pass, with an event against B, has put it back on A, which is seen running.
    let world = World::pair().event("A", Stopping).settled("rtb-main", "0.0.0.0/0");
    assert_eq!(
        world.verdicts(),
        [
            "0.0.0.0/0 stays at A: its holder is up",
            "10.1.0.0/16 A -> B (eni-b-lan): the event says that i-a is stopping"
        ]
    );
}

#[test]
fn a_settled_route_still_leaves_a_holder_that_is_seen_down() {
    let world = World::pair().is("A", Stopped).settled("rtb-main", "0.0.0.0/0");
    assert_eq!(goes_to(&world), "B");
}

#[test]
fn a_settled_route_never_goes_to_a_member_that_the_event_speaks_against() {
    let world = World::pair().is("A", Stopped).event("B", Stopping).settled("rtb-main", "0.0.0.0/0");
    assert_eq!(world.verdicts()[0], "0.0.0.0/0 stuck at A: no healthy next hop");
}

#[test]
fn a_settled_route_ignores_preferences_and_orders() {
    let mut world =
        World::pair().order(order("B")).settled("rtb-main", "0.0.0.0/0").settled("rtb-main", "10.1.0.0/16");
    world.group.preempt = Some(id("B"));
    assert!(world.verdicts().iter().all(|v| v.contains("stays at A")));
}

#[test]
fn a_forced_order_is_not_taken_back_by_the_pass_that_obeyed_it() {
    let mut forced = order("B");
    forced.force = true;
    let world = World::pair()
        .is("B", Stopped)
        .order(forced)
        .moved("rtb-main", "0.0.0.0/0", "B")
        .settled("rtb-main", "0.0.0.0/0");
    assert!(world.verdicts()[0].starts_with("0.0.0.0/0 stays at B"));
}

#[test]
fn decisions_come_in_order_whatever_the_order_of_tables() {
    let world = World::of(&["A", "B"])
        .table("rtb-two", [route("10.9.0.0/16", "eni-a-lan")])
        .table("rtb-one", [route("10.2.0.0/16", "eni-a-lan"), route("10.1.0.0/16", "eni-a-lan")]);
    let keys: Vec<_> = world.elect().decisions.into_iter().map(|d| d.key).collect();
    assert_eq!(
        keys,
        [key("rtb-one", "10.1.0.0/16"), key("rtb-one", "10.2.0.0/16"), key("rtb-two", "10.9.0.0/16")]
    );
}

#[test]
fn an_election_knows_whose_instance_it_is_and_what_is_stuck() {
    let election = World::pair().is("A", Stopped).is("B", Stopped).elect();
    assert_eq!(election.member_of(&id("i-b")), Some(&id("B")));
    assert_eq!(election.member_of(&id("i-stranger")), None);
    assert_eq!(election.stuck().count(), 2);
}
