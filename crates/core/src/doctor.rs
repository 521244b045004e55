//! Whether a group is ready to fail over: every precondition that the tutorials of its kind list, and those that operators
//! got burned by, each as a [`Finding`].
//!
//! One function a check, in files by what they look at; all of them are pure, over a [`Survey`].

mod cidr;
mod hearing;
mod members;
mod permissions;
mod routes;
mod security;
#[cfg(test)]
mod testing;
mod time;

use std::fmt;

use serde::Serialize;

use crate::config::TopicArn;
use crate::group::{Group, Member, NextHop};
use crate::id::Region;
use crate::route::{Route, RouteTable};
use crate::survey::{Card, Machine, Survey, TableFacts, Unread};

pub use hearing::concerns;

/// What one check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which check: a name that does not change.
    pub check: &'static str,
    /// How it is.
    pub verdict: Verdict,
    /// What was found.
    pub what: String,
    /// Why it matters.
    pub why: &'static str,
    /// What mends it: commands for a shell, or lines of a configuration, in order. What a person must fill in is in capitals.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mend: Vec<String>,
}

/// How a precondition is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// It could not be read, or only in part. No problem in itself.
    Unknown,
    /// A failover works, but a person should know.
    Warning,
    /// A failover will not work as it should.
    Problem,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ok => "ok",
            Self::Unknown => "unknown",
            Self::Warning => "warning",
            Self::Problem => "problem",
        })
    }
}

/// Runs every check on a group.
pub fn examine(group: &Group, survey: &Survey, topic: Option<&TopicArn>) -> Vec<Finding> {
    let on = Patient { group, survey, topic };
    [
        members::same_vpc,
        members::different_zones,
        members::running,
        members::attached,
        members::source_dest_check,
        members::public_addresses,
        security::alike,
        routes::exist,
        routes::none_is_a_blackhole,
        routes::none_is_route_servers,
        routes::none_is_terraforms,
        permissions::granted,
        hearing::event_rule,
        hearing::sweep,
        hearing::topic,
        time::of_a_failover,
    ]
    .into_iter()
    .flat_map(|check| check(&on))
    .collect()
}

/// What is examined.
struct Patient<'a> {
    group: &'a Group,
    survey: &'a Survey,
    topic: Option<&'a TopicArn>,
}

/// A check: its name, and why it matters.
#[derive(Clone, Copy)]
struct Check {
    name: &'static str,
    why: &'static str,
}

impl Check {
    fn found(self, verdict: Verdict, what: impl Into<String>) -> Finding {
        Finding { check: self.name, verdict, what: what.into(), why: self.why, mend: Vec::new() }
    }

    fn ok(self, what: impl Into<String>) -> Finding {
        self.found(Verdict::Ok, what)
    }

    fn warning(self, what: impl Into<String>) -> Finding {
        self.found(Verdict::Warning, what)
    }

    fn problem(self, what: impl Into<String>) -> Finding {
        self.found(Verdict::Problem, what)
    }

    fn unknown(self, what: &str, unread: &Unread) -> Finding {
        self.found(Verdict::Unknown, format!("{what} could not be read, because {}", unread.why))
    }

    /// The troubles, or else that all is well.
    fn unless(self, troubles: Vec<Finding>, ok: impl FnOnce() -> String) -> Vec<Finding> {
        if troubles.is_empty() { vec![self.ok(ok())] } else { troubles }
    }
}

impl Finding {
    fn mended_by<T: Into<String>>(mut self, commands: impl IntoIterator<Item = T>) -> Self {
        self.mend.extend(commands.into_iter().map(Into::into));
        self
    }
}

impl<'a> Patient<'a> {
    fn region(&self) -> &Region {
        &self.group.region
    }

    /// Every interface of the group with what is known of it; `None` if it does not exist.
    fn cards(&self) -> Result<Vec<(NextHop, Option<&'a Card>)>, &'a Unread> {
        let cards = self.survey.interfaces.as_ref()?;
        Ok(self.group.next_hops().map(|hop| (hop.clone(), cards.get(&hop.interface))).collect())
    }

    /// The instance that holds a member's interfaces.
    fn machine(&self, member: &Member) -> Option<&'a Machine> {
        member.interfaces.values().find_map(|interface| self.survey.machine_of(interface))
    }

    fn tables(&self) -> Result<Vec<&'a TableFacts>, &'a Unread> {
        Ok(self.survey.tables.as_ref()?.values().collect())
    }

    /// The routes that are the group's.
    fn routes(&self) -> Result<Vec<(&'a TableFacts, &'a Route, NextHop)>, &'a Unread> {
        let all = self.tables()?.into_iter().flat_map(|facts| {
            facts
                .table
                .routes
                .iter()
                .filter_map(move |route| Some((facts, route, self.group.holder(&facts.table, route)?)))
        });
        Ok(all.collect())
    }

    /// True if hopover would look at the routes of that table.
    fn is_looked_at(&self, table: &RouteTable) -> bool {
        table.vpc == self.group.vpc && !table.ignored && !self.group.exclude.contains(&table.id)
    }
}

/// "A lan (eni-a-lan)", or "A (eni-a)" for a member with a single interface.
fn named(hop: &NextHop) -> String {
    if hop.path == crate::id::PathName::single() {
        hop.to_string()
    } else {
        format!("{} {} ({})", hop.member, hop.path, hop.interface)
    }
}

/// One argument of a command, as a shell must see it. Some are what others have written in the account.
pub fn argument(text: &str) -> String {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./:=@,+%".contains(&b);
    if !text.is_empty() && text.bytes().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// A few things of many: "a, b and 3 more".
fn some<T: fmt::Display>(things: &[T], at_most: usize) -> String {
    let shown: Vec<_> = things.iter().take(at_most).map(ToString::to_string).collect();
    match things.len().saturating_sub(at_most) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// "1 route", "2 routes".
fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests;
