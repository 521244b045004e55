use crate::doctor::testing::{ready, table};
use crate::pacing::Bucket;
use crate::route::{Origin, Route, RouteState};
use crate::testing::{id, route};

fn advertised(to: &str, target: &str) -> Route {
    Route { origin: Origin::Advertisement, ..route(to, target) }
}

#[test]
fn a_vpc_without_a_route_to_a_member_has_nothing_to_fail_over() {
    let mut scene = ready();
    scene.table("rtb-a").table.routes.clear();
    assert_eq!(scene.says("routes"), "problem: no route in vpc-main points at a member");
    assert!(scene.mend("routes").starts_with("aws ec2 create-route --route-table-id TABLE"));
    assert_eq!(scene.says("failover-time"), "");
}

#[test]
fn a_blackholed_route_is_a_problem_that_a_sweep_mends() {
    let mut scene = ready();
    scene.table("rtb-a").table.routes[1].state = RouteState::Blackhole;
    assert_eq!(scene.says("blackhole"), "problem: 1 route is blackholed: 10.1.0.0/16 in rtb-a at A");
    assert_eq!(scene.mend("blackhole"), "hopover event --sweep | hopover invoke --event -");
}

#[test]
fn a_route_of_route_server_at_a_member_is_a_warning() {
    let mut scene = ready();
    scene.table("rtb-a").table.routes.push(advertised("10.7.0.0/16", "eni-a-lan"));
    assert_eq!(
        scene.says("route-server"),
        "warning: it points 10.7.0.0/16 in rtb-a at A lan (eni-a-lan): hopover does not move that"
    );
}

#[test]
fn a_route_of_route_server_that_takes_a_part_of_a_destination_is_a_warning() {
    let mut scene = ready();
    let routes = &mut scene.table("rtb-a").table.routes;
    routes.push(advertised("10.1.128.0/17", "vgw-1"));
    // More specific than the default route, as everything is; and a neighbour.
    routes.push(advertised("172.16.0.0/12", "vgw-1"));
    assert_eq!(
        scene.says("route-server"),
        "warning: it leads 10.1.128.0/17 in rtb-a to vgw-1: away from 10.1.0.0/16 at A"
    );
}

#[test]
fn what_route_server_does_in_a_table_that_is_left_alone_does_not_matter() {
    let mut scene = ready();
    scene.table("rtb-a").table.routes.push(advertised("10.1.128.0/17", "vgw-1"));
    scene.group.exclude.insert(id("rtb-a"));
    assert_eq!(scene.says("route-server"), "ok: it advertises nothing that is in the way");
}

#[test]
fn a_tag_that_speaks_of_terraform_is_a_warning_with_the_line_that_helps() {
    let mut scene = ready();
    scene.table("rtb-a").tags.insert("ManagedBy".to_owned(), "Terraform".to_owned());
    assert_eq!(scene.says("terraform"), "warning: it seems to own rtb-a (ManagedBy=Terraform)");
    assert!(scene.mend("terraform").contains("lifecycle { ignore_changes = [network_interface_id] }"));
    assert!(scene.mend("terraform").contains("lifecycle { ignore_changes = [route] }"));
}

#[test]
fn few_routes_move_at_once_and_it_is_said_what_a_prefix_list_would_make_of_them() {
    assert_eq!(
        ready().says("failover-time"),
        "ok: 3 routes in 3 calls, all at once; 2 of them with the same target in one table could be 1 prefix list: \
         2 calls, all at once"
    );
}

#[test]
fn more_routes_than_the_bucket_holds_are_a_warning_with_the_time_they_take() {
    let mut scene = ready();
    let many = |n: usize| (0..n).map(|n| route(&format!("10.{}.{}.0/24", n / 256, n % 256), "eni-a-lan"));
    scene.table("rtb-a").table.routes = many(520).collect();
    assert_eq!(
        scene.says("failover-time"),
        "warning: 520 routes in 520 calls, at least 94 s; 520 of them with the same target in one table could be 1 \
         prefix list: 1 call, all at once"
    );
    let mend = scene.mend("failover-time");
    assert!(mend.contains("create-managed-prefix-list") && mend.contains("--max-entries 520"), "{mend}");
    scene.table("rtb-a").gateways.insert("igw-1".to_owned());
    assert_eq!(scene.says("failover-time"), "warning: 520 routes in 520 calls, at least 94 s");
}

#[test]
fn a_prefix_list_counts_as_one_call_that_moves_all_of_its_blocks() {
    let mut scene = ready();
    let routes = vec![route("pl-branches", "eni-a-lan"), route("pl-sites", "eni-a-lan")];
    scene.survey.tables = Ok([(id("rtb-b"), table("rtb-b", routes))].into());
    scene.survey.prefix_lists = [(id("pl-branches"), Ok(40)), (id("pl-sites"), Ok(2))].into();
    assert_eq!(
        scene.says("failover-time"),
        "ok: 2 routes in 2 calls, all at once; 2 of them are to prefix lists and move 42 CIDR blocks"
    );
    scene.table("rtb-b").table.routes.pop();
    assert_eq!(
        scene.says("failover-time"),
        "ok: 1 route in 1 call, all at once; one of them is to a prefix list and moves 40 CIDR blocks"
    );
}

#[test]
fn the_bucket_waits_for_what_is_beyond_its_burst() {
    let least = |calls| Bucket::REPLACE_ROUTE.least(calls).as_millis();
    assert_eq!([0, 50, 51, 100, 500].map(least), [0, 0, 200, 10_000, 90_000]);
}
