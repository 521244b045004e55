//! The report of a pass, made from what it knows.

use std::collections::BTreeMap;

use super::ledger::{Entry, WriteState};
use super::{Ending, Pass, Phase, millis};
use crate::Timestamp;
use crate::election::{Decision, Verdict};
use crate::report::{GroupReport, MemberReport, Outcome, RouteReport, RouteResult, Subject, Timings};
use crate::route::RouteKey;

impl Pass {
    /// The report as of now.
    pub(super) fn report(&self) -> GroupReport {
        let decisions: BTreeMap<_, _> =
            self.last.iter().flat_map(|election| &election.decisions).map(|d| (&d.key, d)).collect();
        let routes: Vec<_> = self
            .ledger
            .entries()
            .map(|(key, entry)| route_report(key, entry, decisions.get(key).copied()))
            .collect();
        let mut report = GroupReport {
            group: self.group.name.clone(),
            region: self.group.region.clone(),
            vpc: self.group.vpc.clone(),
            outcome: self.outcome(&routes),
            summary: String::new(),
            problem: self.problem.clone(),
            subject: self.subject(),
            members: self.member_reports(),
            routes,
            looks: self.looks,
            timings: self.timings(),
            started_at: whole_millis(self.clock.started),
        };
        report.summary = report.summarize();
        report
    }

    fn outcome(&self, routes: &[RouteReport]) -> Outcome {
        let any = |is: fn(&RouteResult) -> bool| routes.iter().any(|route| is(&route.result));
        let moved = any(|r| matches!(r, RouteResult::Moved | RouteResult::Returned));
        match self.phase {
            Phase::Over(Ending::Blind) => Outcome::CouldNotObserve,
            Phase::Over(Ending::Misconfigured) => Outcome::Misconfigured,
            _ if any(|r| matches!(r, RouteResult::Failed { .. } | RouteResult::NotWritten)) => {
                Outcome::Incomplete
            }
            _ if any(|r| matches!(r, RouteResult::Stuck | RouteResult::Refused)) => {
                if moved {
                    Outcome::Incomplete
                } else {
                    Outcome::Refused
                }
            }
            _ if any(|r| matches!(r, RouteResult::Unverified)) => Outcome::Unverified,
            _ if moved => Outcome::Moved,
            _ if self.problem.is_some() => Outcome::CouldNotObserve,
            _ => Outcome::NothingToDo,
        }
    }

    fn subject(&self) -> Option<Subject> {
        let event = self.trigger.state_change()?;
        let member = self.last.as_ref().and_then(|election| election.member_of(&event.instance)).cloned();
        Some(Subject { instance: event.instance.clone(), member })
    }

    fn member_reports(&self) -> Vec<MemberReport> {
        self.last
            .iter()
            .flat_map(|election| &election.conditions)
            .map(|(member, condition)| MemberReport {
                member: member.clone(),
                health: condition.health.clone(),
                warnings: condition.warnings.clone(),
                instances: condition.instances.clone(),
                zone: condition.zone.clone(),
            })
            .collect()
    }

    fn timings(&self) -> Timings {
        let clock = &self.clock;
        let ended = clock.ended.unwrap_or(clock.started);
        let seen = clock.first_seen.unwrap_or(ended);
        let answered = clock.last_answer.unwrap_or(seen);
        Timings {
            since_event_ms: self.trigger.state_change().map(|event| millis(event.time, clock.started)),
            observe_ms: millis(clock.started, seen),
            apply_ms: clock.first_write.map_or(0, |first| millis(first, answered)),
            verify_ms: millis(answered, ended),
            to_last_route_ms: clock.last_settled.map(|last| millis(clock.started, last)),
            total_ms: millis(clock.started, ended),
        }
    }
}

fn route_report(key: &RouteKey, entry: &Entry, decision: Option<&Decision>) -> RouteReport {
    let mut after = entry.seen.clone();
    if let Some(Verdict::Stuck(stuck)) = decision.map(|decision| &decision.verdict) {
        let reason = stuck.to_string();
        return RouteReport {
            key: key.clone(),
            before: entry.before.clone(),
            after,
            result: RouteResult::Stuck,
            reason,
        };
    }
    let (result, reason) = match &entry.write {
        _ if entry.seen.is_none() => {
            (RouteResult::Gone, "no longer there, or no longer the group's".to_owned())
        }
        Some(write) => {
            let reason = write.change.reason.to_string();
            match &write.state {
                WriteState::Confirmed | WriteState::Failed(_) if after.as_ref() == Some(&write.change.to) => {
                    if write.change.to == entry.before {
                        (RouteResult::Returned, format!("moved away and back again, because {reason}"))
                    } else {
                        (RouteResult::Moved, reason)
                    }
                }
                WriteState::Confirmed => (
                    RouteResult::PutBack,
                    format!("moved, because {reason}; then somebody else pointed it elsewhere"),
                ),
                WriteState::Acknowledged => {
                    after = Some(write.change.to.clone());
                    (RouteResult::Unverified, reason)
                }
                WriteState::NoReply => (RouteResult::Unverified, reason),
                WriteState::Open => (RouteResult::NotWritten, reason),
                WriteState::Failed(failure) => {
                    (RouteResult::Failed { failure: failure.clone() }, failure.to_string())
                }
            }
        }
        None => match decision.map(|decision| &decision.verdict) {
            Some(Verdict::Stay(reason)) if reason.is_refusal() => (RouteResult::Refused, reason.to_string()),
            Some(Verdict::Stay(reason)) => (RouteResult::Stayed, reason.to_string()),
            // Planned, and held back by a check: a fault of ours, told as a fact.
            Some(Verdict::Move(_, reason)) => (RouteResult::NotWritten, reason.to_string()),
            Some(Verdict::Stuck(_)) | None => (RouteResult::Stayed, "not decided".to_owned()),
        },
    };
    RouteReport { key: key.clone(), before: entry.before.clone(), after, result, reason }
}

/// Finer than a millisecond says nothing to a person.
fn whole_millis(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}
