//! The file of a backup, and a restore in a world that means no good.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;
use std::sync::Arc;

use hopover_core::backup::{Backup, BackupError};
use hopover_core::config::Config;
use hopover_core::group::Group;
use hopover_core::id::{BadId, InterfaceId};
use hopover_core::observation::{Instance, InstanceState, Interface, ObserveFailure};
use hopover_core::restore::{Act, Action, Outcome, Restoration, Wish, Write, compare};
use hopover_core::route::{Destination, Origin, Route, RouteState, RouteTable, Target as RouteTarget};
use hopover_core::tables::{Associated, Association, Look, Tables};
use hopover_core::write::{FailureKind, WriteFailure, WriteResult};
use hopover_core::{Span, Timestamp};

use crate::cases::{Dice, Target, is_one_line};

/// The longest refusal, in characters.
const LONGEST: usize = 1_200;

#[test]
fn no_bytes_are_more_than_a_refused_backup() {
    let target = Target { name: "backups from bytes", weight: 4, longest: 512 };
    target.run(&["refused"], |bytes| judge(&String::from_utf8_lossy(bytes), true));
}

#[test]
fn a_backup_that_is_accepted_fits_together_and_is_written_out_the_same() {
    let target = Target { name: "backups with lines and values changed", weight: 16, longest: 512 };
    target.run(&["accepted", "refused", "cut short", "edited"], |bytes| {
        let mut dice = Dice::new(bytes);
        let text = spoiled(&mut dice);
        judge(&text, !dice.one_in(3))
    });
}

#[test]
fn whatever_is_backed_up_is_read_back_the_same() {
    let target = Target { name: "backups of hostile tables", weight: 8, longest: 512 };
    target.run(&["kept", "refused"], |bytes| {
        let mut dice = Dice::new(bytes);
        let group = group();
        let tables = tables(&mut dice);
        match Backup::of(&group.region, &group.vpc, [&group], tables, Timestamp::UNIX_EPOCH) {
            Ok(backup) => {
                assert_eq!(Backup::from_text(&backup.to_text(), false).as_ref(), Ok(&backup));
                "kept"
            }
            Err(refusal) => {
                assert!(is_one_line(&refusal.to_string(), LONGEST), "{refusal}");
                "refused"
            }
        }
    });
}

#[test]
fn a_hundred_thousand_levels_are_refused_and_not_a_crash() {
    let n = 100_000;
    let head = valid();
    let head = head.split_once("\"tables\": [").map_or("", |(head, _)| head).to_owned();
    let texts = ["[".repeat(n), "{\"a\":".repeat(n), format!("{head}\"tables\": {}", "[{\"id\":".repeat(n))];
    let worker = std::thread::Builder::new().stack_size(2 << 20).spawn(move || {
        for text in texts {
            assert!(["refused", "cut short"].contains(&judge(&text, true)));
        }
    });
    worker.unwrap().join().unwrap();
}

#[test]
fn a_megabyte_in_one_value_is_refused_in_one_line() {
    let huge = "x".repeat(1 << 20);
    for part in
        ["eni-a", "0.0.0.0/0", "CreateRoute", "rtb-main", "vpc-main", "GatewayId", "origin", "2026-01-01"]
    {
        let text = valid().replacen(part, &huge, 1);
        assert!(text.contains(&huge), "{part}");
        assert_eq!(judge(&text, true), "refused", "{part}");
    }
}

/// Holds a backup against what its documentation promises, or the refusal against what a person needs.
fn judge(text: &str, edited: bool) -> &'static str {
    match Backup::from_text(text, edited) {
        Ok(backup) => {
            for (id, table) in &backup.tables.tables {
                assert_eq!((id, &table.vpc), (&table.id, &backup.vpc));
                let mut once = BTreeSet::new();
                assert!(table.routes.iter().all(|route| once.insert(&route.destination)), "{table:?}");
            }
            assert!(backup.tables.associations.keys().all(|id| backup.tables.tables.contains_key(id)));
            assert_eq!(Backup::from_text(&backup.to_text(), false), Ok(backup));
            "accepted"
        }
        Err(refusal) => {
            let told = refusal.to_string();
            assert!(is_one_line(&told, LONGEST), "{told:.300}");
            let lines = text.matches('\n').count() + 1;
            match refusal {
                BackupError::CutShort { line } => {
                    assert!((1..=lines).contains(&line));
                    "cut short"
                }
                BackupError::Text { line, .. } => {
                    assert!((1..=lines).contains(&line), "{told}");
                    "refused"
                }
                BackupError::Edited => "edited",
                _ => "refused",
            }
        }
    }
}

#[test]
fn no_world_makes_a_restore_write_what_it_must_not_or_go_on_for_ever() {
    let target = Target { name: "restores in hostile worlds", weight: 16, longest: 768 };
    let every = ["restored", "incomplete", "unverified", "could not look", "nothing to do"];
    target.run(&every, |bytes| {
        let mut dice = Dice::new(bytes);
        let group = group();
        let then = tables(&mut dice);
        let Ok(backup) = Backup::of(&group.region, &group.vpc, [&group], then, Timestamp::UNIX_EPOCH) else {
            return "no backup";
        };
        let (all, force) = (dice.one_in(2), dice.one_in(4));
        let wish = Wish { backup, groups: vec![group], all, force };
        let mut look = look(&mut dice, &wish.backup.tables);
        let shown = compare(&wish, &look);
        if shown.to_restore().next().is_none() {
            return "nothing to do";
        }
        let mut now = Timestamp::UNIX_EPOCH;
        let deadline = now + Span::from_secs(60);
        let mut restoration = Restoration::start(wish.clone(), &shown, now, deadline);
        let mut on_their_way: Vec<Write> = Vec::new();
        let mut last = look.clone();
        for _ in 0..20_000 {
            for told in restoration.take_told() {
                assert!(!told.to_string().is_empty());
            }
            match restoration.next(now) {
                Action::Done(report) => {
                    assert_eq!(report.routes.len(), shown.to_restore().count());
                    return match report.outcome {
                        Outcome::Restored => "restored",
                        Outcome::Incomplete => "incomplete",
                        Outcome::Unverified => "unverified",
                        Outcome::CouldNotLook => "could not look",
                    };
                }
                action if now >= deadline => panic!("time is up, and it says {action:?}"),
                Action::Look => {
                    change(&mut dice, &mut look);
                    last = look.clone();
                    let failed = ObserveFailure { message: dice.text(), transient: !dice.one_in(3) };
                    let seen = if dice.one_in(12) { Err(failed) } else { Ok(look.clone()) };
                    restoration.looked(now, seen);
                }
                Action::Write(write) => {
                    holds(&wish, &last, &write);
                    assert!(on_their_way.iter().all(|other| other.key != write.key), "twice at once");
                    on_their_way.push(write);
                }
                Action::Wait(until) => {
                    if let Some(write) = on_their_way.pop() {
                        now += Span::from_millis(20);
                        let result = answer(&mut dice, &write, &mut look);
                        restoration.written(now, &write.key, result);
                    } else {
                        assert!(until > now, "nothing to wait for");
                        now = until;
                    }
                }
            }
        }
        panic!("it goes on for ever");
    });
}

/// What a write may be, worked out without the functions that the restore uses.
fn holds(wish: &Wish, seen: &Look, write: &Write) {
    let table = &seen.tables.tables[&write.key.table];
    assert!(
        table.vpc.as_str() == "vpc-main" && !table.ignored && table.id.as_str() != "rtb-excluded",
        "{write}"
    );
    let of = |tables: &Tables| -> Option<Route> {
        let routes = &tables.tables.get(&write.key.table)?.routes;
        routes.iter().find(|route| route.destination == write.key.destination).cloned()
    };
    let (then, now) = (of(&wish.backup.tables), of(&seen.tables));
    assert!(then.iter().chain(&now).all(|route| route.origin == Origin::CreateRoute), "{write}");
    assert_eq!(write.to, then.as_ref().map(|route| route.target.clone()), "{write}");
    assert_eq!(write.act == Act::DeleteRoute, then.is_none(), "{write}");
    assert_eq!(write.act == Act::CreateRoute, now.is_none(), "{write}");
    let member = |target: &RouteTarget| MEMBERS.iter().find(|(id, _)| target.to_string() == **id);
    if !wish.all {
        assert!(write.act != Act::DeleteRoute, "{write}");
        assert!(write.to.as_ref().and_then(member).is_some(), "{write}");
        assert!(now.is_none_or(|now| member(&now.target).is_some()), "{write}");
    }
    if let Some((interface, _)) = write.to.as_ref().and_then(member)
        && !wish.force
    {
        let id: InterfaceId = id(interface);
        let runs = seen.instances.as_ref().is_ok_and(|instances| {
            let holder = instances.values().find(|instance| instance.interfaces.iter().any(|i| i.id == id));
            holder.is_some_and(|holder| holder.state == InstanceState::Running)
        });
        assert!(runs, "{write} goes to a member that is down");
    }
}

fn id<T: FromStr<Err = BadId>>(text: &str) -> T {
    text.parse().unwrap()
}

const MEMBERS: [(&str, &str); 2] = [("eni-a", "i-a"), ("eni-b", "i-b")];

fn group() -> Arc<Group> {
    let toml = "[[group]]\nname = \"vaer\"\nregion = \"eu-central-1\"\nvpc = \"vpc-main\"\nexclude = [\"rtb-excluded\"]\n\
                member = [{ name = \"A\", interface = \"eni-a\" }, { name = \"B\", interface = \"eni-b\" }]";
    Arc::clone(&Config::from_toml("here", toml).unwrap().groups[0])
}

const TABLES: [&str; 4] = ["rtb-main", "rtb-other", "rtb-excluded", "rtb-new"];

fn tables(dice: &mut Dice<'_>) -> Tables {
    let mut tables = Tables::default();
    for name in TABLES.iter().take(1 + dice.below(4)) {
        let table = RouteTable {
            id: id(name),
            vpc: id(if dice.one_in(16) { "vpc-other" } else { "vpc-main" }),
            name: dice.one_in(8).then(|| dice.text()),
            ignored: dice.one_in(16),
            routes: (0..dice.below(8)).map(|at| route(dice, at)).collect(),
        };
        let with = (0..dice.below(3)).map(|_| Association {
            id: dice.one_in(2).then(|| "rtbassoc-1".to_owned()),
            with: match dice.below(8) {
                0 => Associated::Main,
                1 => Associated::Gateway("igw-1".to_owned()),
                2 if dice.one_in(8) => Associated::Subnet(dice.text()),
                n => Associated::Subnet(format!("subnet-{n}")),
            },
        });
        let with: Vec<_> = with.collect();
        if !with.is_empty() {
            tables.associations.insert(table.id.clone(), with);
        }
        tables.tables.insert(table.id.clone(), table);
    }
    tables
}

fn target(dice: &mut Dice<'_>) -> RouteTarget {
    match dice.below(16) {
        0 => RouteTarget::Other(dice.pick(&["igw-1", "nat-1", "local", "vpce-1", "unknown"]).to_owned()),
        1 => RouteTarget::Interface(id("eni-proxy")),
        2 if dice.one_in(16) => RouteTarget::Other(dice.text()),
        n => RouteTarget::Interface(id(MEMBERS[n % 2].0)),
    }
}

fn route(dice: &mut Dice<'_>, at: usize) -> Route {
    Route {
        destination: match dice.below(24) {
            0 => Destination::Ipv4("0.0.0.0/0".to_owned()),
            1 => Destination::Ipv6("::/0".to_owned()),
            2 => Destination::PrefixList(id("pl-branches")),
            3 if dice.one_in(16) => Destination::Ipv4(dice.text()),
            _ => Destination::Ipv4(format!("10.{at}.0.0/16")),
        },
        target: target(dice),
        instance: dice.one_in(2).then(|| id("i-a")),
        origin: match dice.below(32) {
            0 => Origin::CreateRouteTable,
            1 => Origin::Propagated,
            2 => Origin::Other(dice.pick(&["", "New", "CreateRoute2"]).to_owned()),
            _ => Origin::CreateRoute,
        },
        state: if dice.one_in(8) { RouteState::Blackhole } else { RouteState::Active },
    }
}

/// The world some time after a backup.
fn look(dice: &mut Dice<'_>, then: &Tables) -> Look {
    let instances: BTreeMap<_, _> = MEMBERS
        .iter()
        .map(|(interface, instance)| {
            let interface = Interface {
                id: id(interface),
                vpc: Some(id("vpc-main")),
                attached: true,
                source_dest_check: Some(false),
            };
            let state = if dice.one_in(8) { InstanceState::Stopped } else { InstanceState::Running };
            let instance = Instance {
                id: id(instance),
                state,
                launched_at: None,
                zone: None,
                interfaces: vec![interface],
            };
            (instance.id.clone(), instance)
        })
        .collect();
    let mut look = Look { instances: Ok(instances), tables: then.clone() };
    for _ in 0..=dice.below(4) {
        change(dice, &mut look);
    }
    look
}

/// Something becomes different, or nothing.
fn change(dice: &mut Dice<'_>, look: &mut Look) {
    let at = dice.below(TABLES.len());
    let kind = dice.below(10);
    if kind == 9
        && let Ok(instances) = &mut look.instances
        && let Some(instance) = instances.values_mut().nth(at % 2)
    {
        instance.state = dice.pick(&[InstanceState::Stopped, InstanceState::Running]);
    }
    let Some(table) = look.tables.tables.get_mut(&id(TABLES[at])) else { return };
    match kind {
        2 => drop(table.routes.pop()),
        3 => {
            let next = route(dice, table.routes.len());
            table.routes.retain(|route| route.destination != next.destination);
            table.routes.push(next);
        }
        4 | 5 => {
            if let Some(route) = table.routes.last_mut() {
                route.target = target(dice);
            }
        }
        6 if dice.one_in(4) => table.ignored = true,
        7 if dice.one_in(8) => drop(look.tables.tables.remove(&id(TABLES[at]))),
        _ => {}
    }
}

fn answer(dice: &mut Dice<'_>, write: &Write, look: &mut Look) -> WriteResult {
    let result = match dice.below(12) {
        8 => WriteResult::Throttled,
        9 => WriteResult::NoReply(dice.text()),
        10 => WriteResult::Failed(WriteFailure {
            kind: dice.pick(&[FailureKind::Denied, FailureKind::NotAccepted, FailureKind::Other]),
            code: dice.text(),
            message: dice.text(),
        }),
        _ => WriteResult::Replaced,
    };
    // EC2 lies in both directions.
    let is_made = dice.one_in(8) != (result == WriteResult::Replaced);
    if let Some(table) = look.tables.tables.get_mut(&write.key.table).filter(|_| is_made) {
        table.routes.retain(|route| route.destination != write.key.destination);
        let made = write.to.clone().map(|target| Route {
            destination: write.key.destination.clone(),
            target,
            instance: None,
            origin: Origin::CreateRoute,
            state: RouteState::Active,
        });
        table.routes.extend(made);
    }
    result
}

/// A file as it should be.
fn valid() -> String {
    let route = |to: Destination, target: &str| Route {
        destination: to,
        target: target.parse().map_or_else(|_| RouteTarget::Other(target.to_owned()), RouteTarget::Interface),
        instance: None,
        origin: Origin::CreateRoute,
        state: RouteState::Active,
    };
    let v4 = |to: &str| Destination::Ipv4(to.to_owned());
    let table = |name: &str, routes| {
        let made = RouteTable { id: id(name), vpc: id("vpc-main"), name: None, ignored: false, routes };
        (made.id.clone(), made)
    };
    let tables = [
        table("rtb-main", vec![route(v4("0.0.0.0/0"), "eni-a"), route(v4("10.1.0.0/16"), "igw-1")]),
        table(
            "rtb-other",
            vec![route(Destination::PrefixList(id("pl-a")), "eni-b"), route(v4("10.1.0.0/16"), "local")],
        ),
    ];
    let with =
        Association { id: Some("rtbassoc-1".to_owned()), with: Associated::Subnet("subnet-1".to_owned()) };
    let seen = Tables {
        tables: tables.into(),
        associations: [(id("rtb-other"), vec![with])].into(),
        ..Tables::default()
    };
    let group = group();
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    Backup::of(&group.region, &group.vpc, [&group], seen, now).unwrap().to_text()
}

/// A file that is right, or was before a few changes.
fn spoiled(dice: &mut Dice<'_>) -> String {
    let mut lines: Vec<String> = valid().lines().map(str::to_owned).collect();
    for _ in 0..dice.below(5) {
        let (at, other) = (dice.below(lines.len().min(256)), dice.below(lines.len().min(256)));
        match dice.below(9) {
            0 => drop(lines.remove(at)),
            1 => lines.insert(other, lines[at].clone()),
            2 => lines.swap(at, other),
            3 => lines[at] = lines[at].replace("eni-a", "eni-b"),
            4 => {
                lines[at] = lines[at]
                    .replace("10.1.0.0/16", dice.pick(&["10.2.0.0/16", "::/0", "pl-b", "0.0.0.0/0"]));
            }
            5 => {
                lines[at] =
                    lines[at].replace("GatewayId", dice.pick(&["Other", "NatGatewayId", "VpcEndpointId"]));
            }
            6 => lines[at] = lines[at].replace("Create", &dice.text()),
            7 => {
                let after = dice.below(lines[at].len().clamp(1, 256));
                let after = lines[at].floor_char_boundary(after);
                let odd = dice.text();
                let line = &mut lines[at];
                line.insert_str(after.min(line.len()), &odd);
            }
            _ => lines[at] = lines[at].replace(": ", dice.pick(&[":", ": [", ": 1", ": {\"a\": "])),
        }
        if lines.is_empty() {
            break;
        }
    }
    let mut text = lines.join("\n");
    if dice.one_in(4) {
        let cut = usize::try_from(dice.word() % (text.len() as u64 + 1)).unwrap_or(0);
        text.truncate(text.floor_char_boundary(cut));
    }
    text
}
