//! What must hold of every run: that it ends in time, writes little, and says what it left undone.

use std::collections::BTreeMap;
use std::sync::Arc;

use hopover_core::Span;
use hopover_core::id::GroupName;
use hopover_core::report::{Outcome, RouteResult};
use hopover_core::route::{RouteKey, Target};
use hopover_core::write::WriteResult;
use hopover_sim::record::{Run, Sight, Write};

use super::sight::{View, holder};
use super::writes::order;
use super::{Checked, History, Invariant, Violation};

/// How often a pass may write one route, not counting what EC2 throttled: it has a minute at most, and pauses up to two seconds
/// between rounds.
const WRITES_OF_A_ROUTE: usize = 32;

/// How often at all: a throttled write is repeated after half a second, after one, two, two and so on.
const TRIES_OF_A_ROUTE: usize = 64;

type OfRoutes<'a> = BTreeMap<(&'a GroupName, &'a RouteKey), Vec<&'a Write>>;

/// Judges every run.
pub(super) fn judge(history: &History<'_>, checked: &mut Checked) -> Result<(), Violation> {
    let mut written: BTreeMap<u64, OfRoutes<'_>> = BTreeMap::new();
    for write in &history.record.writes {
        let routes = written.entry(write.run).or_default();
        routes.entry((&write.group, &write.change.key)).or_default().push(write);
    }
    let none = BTreeMap::new();
    for run in &history.record.runs {
        let written = written.get(&run.number).unwrap_or(&none);
        over_in_time(history, run, checked)?;
        few_writes(run, written, checked)?;
        failure_is_said(history, run, written, checked)?;
        due_is_written(history, run, written, checked)?;
    }
    Ok(())
}

fn over_in_time(history: &History<'_>, run: &Run, checked: &mut Checked) -> Result<(), Violation> {
    let finished = &history.simulation.finished()[run.finished];
    let took = finished.ended_at.duration_since(finished.began_at);
    let allowed = history.scenario.storm.function_timeout;
    checked.expect(Invariant::OverInTime, took <= allowed && took >= Span::ZERO, || {
        format!("run {} took {:.3} s of {} s", run.number, took.as_secs_f64(), allowed.as_secs())
    })
}

fn few_writes(run: &Run, written: &OfRoutes<'_>, checked: &mut Checked) -> Result<(), Violation> {
    for ((_, key), writes) in written {
        let throttled = |write: &&&Write| matches!(write.answer, Some((_, WriteResult::Throttled)));
        let tries = writes.len();
        let counted = tries - writes.iter().filter(throttled).count();
        let few = counted <= WRITES_OF_A_ROUTE && tries <= TRIES_OF_A_ROUTE;
        checked.expect(Invariant::FewWrites, few, || {
            format!("run {} wrote {key} {tries} times, {counted} of them not throttled", run.number)
        })?;
    }
    Ok(())
}

/// A run whose last look shows a route on a dead member, or whose last write of a route did not come to anything, fails.
fn failure_is_said(
    history: &History<'_>,
    run: &Run,
    written: &OfRoutes<'_>,
    checked: &mut Checked,
) -> Result<(), Violation> {
    let Ok(report) = &history.simulation.finished()[run.finished].result else {
        return Ok(());
    };
    for (name, sights) in &run.sights {
        let report = report.groups.iter().find(|group| group.group == *name);
        let said = report.is_some_and(|report| report.outcome.is_failure());
        let outcome = report.map_or(Outcome::NothingToDo, |report| report.outcome);
        let undone = match sights.last() {
            None => Some("it had seen nothing".to_owned()),
            Some(last) => on_the_dead(history, run, name, last)
                .or_else(|| came_to_nothing(history, name, sights, written)),
        };
        checked.expect(Invariant::FailureIsSaid, said || undone.is_none(), || {
            let undone = undone.as_deref().unwrap_or_default();
            format!("run {} reported {outcome:?} for {name}, and {undone}", run.number)
        })?;
    }
    Ok(())
}

/// Goes by the first look that shows instances: those that follow it are of a world that the pass itself changes.
fn due_is_written(
    history: &History<'_>,
    run: &Run,
    written: &OfRoutes<'_>,
    checked: &mut Checked,
) -> Result<(), Violation> {
    let Ok(report) = &history.simulation.finished()[run.finished].result else {
        return Ok(());
    };
    for ((name, sights), report) in run.sights.iter().zip(&report.groups) {
        let first = sights.iter().find(|sight| sight.seen.instances.is_ok());
        let (Some(first), Some(group)) = (first, history.group(name)) else { continue };
        let view = View::new(group, first, &run.trigger);
        for (key, on, path) in view.routes() {
            let dead = view.seen_down(&on.name) || view.said_down(&on.name);
            let forced = order(&run.trigger, name, &key).is_some_and(|order| order.force);
            if !dead || forced || view.best(&key, &on.name, path).is_none() {
                continue;
            }
            let said = report.routes.iter().find(|route| route.key == key);
            let no_time = said.is_some_and(|route| route.result == RouteResult::NotWritten);
            checked.expect(
                Invariant::DueIsWritten,
                no_time || written.contains_key(&(name, &key)),
                || {
                    format!(
                        "run {} saw {key} on {}, which was down, and did not write it",
                        run.number, on.name
                    )
                },
            )?;
        }
    }
    Ok(())
}

fn on_the_dead(history: &History<'_>, run: &Run, name: &GroupName, sight: &Sight) -> Option<String> {
    let group = history.group(name)?;
    let view = View::new(group, sight, &run.trigger);
    let found = view.routes().find(|(key, member, _)| {
        // What an operator forces onto a dead member is done as asked.
        let forced =
            order(&run.trigger, name, key).is_some_and(|order| order.force && order.to == member.name);
        view.seen_down(&member.name) && !forced
    });
    found.map(|(key, member, _)| format!("it last saw {key} on {}, which was down", member.name))
}

fn came_to_nothing(
    history: &History<'_>,
    name: &GroupName,
    sights: &[Arc<Sight>],
    written: &OfRoutes<'_>,
) -> Option<String> {
    let group = history.group(name)?;
    written.iter().filter(|((of, _), _)| *of == name).find_map(|((_, key), writes)| {
        let last = writes.last()?;
        if matches!(last.answer, Some((_, WriteResult::Replaced))) {
            return None;
        }
        // A look since may show that it was made all the same, or that the route is no longer ours.
        let to = Target::Interface(last.change.to.interface.clone());
        let settled = sights.iter().filter(|sight| sight.at > last.sent_at).any(|sight| {
            let shown = sight.seen.tables.get(&key.table).and_then(|table| {
                let route = table.routes.iter().find(|route| route.destination == key.destination)?;
                holder(group, table, route).map(|_| &route.target)
            });
            shown.is_none_or(|target| *target == to)
        });
        (!settled).then(|| format!("its last write of {key} came to nothing"))
    })
}
