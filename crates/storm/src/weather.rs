//! Draws a scenario from a seed.

mod people;
mod world;

use fastrand::Rng;
use hopover_core::Span;
use hopover_sim::Settings;
use hopover_sim::call::Call;
use hopover_sim::fault::{Fault, Harm};

use crate::scenario::Scenario;

/// The scenario of a seed.
pub fn draw(seed: u64) -> Scenario {
    // Neighbouring seeds share nothing.
    let mut rng = Rng::with_seed(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mut scenario = world::draw(&mut rng);
    scenario.seed = rng.u64(..);
    scenario.storm = settings(&mut rng);
    scenario.faults = (0..few(&mut rng)).map(|_| fault(&scenario, &mut rng)).collect();
    if by_chance(&mut rng, 6)
        && let Some((table, _)) = rng.choice(&scenario.tables)
    {
        scenario.denied.insert(table.id.clone());
    }
    let length = Span::from_secs(rng.i64(30..=300));
    scenario.length = length;
    scenario.timeline = people::timeline(&scenario, length, &mut rng);
    scenario
}

fn by_chance(rng: &mut Rng, percent: u8) -> bool {
    rng.u8(0..100) < percent
}

/// Often none, seldom several.
fn few(rng: &mut Rng) -> usize {
    [0, 0, 0, 1, 1, 2, 3, 4][rng.usize(..8)]
}

fn millis(from: i64, to: i64) -> std::ops::RangeInclusive<Span> {
    Span::from_millis(from)..=Span::from_millis(to)
}

/// Mostly a region on a normal day, each habit now and then out of order.
fn settings(rng: &mut Rng) -> Settings {
    let ordinary = Settings::default();
    let takes = |rng: &mut Rng| {
        let from = rng.i64(500..=10_000);
        millis(from, from + rng.i64(0..=20_000))
    };
    Settings {
        call: match rng.u8(0..100) {
            0..70 => ordinary.call,
            70..85 => millis(10, 3_000),
            _ => millis(20, 8_000),
        },
        stop: takes(rng),
        start: takes(rng),
        terminate: takes(rng),
        event: match rng.u8(0..100) {
            0..60 => ordinary.event,
            60..85 => millis(100, 20_000),
            _ => millis(0, 180_000),
        },
        event_lost: match rng.u8(0..100) {
            0..55 => 0,
            55..92 => rng.u8(5..=60),
            _ => 100,
        },
        event_doubled: if by_chance(rng, 35) { rng.u8(10..=100) } else { 0 },
        staleness: match rng.u8(0..100) {
            0..60 => ordinary.staleness,
            60..85 => millis(0, 5_000),
            85..93 => millis(3_000, 3_000),
            _ => millis(0, 20_000),
        },
        throttling: by_chance(rng, 85),
        client_timeout: Span::from_secs(if by_chance(rng, 70) { 5 } else { rng.i64(2..=5) }),
        function_timeout: Span::from_secs(if by_chance(rng, 70) { 55 } else { rng.i64(20..=60) }),
        killed: if by_chance(rng, 25) { rng.u8(1..=15) } else { 0 },
        concurrency: if by_chance(rng, 60) { 1 } else { rng.usize(2..=4) },
        retries: match rng.u8(0..100) {
            0..70 => ordinary.retries,
            70..85 => Vec::new(),
            _ => vec![Span::from_secs(rng.i64(1..=20)), Span::from_secs(rng.i64(1..=40))],
        },
        sweep: Some(Span::from_secs(if by_chance(rng, 70) { 60 } else { rng.i64(20..=60) })),
    }
}

fn fault(scenario: &Scenario, rng: &mut Rng) -> Fault {
    let call = if by_chance(rng, 60) { Call::ReplaceRoute } else { Call::ALL[rng.usize(..Call::ALL.len())] };
    let harm = match rng.u8(0..100) {
        0..22 => Harm::Throttle,
        22..36 => Harm::Deny,
        36..52 => Harm::ServiceError,
        52..68 => Harm::LoseRequest,
        68..84 => Harm::LoseReply,
        84..92 => Harm::TableVanishes(scenario.tables[rng.usize(..scenario.tables.len())].0.id.clone()),
        _ => Harm::InterfaceVanishes(scenario.interfaces[rng.usize(..scenario.interfaces.len())].id.clone()),
    };
    let once = matches!(harm, Harm::TableVanishes(_) | Harm::InterfaceVanishes(_));
    let table = (call == Call::ReplaceRoute && by_chance(rng, 25))
        .then(|| scenario.tables[rng.usize(..scenario.tables.len())].0.id.clone());
    Fault {
        call,
        table,
        chance: if by_chance(rng, 40) { 100 } else { rng.u8(5..=95) },
        after: if by_chance(rng, 50) { 0 } else { rng.u32(1..=8) },
        times: if once {
            Some(1)
        } else if by_chance(rng, 50) {
            Some(rng.u32(1..=20))
        } else {
            None
        },
        harm,
    }
}
