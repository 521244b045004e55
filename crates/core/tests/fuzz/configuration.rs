//! The configuration: a TOML text, and the environment.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hopover_core::Span;
use hopover_core::config::{self, CONFIG_VARIABLE, Config, ConfigError, PAIR_VARIABLES, TOPIC_VARIABLE};
use hopover_core::trigger::Trigger;

use crate::cases::{Dice, Target, is_one_line};

/// The longest refusal, in characters.
const LONGEST: usize = 1_200;

#[test]
fn no_bytes_are_more_than_a_refused_configuration() {
    let target = Target { name: "configuration from bytes", weight: 4, longest: 512 };
    target.run(&["refused"], |bytes| {
        let text = String::from_utf8_lossy(bytes);
        judge(&Config::from_toml("hopover.toml", &text), &text)
    });
}

#[test]
fn a_configuration_that_is_accepted_keeps_what_a_group_promises() {
    let target = Target { name: "configurations with lines and values changed", weight: 8, longest: 256 };
    target.run(&["accepted", "refused"], |bytes| {
        let mut dice = Dice::new(bytes);
        let text = spoiled(&mut dice);
        judge(&Config::from_toml("hopover.toml", &text), &text)
    });
}

#[test]
fn an_environment_that_is_accepted_keeps_what_a_group_promises() {
    let target = Target { name: "environments", weight: 16, longest: 256 };
    target.run(&["accepted", "refused", "nothing there"], |bytes| {
        let mut dice = Dice::new(bytes);
        let mut variables: BTreeMap<&str, String> = BTreeMap::new();
        for (name, right) in PAIR_VARIABLES.into_iter().zip(["cn-northwest-1", "vpc-main", "eni-a", "eni-b"])
        {
            match dice.below(16) {
                0 | 1 => {}
                2 => drop(variables.insert(name, dice.text())),
                3 => drop(variables.insert(name, format!("{right}{}", dice.text()))),
                4 => drop(variables.insert(name, dice.pick(&["eni-a", "vpc-main", "", "eni-b"]).to_owned())),
                _ => drop(variables.insert(name, right.to_owned())),
            }
        }
        if dice.one_in(4) {
            variables.insert(TOPIC_VARIABLE, topic(&mut dice));
        }
        if dice.one_in(8) {
            variables.insert(CONFIG_VARIABLE, spoiled(&mut dice));
        }
        let text = variables.get(CONFIG_VARIABLE).cloned().unwrap_or_default();
        judge(&Config::from_env(|name| variables.get(name).cloned()), &text)
    });
}

/// On a thread with the stack of a Lambda runtime's worker: 2 MB. A stack that overflows ends the whole process.
#[test]
fn a_hundred_thousand_levels_are_refused_and_not_a_crash() {
    let n = 100_000;
    let texts = [
        format!("group = {}", "[".repeat(n)),
        format!("group = {}", "{a=".repeat(n)),
        format!("group = {}", "[{a=".repeat(n)),
        format!("{}b = 1", "a.".repeat(n)),
        format!("[[{}b]]", "a.".repeat(n)),
        format!("[[group]]\nmember = [{{ interfaces = {}", "{\"\\u0041\" = ".repeat(n)),
    ];
    let worker = std::thread::Builder::new().stack_size(2 << 20).spawn(move || {
        for text in texts {
            assert_eq!(judge(&Config::from_toml("hopover.toml", &text), &text), "refused");
        }
    });
    worker.unwrap().join().unwrap();
}

#[test]
fn a_megabyte_in_one_value_is_refused_in_one_line() {
    let huge = "x".repeat(1 << 20);
    for text in [
        format!("{huge} = 1"),
        format!("topic = \"{huge}\""),
        format!("topic = {huge}"),
        format!("\"{huge}\\n\" = 1"),
        VALID[0].replace("eu-central-1", &huge),
        VALID[0].replace("eni-a-lan", &huge),
        VALID[0].replace("name", &huge),
        VALID[0].replace("[[group]]", &format!("[[group]]\npreempt = \"{huge}\"")),
        VALID[0]
            .replace("[[group]]", &format!("[[group]]\nfailback_delay_seconds = {}", "9".repeat(1 << 20))),
    ] {
        assert_eq!(judge(&Config::from_toml("hopover.toml", &text), &text), "refused");
    }
}

/// Holds the configuration against what its documentation promises, or the refusal against what a person needs.
fn judge(read: &Result<Config, ConfigError>, text: &str) -> &'static str {
    let config = match read {
        Ok(config) => config,
        Err(refusal) => {
            let told = refusal.to_string();
            assert!(is_one_line(&told, LONGEST), "{} bytes: {told:.300}\n{text:.500}", told.len());
            match refusal {
                ConfigError::Nothing => return "nothing there",
                ConfigError::Text { line, .. } => {
                    assert!((1..=text.matches('\n').count() + 1).contains(line));
                }
                ConfigError::Meaning { key, .. } => assert!(!key.is_empty(), "{told}"),
                _ => {}
            }
            return "refused";
        }
    };
    let mut interfaces = BTreeSet::new();
    let mut names = BTreeSet::new();
    assert!(!config.groups.is_empty());
    for group in &config.groups {
        assert!(names.insert(&group.name), "two groups are called {}", group.name);
        assert!(group.members.len() >= 2, "{group:?}");
        let members: BTreeSet<_> = group.members.iter().map(|member| &member.name).collect();
        assert_eq!(members.len(), group.members.len(), "two members have one name: {group:?}");
        for member in &group.members {
            assert!(!member.interfaces.is_empty(), "{member:?}");
            for (path, interface) in &member.interfaces {
                assert!(interfaces.insert(interface), "{interface} is there twice");
                let peers = group.members.iter().filter(|other| other.on_path(path).is_some()).count();
                assert!(peers >= 2, "nobody to fail over to on {path}: {group:?}");
            }
        }
        assert!(group.preempt.iter().chain(group.home.values()).all(|name| members.contains(name)));
        assert!(group.exclude.iter().all(|table| !group.home.contains_key(table)));
        assert!(group.failback_delay >= Span::ZERO);
        let written = config::text(group);
        let again =
            Config::from_toml("written", &written).unwrap_or_else(|error| panic!("{error}:\n{written}"));
        assert_eq!(again.groups, [Arc::clone(group)], "{written}");
        assert_eq!(again.topic, None);
    }
    assert_eq!(config.groups_for(&Trigger::Sweep).as_ref(), Ok(&config.groups));
    if let Some(topic) = &config.topic {
        assert!(
            topic.as_str().starts_with("arn:aws") && is_one_line(topic.as_str(), 600),
            "{:.300}",
            topic.as_str()
        );
    }
    "accepted"
}

const VALID: [&str; 5] = [
    include_str!("../../../../scenarios/both-members-stop-and-one-comes-back/hopover.toml"),
    include_str!("../../../../scenarios/a-preferred-member-flaps-and-gets-its-routes-back-late/hopover.toml"),
    include_str!("../../../../scenarios/each-zone-has-its-own-home/hopover.toml"),
    include_str!("../../../../scenarios/the-standby-has-its-source-destination-check-on/hopover.toml"),
    include_str!("../../../../scenarios/two-pairs-share-a-vpc-and-one-fails/hopover.toml"),
];

/// A text that is right, or was before a few changes.
fn spoiled(dice: &mut Dice<'_>) -> String {
    let mut lines: Vec<String> = dice.pick(&VALID).lines().map(str::to_owned).collect();
    for _ in 0..dice.below(6) {
        if lines.is_empty() {
            break;
        }
        let (at, other) = (dice.below(lines.len().min(256)), dice.below(lines.len().min(256)));
        match dice.below(10) {
            0 => drop(lines.remove(at)),
            1 => lines.insert(other, lines[at].clone()),
            2 => lines.swap(at, other),
            3 => lines.insert(at, format!("{} = {}", dice.pick(&KEYS), value(dice))),
            4 => lines.insert(at, format!("{} = {}", quoted(&dice.text()), value(dice))),
            5 => {
                let after = dice.below(lines[at].len().clamp(1, 256));
                let after = lines[at].floor_char_boundary(after);
                let odd = dice.text();
                let line = &mut lines[at];
                line.insert_str(after.min(line.len()), &odd);
            }
            6 => lines.insert(at, format!("topic = {}", quoted(&topic(dice)))),
            7 => {
                let key = lines[at].split(" = ").next().unwrap_or_default().to_owned();
                lines[at] = format!("{key} = {}", value(dice));
            }
            _ => {
                // What another line says of the same key: right by itself, but there twice.
                let key = lines[at].split(" = ").next().unwrap_or_default();
                let same: Vec<_> = lines.iter().filter(|line| line.starts_with(key)).cloned().collect();
                lines[at].clone_from(&same[dice.below(same.len().min(256))]);
            }
        }
    }
    lines.join(if dice.one_in(16) { "\r\n" } else { "\n" })
}

const KEYS: [&str; 14] = [
    "name",
    "region",
    "vpc",
    "exclude",
    "preempt",
    "failback_delay_seconds",
    "member",
    "interface",
    "interfaces",
    "home",
    "topic",
    "group",
    "group.member",
    "interfaces.lan",
];

/// A value of TOML, at times of a kind that fits.
fn value(dice: &mut Dice<'_>) -> String {
    const WORDS: [&str; 14] = [
        "A",
        "B",
        "C",
        "vaer",
        "edge",
        "eni-a",
        "eni-b",
        "eni-a-lan",
        "eni-b-lan",
        "rtb-zone-a",
        "rtb-zone-b",
        "vpc-main",
        "eu-west-1",
        "us-gov-west-1",
    ];
    match dice.below(12) {
        0 => dice.word().to_string(),
        1 => dice
            .pick(&["true", "nan", "-1", "4294967296", "0x_1", "1979-05-27T07:32:00Z", "''", "[]", "{}"])
            .to_owned(),
        2 => format!("{{ lan = {}, wan = {} }}", value(dice), value(dice)),
        3 => format!("[{}, {}]", value(dice), value(dice)),
        4 => format!("[{}]", quoted(dice.pick(&WORDS))),
        5 => quoted(&dice.text()),
        6 => dice.text(),
        7 => format!("\"\"\"\n{}\"\"\"", dice.text()),
        _ => quoted(dice.pick(&WORDS)),
    }
}

fn topic(dice: &mut Dice<'_>) -> String {
    const PARTS: [&str; 7] = ["arn", "aws", "sns", "eu-central-1", "123456789012", "topic", ""];
    let mut parts: Vec<String> = PARTS[..6].iter().map(|part| (*part).to_owned()).collect();
    if dice.one_in(2) {
        let at = dice.below(6);
        parts[at] = if dice.one_in(2) { dice.text() } else { dice.pick(&PARTS).to_owned() };
    }
    parts.join(":")
}

/// As a string of TOML.
fn quoted(text: &str) -> String {
    let escaped: String = text
        .chars()
        .map(|c| if c.is_alphanumeric() { c.to_string() } else { format!("\\U{:08x}", u32::from(c)) })
        .collect();
    format!("\"{escaped}\"")
}
