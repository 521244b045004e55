//! The figures that the real function leaves in its log, for CloudWatch to pick up.

use hopover_e2e::function::Function;
use hopover_e2e::pair::Pair;
use hopover_e2e::world::event;
use serde_json::{Value, json};

/// The log lines in the embedded metric format so far.
fn figures(function: &Function) -> Vec<Value> {
    let lines = function.log();
    let lines = lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line.get("_aws").is_some()).collect()
}

#[test]
fn each_run_leaves_one_line_of_figures_a_group_and_a_run_that_fails_does_too() {
    let pair = Pair::with_routes(&["0.0.0.0/0", "10.1.0.0/16"]);
    let function = pair.function();
    let sweep = json!({ "source": "aws.events", "detail-type": "Scheduled Event", "detail": {} });

    function.invoke(&sweep);
    pair.world.stop(&pair.a);
    function.invoke(&event(&pair.a, "stopped"));
    pair.world.stop(&pair.b);
    assert!(function.invoke(&sweep).error().is_some(), "nobody is left");

    let figures = figures(&function);
    let of = |name: &str| figures.iter().map(|line| line[name].clone()).collect::<Vec<_>>();
    assert_eq!(of("Trigger"), ["sweep", "state-change", "sweep"], "{}", function.log());
    assert_eq!(of("MembersUp"), [2, 1, 0]);
    assert_eq!(of("RoutesMoved"), [0, 2, 0]);
    assert_eq!(of("RoutesStuck"), [0, 0, 2]);
    assert_eq!(of("Function"), ["hopover"; 3]);
    assert_eq!(of("Group"), ["hopover"; 3]);

    let failover = &figures[1];
    for time in ["FailoverObserve", "FailoverApply", "FailoverVerify", "FailoverTime"] {
        assert!(failover[time].is_u64(), "{time}: {failover}");
    }
    // Everything that is told to CloudWatch is on the line, and it is a log line like any other.
    let directive = &failover["_aws"]["CloudWatchMetrics"][0];
    let metrics = directive["Metrics"].as_array().expect("metrics");
    assert!(metrics.iter().all(|metric| failover[metric["Name"].as_str().expect("a name")].is_u64()));
    assert!(failover["_aws"]["Timestamp"].is_u64());
    assert_eq!((&failover["level"], &failover["message"]), (&json!("INFO"), &json!("metrics of hopover")));
    assert!(failover["requestId"].is_string());
}
