//! `preempt` and `home`, through whole lives of instances.

use hopover_core::Span;
use hopover_core::report::Outcome;
use hopover_sim::Simulation;
use hopover_sim::call::Call;
use hopover_sim::example::{known, route};
use serde_json::json;

use crate::vpc::{Vpc, all_on, bystanders, held, holders, minutes, outcomes, settle, start, stop};

const SEEDS: std::ops::Range<u64> = 0..50;

fn preempt_a() -> Vpc {
    let mut vpc = Vpc::pair();
    vpc.group.preempt = Some(known("A"));
    vpc
}

#[test]
fn preempt_gives_routes_back_after_the_delay_and_not_before() {
    for seed in SEEDS {
        let mut sim = preempt_a().watched(seed);
        stop(&mut sim, "A");
        settle(&mut sim);
        assert!(all_on(&sim, "B"), "seed {seed}");
        start(&mut sim, "A");
        let launched = sim.now();
        sim.advance(Span::from_secs(299));
        assert!(all_on(&sim, "B"), "seed {seed}: not before 300 s");
        sim.advance(Span::from_secs(63));
        assert!(all_on(&sim, "A"), "seed {seed}: by the next sweep");

        let back = sim
            .finished()
            .iter()
            .rfind(|finished| finished.result.as_ref().is_ok_and(|r| r.outcome == Outcome::Moved));
        assert!(back.unwrap().began_at >= launched + Span::from_secs(300));
    }
}

#[test]
fn a_preferred_member_that_flaps_gets_nothing_back_until_it_stays_up() {
    let mut sim = preempt_a().watched(1);
    stop(&mut sim, "A");
    settle(&mut sim);
    for _ in 0..10 {
        minutes(&mut sim, 2);
        start(&mut sim, "A");
        minutes(&mut sim, 2);
        assert!(all_on(&sim, "B"));
        stop(&mut sim, "A");
    }
    assert_eq!(sim.cloud.count(Call::ReplaceRoute), 4, "one failover, no flapping");
}

/// A table a zone, each with its own home.
fn homes() -> Vpc {
    let mut vpc = Vpc::of(&["A", "B"])
        .table("rtb-zone-a", [route("0.0.0.0/0", "eni-a-lan")])
        .table("rtb-zone-b", [route("0.0.0.0/0", "eni-b-lan")])
        .table("rtb-shared", [route("10.1.0.0/16", "eni-a-wan")]);
    vpc.group.home = [(known("rtb-zone-a"), known("A")), (known("rtb-zone-b"), known("B"))].into();
    vpc
}

fn zones(sim: &Simulation) -> [String; 3] {
    let holders = holders(sim);
    ["0.0.0.0/0 in rtb-zone-a", "0.0.0.0/0 in rtb-zone-b", "10.1.0.0/16 in rtb-shared"]
        .map(|route| holders[route].clone())
}

#[test]
fn each_zone_goes_home_and_a_table_without_a_home_stays() {
    for seed in SEEDS {
        let mut sim = homes().watched(seed);
        stop(&mut sim, "A");
        settle(&mut sim);
        assert_eq!(zones(&sim), ["B", "B", "B"], "seed {seed}");
        start(&mut sim, "A");
        minutes(&mut sim, 7);
        assert_eq!(zones(&sim), ["A", "B", "B"], "seed {seed}");
    }
}

#[test]
fn home_is_stronger_than_preempt() {
    let mut vpc = homes();
    vpc.group.preempt = Some(known("A"));
    let mut sim = vpc.watched(1);
    stop(&mut sim, "B");
    settle(&mut sim);
    assert_eq!(zones(&sim), ["A", "A", "A"]);
    start(&mut sim, "B");
    minutes(&mut sim, 7);
    assert_eq!(zones(&sim), ["A", "B", "A"]);
}

#[test]
fn a_switchover_moves_every_route_and_bystanders_stay() {
    for seed in SEEDS {
        let mut sim = Vpc::pair().watched(seed);
        let bystanding = bystanders(&sim);
        let order = json!({
            "source": "hopover",
            "detail-type": "Switchover",
            "detail": { "group": "vaer", "to": "B" },
        });
        sim.invoke(order);
        settle(&mut sim);
        assert!(all_on(&sim, "B"), "seed {seed}: {:?}", held(&sim));
        assert_eq!(outcomes(&sim), [Outcome::Moved]);
        assert_eq!(bystanders(&sim), bystanding);
        minutes(&mut sim, 10);
        assert!(all_on(&sim, "B"), "and no sweep takes it back");
    }
}
