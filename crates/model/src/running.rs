//! A pass under way, as the model drives it.

use std::sync::Arc;

use hopover_core::group::Group;
use hopover_core::observation::InstanceState;
use hopover_core::pass::{Action, Pass};
use hopover_core::plan::RouteChange;
use hopover_core::route::RouteKey;
use hopover_core::trigger::Trigger;
use hopover_core::write::WriteResult;
use hopover_core::{Span, Timestamp};

use crate::bounds::Mutant;
use crate::world::{BOTH, Event, Machine, Who, World, interface, name, observation};

/// A write on its way: a route, by its place among the keys, and its new member.
pub(crate) type Write = (u8, Who);

/// A pass and what is on its way for it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Running {
    pass: Pass,
    event: Option<Event>,
    look: Option<Look>,
    /// What the last look showed.
    saw: Option<World>,
    /// On their way to EC2.
    pub(crate) writes: Vec<Write>,
    wrote: bool,
    /// True if it began in a world that was quiet, and has been since.
    pub(crate) in_quiet: bool,
}

/// The two halves of a look that is under way, as far as they are there.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct Look {
    instances: Option<[Machine; 2]>,
    routes: Option<Vec<Option<Who>>>,
}

/// What came of driving a pass.
pub(crate) enum Driven {
    /// It waits for an answer.
    Waits(Box<Running>),
    /// It is over.
    Over,
    /// It wanted a write that an invariant forbids.
    Broken(&'static str),
}

/// Answers come at one moment, and questions at one later moment, which is after every pause: so that time, which goes on
/// in the product, does not make states of the model differ.
fn answered() -> Timestamp {
    Timestamp::UNIX_EPOCH + Span::from_hours(1_000)
}

fn asked() -> Timestamp {
    answered() + Span::from_hours(1)
}

fn deadline() -> Timestamp {
    answered() + Span::from_hours(1_000)
}

impl Running {
    pub(crate) fn start(group: &Arc<Group>, event: Option<Event>, in_quiet: bool) -> Self {
        let trigger = event.map_or(Trigger::Sweep, |event| Trigger::StateChange(event.told()));
        let pass = Pass::start(Arc::clone(group), trigger, answered(), deadline());
        Self { pass, event, look: None, saw: None, writes: Vec::new(), wrote: false, in_quiet }
    }

    /// True if no event began it.
    pub(crate) fn is_sweep(&self) -> bool {
        self.event.is_none()
    }

    /// Whether it waits for the instances, and whether for the routes.
    pub(crate) fn waits_for(&self) -> (bool, bool) {
        self.look.as_ref().map_or((false, false), |look| (look.instances.is_none(), look.routes.is_none()))
    }

    /// Asks the pass what to do until it waits, and checks what it wants to write.
    pub(crate) fn drive(mut self, keys: &[RouteKey], mutant: Mutant) -> Driven {
        loop {
            let action = self.pass.next(asked());
            self.pass.take_facts();
            match action {
                Action::Observe if mutant == Mutant::DoesNotVerify && self.wrote => return Driven::Over,
                Action::Observe
                    if mutant == Mutant::TrustsASingleRead && self.saw.is_some() && !self.wrote =>
                {
                    return Driven::Over;
                }
                Action::Observe => self.look = Some(Look::default()),
                Action::Replace(change) => match self.judge(keys, &change) {
                    Ok(write) => {
                        self.wrote = true;
                        self.writes.push(write);
                        self.writes.sort_unstable();
                    }
                    Err(broken) => return Driven::Broken(broken),
                },
                Action::Wait(_) => return Driven::Waits(Box::new(self)),
                Action::Done(_) => return Driven::Over,
            }
        }
    }

    /// Takes one half of a look; with both, the pass has seen.
    pub(crate) fn read(&mut self, keys: &[RouteKey], mutant: Mutant, half: Half) {
        let Some(look) = self.look.as_mut() else { return };
        match half {
            Half::Instances(seen) => look.instances = Some(seen),
            Half::Routes(seen) => look.routes = Some(seen),
        }
        let (Some(instances), Some(routes)) = (look.instances, look.routes.clone()) else { return };
        self.look = None;
        let saw = World { instances, routes };
        let mut shown = saw.clone();
        if mutant == Mutant::TrustsTheStandby {
            // Only the member that carries a route is looked at.
            let carries = |who| saw.routes.contains(&Some(who));
            BOTH.iter()
                .filter(|who| !carries(**who))
                .for_each(|who| shown.instances[usize::from(*who)].state = InstanceState::Running);
        }
        self.pass.observed(answered(), Ok(observation(keys, &shown)));
        self.saw = Some(saw);
    }

    /// Takes the answer to a write.
    pub(crate) fn answer(&mut self, keys: &[RouteKey], route: u8, result: WriteResult) {
        self.pass.replaced(answered(), &keys[usize::from(route)], result);
    }

    /// The invariants that a write can break, by what the pass itself had seen; worked out apart from the product.
    fn judge(&self, keys: &[RouteKey], change: &RouteChange) -> Result<Write, &'static str> {
        let route = keys.iter().position(|key| *key == change.key).ok_or("I2")?;
        let to = BOTH.into_iter().find(|who| name(*who) == change.to.member).ok_or("I2")?;
        let saw = self.saw.as_ref().ok_or("I2")?;
        let from = saw.routes[route].ok_or("I1")?;
        let is_down = |who: Who| {
            let seen = saw.instances[usize::from(who)];
            !seen.runs() || self.event.is_some_and(|event| event.is_against(who, seen))
        };
        match () {
            () if change.to.interface != interface(to) => Err("I2"),
            () if is_down(to) => Err("I3"),
            () if !is_down(from) => Err("I4"),
            () if from == to => Err("I6"),
            () => Ok((u8::try_from(route).map_err(|_| "I2")?, to)),
        }
    }
}

/// One of the two calls of a look.
pub(crate) enum Half {
    Instances([Machine; 2]),
    Routes(Vec<Option<Who>>),
}
