mod blindness;
mod deadline;
mod disagreement;
mod events;
mod orders;
mod recovery;
mod writes;

use super::*;
use crate::observation::InstanceState::{Pending, Running, Stopped, Stopping};
use crate::report::{Outcome, RouteResult};
use crate::route::{Route, RouteState};
use crate::testing::{World, at, failure, id, key, order, route};
use crate::write::{FailureKind, WriteFailure};

/// A pass that is driven by hand.
struct Hand {
    pass: Pass,
    ms: i64,
}

/// Begins a pass at 0, to end at 55 s.
fn begin(world: &World) -> Hand {
    let group = Arc::new(world.group.clone());
    Hand { pass: Pass::start(group, world.trigger(), at(0), at(55_000)), ms: 0 }
}

impl Hand {
    /// The next action, as a text: `wait 500` is for 500 ms from now.
    fn next(&mut self) -> String {
        match self.pass.next(at(self.ms)) {
            Action::Observe => "observe".to_owned(),
            Action::Replace(change) => format!("{} -> {}", change.key.destination, change.to.interface),
            Action::Wait(until) => format!("wait {}", until.as_millisecond() - at(self.ms).as_millisecond()),
            Action::Done(report) => format!("done: {}", report.summary),
        }
    }

    /// Every action until the pass waits or is over.
    fn all(&mut self) -> Vec<String> {
        let mut actions = Vec::new();
        loop {
            let action = self.next();
            let last = action.starts_with("wait") || action.starts_with("done") || action == "observe";
            actions.push(action);
            if last {
                return actions;
            }
        }
    }

    fn later(&mut self, ms: i64) -> &mut Self {
        self.ms += ms;
        self
    }

    /// Looks, and 100 ms later sees that world.
    fn look(&mut self, world: &World) -> &mut Self {
        assert_eq!(self.next(), "observe");
        self.later(100).see(Ok(world.seen.clone()))
    }

    /// Looks, and half a second later again: the world is the same.
    fn look_twice(&mut self, world: &World) -> &mut Self {
        self.look(world);
        assert_eq!(self.next(), "wait 500");
        self.later(500).look(world)
    }

    fn see(&mut self, result: Result<Observation, ObserveFailure>) -> &mut Self {
        self.pass.observed(at(self.ms), result);
        self
    }

    fn answer(&mut self, to: &str, result: WriteResult) -> &mut Self {
        self.pass.replaced(at(self.ms), &key("rtb-main", to), result);
        self
    }

    fn report(&mut self) -> GroupReport {
        match self.pass.next(at(self.ms)) {
            Action::Done(report) => *report,
            other => panic!("the pass is not over: {other:?}"),
        }
    }

    /// What was told since the last call.
    fn told(&mut self) -> Vec<String> {
        self.pass.take_facts().iter().map(ToString::to_string).collect()
    }
}

fn denied() -> WriteResult {
    WriteResult::Failed(WriteFailure {
        kind: FailureKind::Denied,
        code: "UnauthorizedOperation".to_owned(),
        message: "no".to_owned(),
    })
}

fn no_reply() -> WriteResult {
    WriteResult::NoReply("none within 5 s".to_owned())
}

fn results(report: &GroupReport) -> Vec<String> {
    report.routes.iter().map(|route| format!("{} {}", route.key.destination, route.result)).collect()
}

/// A is stopped and its event has come; the two routes are still on A.
fn a_fails() -> World {
    World::pair().is("A", Stopped).event("A", Stopped)
}

/// The same with a single route, the default route.
fn a_fails_with_one_route() -> World {
    let mut world = a_fails();
    world.table_mut("rtb-main").routes.truncate(1);
    world
}

fn default_moved(world: &World) -> World {
    world.clone().moved("rtb-main", "0.0.0.0/0", "B")
}

fn both_moved(world: &World) -> World {
    default_moved(world).moved("rtb-main", "10.1.0.0/16", "B")
}
