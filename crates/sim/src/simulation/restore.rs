//! A restore by an operator at a terminal: the same state machine as against EC2, in virtual time.

use std::collections::BTreeMap;
use std::sync::Arc;

use hopover_core::group::Group;
use hopover_core::id::VpcId;
use hopover_core::observation::{Instance, ObserveFailure};
use hopover_core::restore::{Action, Restoration, RestoreReport, Told};
use hopover_core::route::RouteKey;
use hopover_core::tables::{Look, Tables};
use hopover_core::write::WriteResult;
use hopover_core::{Span, Timestamp};

use super::Simulation;
use crate::cloud::Answer;

impl Simulation {
    /// Looks at the route tables of a VPC in full, as [`Simulation::observe`] does.
    pub fn look_at_tables(&mut self, vpc: &VpcId) -> Result<Tables, ObserveFailure> {
        let answer = self.cloud.describe_route_tables(self.now, Span::ZERO, vpc, &mut self.rng);
        let tables = given(answer, "ec2:DescribeRouteTables")?;
        Ok(Tables { tables, associations: self.cloud.associations(vpc), ..Tables::default() })
    }

    /// Looks at the tables of a VPC in full, and at the instances of its groups.
    pub fn look_in_full(&mut self, vpc: &VpcId, groups: &[Arc<Group>]) -> Result<Look, ObserveFailure> {
        let tables = self.look_at_tables(vpc)?;
        let mut instances: Result<BTreeMap<_, Instance>, ObserveFailure> = Ok(BTreeMap::new());
        for group in groups {
            let interfaces: Vec<_> = group.next_hops().map(|hop| hop.interface).collect();
            let answer = self.cloud.describe_instances(self.now, Span::ZERO, &interfaces, &mut self.rng);
            let found = given(answer, "ec2:DescribeInstances");
            instances = instances.and_then(|mut all| {
                all.extend(found?);
                Ok(all)
            });
        }
        Ok(Look { instances, tables })
    }

    /// Runs a restore to its end, and tells what it tells.
    pub fn restore(&mut self, restoration: &mut Restoration, tell: &mut dyn FnMut(&Told)) -> RestoreReport {
        // Answers on their way back, by when they arrive.
        let mut answers: Vec<(Timestamp, RouteKey, WriteResult)> = Vec::new();
        loop {
            let action = restoration.next(self.now);
            restoration.take_told().iter().for_each(&mut *tell);
            match action {
                Action::Look => {
                    let takes = self.draw(self.settings.call.clone());
                    self.advance(takes);
                    let wish = restoration.wish();
                    let (vpc, groups) = (wish.backup.vpc.clone(), wish.groups.clone());
                    let seen = self.look_in_full(&vpc, &groups);
                    restoration.looked(self.now, seen);
                }
                Action::Write(write) => {
                    let (now, limit) = (self.now, self.settings.client_timeout);
                    let takes = self.draw(self.settings.call.clone());
                    let answer = match self.cloud.restore_route(now, &write, &mut self.rng) {
                        Answer::Given(result) => (now + takes, write.key, result),
                        Answer::Never => (
                            now + limit,
                            write.key,
                            WriteResult::NoReply(format!("none within {} s", limit.as_secs())),
                        ),
                    };
                    answers.push(answer);
                }
                Action::Wait(until) => {
                    let first = answers.iter().enumerate().min_by_key(|(_, (at, ..))| *at).map(|(n, _)| n);
                    match first.map(|n| answers[n].0).filter(|at| *at <= until) {
                        Some(at) => {
                            self.advance(at.duration_since(self.now).max(Span::ZERO));
                            let (_, key, result) = answers.remove(first.unwrap_or_default());
                            restoration.written(self.now, &key, result);
                        }
                        None => self.advance(until.duration_since(self.now).max(Span::ZERO)),
                    }
                }
                Action::Done(report) => return *report,
            }
        }
    }
}

fn given<T>(answer: Answer<Result<T, ObserveFailure>>, action: &str) -> Result<T, ObserveFailure> {
    match answer {
        Answer::Given(result) => result,
        Answer::Never => Err(ObserveFailure { message: format!("{action}: no reply"), transient: true }),
    }
}
