//! The drill on the embedded VPC, in virtual time.

use std::sync::Arc;

use hopover_core::group::Group;
use hopover_core::id::MemberName;
use hopover_core::message;
use hopover_core::{Span, Timestamp};
use hopover_sim::call::Call;
use hopover_sim::simulation::Finished;
use hopover_sim::{Simulation, example};

use super::judgement;
use super::picture::Picture;
use super::protocol::{Failover, LogLine, Loudness, Phase, StepReport, TimeLine};
use super::steps::{self, Act, Step};
use crate::failure::Failure;
use crate::output;

/// More than any instance takes to stop or start, and any failed run to be tried again.
const PATIENCE: Span = Span::from_mins(10);

/// The VPC on which the drill is played.
pub(super) struct Embedded {
    pub(super) simulation: Simulation,
    pub(super) group: Arc<Group>,
    pub(super) at_first: Picture,
}

/// What the original tests, and the step that it leaves out.
pub(super) fn steps() -> Vec<Step> {
    let (a, b): (MemberName, MemberName) = (example::known("A"), example::known("B"));
    let mut steps = steps::acceptance(&a, &b, None);
    steps.push(steps::both_down(&a, &b));
    steps
}

impl Embedded {
    pub(super) fn new(mut simulation: Simulation) -> Result<Self, Failure> {
        let group = simulation.config().groups.first().cloned();
        let group = group.ok_or_else(|| Failure::Unexpected("the example has no group".to_owned()))?;
        let at_first = look(&mut simulation, &group)?;
        Ok(Self { simulation, group, at_first })
    }

    pub(super) fn play(&mut self, step: &Step) -> Result<StepReport, Failure> {
        let before = look(&mut self.simulation, &self.group)?;
        let started_at = self.simulation.now();
        let finished_before = self.simulation.finished().len();
        let writes_before = self.simulation.cloud.count(Call::ReplaceRoute);
        let mut log = Vec::new();
        for act in &step.acts {
            self.act(act, &mut log)?;
        }
        let after = look(&mut self.simulation, &self.group)?;
        let finished = &self.simulation.finished()[finished_before..];
        let writes = self.simulation.cloud.count(Call::ReplaceRoute) - writes_before;
        let told = told(finished);
        let mut problems = judgement::judge(step.carrier.as_str(), &self.at_first, &after);
        let moved = judgement::moved(&before, &after).count();
        if u64::try_from(moved) != Ok(writes) {
            problems.push(format!("{writes} writes for {moved} routes"));
        }
        problems.extend(
            step.told
                .iter()
                .filter(|expected| !told.iter().any(|subject| subject.contains(*expected)))
                .map(|expected| format!("nobody was told \"{expected}\"")),
        );
        Ok(StepReport {
            step: step.name(),
            expected: step.expected.clone(),
            happened: judgement::happened(&before, &after),
            told,
            failover: finished.iter().rev().find_map(|finished| failover(&self.group, finished)),
            routes: judgement::lines(&before, &after),
            bystanders: self.at_first.bystanders(),
            problems,
            started_at,
            ended_at: self.simulation.now(),
            time_lines: finished.iter().filter_map(|finished| time_line(&self.group, finished)).collect(),
            before,
            after,
            log,
        })
    }

    fn act(&mut self, act: &Act, log: &mut Vec<LogLine>) -> Result<(), Failure> {
        let told_before = self.simulation.story.len();
        let instance = example::instance(act.member().as_str());
        let name = act.name();
        log.push(LogLine::new(
            self.simulation.now(),
            Loudness::Info,
            &format!("the drill: {name} ({instance})"),
        ));
        match act {
            Act::Stop(_) => self.simulation.stop(&instance)?,
            Act::Start(_) => self.simulation.start(&instance)?,
        }
        if !self.simulation.settle(PATIENCE) {
            let minutes = PATIENCE.as_mins();
            return Err(Failure::Unexpected(format!("the VPC is not quiet {minutes} minutes after {name}")));
        }
        let story = &self.simulation.story[told_before..];
        log.extend(
            story.iter().map(|told| LogLine::new(told.at, told.fact.level().into(), &told.fact.to_string())),
        );
        Ok(())
    }
}

fn look(simulation: &mut Simulation, group: &Group) -> Result<Picture, Failure> {
    let seen = simulation.observe(group).map_err(Failure::Observe)?;
    Ok(Picture::of(group, &seen, simulation.now())?)
}

/// The subjects of the messages that the runs sent; what a run repeats of the last one is left out.
fn told(finished: &[Finished]) -> Vec<String> {
    let mut subjects: Vec<String> = finished
        .iter()
        .filter_map(|finished| finished.result.as_ref().ok())
        .flat_map(|report| report.groups.iter().filter_map(|group| message::message(report, group)))
        .map(|message| message.subject)
        .collect();
    subjects.dedup();
    subjects
}

fn failover(group: &Group, finished: &Finished) -> Option<Failover> {
    let last: Timestamp = finished.last_route_at(&group.name)?;
    let since_event = |at: Timestamp| {
        i64::try_from(at.duration_since(finished.invocation.emitted_at).as_millis()).unwrap_or(i64::MAX)
    };
    Some(Failover {
        event_to_last_route_ms: since_event(last),
        event_to_invocation_ms: since_event(finished.began_at),
        timings: finished.group(&group.name)?.timings,
    })
}

/// The same, as a line with its parts one after another.
fn time_line(group: &Group, finished: &Finished) -> Option<TimeLine> {
    let failover = failover(group, finished)?;
    let report = finished.group(&group.name)?;
    let invoked = u64::try_from(failover.event_to_invocation_ms).ok()?;
    let last_route_ms = u64::try_from(failover.event_to_last_route_ms).ok()?;
    let timings = failover.timings;
    let seen = invoked + timings.observe_ms;
    let first_write = last_route_ms.saturating_sub(timings.apply_ms).max(seen);
    let mut phases = Vec::new();
    let mut phase = |name: &str, from_ms, to_ms| phases.push(Phase { name: name.to_owned(), from_ms, to_ms });
    phase("event", 0, invoked);
    phase("observe", invoked, seen);
    if first_write > seen + 1 {
        phase("look again", seen, first_write);
    }
    phase("apply", first_write, last_route_ms);
    phase("verify", last_route_ms, last_route_ms + timings.verify_ms);
    let event = finished.invocation.event.pointer("/detail");
    let word = |key: &str| event.and_then(|detail| detail.get(key)?.as_str()).unwrap_or_default();
    let moved = report.routes_that(|result| *result == hopover_core::report::RouteResult::Moved);
    let zero = if word("state").is_empty() {
        "the scheduled sweep".to_owned()
    } else {
        format!("EC2's event: {} is {}", word("instance-id"), word("state"))
    };
    Some(TimeLine {
        what: output::count(moved.count(), "route") + " moved",
        zero,
        last_route_ms,
        resolution_ms: None,
        phases,
    })
}
