//! Every folder of `scenarios/` is a situation: its world, what happens, and what is expected.
//!
//! * `hopover.toml`: the configuration, as an operator writes it. Member `A` is instance `i-a`, which holds A's interfaces.
//! * `world.toml`: the routes, and what goes wrong.
//! * `events.toml`: what happens, at a second or `minute:second`, and when it ends.
//! * `expected.txt`: what people were told, and where the routes point at the end.
//!
//! Every call takes 100 ms, an event 500 ms, a stop 20 s, a start 15 s; a sweep comes every minute. After a change that
//! is meant, `BLESS=1 cargo test -p hopover-sim --test scenarios` writes the expectations anew: review the difference.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use hopover_core::config::Config;
use hopover_core::id::{InstanceId, InterfaceId, RouteTableId, VpcId};
use hopover_core::message::message;
use hopover_core::observation::InstanceState;
use hopover_core::route::{Destination, RouteKey, RouteTable, Target};
use hopover_core::{Span, Timestamp};
use hopover_sim::call::Call;
use hopover_sim::cloud::{SimInstance, SimInterface};
use hopover_sim::example::{epoch, gateway, known, route};
use hopover_sim::fault::{Fault, Harm};
use hopover_sim::{Cloud, Settings, Simulation, event};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

/// `world.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct World {
    /// Route tables: destination = target.
    routes: BTreeMap<RouteTableId, BTreeMap<String, String>>,
    /// Tables that a gateway is associated with.
    #[serde(default)]
    edge: BTreeSet<RouteTableId>,
    /// Tables with the tag `hopover:ignore`.
    #[serde(default)]
    ignored: BTreeSet<RouteTableId>,
    #[serde(default)]
    fault: Vec<FaultText>,
    /// No event is delivered.
    #[serde(default)]
    events_lost: bool,
    /// How old every read is.
    #[serde(default)]
    stale_seconds: i64,
    /// Somebody else in the account has emptied the bucket of `ReplaceRoute`.
    #[serde(default)]
    bucket_empty: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultText {
    call: String,
    harm: String,
    table: Option<RouteTableId>,
    /// In percent.
    chance: Option<u8>,
    /// Calls that pass before the first meets it.
    #[serde(default)]
    after: u32,
    times: Option<u32>,
}

/// `events.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Events {
    /// What happens, in order of time.
    acts: Vec<(String, String)>,
    /// When it is over.
    until: String,
}

#[test]
fn every_scenario_ends_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let mut scenarios: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    scenarios.sort();
    assert!(scenarios.len() >= 8, "{scenarios:?}");
    let failures: Vec<_> = scenarios.iter().filter_map(|scenario| failure(scenario)).collect();
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

/// Runs a scenario; says how it differs from what is expected, if it does.
fn failure(scenario: &Path) -> Option<String> {
    let actual = run(scenario);
    let file = scenario.join("expected.txt");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&file, actual).unwrap();
        return None;
    }
    let expected = fs::read_to_string(&file).unwrap_or_default();
    if actual == expected {
        return None;
    }
    let name = scenario.file_name().unwrap().to_string_lossy();
    Some(format!("{name}\n{}", difference(&expected, &actual)))
}

/// The lines that differ: `-` was expected, `+` came.
fn difference(expected: &str, actual: &str) -> String {
    let (expected, actual): (Vec<_>, Vec<_>) = (expected.lines().collect(), actual.lines().collect());
    let missing = expected.iter().filter(|line| !actual.contains(line)).map(|line| format!("  - {line}\n"));
    let new = actual.iter().filter(|line| !expected.contains(line)).map(|line| format!("  + {line}\n"));
    let lines: String = missing.chain(new).collect();
    if lines.is_empty() { "  the lines are the same, in another order or number\n".to_owned() } else { lines }
}

fn run(scenario: &Path) -> String {
    let config = fs::read_to_string(scenario.join("hopover.toml")).unwrap();
    let config =
        Config::from_toml("hopover.toml", &config).unwrap_or_else(|e| panic!("{}: {e}", scenario.display()));
    let events: Events = read(&scenario.join("events.toml"));
    let mut sim = build(config, read(&scenario.join("world.toml")));
    for (at, act) in &events.acts {
        advance_to(&mut sim, at);
        perform(&mut sim, act);
    }
    advance_to(&mut sim, &events.until);
    outcome(&sim)
}

fn read<T: DeserializeOwned>(file: &Path) -> T {
    let text = fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    toml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", file.display()))
}

/// `75` is the second 75, `1:15` too.
fn advance_to(sim: &mut Simulation, at: &str) {
    let (minutes, seconds) = at.split_once(':').unwrap_or(("0", at));
    let seconds = minutes.parse::<i64>().unwrap() * 60 + seconds.parse::<i64>().unwrap();
    let span = (epoch() + Span::from_secs(seconds)).duration_since(sim.now());
    assert!(!span.is_negative(), "{at} is over");
    sim.advance(span);
}

fn build(config: Config, world: World) -> Simulation {
    let exactly = |ms| Span::from_millis(ms)..=Span::from_millis(ms);
    let settings = Settings {
        call: exactly(100),
        event: exactly(500),
        stop: exactly(20_000),
        start: exactly(15_000),
        terminate: exactly(20_000),
        event_lost: if world.events_lost { 100 } else { 0 },
        staleness: exactly(world.stale_seconds * 1_000),
        ..Settings::default()
    };
    let first = &config.groups[0];
    let mut cloud = Cloud::new(first.region.clone(), epoch(), true, *settings.staleness.end());
    for group in &config.groups {
        for hop in group.next_hops() {
            let instance: InstanceId = known(&format!("i-{}", hop.member.as_str().to_lowercase()));
            cloud.add_instance(SimInstance {
                id: instance.clone(),
                name: hop.member.to_string(),
                state: InstanceState::Running,
                launched_at: epoch() - Span::from_hours(24),
                zone: format!("{}a", group.region),
            });
            cloud.add_interface(SimInterface {
                id: hop.interface,
                vpc: group.vpc.clone(),
                attached_to: Some(instance),
                source_dest_check: false,
            });
        }
    }
    for (id, routes) in world.routes {
        let table = RouteTable {
            vpc: VpcId::clone(&first.vpc),
            name: None,
            ignored: world.ignored.contains(&id),
            routes: routes.iter().map(|(to, target)| made(to, target)).collect(),
            id: id.clone(),
        };
        cloud.add_table(table, world.edge.contains(&id));
    }
    cloud.faults = world.fault.into_iter().map(fault).collect();
    if world.bucket_empty {
        cloud.drain_bucket(Call::ReplaceRoute, epoch());
    }
    Simulation::new(cloud, config, settings, epoch(), 1)
}

fn made(to: &str, target: &str) -> hopover_core::route::Route {
    if target.starts_with("eni-") { route(to, target) } else { gateway(to, target) }
}

fn fault(text: FaultText) -> Fault {
    let call = match text.call.as_str() {
        "DescribeInstances" => Call::DescribeInstances,
        "DescribeRouteTables" => Call::DescribeRouteTables,
        "ReplaceRoute" => Call::ReplaceRoute,
        other => panic!("no such call: {other}"),
    };
    let harm = match text.harm.as_str() {
        "throttle" => Harm::Throttle,
        "deny" => Harm::Deny,
        "service-error" => Harm::ServiceError,
        "lose-request" => Harm::LoseRequest,
        "lose-reply" => Harm::LoseReply,
        other => match other.strip_prefix("vanish ") {
            Some(interface) => Harm::InterfaceVanishes(known(interface)),
            None => panic!("no such harm: {other}"),
        },
    };
    Fault {
        call,
        table: text.table,
        chance: text.chance.unwrap_or(100),
        after: text.after,
        times: text.times,
        harm,
    }
}

/// Does what an act says.
fn perform(sim: &mut Simulation, act: &str) {
    let words: Vec<_> = act.split(' ').collect();
    let now = sim.now();
    let instance = |member: &str| known::<InstanceId>(&format!("i-{}", member.to_lowercase()));
    let interface = |id: &str| known::<InterfaceId>(id);
    match words[..] {
        ["stop", member] => sim.stop(&instance(member)).unwrap(),
        ["start", member] => sim.start(&instance(member)).unwrap(),
        ["terminate", member] => sim.terminate(&instance(member)).unwrap(),
        ["detach", eni] => sim.cloud.attach(now, &interface(eni), None),
        ["attach", eni, "to", member] => sim.cloud.attach(now, &interface(eni), Some(instance(member))),
        ["check-source-and-destination-at", eni] => {
            sim.cloud.set_source_dest_check(now, &interface(eni), true);
        }
        ["point", destination, "in", table, "at", eni] => {
            let key = key(table, destination);
            sim.cloud.point(now, &key, Target::Interface(interface(eni)));
        }
        ["grant", "everything"] => sim.cloud.faults.clear(),
        ["event", member, state] => {
            let state = InstanceState::from_name(state).unwrap();
            let event = event::state_change(&sim.cloud.region, &instance(member), state, now, 0);
            sim.invoke(event);
        }
        ["order", group, "to", member] => sim.invoke(json!({
            "source": "hopover",
            "detail-type": "Switchover",
            "detail": { "group": group, "to": member },
        })),
        _ => panic!("no such act: {act}"),
    }
}

fn key(table: &str, destination: &str) -> RouteKey {
    let destination: Destination = route(destination, "eni-none").destination;
    RouteKey { table: known(table), destination }
}

/// What people were told, and where the routes point.
fn outcome(sim: &Simulation) -> String {
    let mut out = "told\n".to_owned();
    for (at, subject, times) in told(sim) {
        let again = if times == 1 { String::new() } else { format!(" ({times} times)") };
        writeln!(out, "  {at}  {subject}{again}").unwrap();
    }
    out.push_str("routes\n");
    for table in sim.cloud.tables() {
        for route in &table.routes {
            writeln!(out, "  {}  {:<16}  {}", table.id, route.destination, route.target).unwrap();
        }
    }
    out
}

/// The messages, each with the minute and second of its first and the number of times that it came in a row.
fn told(sim: &Simulation) -> Vec<(String, String, usize)> {
    let mut told: Vec<(String, String, usize)> = Vec::new();
    for finished in sim.finished() {
        let subjects: Vec<_> = match &finished.result {
            Err(refused) => vec![format!("event refused: {refused}")],
            Ok(report) => {
                let messages = report.groups.iter().filter_map(|group| message(report, group));
                messages.map(|message| message.subject).collect()
            }
        };
        for subject in subjects {
            match told.last_mut() {
                Some((_, last, times)) if *last == subject => *times += 1,
                _ => told.push((minute_and_second(finished.ended_at), subject, 1)),
            }
        }
    }
    told
}

fn minute_and_second(at: Timestamp) -> String {
    let seconds = at.duration_since(epoch()).as_secs();
    format!("{:02}:{:02}", seconds / 60, seconds % 60)
}
