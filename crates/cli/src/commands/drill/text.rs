//! A drill as people read it.

use super::protocol::{DrillReport, StepReport};
use crate::output::{bad, faint, good, line, strong, table};

pub(super) fn opening_embedded(vpc: &str, seed: u64, ours: usize, bystanders: usize) {
    line(format_args!(
        "{} on the embedded VPC {vpc}, seed {seed}: virtual time, nothing real\n\
         A carries {ours} routes, B is ready; {bystanders} other routes must not move",
        strong("drill"),
    ));
}

pub(super) fn step(number: usize, report: &StepReport) {
    line(format_args!("\n{} {}", strong(format!("{number}.")), strong(&report.step)));
    line(format_args!("   expected  {}", report.expected));
    line(format_args!("   happened  {}", report.happened));
    for (at, subject) in report.told.iter().enumerate() {
        line(format_args!("   {}  {subject}", if at == 0 { "told    " } else { "        " }));
    }
    times(report);
    line(routes(report).trim_end_matches('\n'));
    line(format_args!("     {}", faint(others(report))));
    if report.passed() {
        line(format_args!("   verdict   {}", good("as expected")));
    } else {
        line(format_args!("   verdict   {}", bad("NOT as expected")));
        report.problems.iter().for_each(|problem| line(format_args!("             {problem}")));
    }
}

/// Before and after; without the interfaces if these would not fit 80 columns, as those of AWS do not.
fn routes(report: &StepReport) -> String {
    let show = |holder: fn(&str) -> &str| {
        let rows = report.routes.iter().map(|line| {
            let (before, after) = (holder(&line.before), holder(&line.after));
            [line.table.as_str(), &line.destination, before, after].map(str::to_owned)
        });
        table(["route table", "destination", "before", "after"], rows)
    };
    let whole = show(|holder| holder);
    if whole.lines().all(|line| line.chars().count() <= 80) {
        return whole;
    }
    show(|holder| holder.split(" (").next().unwrap_or(holder))
}

fn times(report: &StepReport) {
    if let Some(failover) = &report.failover {
        line(format_args!(
            "   time      {} ms from the event to the last route, of which\n             \
             {} until invoked, {} observe, {} apply; then {} ms verify",
            failover.event_to_last_route_ms,
            failover.event_to_invocation_ms,
            failover.timings.observe_ms,
            failover.timings.apply_ms,
            failover.timings.verify_ms,
        ));
        return;
    }
    for seen in &report.time_lines {
        line(format_args!(
            "   time      {} ms from {}\n             to the last route",
            seen.last_route_ms, seen.zero
        ));
        if let Some(resolution) = seen.resolution_ms {
            line(format_args!(
                "             {}",
                faint(format!("measured by looking every {resolution} ms"))
            ));
        }
    }
}

/// What became of the routes that are nobody's.
pub(super) fn others(report: &StepReport) -> String {
    let changed = report
        .before
        .routes
        .iter()
        .filter(|route| route.holder.is_none())
        .filter(|route| report.after.route(route).map(|now| &now.target) != Some(&route.target))
        .count();
    if changed == 0 {
        format!("{} other routes: unchanged", report.bystanders)
    } else {
        format!("{changed} of {} other routes: CHANGED", report.bystanders)
    }
}

pub(super) fn closing(protocol: &DrillReport) {
    let verdict = protocol.verdict();
    line(format_args!("\n{}", if protocol.passed { good(verdict) } else { bad(verdict) }));
}
