//! The message to people: whether a run has something to say, and how it says it.

use std::fmt::Write as _;

use serde::Serialize;

use crate::excerpt::excerpt;
use crate::observation::InstanceState;
use crate::report::{GroupReport, Outcome, Report, RouteReport, RouteResult};
use crate::trigger::Trigger;

/// SNS: a subject is ASCII, one line, under 100 characters.
const LONGEST_SUBJECT: usize = 99;

/// Routes that a body lists one by one; SNS carries 256 KB, and a person reads less.
const LISTED_ROUTES: usize = 200;

/// The most that is told of a reason, in characters: EC2's encoded authorization message is decoded only as a whole.
const LONGEST_REASON: usize = 4_000;

/// The most that the list shows of a destination, in characters. A CIDR has 43 at most.
const LONGEST_DESTINATION: usize = 60;

/// SNS refuses a message of more than 262,144 bytes, and then nobody would be told anything.
const LONGEST_BODY: usize = 250_000;

/// A message about one group.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Message {
    /// One ASCII line, under 100 characters, for a person at night.
    pub subject: String,
    /// Everything else.
    pub body: String,
}

/// The message of one group's part of a run, if it says something.
///
/// A sweep that changes nothing is silent, unless routes stand on a dead member: that nobody was told of a lost event is
/// worse than hearing it twice. (Whoever sends messages may leave out one that is only repeated, see [`is_repeatable`].)
pub fn message(report: &Report, group: &GroupReport) -> Option<Message> {
    says_something(&report.trigger, group)
        .then(|| Message { subject: subject(group), body: cut(text(report, group)) })
}

/// What SNS carries of it. The most important stands at the begin.
fn cut(mut body: String) -> String {
    if body.len() > LONGEST_BODY {
        body.truncate(body.floor_char_boundary(LONGEST_BODY));
        body.push_str("\n… cut here: the report of the run has the rest\n");
    }
    body
}

/// True if the next run would send the same message, while nothing changes: a standing trouble, not an act.
pub fn is_repeatable(group: &GroupReport) -> bool {
    group
        .routes_that(|r| matches!(r, RouteResult::Moved | RouteResult::Returned | RouteResult::Unverified))
        .next()
        .is_none()
}

fn says_something(trigger: &Trigger, group: &GroupReport) -> bool {
    match (group.outcome, trigger) {
        (Outcome::NothingToDo, Trigger::Sweep) => false,
        // The event of a member, unless it only says that a standby is on its way up.
        (Outcome::NothingToDo, Trigger::StateChange(change)) => {
            let is_members = group.subject.as_ref().is_some_and(|subject| subject.member.is_some());
            is_members && change.state != InstanceState::Pending
        }
        // Anything done or not achieved, and the answer to an order.
        _ => true,
    }
}

/// The group's name, then what happened.
fn subject(group: &GroupReport) -> String {
    let text: String = format!("{}: {}", group.group, group.summary)
        .chars()
        .map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' })
        .collect();
    if text.len() <= LONGEST_SUBJECT {
        return text;
    }
    format!("{}...", &text[..LONGEST_SUBJECT - 3])
}

/// One group's part of a run as a text for people: the body of the message, and what the command line prints.
pub fn text(report: &Report, group: &GroupReport) -> String {
    let mut out = String::new();
    // Writing into a String cannot fail.
    let _ = write_text(&mut out, report, group);
    out
}

fn write_text(out: &mut String, report: &Report, group: &GroupReport) -> std::fmt::Result {
    writeln!(out, "{}: {}\n", group.group, excerpt(&group.summary, LONGEST_REASON))?;
    writeln!(out, "VPC       {} in {}", group.vpc, group.region)?;
    writeln!(out, "when      {}", group.started_at)?;
    writeln!(out, "trigger   {}", describe(&report.trigger, group))?;
    for (at, member) in group.members.iter().enumerate() {
        let label = if at == 0 { "members" } else { "" };
        let zone = member.zone.as_deref().map(|zone| format!(", {zone}")).unwrap_or_default();
        writeln!(out, "{label:<9} {}{zone}: {}", member.member, member.health)?;
        for warning in &member.warnings {
            writeln!(out, "          {}: warning: {warning}", member.member)?;
        }
    }
    let t = group.timings;
    write!(out, "times     observe {} ms, apply {} ms, verify {} ms", t.observe_ms, t.apply_ms, t.verify_ms)?;
    match t.since_event_ms {
        Some(ms) => writeln!(out, "; begun {ms} ms after the event's time stamp")?,
        None => writeln!(out)?,
    }
    if let Some(advice) = advice(group) {
        writeln!(out, "\n{advice}")?;
    }
    write_routes(out, &group.routes)
}

fn describe(trigger: &Trigger, group: &GroupReport) -> String {
    match trigger {
        Trigger::Sweep => "sweep".to_owned(),
        Trigger::Order(order) => format!("switchover to {} asked for by an operator", order.to),
        Trigger::StateChange(change) => {
            let member = group.subject.as_ref().and_then(|subject| subject.member.as_ref());
            let member = member.map_or("no member's".to_owned(), |member| format!("member {member}"));
            format!("instance {} ({member}) is {}, event of {}", change.instance, change.state, change.time)
        }
    }
}

fn advice(group: &GroupReport) -> Option<&'static str> {
    match group.outcome {
        Outcome::Refused => Some(
            "What to do: bring one appliance back. Its routes are repaired without a human as soon as its instance runs.",
        ),
        Outcome::Incomplete => Some(
            "What to do: see the reasons below. Every other route was moved; the next run tries the rest again.",
        ),
        Outcome::Unverified => {
            Some("What to do: look at the routes below in the console; the next sweep looks again by itself.")
        }
        Outcome::Moved if group.members.len() - group.members_down().count() < 2 => Some(
            "There is no redundancy until the member that is down comes back. It gets nothing back by itself.",
        ),
        _ => None,
    }
}

fn write_routes(out: &mut String, routes: &[RouteReport]) -> std::fmt::Result {
    if routes.is_empty() {
        return Ok(());
    }
    // What did not stay comes first.
    let mut ordered: Vec<_> = routes.iter().collect();
    ordered.sort_by_key(|route| route.result == RouteResult::Stayed);
    let hop = |hop: Option<&crate::group::NextHop>| hop.map_or("-".to_owned(), ToString::to_string);
    let rows: Vec<[String; 5]> = ordered
        .iter()
        .take(LISTED_ROUTES)
        .map(|route| {
            [
                route.key.table.to_string(),
                excerpt(&route.key.destination.to_string(), LONGEST_DESTINATION),
                hop(Some(&route.before)),
                hop(route.after.as_ref()),
                route.result.to_string(),
            ]
        })
        .collect();
    let header = ["route table", "destination", "before", "after", "result"].map(str::to_owned);
    let width = |column: usize| {
        rows.iter().chain([&header]).map(|row| row[column].chars().count()).max().unwrap_or_default()
    };
    let widths = [width(0), width(1), width(2), width(3)];
    writeln!(out)?;
    for row in [&header].into_iter().chain(&rows) {
        for (cell, width) in row.iter().zip(widths) {
            write!(out, "{cell:<width$}  ")?;
        }
        writeln!(out, "{}", row[4])?;
    }
    if routes.len() > LISTED_ROUTES {
        writeln!(out, "and {} more", routes.len() - LISTED_ROUTES)?;
    }
    for route in routes_with_reasons(&ordered) {
        let route_key = excerpt(&route.key.to_string(), 2 * LONGEST_DESTINATION);
        writeln!(out, "\n{route_key}: {}", excerpt(&route.reason, LONGEST_REASON))?;
    }
    Ok(())
}

/// Routes whose reason a person needs to act, each reason once.
fn routes_with_reasons<'a>(routes: &[&'a RouteReport]) -> Vec<&'a RouteReport> {
    let mut told = std::collections::BTreeSet::new();
    routes
        .iter()
        .filter(|route| !matches!(route.result, RouteResult::Stayed | RouteResult::Moved))
        .filter(|route| told.insert(route.reason.clone()))
        .copied()
        .collect()
}

#[cfg(test)]
mod tests;
