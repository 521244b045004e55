//! Alarms and dashboard look at what the function counts.

use std::collections::BTreeSet;

use hopover_core::metrics::{
    DIMENSIONS, FAILOVER_APPLY, FAILOVER_DETECTION, FAILOVER_OBSERVE, FAILOVER_SINCE_EVENT, FAILOVER_TIME,
    FAILOVER_VERIFY, MEMBERS_UP, METRICS, NAMESPACE, ROUTES_FAILED, ROUTES_MOVED, ROUTES_STUCK, TRIGGER,
};
use serde_json::{Value, json};

use crate::stack::{PLACES, Stack};

fn names() -> BTreeSet<&'static str> {
    METRICS.iter().map(|metric| metric.name).collect()
}

/// What the function says of itself and its group when it counts.
fn dimensions() -> Value {
    let [function, group] = DIMENSIONS;
    json!([{ "Name": function, "Value": "hopover" }, { "Name": group, "Value": "edge" }])
}

#[test]
fn alarms_watch_what_is_counted_and_reach_the_topic() {
    let stack = Stack::new(PLACES[1], &[("GroupName", "edge")]);
    let topic = json!(["arn:aws-cn:sns:cn-northwest-1:123456789012:hopover"]);
    let mut ours = BTreeSet::new();
    let mut platforms = BTreeSet::new();
    for (name, alarm) in stack.all("AWS::CloudWatch::Alarm") {
        assert_eq!((&alarm["AlarmActions"], &alarm["OKActions"]), (&topic, &topic), "{name}");
        assert!(alarm["TreatMissingData"].is_string() && alarm["AlarmDescription"].is_string(), "{name}");
        let metric = alarm["MetricName"].as_str().unwrap().to_owned();
        if alarm["Namespace"] == NAMESPACE {
            assert!(names().contains(metric.as_str()), "{name} watches {metric}, which nobody counts");
            assert_eq!(alarm["Dimensions"], dimensions(), "{name}");
            ours.insert((name, metric));
        } else {
            platforms.insert((name, alarm["Namespace"].as_str().unwrap().to_owned(), metric));
        }
    }
    let owned = |name: &str, metric: &str| (name.to_owned(), metric.to_owned());
    assert_eq!(
        ours,
        BTreeSet::from([
            owned("Blind", MEMBERS_UP.name),
            owned("NoHealthyNextHop", ROUTES_STUCK.name),
            owned("StandbyDown", MEMBERS_UP.name),
        ])
    );
    let of = |name: &str, space: &str, metric: &str| (name.to_owned(), space.to_owned(), metric.to_owned());
    assert_eq!(
        platforms,
        BTreeSet::from([
            of("DeadLettersPresent", "AWS/SQS", "ApproximateNumberOfMessagesVisible"),
            of("FunctionErrors", "AWS/Lambda", "Errors"),
            of("Throttles", "AWS/Lambda", "Throttles"),
        ])
    );
}

#[test]
fn a_standby_that_is_down_is_told_after_ten_minutes() {
    let alarm = Stack::new(PLACES[0], &[]).properties("StandbyDown");
    assert_eq!(alarm["Period"].as_u64().unwrap() * alarm["EvaluationPeriods"].as_u64().unwrap(), 600);
    assert_eq!((&alarm["Threshold"], &alarm["ComparisonOperator"]), (&json!(2), &json!("LessThanThreshold")));
}

/// The metrics that a widget shows, with what CloudWatch's `.` repeats filled in.
fn shown(widget: &Value) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    for row in widget["properties"]["metrics"].as_array().into_iter().flatten() {
        let cells = row.as_array().unwrap().iter().filter_map(Value::as_str).enumerate();
        let cells = cells.map(|(at, cell)| match rows.last() {
            Some(above) if cell == "." => above[at].clone(),
            _ => cell.to_owned(),
        });
        let cells = cells.collect();
        rows.push(cells);
    }
    rows
}

#[test]
fn the_dashboard_shows_routes_failover_time_members_and_the_last_sweep() {
    let stack = Stack::new(PLACES[0], &[("GroupName", "edge")]);
    let body: Value =
        serde_json::from_str(stack.properties("Dashboard")["DashboardBody"].as_str().unwrap()).unwrap();
    let widgets = body["widgets"].as_array().unwrap();
    let [function, group] = DIMENSIONS;
    let mut seen = BTreeSet::new();
    for row in widgets.iter().flat_map(shown) {
        assert_eq!(
            (&row[0], &row[2..]),
            (&NAMESPACE.to_owned(), &[function, "hopover", group, "edge"].map(str::to_owned)[..])
        );
        seen.insert(row[1].clone());
    }
    let expected = [
        ROUTES_MOVED,
        ROUTES_FAILED,
        ROUTES_STUCK,
        MEMBERS_UP,
        FAILOVER_DETECTION,
        FAILOVER_OBSERVE,
        FAILOVER_APPLY,
        FAILOVER_VERIFY,
        FAILOVER_TIME,
        FAILOVER_SINCE_EVENT,
    ];
    assert_eq!(seen, expected.iter().map(|metric| metric.name.to_owned()).collect());
    let queries: Vec<_> =
        widgets.iter().filter_map(|widget| widget["properties"]["query"].as_str()).collect();
    assert_eq!(
        queries,
        [format!(
            "SOURCE '/aws/lambda/hopover' | filter {TRIGGER} = 'sweep' \
             | fields @timestamp, {group}, {} | sort @timestamp desc | limit 5",
            MEMBERS_UP.name
        )]
    );
    let alarms = widgets.iter().find_map(|widget| widget["properties"]["alarms"].as_array()).unwrap();
    assert_eq!(alarms.len(), stack.all("AWS::CloudWatch::Alarm").len());
}
