//! The TOML form of the configuration.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize;

use super::{Config, ConfigError, DEFAULT_FAILBACK_DELAY};
use crate::Span;
use crate::excerpt::excerpt;
use crate::group::{Group, Member};
use crate::id::{GroupName, InterfaceId, MemberName, PathName, Region, RouteTableId, VpcId};

/// The most that a message shows of a key's path, in characters.
const LONGEST_KEY: usize = 200;

/// The most that a message tells of a mistake, in characters.
const LONGEST_MISTAKE: usize = 600;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    topic: Option<String>,
    #[serde(default)]
    group: Vec<GroupText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupText {
    name: GroupName,
    region: Region,
    vpc: VpcId,
    #[serde(default)]
    exclude: BTreeSet<RouteTableId>,
    preempt: Option<MemberName>,
    failback_delay_seconds: Option<u32>,
    #[serde(default)]
    member: Vec<MemberText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MemberText {
    name: MemberName,
    interface: Option<InterfaceId>,
    #[serde(default)]
    interfaces: BTreeMap<PathName, InterfaceId>,
    #[serde(default)]
    home: BTreeSet<RouteTableId>,
}

/// Reads and understands a TOML text.
pub(super) fn read(origin: &str, text: &str) -> Result<Config, ConfigError> {
    let meaning = |key: &str, message: String| ConfigError::Meaning {
        origin: origin.to_owned(),
        key: key.to_owned(),
        message,
    };
    let file = parse(origin, text)?;
    let topic = file.topic.map(|topic| topic.parse()).transpose();
    let topic = topic.map_err(|error: crate::id::BadId| meaning("topic", error.to_string()))?;
    if file.group.is_empty() {
        return Err(meaning(
            "group",
            "there is none: add a [[group]] with name, region, vpc and members".to_owned(),
        ));
    }
    let mut groups = Vec::new();
    for (at, text) in file.group.into_iter().enumerate() {
        let group = understand(text).map_err(|mistake| {
            let dot = if mistake.key.is_empty() { "" } else { "." };
            meaning(&format!("group[{at}]{dot}{}", mistake.key), mistake.message)
        })?;
        groups.push(Arc::new(group));
    }
    unique_across(&groups).map_err(|mistake| meaning(&mistake.key, mistake.message))?;
    Ok(Config { groups, topic })
}

fn parse(origin: &str, text: &str) -> Result<File, ConfigError> {
    let located = |key: String, error: &toml::de::Error| ConfigError::Text {
        origin: origin.to_owned(),
        line: error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1),
        key: excerpt(&key, LONGEST_KEY),
        message: excerpt(&in_words(error.message()), LONGEST_MISTAKE),
    };
    let document = toml::Deserializer::parse(text).map_err(|error| located(String::new(), &error))?;
    serde_path_to_error::deserialize(document).map_err(|error| {
        let path = error.path().to_string();
        located(if path == "." { String::new() } else { path }, error.inner())
    })
}

/// Says in TOML's words what serde says in Rust's.
fn in_words(message: &str) -> String {
    if message == "invalid type: map, expected a sequence" {
        return "this is a table: write its name in double brackets, as in [[group]] or [[group.member]]"
            .to_owned();
    }
    message
        .replace('\n', "; ")
        .replace("expected u32", "expected a whole number of seconds")
        .replace("expected a sequence", "expected a list in brackets")
}

/// A mistake, by the path of its key within what is being read.
struct Mistake {
    key: String,
    message: String,
}

fn mistake(key: impl Into<String>, message: impl Into<String>) -> Mistake {
    Mistake { key: key.into(), message: message.into() }
}

fn understand(text: GroupText) -> Result<Group, Mistake> {
    if text.member.len() < 2 {
        return Err(mistake(
            "member",
            format!(
                "found {}: a group needs two or more [[group.member]], one for each appliance",
                text.member.len()
            ),
        ));
    }
    let mut members: Vec<Member> = Vec::new();
    let mut home = BTreeMap::new();
    for (at, text) in text.member.into_iter().enumerate() {
        let in_member = |key: &str, message: String| mistake(format!("member[{at}]{key}"), message);
        if members.iter().any(|other| other.name == text.name) {
            return Err(in_member(
                ".name",
                format!("{} is there twice: give each member its own name", text.name),
            ));
        }
        for table in &text.home {
            if let Some(other) = home.insert(table.clone(), text.name.clone()) {
                return Err(in_member(
                    ".home",
                    format!("{table} is the home of {other} too: leave it to one of them"),
                ));
            }
        }
        let interfaces = interfaces(text.interface, text.interfaces, &text.name)
            .map_err(|message| in_member(".interfaces", message))?;
        members.push(Member { name: text.name, interfaces });
    }
    every_path_has_a_peer(&members)?;
    if let Some(preferred) = &text.preempt
        && !members.iter().any(|member| member.name == *preferred)
    {
        let names = super::names(members.iter().map(|member| &member.name));
        return Err(mistake("preempt", format!("{preferred} is no member: expected one of {names}")));
    }
    if let Some(table) = text.exclude.iter().find(|table| home.contains_key(*table)) {
        return Err(mistake(
            "exclude",
            format!("{table} is also a member's home: remove it from one of them"),
        ));
    }
    Ok(Group {
        name: text.name,
        region: text.region,
        vpc: text.vpc,
        members,
        exclude: text.exclude,
        preempt: text.preempt,
        home,
        failback_delay: text
            .failback_delay_seconds
            .map_or(DEFAULT_FAILBACK_DELAY, |seconds| Span::from_secs(i64::from(seconds))),
    })
}

fn interfaces(
    single: Option<InterfaceId>,
    named: BTreeMap<PathName, InterfaceId>,
    member: &MemberName,
) -> Result<BTreeMap<PathName, InterfaceId>, String> {
    match (single, named.is_empty()) {
        (Some(_), false) => Err(format!("{member} has both interface and interfaces: keep one of them")),
        (Some(interface), true) => Ok(BTreeMap::from([(PathName::single(), interface)])),
        (None, false) => Ok(named),
        (None, true) => Err(format!(
            "{member} has no interface: add interface = \"eni-…\", or interfaces = {{ lan = \"eni-…\", wan = \"eni-…\" }}"
        )),
    }
}

/// A path that only one member has can never fail over: that is a slip of the pen, not a wish.
fn every_path_has_a_peer(members: &[Member]) -> Result<(), Mistake> {
    for (at, member) in members.iter().enumerate() {
        for path in member.interfaces.keys() {
            let peers = members.iter().filter(|other| other.interfaces.contains_key(path)).count();
            if peers < 2 {
                return Err(mistake(
                    format!("member[{at}].interfaces.{path}"),
                    format!(
                        "no other member has an interface on path {path}: its routes would have nowhere to go"
                    ),
                ));
            }
        }
    }
    Ok(())
}

fn unique_across(groups: &[Arc<Group>]) -> Result<(), Mistake> {
    let mut names = BTreeSet::new();
    let mut interfaces = BTreeMap::new();
    for (at, group) in groups.iter().enumerate() {
        if !names.insert(&group.name) {
            let message = format!("{} is there twice: give each group its own name", group.name);
            return Err(mistake(format!("group[{at}].name"), message));
        }
        for hop in group.next_hops() {
            let here = format!("{} of group {}", hop.member, group.name);
            if let Some(other) = interfaces.insert(hop.interface.clone(), here) {
                let message =
                    format!("{} belongs to {other} already: an interface has one place", hop.interface);
                return Err(mistake(format!("group[{at}].member {}", hop.member), message));
            }
        }
    }
    Ok(())
}
