//! The steps of a drill, and how each is judged. What is judged is the VPC itself, not what hopover says of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use hopover_core::group::{Group, NextHop};
use hopover_core::id::MemberName;
use hopover_core::message;
use hopover_core::report::Timings;
use hopover_core::route::{RouteKey, Target};
use hopover_core::{Span, Timestamp};
use hopover_sim::call::Call;
use hopover_sim::simulation::Finished;
use hopover_sim::{Simulation, example};
use serde::Serialize;

use crate::failure::Failure;

/// More than any instance takes to stop or start, and any failed run to be tried again.
const PATIENCE: Span = Span::from_mins(10);

/// What is done to an instance.
#[derive(Debug, Clone, Copy)]
pub(super) enum Act {
    Stop(&'static str),
    Start(&'static str),
}

/// A step: what is done, who should carry the routes afterwards, and what people must have been told.
pub(super) struct Step {
    acts: &'static [Act],
    carrier: &'static str,
    expected: &'static str,
    told: &'static [&'static str],
}

/// The original's acceptance test, then both members down at once.
pub(super) static STEPS: [Step; 5] = [
    Step {
        acts: &[Act::Stop("A")],
        carrier: "B",
        expected: "every route of A moves to B",
        told: &["moved from A to B"],
    },
    Step { acts: &[Act::Start("A")], carrier: "B", expected: "no failback: the routes stay on B", told: &[] },
    Step {
        acts: &[Act::Stop("B")],
        carrier: "A",
        expected: "every route of B moves to A",
        told: &["moved from B to A"],
    },
    Step { acts: &[Act::Start("B")], carrier: "A", expected: "no failback: the routes stay on A", told: &[] },
    Step {
        acts: &[Act::Stop("B"), Act::Stop("A"), Act::Start("B")],
        carrier: "B",
        expected: "with both down nothing moves; when B is back, the routes follow",
        told: &["standby B is down", "NO healthy next hop", "moved from A to B"],
    },
];

/// What happened in a step.
#[derive(Debug, Serialize)]
pub(crate) struct StepReport {
    pub(super) step: String,
    pub(super) expected: &'static str,
    pub(super) happened: String,
    pub(super) told: Vec<String>,
    /// From the event that moved the routes to the last of them, in milliseconds, with its parts.
    pub(super) failover: Option<Failover>,
    pub(super) routes: Vec<RouteLine>,
    pub(super) bystanders: usize,
    /// Empty if everything ended as expected.
    pub(super) problems: Vec<String>,
}

/// How long a failover took, in milliseconds.
#[derive(Debug, Serialize)]
pub(crate) struct Failover {
    pub(super) event_to_last_route_ms: i128,
    pub(super) event_to_invocation_ms: i128,
    pub(super) timings: Timings,
}

/// A route before and after a step.
#[derive(Debug, Serialize)]
pub(crate) struct RouteLine {
    #[serde(flatten)]
    pub(super) key: RouteKey,
    pub(super) before: String,
    pub(super) after: String,
}

impl StepReport {
    pub(super) fn passed(&self) -> bool {
        self.problems.is_empty()
    }
}

type Picture = BTreeMap<RouteKey, Target>;

/// The VPC on which the drill is played.
pub(super) struct Stage {
    simulation: Simulation,
    group: Arc<Group>,
    at_first: Picture,
}

impl Stage {
    pub(super) fn new(simulation: Simulation) -> Result<Self, Failure> {
        let group = simulation.config().groups.first().cloned();
        let group = group.ok_or_else(|| Failure::Unexpected("the example has no group".to_owned()))?;
        let at_first = picture(&simulation);
        Ok(Self { simulation, group, at_first })
    }

    pub(super) fn vpc(&self) -> String {
        self.group.vpc.to_string()
    }

    /// The next hop that a target is, if it is a member's.
    fn hop(&self, target: &Target) -> Option<NextHop> {
        match target {
            Target::Interface(interface) => self.group.next_hop(interface),
            Target::Other(_) => None,
        }
    }

    /// Routes that point at a member, and those that do not.
    pub(super) fn counts(&self) -> (usize, usize) {
        let ours = self.at_first.values().filter(|target| self.hop(target).is_some()).count();
        (ours, self.at_first.len() - ours)
    }

    pub(super) fn play(&mut self, step: &Step) -> Result<StepReport, Failure> {
        let before = picture(&self.simulation);
        let finished_before = self.simulation.finished().len();
        let writes_before = self.simulation.cloud.count(Call::ReplaceRoute);
        for act in step.acts {
            self.act(*act)?;
        }
        let after = picture(&self.simulation);
        let finished = &self.simulation.finished()[finished_before..];
        let writes = self.simulation.cloud.count(Call::ReplaceRoute) - writes_before;
        let told = told(finished);
        let mut problems = self.judge(step, &before, &after, writes);
        problems.extend(
            step.told
                .iter()
                .filter(|expected| !told.iter().any(|subject| subject.contains(*expected)))
                .map(|expected| format!("nobody was told \"{expected}\"")),
        );
        Ok(StepReport {
            step: step.acts.iter().map(|act| act.name()).collect::<Vec<_>>().join(", "),
            expected: step.expected,
            happened: self.happened(&before, &after),
            told,
            failover: finished.iter().rev().find_map(|finished| failover(&self.group, finished)),
            routes: self.lines(&before, &after),
            bystanders: self.counts().1,
            problems,
        })
    }

    fn act(&mut self, act: Act) -> Result<(), Failure> {
        let unexpected = |error: hopover_sim::cloud::LifeError| Failure::Unexpected(error.to_string());
        match act {
            Act::Stop(member) => self.simulation.stop(&example::instance(member)),
            Act::Start(member) => self.simulation.start(&example::instance(member)),
        }
        .map_err(unexpected)?;
        if self.simulation.settle(PATIENCE) {
            Ok(())
        } else {
            Err(Failure::Unexpected(format!(
                "the VPC is not quiet {} minutes after {}",
                PATIENCE.as_mins(),
                act.name()
            )))
        }
    }

    /// What is wrong after a step.
    fn judge(&self, step: &Step, before: &Picture, after: &Picture, writes: u64) -> Vec<String> {
        let mut problems = Vec::new();
        for (key, target) in &self.at_first {
            let Some(now) = after.get(key) else {
                problems.push(format!("{key} is gone"));
                continue;
            };
            match self.hop(target) {
                None if now != target => {
                    problems.push(format!("bystander {key} was moved from {target} to {now}"));
                }
                None => {}
                Some(hop) => {
                    let now = self.hop(now).filter(|now| now.path == hop.path).map(|now| now.member);
                    if now.as_ref().map(MemberName::as_str) != Some(step.carrier) {
                        problems.push(format!("{key} is not on {}", step.carrier));
                    }
                }
            }
        }
        problems.extend(
            after.keys().filter(|key| !self.at_first.contains_key(*key)).map(|key| format!("{key} is new")),
        );
        let moved = after.iter().filter(|(key, target)| before.get(*key) != Some(*target)).count();
        if u64::try_from(moved) != Ok(writes) {
            problems.push(format!("{writes} writes for {moved} routes"));
        }
        problems
    }

    fn happened(&self, before: &Picture, after: &Picture) -> String {
        let mut ways: BTreeMap<(String, String), usize> = BTreeMap::new();
        for (key, target) in before {
            let member = |target: Option<&Target>| {
                target
                    .and_then(|target| self.hop(target))
                    .map_or("nowhere".to_owned(), |hop| hop.member.to_string())
            };
            if self.hop(target).is_some() {
                *ways.entry((member(Some(target)), member(after.get(key)))).or_default() += 1;
            }
        }
        let say = |((from, to), routes): ((String, String), usize)| {
            if from == to {
                format!("{routes} routes stay on {to}")
            } else {
                format!("{routes} routes move from {from} to {to}")
            }
        };
        ways.into_iter().map(say).collect::<Vec<_>>().join(", ")
    }

    fn lines(&self, before: &Picture, after: &Picture) -> Vec<RouteLine> {
        let show = |target: Option<&Target>| {
            target.and_then(|target| self.hop(target)).map_or("-".to_owned(), |hop| hop.to_string())
        };
        before
            .iter()
            .filter(|(_, target)| self.hop(target).is_some())
            .map(|(key, target)| RouteLine {
                key: key.clone(),
                before: show(Some(target)),
                after: show(after.get(key)),
            })
            .collect()
    }
}

impl Act {
    fn name(self) -> String {
        match self {
            Self::Stop(member) => format!("stop {member}"),
            Self::Start(member) => format!("start {member}"),
        }
    }
}

fn picture(simulation: &Simulation) -> Picture {
    let route = |table: &hopover_core::route::RouteTable, route: hopover_core::route::Route| {
        (RouteKey { table: table.id.clone(), destination: route.destination }, route.target)
    };
    simulation
        .cloud
        .tables()
        .flat_map(|table| table.routes.clone().into_iter().map(move |r| route(&table, r)))
        .collect()
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
    let since_event = |at: Timestamp| at.duration_since(finished.invocation.emitted_at).as_millis();
    Some(Failover {
        event_to_last_route_ms: since_event(last),
        event_to_invocation_ms: since_event(finished.began_at),
        timings: finished.group(&group.name)?.timings,
    })
}
