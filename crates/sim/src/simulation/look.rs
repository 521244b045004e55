//! A look is two calls side by side.

use std::collections::BTreeMap;

use hopover_core::Span;
use hopover_core::id::{InstanceId, RouteTableId};
use hopover_core::observation::{Instance, Observation, ObserveFailure};
use hopover_core::route::RouteTable;

use crate::cloud::Answer;

type Instances = Result<BTreeMap<InstanceId, Instance>, ObserveFailure>;
type Tables = Result<BTreeMap<RouteTableId, RouteTable>, ObserveFailure>;

/// One of the two calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Instances,
    Tables,
}

/// One of the two, answered.
#[derive(Debug, Clone)]
pub(super) enum Answered {
    Instances(Instances),
    Tables(Tables),
}

/// What has come back so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Look {
    instances: Option<Instances>,
    tables: Option<Tables>,
    /// Time for further pages.
    pub(super) extra: Span,
}

impl Look {
    /// Takes one half; returns the whole once both are there.
    pub(super) fn put(&mut self, answered: Answered) -> Option<Result<Observation, ObserveFailure>> {
        match answered {
            Answered::Instances(instances) => self.instances = Some(instances),
            Answered::Tables(tables) => self.tables = Some(tables),
        }
        if self.instances.is_none() || self.tables.is_none() {
            return None;
        }
        let (instances, tables) = (self.instances.take()?, self.tables.take()?);
        Some(tables.map(|tables| Observation { instances, tables }))
    }
}

/// Makes an answer of a call; the flag is false if the client had to give up waiting.
pub(super) fn answered<T>(
    answer: Answer<Result<T, ObserveFailure>>,
    wrap: fn(Result<T, ObserveFailure>) -> Answered,
    part: Part,
) -> (Answered, bool) {
    match answer {
        Answer::Given(result) => (wrap(result), true),
        Answer::Never => (unanswered(part), false),
    }
}

/// What a client makes of a call for whose answer it does not wait any longer.
pub(super) fn unanswered(part: Part) -> Answered {
    let failure = |action| ObserveFailure { message: format!("{action}: no reply"), transient: true };
    match part {
        Part::Instances => Answered::Instances(Err(failure("ec2:DescribeInstances"))),
        Part::Tables => Answered::Tables(Err(failure("ec2:DescribeRouteTables"))),
    }
}
