//! What EC2 shows and answers, as it never would: the pass must not do more harm than the world does.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;
use std::sync::Arc;

use hopover_core::group::{Group, Member};
use hopover_core::id::{BadId, InterfaceId};
use hopover_core::observation::{Instance, InstanceState, Interface, Observation, ObserveFailure};
use hopover_core::plan::RouteChange;
use hopover_core::route::{Destination, Origin, Route, RouteState, RouteTable, Target};
use hopover_core::trigger::{Order, StateChange, Trigger};
use hopover_core::write::{FailureKind, WriteFailure, WriteResult};
use hopover_core::{Span, Timestamp};

use crate::cases::{Dice, Target as Cases};
use crate::watch::{World, drive, word};

#[test]
fn no_world_makes_a_pass_write_outside_its_group_or_go_on_for_ever() {
    let target = Cases { name: "passes through hostile worlds", weight: 16, longest: 1024 };
    let every = [
        "nothing to do",
        "moved",
        "unverified",
        "refused",
        "incomplete",
        "could not observe",
        "misconfigured",
    ];
    target.run(&every, |bytes| {
        let mut dice = Dice::new(bytes);
        let group = Arc::new(group(&mut dice));
        let start = time(&mut dice, AN_HOUR * 24 * 365 * 50);
        let trigger = trigger(&mut dice, &group, start);
        let limit = dice.pick(&[55_000, 55_000, 55_000, 5_000, 500, 900_000, 1, 0, -1_000]);
        let seen = observation(&mut dice, &group, start);
        let mut world = Hostile { group: Arc::clone(&group), now: start, seen, back: 0, dice };
        word(&drive(&group, &trigger, start, start + Span::from_millis(limit), &mut world))
    });
}

const AN_HOUR: i64 = 3_600_000;

/// 2026-01-01T00:00:00Z, in milliseconds.
const EPOCH: i64 = 1_767_225_600_000;

fn id<T: FromStr<Err = BadId>>(text: &str) -> T {
    text.parse().unwrap()
}

/// At most so many milliseconds from 2026.
fn time(dice: &mut Dice<'_>, most: i64) -> Timestamp {
    let offset = i64::from_be_bytes(dice.word().to_be_bytes()).checked_rem(most).unwrap_or(0);
    Timestamp::from_millisecond(EPOCH + offset).unwrap()
}

fn group(dice: &mut Dice<'_>) -> Group {
    let names = &["A", "B", "C", "D"][..2 + dice.below(3)];
    let members = names.iter().map(|name| {
        // Some have no `wan`.
        let paths = if dice.one_in(6) { &["lan"][..] } else { &["lan", "wan"] };
        let interface = |path: &&str| (id(path), id(&format!("eni-{}-{path}", name.to_lowercase())));
        Member { name: id(name), interfaces: paths.iter().map(interface).collect() }
    });
    let members: Vec<_> = members.collect();
    let some = |dice: &mut Dice<'_>| id(names[dice.below(names.len())]);
    Group {
        name: id("vaer"),
        region: id("eu-central-1"),
        vpc: id("vpc-main"),
        preempt: dice.one_in(3).then(|| some(dice)),
        home: (0..dice.below(3)).map(|at| (id(TABLES[at]), some(dice))).collect(),
        exclude: (0..dice.below(3)).map(|at| id(TABLES[4 - at])).collect(),
        failback_delay: Span::from_secs(i64::from(dice.pick(&[300, 0, u32::MAX]))),
        members,
    }
}

const TABLES: [&str; 5] = ["rtb-a", "rtb-b", "rtb-c", "rtb-d", "rtb-e"];
const INSTANCES: [&str; 6] = ["i-a", "i-b", "i-c", "i-d", "i-x", "i-y"];
const FOREIGN: [&str; 2] = ["eni-x", "eni-y"];

fn trigger(dice: &mut Dice<'_>, group: &Group, start: Timestamp) -> Trigger {
    match dice.below(8) {
        0..=3 => Trigger::StateChange(StateChange {
            instance: id(dice.pick(&INSTANCES)),
            state: dice.pick(&[
                InstanceState::Stopped,
                InstanceState::Stopping,
                InstanceState::Pending,
                InstanceState::Running,
                InstanceState::Terminated,
            ]),
            region: group.region.clone(),
            time: match dice.below(6) {
                0 => Timestamp::MIN,
                1 => Timestamp::MAX,
                2 => time(dice, AN_HOUR * 24 * 365 * 1_000),
                _ => start,
            },
        }),
        4 | 5 => Trigger::Order(Order {
            group: id(if dice.one_in(8) { "other" } else { "vaer" }),
            to: id(dice.pick(&["B", "A", "C", "D", "nobody"])),
            tables: (0..dice.below(3)).map(|_| id(dice.pick(&TABLES))).collect(),
            force: dice.one_in(3),
        }),
        _ => Trigger::Sweep,
    }
}

/// A look at a world that may have been a sane one.
fn observation(dice: &mut Dice<'_>, group: &Group, now: Timestamp) -> Observation {
    let mut instances = BTreeMap::new();
    for member in &group.members {
        let found = if dice.one_in(4) { instance(dice, group, now) } else { sane(member) };
        instances.insert(found.id.clone(), found);
    }
    for _ in 0..dice.below(12).saturating_sub(8) {
        let found = instance(dice, group, now);
        // The key is the id, or a lie.
        let key = if dice.one_in(8) { id(dice.pick(&INSTANCES)) } else { found.id.clone() };
        instances.insert(key, found);
    }
    let tables = (0..=dice.below(4)).map(|at| {
        let routes = if dice.one_in(24) { 60 + dice.below(256) } else { dice.below(7) };
        let table = RouteTable {
            id: id(if dice.one_in(16) { dice.pick(&TABLES) } else { TABLES[at] }),
            vpc: id(if dice.one_in(12) { "vpc-other" } else { "vpc-main" }),
            name: dice.one_in(8).then(|| dice.text()),
            ignored: dice.one_in(12),
            routes: (0..routes).map(|at| route(dice, group, at)).collect(),
        };
        (id(if dice.one_in(32) { dice.pick(&TABLES) } else { table.id.as_str() }), table)
    });
    let tables = tables.collect();
    let instances = if dice.one_in(12) { Err(failure(dice)) } else { Ok(instances) };
    Observation { instances, tables }
}

fn sane(member: &Member) -> Instance {
    let interface = |id: &InterfaceId| Interface {
        id: id.clone(),
        vpc: Some("vpc-main".parse().unwrap()),
        attached: true,
        source_dest_check: Some(false),
    };
    Instance {
        id: id(&format!("i-{}", member.name.as_str().to_lowercase())),
        state: InstanceState::Running,
        launched_at: Timestamp::from_millisecond(EPOCH - AN_HOUR).ok(),
        zone: Some("eu-central-1a".to_owned()),
        interfaces: member.interfaces.values().map(interface).collect(),
    }
}

fn interface_id(dice: &mut Dice<'_>, group: &Group) -> InterfaceId {
    let ours: Vec<_> = group.next_hops().map(|hop| hop.interface).collect();
    let at = dice.below(ours.len() + FOREIGN.len());
    ours.get(at).cloned().unwrap_or_else(|| id(FOREIGN[at - ours.len()]))
}

fn instance(dice: &mut Dice<'_>, group: &Group, now: Timestamp) -> Instance {
    let interfaces = (0..dice.below(4)).map(|_| Interface {
        id: interface_id(dice, group),
        vpc: match dice.below(16) {
            0 => None,
            1 => Some(id("vpc-other")),
            _ => Some(id("vpc-main")),
        },
        attached: !dice.one_in(4),
        source_dest_check: dice.pick(&[Some(false), Some(true), None]),
    });
    let interfaces = interfaces.collect();
    Instance {
        id: id(dice.pick(&INSTANCES)),
        state: dice.pick(&InstanceState::ALL),
        launched_at: match dice.below(6) {
            0 => None,
            1 => Some(now),
            2 => Some(Timestamp::MAX),
            3 => Some(Timestamp::MIN),
            _ => Some(time(dice, AN_HOUR * 24)),
        },
        zone: dice.one_in(4).then(|| dice.text()),
        interfaces,
    }
}

fn route(dice: &mut Dice<'_>, group: &Group, at: usize) -> Route {
    let destination = match dice.below(10) {
        5 => Destination::Ipv4("0.0.0.0/0".to_owned()),
        6 => Destination::Ipv6("::/0".to_owned()),
        7 => Destination::PrefixList(id("pl-a")),
        8 if dice.one_in(4) => Destination::Ipv4(dice.text()),
        // The same text, but another destination.
        9 => Destination::Ipv6(format!("10.{at}.0.0/16")),
        _ => Destination::Ipv4(format!("10.{}.0.0/16", at % 200)),
    };
    Route {
        destination,
        target: match dice.below(8) {
            6 => Target::Other(dice.pick(&["local", "igw-a", "eni-a-lan", ""]).to_owned()),
            7 => Target::Interface(interface_id(dice, group)),
            _ => Target::Interface(group.members[0].interfaces[&id("lan")].clone()),
        },
        instance: dice.one_in(2).then(|| id(dice.pick(&INSTANCES))),
        origin: match dice.below(12) {
            8 => Origin::CreateRouteTable,
            9 => Origin::Propagated,
            10 => Origin::Advertisement,
            11 => Origin::Other(dice.text()),
            _ => Origin::CreateRoute,
        },
        state: match dice.below(6) {
            4 => RouteState::Blackhole,
            5 => RouteState::Other(dice.text()),
            _ => RouteState::Active,
        },
    }
}

fn failure(dice: &mut Dice<'_>) -> ObserveFailure {
    ObserveFailure { message: dice.text(), transient: !dice.one_in(3) }
}

/// The world: what is there now, and what becomes of it.
struct Hostile<'b> {
    group: Arc<Group>,
    now: Timestamp,
    seen: Observation,
    /// How often the clock went back. It must not go on for ever, because no pass would end then.
    back: u32,
    dice: Dice<'b>,
}

impl World for Hostile<'_> {
    fn look(&mut self) -> Result<Observation, ObserveFailure> {
        match self.dice.below(12) {
            6 => return Err(failure(&mut self.dice)),
            7 => self.seen = observation(&mut self.dice, &self.group, self.now),
            8..=10 => self.change(),
            // Shown once, and not so.
            11 => return Ok(observation(&mut self.dice, &self.group, self.now)),
            _ => {}
        }
        Ok(self.seen.clone())
    }

    fn write(&mut self, change: &RouteChange) -> WriteResult {
        let result = match self.dice.below(12) {
            6 => WriteResult::Throttled,
            7 | 8 => WriteResult::NoReply(self.dice.text()),
            9 | 10 => WriteResult::Failed(WriteFailure {
                kind: self.dice.pick(&[FailureKind::Denied, FailureKind::NotAccepted, FailureKind::Other]),
                code: self.dice.text(),
                message: self.dice.text(),
            }),
            _ => WriteResult::Replaced,
        };
        // EC2 lies in both directions.
        let is_made = self.dice.one_in(8) != (result == WriteResult::Replaced);
        if let Some(table) = self.seen.tables.get_mut(&change.key.table).filter(|_| is_made) {
            for route in table.routes.iter_mut().filter(|route| route.destination == change.key.destination) {
                route.target = Target::Interface(change.to.interface.clone());
            }
        }
        result
    }

    fn step(&mut self) -> Span {
        let step = match self.dice.below(10) {
            8 => self.dice.pick(&[1_000, 5_000, 60_000, 0]),
            9 if self.back < 8 => {
                self.back += 1;
                -self.dice.pick(&[1, 500, 10_000, AN_HOUR])
            }
            _ => self.dice.pick(&[50, 100, 7]),
        };
        let step = Span::from_millis(step);
        self.now += step;
        step
    }

    fn answer(&mut self, waiting: usize) -> Option<usize> {
        (waiting > 0 && !self.dice.one_in(6)).then(|| self.dice.below(waiting.min(256)))
    }
}

impl Hostile<'_> {
    /// Something becomes different.
    fn change(&mut self) {
        let dice = &mut self.dice;
        if let Ok(instances) = &mut self.seen.instances
            && let at = dice.below(instances.len().clamp(1, 256))
            && let Some(instance) = instances.values_mut().nth(at)
        {
            match dice.below(6) {
                0 => instance.interfaces.clear(),
                1 => instance.launched_at = Some(self.now),
                _ => {
                    instance.state =
                        dice.pick(&[InstanceState::Stopped, InstanceState::Running, InstanceState::Pending]);
                }
            }
        }
        let ours = interface_id(dice, &self.group);
        let mut gone = BTreeSet::new();
        for route in self.seen.tables.values_mut().flat_map(|table| &mut table.routes) {
            match dice.below(8) {
                6 => route.target = Target::Interface(ours.clone()),
                7 => drop(gone.insert(route.destination.clone())),
                _ => {}
            }
        }
        if dice.one_in(3) {
            self.seen
                .tables
                .values_mut()
                .for_each(|table| table.routes.retain(|route| !gone.contains(&route.destination)));
        }
    }
}
