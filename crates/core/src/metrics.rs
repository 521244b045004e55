//! What CloudWatch is to count: the report of a pass in CloudWatch's embedded metric format, one document a group.
//!
//! The alarms and the dashboard of `deploy/` go by these names, and a test compares them.

use serde_json::{Map, Value, json};

use crate::health::{Health, LATEST_DELIVERY};
use crate::report::{GroupReport, Report, RouteResult};
use crate::trigger::Trigger;

/// The namespace of every metric.
pub const NAMESPACE: &str = "hopover";

/// The dimensions of every metric: the function, since two of them may call their groups alike, and the group. CloudWatch
/// keeps metrics by region already.
pub const DIMENSIONS: [&str; 2] = ["Function", "Group"];

/// The property, no metric, that says what made hopover look.
pub const TRIGGER: &str = "Trigger";

/// A metric, with its unit by CloudWatch's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// Its unit.
    pub unit: &'static str,
}

const fn count(name: &'static str) -> Metric {
    Metric { name, unit: "Count" }
}

const fn time(name: &'static str) -> Metric {
    Metric { name, unit: "Milliseconds" }
}

/// Routes that were moved, and seen to be.
pub const ROUTES_MOVED: Metric = count("RoutesMoved");
/// Routes that should have moved, and whose write failed or was not made in time.
pub const ROUTES_FAILED: Metric = count("RoutesFailed");
/// Routes on a member that is down, with no healthy next hop.
pub const ROUTES_STUCK: Metric = count("RoutesStuck");
/// Members that are up. Absent unless the state of every member is known, so that its silence means blindness.
pub const MEMBERS_UP: Metric = count("MembersUp");
/// Times looked at the VPC in one pass.
pub const ROUNDS: Metric = count("Rounds");
/// From the event's own time stamp to the begin of the pass. This and the other times only of a pass that moved routes.
pub const FAILOVER_DETECTION: Metric = time("FailoverDetection");
/// The first look.
pub const FAILOVER_OBSERVE: Metric = time("FailoverObserve");
/// From the first write to the answer of the last.
pub const FAILOVER_APPLY: Metric = time("FailoverApply");
/// From there to the end.
pub const FAILOVER_VERIFY: Metric = time("FailoverVerify");
/// From the begin of the pass to the last route.
pub const FAILOVER_TIME: Metric = time("FailoverTime");
/// From the event's own time stamp to the last route.
pub const FAILOVER_SINCE_EVENT: Metric = time("FailoverSinceEvent");

/// Every metric.
pub const METRICS: [Metric; 11] = [
    ROUTES_MOVED,
    ROUTES_FAILED,
    ROUTES_STUCK,
    MEMBERS_UP,
    ROUNDS,
    FAILOVER_DETECTION,
    FAILOVER_OBSERVE,
    FAILOVER_APPLY,
    FAILOVER_VERIFY,
    FAILOVER_TIME,
    FAILOVER_SINCE_EVENT,
];

/// One group's part of a run, as a document in the embedded metric format: an object that may stand in a log line beside
/// other members.
pub fn document(function: &str, report: &Report, group: &GroupReport) -> Map<String, Value> {
    let values = values(group);
    let directive: Vec<_> =
        values.iter().map(|(metric, _)| json!({ "Name": metric.name, "Unit": metric.unit })).collect();
    let mut document = Map::new();
    document.insert(
        "_aws".to_owned(),
        json!({
            "Timestamp": group.started_at.as_millisecond(),
            "CloudWatchMetrics": [
                { "Namespace": NAMESPACE, "Dimensions": [DIMENSIONS], "Metrics": directive },
            ],
        }),
    );
    let [function_key, group_key] = DIMENSIONS;
    document.insert(function_key.to_owned(), function.into());
    document.insert(group_key.to_owned(), group.group.as_str().into());
    document.insert(TRIGGER.to_owned(), kind(&report.trigger).into());
    for (metric, value) in values {
        document.insert(metric.name.to_owned(), value.into());
    }
    document
}

/// The kind of a trigger, as the report calls it.
fn kind(trigger: &Trigger) -> &'static str {
    match trigger {
        Trigger::StateChange(_) => "state-change",
        Trigger::Sweep => "sweep",
        Trigger::Order(_) => "order",
    }
}

fn values(group: &GroupReport) -> Vec<(Metric, u64)> {
    let routes = |is: fn(&RouteResult) -> bool| as_value(group.routes_that(is).count());
    let moved = routes(|result| *result == RouteResult::Moved);
    let failed = |result: &_| matches!(result, RouteResult::Failed { .. } | RouteResult::NotWritten);
    let mut values = vec![
        (ROUTES_MOVED, moved),
        (ROUTES_FAILED, routes(failed)),
        (ROUTES_STUCK, routes(|result| *result == RouteResult::Stuck)),
        (ROUNDS, u64::from(group.looks)),
    ];
    values.extend(members_up(group).map(|up| (MEMBERS_UP, up)));
    if moved > 0 {
        values.extend(times(group));
    }
    values
}

fn members_up(group: &GroupReport) -> Option<u64> {
    let unknown = |health: &Health| matches!(health, Health::Unknown(_));
    let known = !group.members.is_empty() && !group.members.iter().any(|member| unknown(&member.health));
    known.then(|| as_value(group.members.iter().filter(|member| member.health == Health::Up).count()))
}

/// How long a failover took. An event that is too old to come from the platform was made by hand, and its time stamp
/// measures nothing.
fn times(group: &GroupReport) -> impl Iterator<Item = (Metric, u64)> {
    let times = group.timings;
    let latest = LATEST_DELIVERY.as_millis().unsigned_abs();
    let detection = times.since_event_ms.filter(|ms| u128::from(*ms) <= latest);
    let to_last_route = times.to_last_route_ms;
    [
        (FAILOVER_DETECTION, detection),
        (FAILOVER_OBSERVE, Some(times.observe_ms)),
        (FAILOVER_APPLY, Some(times.apply_ms)),
        (FAILOVER_VERIFY, Some(times.verify_ms)),
        (FAILOVER_TIME, to_last_route),
        (FAILOVER_SINCE_EVENT, detection.zip(to_last_route).map(|(before, since)| before + since)),
    ]
    .into_iter()
    .filter_map(|(metric, value)| Some((metric, value?)))
}

fn as_value(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
