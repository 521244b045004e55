//! A failover is two round trips: one look, and every route at once.

use std::time::Duration;

use hopover_e2e::ec2::{Call, Ec2, Layout, MEMBERS};
use hopover_e2e::runtime_api::Bootstrap;

/// More than a debug build needs to send 50 calls on a busy machine.
const LATENCY: Duration = Duration::from_secs(1);

const LAYOUT: Layout = Layout { tables: 10, routes_a_table: 5 };

#[test]
fn fifty_routes_take_two_round_trips_and_no_route_is_missing_at_any_time() {
    let ec2 = Ec2::start(LAYOUT, LATENCY);
    let bootstrap = Bootstrap::start(&ec2.url, None);
    bootstrap.polled();
    // By the second event the look of the init phase is used up.
    for stopped in &MEMBERS {
        ec2.take_record();
        let invocation = bootstrap.invoke(stopped.stopped());
        let report = invocation.result.expect("the routes are moved");
        assert_eq!(report["outcome"], "moved", "{report}");
    }

    let record = ec2.take_record();
    let [look, writes, verification] = round_trips(&record.calls);
    for look in [look, verification] {
        assert_eq!(actions(look), ["DescribeInstances", "DescribeRouteTables"]);
        assert!(side_by_side(look), "{look:#?}");
    }
    assert_eq!(actions(writes), ["ReplaceRoute"; 50]);
    assert!(side_by_side(writes), "{writes:#?}");
    assert!(record.holes.is_empty(), "{:?}", record.holes);
}

/// The first two calls, the last two, and those between; all in the order of their answers.
fn round_trips(calls: &[Call]) -> [&[Call]; 3] {
    assert!(calls.len() > 4, "{calls:#?}");
    let (look, rest) = calls.split_at(2);
    let (writes, verification) = rest.split_at(rest.len() - 2);
    [look, writes, verification]
}

fn actions(calls: &[Call]) -> Vec<&str> {
    let mut actions: Vec<_> = calls.iter().map(|call| call.action.as_str()).collect();
    actions.sort_unstable();
    actions
}

/// True if all were received before the first of them was answered.
fn side_by_side(calls: &[Call]) -> bool {
    let last_received = calls.iter().map(|call| call.received).max();
    let first_answered = calls.iter().map(|call| call.answered).min();
    last_received < first_answered
}
