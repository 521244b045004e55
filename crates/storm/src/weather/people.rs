//! Draws what happens meanwhile: what operators do, and what the platform does to the function.

use std::collections::BTreeSet;

use fastrand::Rng;
use hopover_core::Span;
use hopover_core::id::{InstanceId, InterfaceId};
use hopover_core::observation::InstanceState;
use hopover_core::route::{RouteKey, Target};
use hopover_core::trigger::Order;
use hopover_sim::call::Call;
use hopover_sim::example::known;

use super::by_chance;
use super::world::{SPARE, STRANGER};
use crate::scenario::{Act, Scenario};

/// What happens in a storm of that length, in order of time.
pub(super) fn timeline(scenario: &Scenario, length: Span, rng: &mut Rng) -> Vec<(Span, Act)> {
    let mut timeline = Vec::new();
    for _ in 0..rng.usize(1..=8) {
        let at = Span::from_millis(rng.i64(0..=i64::try_from(length.as_millis()).unwrap_or(0)));
        let act = act(scenario, rng);
        // What was stopped or detached is often brought back.
        let later = at + Span::from_millis(rng.i64(100..=120_000));
        let back = match &act {
            Act::Stop(instance) => Some(Act::Start(instance.clone())),
            Act::Detach(interface) => Some(Act::Attach(interface.clone(), home(scenario, interface))),
            _ => None,
        };
        timeline.push((at, act));
        timeline.extend(back.filter(|_| later < length && by_chance(rng, 60)).map(|back| (later, back)));
    }
    timeline.sort_by_key(|(at, _)| *at);
    timeline
}

fn act(scenario: &Scenario, rng: &mut Rng) -> Act {
    match rng.u8(0..100) {
        0..30 => Act::Stop(machine(scenario, rng)),
        30..48 => Act::Start(machine(scenario, rng)),
        48..52 => Act::Terminate(machine(scenario, rng)),
        52..57 => Act::Detach(interface(scenario, rng)),
        57..63 => {
            let interface = interface(scenario, rng);
            // Where it belongs, to the spare instance, or by mistake to another member's.
            let at = match rng.u8(0..100) {
                0..80 => home(scenario, &interface),
                80..93 => known(SPARE),
                _ => machine(scenario, rng),
            };
            Act::Attach(interface, at)
        }
        63..68 => Act::SourceDestCheck(interface(scenario, rng), rng.bool()),
        68..70 => Act::DeleteTable(scenario.tables[rng.usize(..scenario.tables.len())].0.id.clone()),
        70..78 => point(scenario, rng),
        78..86 => Act::Order(order(scenario, rng)),
        86..93 => {
            let state = InstanceState::ALL[rng.usize(..InstanceState::ALL.len())];
            // As it is, a little old, or with the time stamp of some documentation.
            let ages = [0, rng.i64(1..=300), 86_400];
            Act::Event(machine(scenario, rng), state, Span::from_secs(ages[rng.usize(..3)]))
        }
        93..95 => Act::Drain(Call::ALL[rng.usize(..Call::ALL.len())]),
        _ => {
            let furthest = [5_000, 60_000, 600_000][rng.usize(..3)];
            Act::Clock(Span::from_millis(rng.i64(-furthest..=furthest)))
        }
    }
}

/// A member's instance, seldom the spare one.
fn machine(scenario: &Scenario, rng: &mut Rng) -> InstanceId {
    let at = if by_chance(rng, 3) { 0 } else { rng.usize(1..scenario.instances.len()) };
    scenario.instances[at].id.clone()
}

/// A member's interface.
fn interface(scenario: &Scenario, rng: &mut Rng) -> InterfaceId {
    scenario.interfaces[rng.usize(1..scenario.interfaces.len())].id.clone()
}

/// The instance that a member's interface belongs to: `eni-a-lan` to `i-a`.
fn home(scenario: &Scenario, interface: &InterfaceId) -> InstanceId {
    let name = interface.as_str().split('-').nth(1).unwrap_or_default();
    let wanted = format!("i-{name}");
    let found = scenario.instances.iter().find(|instance| instance.id.as_str() == wanted);
    found.map_or_else(|| known(SPARE), |instance| instance.id.clone())
}

fn point(scenario: &Scenario, rng: &mut Rng) -> Act {
    let (table, _) = &scenario.tables[rng.usize(..scenario.tables.len())];
    let Some(route) = rng.choice(&table.routes) else {
        return Act::Start(machine(scenario, rng));
    };
    let target = match rng.u8(0..10) {
        0..7 => Target::Interface(interface(scenario, rng)),
        7..9 => Target::Interface(known(STRANGER)),
        _ => Target::Other("igw-main".to_owned()),
    };
    Act::Point(RouteKey { table: table.id.clone(), destination: route.destination.clone() }, target)
}

fn order(scenario: &Scenario, rng: &mut Rng) -> Order {
    let group = &scenario.groups[rng.usize(..scenario.groups.len())];
    let mut tables = BTreeSet::new();
    if by_chance(rng, 40) {
        tables.insert(scenario.tables[rng.usize(..scenario.tables.len())].0.id.clone());
    }
    Order {
        group: group.name.clone(),
        to: group.members[rng.usize(..group.members.len())].name.clone(),
        tables,
        force: by_chance(rng, 25),
    }
}
