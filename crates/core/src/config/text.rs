//! A group as the TOML text that is read back as that very group.

use std::fmt::{Display, Write as _};

use super::DEFAULT_FAILBACK_DELAY;
use crate::group::{Group, Member};
use crate::id::PathName;

/// The configuration of one group, in the form that [`super::Config::from_toml`] reads, and as short as it can be: an
/// environment variable of a function holds it.
///
/// Texts are in single quotes, since double ones would count twice where the platform counts them escaped. No id and no name
/// has a quote in it.
pub fn text(group: &Group) -> String {
    let mut text = String::from("[[group]]\n");
    let mut line = |key: &str, value: &dyn Display| {
        // A `String` takes everything that is written to it.
        let _ = writeln!(text, "{key} = {value}");
    };
    line("name", &quoted(&group.name));
    line("region", &quoted(&group.region));
    line("vpc", &quoted(&group.vpc));
    if !group.exclude.is_empty() {
        line("exclude", &list(&group.exclude));
    }
    if let Some(preferred) = &group.preempt {
        line("preempt", &quoted(preferred));
    }
    if group.failback_delay != DEFAULT_FAILBACK_DELAY {
        line("failback_delay_seconds", &group.failback_delay.as_secs());
    }
    for member in &group.members {
        text += "[[group.member]]\n";
        self::member(&mut text, group, member);
    }
    text
}

fn member(text: &mut String, group: &Group, member: &Member) {
    let mut line = |key: &str, value: &dyn Display| {
        let _ = writeln!(text, "{key} = {value}");
    };
    line("name", &quoted(&member.name));
    match member.interfaces.get(&PathName::single()) {
        Some(interface) if member.interfaces.len() == 1 => line("interface", &quoted(interface)),
        _ => {
            // In quotes, since a dot would part a bare key.
            let named =
                member.interfaces.iter().map(|(path, id)| format!("{} = {}", quoted(path), quoted(id)));
            line("interfaces", &format!("{{ {} }}", named.collect::<Vec<_>>().join(", ")));
        }
    }
    let mut home =
        group.home.iter().filter(|(_, owner)| **owner == member.name).map(|(table, _)| table).peekable();
    if home.peek().is_some() {
        line("home", &list(home));
    }
}

fn quoted(text: impl Display) -> String {
    format!("'{text}'")
}

fn list<T: Display>(things: impl IntoIterator<Item = T>) -> String {
    let things: Vec<_> = things.into_iter().map(quoted).collect();
    format!("[{}]", things.join(", "))
}
