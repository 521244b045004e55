//! A drill as people read it.

use super::DrillReport;
use super::steps::{Stage, StepReport};
use crate::output::{bad, faint, good, line, strong, table};

pub(super) fn opening(stage: &Stage, seed: u64) {
    let (ours, bystanders) = stage.counts();
    line(format_args!(
        "{} on the embedded VPC {}, seed {seed}: virtual time, nothing real\n\
         A carries {ours} routes, B is ready; {bystanders} other routes must not move",
        strong("drill"),
        stage.vpc(),
    ));
}

pub(super) fn step(number: usize, report: &StepReport) {
    line(format_args!("\n{} {}", strong(format!("{number}.")), strong(&report.step)));
    line(format_args!("   expected  {}", report.expected));
    line(format_args!("   happened  {}", report.happened));
    for (at, subject) in report.told.iter().enumerate() {
        line(format_args!("   {}  {subject}", if at == 0 { "told    " } else { "        " }));
    }
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
    }
    let rows = report.routes.iter().map(|line| {
        [
            line.key.table.to_string(),
            line.key.destination.to_string(),
            line.before.clone(),
            line.after.clone(),
        ]
    });
    line(table(["route table", "destination", "before", "after"], rows).trim_end_matches('\n'));
    line(format_args!("     {}", faint(format!("{} other routes: unchanged", report.bystanders))));
    if report.passed() {
        line(format_args!("   verdict   {}", good("as expected")));
    } else {
        line(format_args!("   verdict   {}", bad("NOT as expected")));
        report.problems.iter().for_each(|problem| line(format_args!("             {problem}")));
    }
}

pub(super) fn closing(protocol: &DrillReport) {
    let held = protocol.steps.iter().filter(|step| step.passed()).count();
    let verdict = format!("{held} of {} steps as expected", protocol.steps.len());
    line(format_args!("\n{}", if protocol.passed { good(verdict) } else { bad(verdict) }));
}
