//! Makes a scenario that breaks a promise smaller, while it still breaks the same one.

use hopover_core::Span;
use hopover_core::group::Group;
use hopover_core::route::RouteKey;
use hopover_sim::Settings;

use crate::mutant::Mutant;
use crate::reference::Invariant;
use crate::run::play;
use crate::scenario::{Act, Scenario};

/// Shrunk at most that many plays long.
const PLAYS: usize = 4_000;

/// The smallest scenario that was found to break the same promise.
pub fn shrink(scenario: &Scenario, mutant: Mutant, invariant: Invariant) -> Scenario {
    let mut best = Best { scenario: scenario.clone(), mutant, invariant, plays: 0 };
    while best.plays < PLAYS && best.round() {}
    best.scenario
}

struct Best {
    scenario: Scenario,
    mutant: Mutant,
    invariant: Invariant,
    plays: usize,
}

impl Best {
    /// Tries everything once; true if something became smaller.
    fn round(&mut self) -> bool {
        let mut smaller =
            self.without_some(|s| s.timeline.len(), |s, from, to| drop(s.timeline.drain(from..to)));
        smaller |= self.without_some(|s| s.faults.len(), |s, from, to| drop(s.faults.drain(from..to)));
        smaller |= self.without_some(|s| s.tables.len(), |s, from, to| drop(s.tables.drain(from..to)));
        for at in 0..self.scenario.tables.len() {
            smaller |= self.without_some(
                |s| s.tables.get(at).map_or(0, |(table, _)| table.routes.len()),
                |s, from, to| drop(s.tables[at].0.routes.drain(from..to)),
            );
        }
        smaller |= self.without_members();
        smaller |= self.simpler();
        smaller |= self.shorter();
        smaller
    }

    /// Leaves out half of a list, then quarters, down to single entries.
    fn without_some(
        &mut self,
        length: impl Fn(&Scenario) -> usize,
        remove: impl Fn(&mut Scenario, usize, usize),
    ) -> bool {
        let mut smaller = false;
        let mut part = length(&self.scenario).div_ceil(2);
        while part > 0 {
            let mut from = 0;
            while from < length(&self.scenario) {
                let to = (from + part).min(length(&self.scenario));
                if self.attempt(|scenario| remove(scenario, from, to)) {
                    smaller = true;
                } else {
                    from = to;
                }
            }
            part /= 2;
        }
        smaller
    }

    fn without_members(&mut self) -> bool {
        let mut smaller = false;
        if self.scenario.groups.len() > 1 {
            for at in 0..2 {
                smaller |= self.scenario.groups.len() > 1
                    && self.attempt(|scenario| {
                        scenario.groups.remove(at);
                    });
            }
        }
        for group in 0..self.scenario.groups.len() {
            for member in (0..self.scenario.groups[group].members.len()).rev() {
                if self.scenario.groups[group].members.len() > 2 {
                    smaller |= self.attempt(|scenario| forget_member(scenario, group, member));
                }
            }
        }
        smaller
    }

    /// Makes settings and rules ordinary, one after the other.
    fn simpler(&mut self) -> bool {
        let mut smaller = false;
        for simplify in SIMPLER {
            let mut simple = self.scenario.clone();
            simplify(&mut simple);
            if simple.to_string() != self.scenario.to_string() {
                smaller |= self.attempt(simplify);
            }
        }
        smaller
    }

    /// Ends the storm right after the last act.
    fn shorter(&mut self) -> bool {
        let last = self.scenario.timeline.last().map_or(Span::ZERO, |(at, _)| *at) + Span::from_secs(1);
        last < self.scenario.length && self.attempt(|scenario| scenario.length = last)
    }

    /// Keeps a change if the same promise is still broken.
    fn attempt(&mut self, change: impl FnOnce(&mut Scenario)) -> bool {
        if self.plays >= PLAYS {
            return false;
        }
        self.plays += 1;
        let mut candidate = self.scenario.clone();
        change(&mut candidate);
        forget_what_is_gone(&mut candidate);
        let violation = play(&candidate, self.mutant).violation;
        let same = violation.is_some_and(|violation| violation.invariant == self.invariant);
        if same {
            self.scenario = candidate;
        }
        same
    }
}

const SIMPLER: [fn(&mut Scenario); 17] = [
    |s| s.storm.call = Settings::default().call,
    |s| s.storm.event = Settings::default().event,
    |s| s.storm.event_lost = 0,
    |s| s.storm.event_doubled = 0,
    |s| s.storm.staleness = Settings::default().staleness,
    |s| s.storm.killed = 0,
    |s| s.storm.concurrency = 1,
    |s| s.storm.throttling = false,
    |s| s.storm.retries = Vec::new(),
    |s| s.storm.client_timeout = Settings::default().client_timeout,
    |s| s.storm.function_timeout = Settings::default().function_timeout,
    |s| s.storm.sweep = Settings::default().sweep,
    |s| s.denied.clear(),
    |s| s.groups.iter_mut().for_each(|group| group.preempt = None),
    |s| s.groups.iter_mut().for_each(|group| group.home.clear()),
    |s| s.groups.iter_mut().for_each(|group| group.exclude.clear()),
    |s| s.interfaces.iter_mut().for_each(|interface| interface.source_dest_check = false),
];

fn forget_member(scenario: &mut Scenario, group: usize, member: usize) {
    let group = &mut scenario.groups[group];
    let gone = group.members.remove(member);
    group.preempt.take_if(|preempt| *preempt == gone.name);
    group.home.retain(|_, home| *home != gone.name);
    scenario.timeline.retain(|(_, act)| !matches!(act, Act::Order(order) if order.to == gone.name));
}

/// Acts and faults on what is no longer there go too, and rules about it.
fn forget_what_is_gone(scenario: &mut Scenario) {
    let has = |key: &RouteKey| {
        let table = scenario.tables.iter().find(|(table, _)| table.id == key.table);
        table.is_some_and(|(table, _)| table.routes.iter().any(|route| route.destination == key.destination))
    };
    let groups: Vec<_> = scenario.groups.iter().map(|group| group.name.clone()).collect();
    scenario.timeline.retain(|(_, act)| match act {
        Act::Point(key, _) => has(key),
        Act::DeleteTable(id) => scenario.tables.iter().any(|(table, _)| table.id == *id),
        Act::Order(order) => groups.contains(&order.group),
        _ => true,
    });
    let interfaces: Vec<_> =
        scenario.groups.iter().flat_map(Group::next_hops).map(|hop| hop.interface).collect();
    let strangers = scenario.interfaces.first().map(|interface| interface.id.clone());
    scenario
        .interfaces
        .retain(|interface| interfaces.contains(&interface.id) || strangers.as_ref() == Some(&interface.id));
    let used: Vec<_> = scenario.interfaces.iter().filter_map(|i| i.attached_to.clone()).collect();
    scenario.instances.retain(|instance| {
        used.contains(&instance.id)
            || scenario
                .timeline
                .iter()
                .any(|(_, act)| matches!(act, Act::Attach(_, to) if *to == instance.id))
    });
    let tables: Vec<_> = scenario.tables.iter().map(|(table, _)| table.id.clone()).collect();
    scenario.denied.retain(|table| tables.contains(table));
    for group in &mut scenario.groups {
        group.home.retain(|table, _| tables.contains(table));
        group.exclude.retain(|table| tables.contains(table));
    }
}
