//! The model: what may happen next, what comes of it, and what must hold.

use std::sync::Arc;

use hopover_core::group::Group;
use hopover_core::route::RouteKey;
use hopover_core::write::{FailureKind, WriteFailure, WriteResult};
use stateright::{Model, Property};

use crate::bounds::{Bounds, Mutant};
use crate::running::{Driven, Half, Running, Write};
use crate::world::{BOTH, Event, Machine, Who, World, group, keys};

/// Events on their way at once; a further one is lost.
const EVENTS: usize = 2;

/// The model.
#[derive(Debug, Clone)]
pub struct Failover {
    bounds: Bounds,
    mutant: Mutant,
    group: Arc<Group>,
    keys: Vec<RouteKey>,
}

/// Everything, at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct State {
    world: World,
    /// What a stale read shows: each instance and each route before its own last change, where reads may be stale.
    before: World,
    /// On their way to the function, in no order.
    events: Vec<Event>,
    /// Writes that nobody waits for any more, and that may still land.
    late: Vec<Write>,
    passes: Vec<Option<Running>>,
    left: Left,
    /// Passes that began and ended since the world is quiet; two is all that matters.
    in_quiet: u8,
    broken: Option<&'static str>,
}

/// What mischief is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Left {
    changes: u8,
    doubled: u8,
    stale: u8,
    unanswered: u8,
    kills: u8,
}

/// Something that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// An instance stops or starts.
    Change(u8),
    /// An event reaches the function.
    Deliver(usize),
    /// It does, and will do so again.
    DeliverTwice(usize),
    /// It never does.
    Lose(usize),
    /// The schedule fires.
    Sweep,
    /// `DescribeInstances` is answered.
    ReadInstances(usize, Freshness),
    /// `DescribeRouteTables` is answered.
    ReadRoutes(usize, Freshness),
    /// A write of a pass ends.
    Write(usize, usize, End),
    /// A write that nobody waits for is made.
    Lands(usize),
    /// It is not.
    Vanishes(usize),
    /// A pass is killed.
    Kill(usize),
}

/// How old a read is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Freshness {
    /// As it is.
    Fresh,
    /// As it was before the last change.
    Stale,
}

/// Every age of a read.
const BOTH_AGES: &[Freshness] = &[Freshness::Fresh, Freshness::Stale];

/// How a write ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum End {
    /// Made and acknowledged.
    Made,
    /// Refused for good.
    Denied,
    /// Made, and the reply is lost.
    MadeInSilence,
    /// Neither made nor answered.
    Lost,
    /// Not answered, and made later or never.
    Late,
    /// The first half of deleting and creating.
    Deleted,
}

impl Failover {
    /// What must hold in every state.
    pub const SAFETY: [&str; 7] = [
        "I1 no destination ever disappears",
        "I2 only routes of the group are written",
        "I3 never to a member known to be down",
        "I4 never away from a live holder",
        "I5 two passes after it is quiet, all is right",
        "I5 without sweeps and lost events, all is right in the end",
        "I6 nothing is written that is right",
    ];

    /// What must be seen in some state: that the model is about something.
    pub const FAILOVER: &str = "a failover is seen";

    /// A model of the product, or of a mutant of it.
    pub fn new(bounds: Bounds, mutant: Mutant) -> Self {
        let keys = keys(bounds.routes_a_table);
        Self { bounds, mutant, group: Arc::new(group()), keys }
    }

    fn start(&self, state: &mut State, event: Option<Event>) {
        let Some(slot) = state.passes.iter().position(Option::is_none) else { return };
        let running = Running::start(&self.group, event, is_quiet(state));
        self.drive(state, slot, running);
    }

    fn drive(&self, state: &mut State, slot: usize, running: Running) {
        let in_quiet = running.in_quiet;
        state.passes[slot] = None;
        match running.drive(&self.keys, self.mutant) {
            Driven::Waits(running) => state.passes[slot] = Some(*running),
            Driven::Over => state.in_quiet = (state.in_quiet + u8::from(in_quiet)).min(2),
            Driven::Broken(invariant) => state.broken = Some(invariant),
        }
    }

    fn read(
        &self,
        state: &mut State,
        slot: usize,
        freshness: Freshness,
        half: fn(World) -> Half,
    ) -> Option<()> {
        let world = match freshness {
            Freshness::Fresh => &state.world,
            Freshness::Stale => {
                state.left.stale -= 1;
                &state.before
            }
        };
        let half = half(world.clone());
        let mut running = state.passes[slot].take()?;
        running.read(&self.keys, self.mutant, half);
        self.drive(state, slot, running);
        Some(())
    }

    fn write(&self, state: &mut State, slot: usize, at: usize, end: End) -> Option<()> {
        let mut running = state.passes[slot].take()?;
        let (route, to) = running.writes.remove(at);
        let result = match end {
            End::Made => WriteResult::Replaced,
            End::Denied => WriteResult::Failed(WriteFailure {
                kind: FailureKind::Denied,
                code: String::new(),
                message: String::new(),
            }),
            End::MadeInSilence | End::Lost | End::Late | End::Deleted => WriteResult::NoReply(String::new()),
        };
        state.left.unanswered -= u8::from(matches!(end, End::MadeInSilence | End::Lost | End::Late));
        match end {
            End::Made | End::MadeInSilence => self.put(state, route, Some(to)),
            End::Deleted => self.put(state, route, None),
            End::Late => {
                state.late.push((route, to));
                state.late.sort_unstable();
            }
            End::Lost | End::Denied => {}
        }
        running.answer(&self.keys, route, result);
        self.drive(state, slot, running);
        Some(())
    }

    fn ends(&self, state: &State, route: u8) -> &'static [End] {
        match () {
            () if self.mutant == Mutant::DeletesAndCreates => &[End::Deleted],
            () if self.bounds.denied && route == 0 => &[End::Denied],
            () if state.left.unanswered > 0 => &[End::Made, End::MadeInSilence, End::Lost, End::Late],
            () => &[End::Made],
        }
    }

    fn actions_of_passes(&self, state: &State, actions: &mut Vec<Action>) {
        for (slot, running) in state.passes.iter().enumerate() {
            let Some(running) = running else { continue };
            // Staleness passes: a sweep that began in a quiet world reads the world as it is. An event comes sooner.
            let may_be_stale = state.left.stale > 0 && !(running.in_quiet && running.is_sweep());
            let ages = |differs: bool| if may_be_stale && differs { BOTH_AGES } else { &BOTH_AGES[..1] };
            let (instances, routes) = running.waits_for();
            if instances {
                let ages = ages(state.before.instances != state.world.instances);
                actions.extend(ages.iter().map(|age| Action::ReadInstances(slot, *age)));
            }
            if routes {
                let ages = ages(state.before.routes != state.world.routes);
                actions.extend(ages.iter().map(|age| Action::ReadRoutes(slot, *age)));
            }
            for (at, (route, _)) in running.writes.iter().enumerate() {
                actions.extend(self.ends(state, *route).iter().map(|end| Action::Write(slot, at, *end)));
            }
            if state.left.kills > 0 {
                actions.push(Action::Kill(slot));
            }
        }
    }

    /// Changes a route.
    fn put(&self, state: &mut State, route: u8, to: Option<Who>) {
        let place = usize::from(route);
        if state.world.routes[place] != to {
            if self.bounds.stale > 0 {
                state.before.routes[place] = state.world.routes[place];
            }
            state.world.routes[place] = to;
        }
        if to.is_none() {
            state.broken = Some("I1");
        }
    }

    /// How many routes are left out where one may not be written.
    fn excused(&self) -> usize {
        usize::from(self.bounds.denied)
    }
}

/// True if nothing is on its way that came to be before now.
fn is_quiet(state: &State) -> bool {
    state.events.is_empty()
        && state.late.is_empty()
        && state.passes.iter().flatten().all(|running| running.in_quiet)
}

impl Model for Failover {
    type State = State;
    type Action = Action;

    /// Both run; all routes on A, or split.
    fn init_states(&self) -> Vec<State> {
        let routes = self.keys.len();
        let split = (0..routes).map(|route| Some(Who::from(route >= routes / 2))).collect();
        let bounds = &self.bounds;
        [vec![Some(0); routes], split]
            .into_iter()
            .map(|routes| World { instances: [Machine::new(); 2], routes })
            .map(|world| State {
                before: world.clone(),
                world,
                events: Vec::new(),
                late: Vec::new(),
                passes: vec![None; bounds.passes],
                left: Left {
                    changes: bounds.changes,
                    doubled: bounds.doubled,
                    stale: bounds.stale,
                    unanswered: bounds.unanswered,
                    kills: bounds.kills,
                },
                in_quiet: 0,
                broken: None,
            })
            .collect()
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        if state.broken.is_some() {
            return;
        }
        if state.left.changes > 0 {
            actions.extend(BOTH.map(Action::Change));
        }
        let free = state.passes.iter().any(Option::is_none);
        for at in 0..state.events.len() {
            if free {
                actions.push(Action::Deliver(at));
            }
            if free && state.left.doubled > 0 {
                actions.push(Action::DeliverTwice(at));
            }
            if self.bounds.lossy {
                actions.push(Action::Lose(at));
            }
        }
        if free && self.bounds.sweeps {
            actions.push(Action::Sweep);
        }
        self.actions_of_passes(state, actions);
        for at in 0..state.late.len() {
            actions.extend([Action::Lands(at), Action::Vanishes(at)]);
        }
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut state = last.clone();
        match action {
            Action::Change(who) => {
                state.left.changes -= 1;
                let machine = &mut state.world.instances[usize::from(who)];
                if self.bounds.stale > 0 {
                    state.before.instances[usize::from(who)] = *machine;
                }
                *machine = machine.next(self.bounds.life);
                let event = Event { who, machine: *machine };
                if state.events.len() < EVENTS || !self.bounds.lossy {
                    state.events.push(event);
                    state.events.sort_unstable();
                }
                state.in_quiet = 0;
                state.passes.iter_mut().flatten().for_each(|running| running.in_quiet = false);
            }
            Action::Deliver(at) => {
                let event = state.events.remove(at);
                self.start(&mut state, Some(event));
            }
            Action::DeliverTwice(at) => {
                state.left.doubled -= 1;
                let event = state.events[at];
                self.start(&mut state, Some(event));
            }
            Action::Lose(at) => drop(state.events.remove(at)),
            Action::Sweep => self.start(&mut state, None),
            Action::ReadInstances(slot, age) => {
                self.read(&mut state, slot, age, |world| Half::Instances(world.instances))?;
            }
            Action::ReadRoutes(slot, age) => {
                self.read(&mut state, slot, age, |world| Half::Routes(world.routes))?;
            }
            Action::Write(slot, at, end) => self.write(&mut state, slot, at, end)?,
            Action::Lands(at) => {
                let (route, to) = state.late.remove(at);
                self.put(&mut state, route, Some(to));
            }
            Action::Vanishes(at) => drop(state.late.remove(at)),
            Action::Kill(slot) => {
                state.left.kills -= 1;
                state.late.extend(state.passes[slot].take()?.writes);
                state.late.sort_unstable();
            }
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let [i1, i2, i3, i4, i5, i5_alone, i6] = Self::SAFETY;
        vec![
            Property::always(i1, |_, state: &State| state.broken != Some("I1")),
            Property::always(i2, |_, state: &State| state.broken != Some("I2")),
            Property::always(i3, |_, state: &State| state.broken != Some("I3")),
            Property::always(i4, |_, state: &State| state.broken != Some("I4")),
            Property::always(i5, |model: &Self, state: &State| {
                !is_quiet(state) || state.in_quiet < 2 || state.world.is_right(model.excused())
            }),
            Property::always(i5_alone, |model: &Self, state: &State| {
                let is_the_end = is_quiet(state) && state.passes.iter().all(Option::is_none);
                model.bounds.sweeps || !is_the_end || state.world.is_right(model.excused())
            }),
            Property::always(i6, |_, state: &State| state.broken != Some("I6")),
            Property::sometimes(Self::FAILOVER, |model: &Self, state: &State| {
                let moved = state.world.routes.iter().skip(model.excused()).all(|holder| *holder == Some(1));
                moved && !state.world.runs(0)
            }),
        ]
    }
}
