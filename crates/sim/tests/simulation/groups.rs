//! Several groups, members and tables in one VPC.

use hopover_core::Span;
use hopover_core::id::{GroupName, RouteTableId};
use hopover_core::report::Outcome;
use hopover_sim::call::Call;
use hopover_sim::example::{gateway, known, route};
use serde_json::json;

use crate::vpc::{
    Vpc, all_on, bystanders, group, held, holders, minutes, on_dead_members, outcomes, reports, settle,
    start, stop,
};

const SEEDS: std::ops::Range<u64> = 0..50;

#[test]
fn two_pairs_in_one_vpc_do_not_talk_across() {
    for seed in SEEDS {
        let vpc = Vpc::of(&[])
            .table("rtb-one", [route("10.1.0.0/16", "eni-a-lan"), route("10.2.0.0/16", "eni-c-lan")])
            .table("rtb-two", [route("0.0.0.0/0", "eni-a-wan"), route("::/0", "eni-c-wan")]);
        let groups = vec![group("edge", &["A", "B"]), group("firewall", &["C", "D"])];
        let mut sim = vpc.watched_as(groups, seed);

        stop(&mut sim, "A");
        settle(&mut sim);
        assert_eq!(held(&sim), [("B".to_owned(), 2), ("C".to_owned(), 2)].into(), "seed {seed}");
        let other: GroupName = known("firewall");
        for finished in sim.finished() {
            assert_eq!(finished.group(&other).unwrap().outcome, Outcome::NothingToDo);
        }

        // Both pairs at once.
        start(&mut sim, "A");
        settle(&mut sim);
        stop(&mut sim, "B");
        stop(&mut sim, "C");
        settle(&mut sim);
        assert_eq!(held(&sim), [("A".to_owned(), 2), ("D".to_owned(), 2)].into(), "seed {seed}");
    }
}

#[test]
fn a_pair_that_is_down_whole_does_not_keep_the_other_from_moving() {
    for seed in SEEDS {
        let vpc = Vpc::of(&[])
            .table("rtb-one", [route("10.1.0.0/16", "eni-a-lan"), route("10.2.0.0/16", "eni-c-lan")]);
        let groups = vec![group("edge", &["A", "B"]), group("firewall", &["C", "D"])];
        let mut sim = vpc.watched_as(groups, seed);
        for member in ["A", "B", "C"] {
            stop(&mut sim, member);
        }
        settle(&mut sim);
        assert_eq!(held(&sim)["D"], 1, "seed {seed}");
        assert_eq!(on_dead_members(&sim).len(), 1, "seed {seed}");
    }
}

/// One table on each member.
fn split() -> Vpc {
    Vpc::of(&["A", "B"])
        .table("rtb-zone-a", [route("0.0.0.0/0", "eni-a-lan")])
        .table("rtb-zone-b", [route("0.0.0.0/0", "eni-b-lan")])
}

#[test]
fn a_split_vpc_stays_split_through_an_hour_of_sweeps() {
    let mut sim = split().watched(1);
    let before = holders(&sim);
    minutes(&mut sim, 60);
    assert_eq!(holders(&sim), before);
    assert_eq!(sim.cloud.count(Call::ReplaceRoute), 0);
}

#[test]
fn of_a_split_vpc_only_the_dead_half_moves() {
    for seed in SEEDS {
        let mut sim = split().watched(seed);
        stop(&mut sim, "B");
        settle(&mut sim);
        assert!(all_on(&sim, "A"), "seed {seed}");
        assert_eq!(sim.cloud.count(Call::ReplaceRoute), 1, "A's route was not written");
        start(&mut sim, "B");
        settle(&mut sim);
        assert!(all_on(&sim, "A"), "no failback by default");
    }
}

#[test]
fn of_three_members_the_last_one_carries_all() {
    for seed in SEEDS {
        let vpc = Vpc::of(&["A", "B", "C"])
            .table("rtb-one", [route("0.0.0.0/0", "eni-a-lan"), route("10.1.0.0/16", "eni-b-wan")])
            .table("rtb-two", [route("::/0", "eni-c-lan")]);
        let mut sim = vpc.watched(seed);
        stop(&mut sim, "A");
        settle(&mut sim);
        assert_eq!(held(&sim), [("B".to_owned(), 2), ("C".to_owned(), 1)].into(), "seed {seed}");
        stop(&mut sim, "B");
        settle(&mut sim);
        assert!(all_on(&sim, "C"), "seed {seed}");
        start(&mut sim, "A");
        settle(&mut sim);
        stop(&mut sim, "C");
        settle(&mut sim);
        assert!(all_on(&sim, "A"), "seed {seed}");
    }
}

#[test]
fn an_edge_table_waits_for_a_member_that_runs() {
    for seed in SEEDS {
        let vpc = Vpc::of(&["A", "B"]).edge_table("rtb-edge", [route("10.0.128.0/20", "eni-a-wan")]);
        let mut sim = vpc.watched(seed);
        stop(&mut sim, "A");
        stop(&mut sim, "B");
        settle(&mut sim);
        start(&mut sim, "B");
        settle(&mut sim);
        assert!(all_on(&sim, "B"), "seed {seed}");
    }
}

#[test]
fn an_edge_table_accepts_no_member_that_is_stopped_even_by_force() {
    let vpc = Vpc::of(&["A", "B"])
        .edge_table("rtb-edge", [route("10.0.128.0/20", "eni-a-wan")])
        .table("rtb-main", [route("0.0.0.0/0", "eni-a-lan")]);
    let mut sim = vpc.watched(1);
    stop(&mut sim, "B");
    settle(&mut sim);
    sim.invoke(json!({
        "source": "hopover",
        "detail-type": "Switchover",
        "detail": { "group": "vaer", "to": "B", "force": true },
    }));
    sim.advance(Span::from_secs(5));
    let report = reports(&sim).last().unwrap();
    assert_eq!(report.outcome, Outcome::Incomplete);
    let failed = report.routes.iter().find(|route| route.key.table.as_str() == "rtb-edge");
    assert_eq!(
        failed.unwrap().reason,
        "EC2 does not accept the target (InvalidParameterValue: \
         interface eni-b-wan of an edge route must be on a running instance)"
    );
    assert_eq!(holders(&sim)["0.0.0.0/0 in rtb-main"], "B", "as the operator insisted");
}

#[test]
fn an_excluded_table_and_bystanders_are_never_written() {
    let mut vpc = Vpc::pair()
        .table("rtb-lab", [route("10.7.0.0/16", "eni-a-lan")])
        .table("rtb-public", [gateway("0.0.0.0/0", "igw-main"), route("10.8.0.0/16", "eni-stranger")]);
    vpc.group.exclude.insert(known::<RouteTableId>("rtb-lab"));
    let mut sim = vpc.watched(1);
    let bystanding = bystanders(&sim);
    assert_eq!(bystanding.len(), 3);
    for member in ["A", "B"] {
        stop(&mut sim, member);
        settle(&mut sim);
        assert_eq!(bystanders(&sim), bystanding);
        start(&mut sim, member);
        settle(&mut sim);
        assert_eq!(bystanders(&sim), bystanding);
    }
    assert!(all_on(&sim, "A"));
    assert_eq!(sim.cloud.count(Call::ReplaceRoute), 8, "four routes, there and back");
}

#[test]
fn an_event_of_another_region_is_refused() {
    let mut sim = Vpc::pair().watched(1);
    sim.invoke(hopover_sim::event::state_change(
        &known("eu-west-1"),
        &known("i-a"),
        hopover_core::observation::InstanceState::Stopped,
        sim.now(),
        1,
    ));
    settle(&mut sim);
    let refused = sim.finished()[0].result.as_ref().unwrap_err();
    assert!(
        refused.starts_with("the event is from region eu-west-1, but the configuration is for eu-central-1"),
        "{refused}"
    );
    assert!(outcomes(&sim).is_empty());
}
