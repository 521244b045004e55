//! The routes, followed through everything that was done to them: hands and writes, in the order in which they were done.

use std::collections::BTreeMap;

use hopover_core::report::{GroupReport, RouteReport, RouteResult};
use hopover_core::route::{RouteKey, Target};
use hopover_core::write::WriteResult;
use hopover_core::{Span, Timestamp};
use hopover_sim::record::{Run, Write};

use super::{Checked, History, Invariant, Violation, world};
use crate::scenario::Act;

/// Follows the routes, holds reports against them, and in the end the world.
pub(super) fn judge(history: &History<'_>, checked: &mut Checked) -> Result<(), Violation> {
    let record = history.record;
    let mut routes = initial(history);
    let (mut hands, mut ended) = (history.hands.iter().peekable(), 0);
    for number in 0..=record.handled.len() {
        loop {
            // What was done by hand and the runs that ended, before this write was handled.
            if let Some(hand) = hands.next_if(|hand| hand.handled <= number && hand.ended <= ended) {
                if let Act::Point(key, target) = &hand.act
                    && let Some(route) = routes.get_mut(key)
                {
                    *route = target.clone();
                }
            } else if let Some(run) = record.runs.get(ended).filter(|run| run.handled <= number) {
                ended += 1;
                judge_report(history, run, &routes, checked)?;
            } else {
                break;
            }
        }
        let write = record.handled.get(number).map(|at| &record.writes[*at]);
        if let Some(write) = write.filter(|write| was_made(write))
            && let Some(route) = routes.get_mut(&write.change.key)
        {
            *route = Target::Interface(write.change.to.interface.clone());
        }
    }
    let actual = world::routes(&history.simulation.cloud);
    for (key, target) in routes {
        if history.deleted.contains(&key.table) {
            continue;
        }
        let found = actual.get(&key);
        checked.expect(Invariant::NothingElseChanges, found == Some(&target), || {
            let found = found.map_or("nothing".to_owned(), ToString::to_string);
            format!("{key} points at {found}, and was last pointed at {target}")
        })?;
    }
    Ok(())
}

fn initial(history: &History<'_>) -> BTreeMap<RouteKey, Target> {
    let tables = history.scenario.tables.iter().map(|(table, _)| table);
    tables
        .flat_map(|table| {
            table.routes.iter().map(|route| {
                let key = RouteKey { table: table.id.clone(), destination: route.destination.clone() };
                (key, route.target.clone())
            })
        })
        .collect()
}

fn was_made(write: &Write) -> bool {
    matches!(write.handled, Some((_, true)))
}

/// Holds a report against the routes as they are when its run ends, unless something else may have happened meanwhile.
fn judge_report(
    history: &History<'_>,
    run: &Run,
    routes: &BTreeMap<RouteKey, Target>,
    checked: &mut Checked,
) -> Result<(), Violation> {
    let finished = &history.simulation.finished()[run.finished];
    let Ok(report) = &finished.result else {
        return Ok(());
    };
    if !was_alone(history, run, finished.began_at, finished.ended_at) {
        return Ok(());
    }
    for group in &report.groups {
        for said in &group.routes {
            if !history.deleted.contains(&said.key.table) {
                judge_route(run, group, said, routes.get(&said.key), history, checked)?;
            }
        }
    }
    Ok(())
}

fn judge_route(
    run: &Run,
    group: &GroupReport,
    said: &RouteReport,
    is: Option<&Target>,
    history: &History<'_>,
    checked: &mut Checked,
) -> Result<(), Violation> {
    if landed_late(history, run, said) {
        // The look that the report goes by may have come before.
        return Ok(());
    }
    let after = said.after.as_ref().map(|hop| Target::Interface(hop.interface.clone()));
    let moved = said.after.as_ref() != Some(&said.before);
    let holds = match said.result {
        RouteResult::Moved => after.as_ref() == is && moved,
        RouteResult::Returned => after.as_ref() == is && !moved && has_written(history, run, said),
        RouteResult::Stayed | RouteResult::Stuck => {
            after.as_ref() == is && (!moved || has_written(history, run, said))
        }
        // The last write of these went unanswered or was refused, and the last look may be older.
        _ => return Ok(()),
    };
    checked.expect(Invariant::ReportIsTrue, holds, || {
        let is = is.map_or("nothing".to_owned(), ToString::to_string);
        let after = after.map_or("nothing".to_owned(), |target| target.to_string());
        format!(
            "run {} said for {} that {} {} and points at {after}; it points at {is}",
            run.number, group.group, said.key, said.result
        )
    })
}

/// True if a write of that run to that route was made after the run had given up waiting for its reply.
fn landed_late(history: &History<'_>, run: &Run, said: &RouteReport) -> bool {
    let mut ours =
        history.record.writes.iter().filter(|write| write.run == run.number && write.change.key == said.key);
    ours.any(|write| match (&write.answer, &write.handled) {
        (Some((given_up, WriteResult::NoReply(_))), Some((made, true))) => made > given_up,
        _ => false,
    })
}

fn has_written(history: &History<'_>, run: &Run, said: &RouteReport) -> bool {
    history.record.writes.iter().any(|write| write.run == run.number && write.change.key == said.key)
}

/// True if nobody else did anything to routes while a run ran, and its reads were not stale.
fn was_alone(history: &History<'_>, run: &Run, from: Timestamp, until: Timestamp) -> bool {
    let fresh = *history.scenario.storm.staleness.end() == Span::ZERO || from >= history.ceased_at;
    let meanwhile = |at: Timestamp| from <= at && at <= until;
    let handled = &history.record.handled;
    // Those are in order of time.
    let at = |index: &usize| history.record.writes[*index].handled.map_or(from, |(at, _)| at);
    let first = handled.partition_point(|index| at(index) < from);
    let others = handled[first..].iter().take_while(|index| at(index) <= until);
    fresh
        && !history.hands.iter().any(|hand| meanwhile(hand.at))
        && others.map(|index| &history.record.writes[*index]).all(|write| write.run == run.number)
}
