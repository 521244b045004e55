//! A group as people read it: a sentence, its members, its routes by table. Everything fits 80 columns.

use std::collections::BTreeSet;

use hopover_core::group::NextHop;
use hopover_core::health::Health;
use hopover_core::id::MemberName;
use hopover_core::preview::{Fate, MemberView, Preview, RouteView};
use hopover_core::route::RouteKey;

use crate::output::{bad, faint, line, strong, table, warned};

/// The sentence on top, and what a person should know.
pub(crate) fn heading(group: &Preview) {
    line(format_args!("{}: {}", strong(&group.group), group.summary));
    for warning in &group.warnings {
        line(format_args!("  {} {warning}", warned("warning:")));
    }
}

/// The members as a table, and below it what is wrong with them.
pub(crate) fn members(group: &Preview) {
    let rows = group.members.iter().map(|member| {
        [
            member.member.to_string(),
            health(member),
            member.zone.clone().unwrap_or_default(),
            member.instances.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
            member.carries.to_string(),
        ]
    });
    line(table(["member", "health", "zone", "instance", "routes"], rows).trim_end());
    for member in &group.members {
        if member.health != Health::Up {
            line(format_args!("     {}", bad(format_args!("{} is {}", member.member, member.health))));
        }
        for warning in &member.warnings {
            line(format_args!("     {}", warned(format_args!("{}: {warning}", member.member))));
        }
    }
}

/// Without colour: a table counts its characters.
fn health(member: &MemberView) -> String {
    match &member.health {
        Health::Up if member.warnings.is_empty() => "up",
        Health::Up => "doubtful",
        Health::Unknown(_) => "unknown",
        Health::Down(_) => "DOWN",
    }
    .to_owned()
}

/// Routes by table, each with where it points and more.
pub(crate) fn routes(
    routes: &[RouteView],
    way: impl Fn(&RouteView) -> String,
    more: impl Fn(&RouteView) -> String,
) {
    let width = routes.iter().map(|route| way(route).chars().count()).max().unwrap_or(0);
    let place = |route: &RouteView| (route.key.clone(), route.table_name.clone());
    by_table(routes, place, |route, destination| {
        let text = format!("{destination}  {:<width$}  {}", way(route), more(route));
        line(text.trim_end());
    });
}

/// Rows below the route table that each belongs to, with its `Name`. What is printed of a row is given its destination, which
/// is a column.
pub(crate) fn by_table<R>(
    rows: &[R],
    place: impl Fn(&R) -> (RouteKey, Option<String>),
    print: impl Fn(&R, &str),
) {
    let destination = |row| place(row).0.destination.to_string();
    let width = rows.iter().map(|row| destination(row).len()).max().unwrap_or(0);
    let mut above = None;
    for row in rows {
        let (key, name) = place(row);
        if above.as_ref() != Some(&key.table) {
            let name = name.map_or(String::new(), |name| format!("  {}", faint(name)));
            line(format_args!("    {}{name}", strong(&key.table)));
            above = Some(key.table);
        }
        print(row, &format!("      {:<width$}", destination(row)));
    }
}

/// Where a route points, and where it would.
pub(crate) fn way(route: &RouteView) -> String {
    match &route.fate {
        Fate::Move { to, .. } => format!("{} → {}", hop(&route.holder), hop(to)),
        _ => hop(&route.holder),
    }
}

/// Where a route points.
pub(crate) fn holder(route: &RouteView) -> String {
    hop(&route.holder)
}

/// A member, with its path if that is not the only one.
pub(crate) fn hop(hop: &NextHop) -> String {
    if hop.path == hopover_core::id::PathName::single() {
        hop.member.to_string()
    } else {
        format!("{} {}", hop.member, hop.path)
    }
}

/// "9 routes from A to B".
pub(crate) fn moves(group: &Preview) -> String {
    let count = group.moves().count();
    let names = |members: BTreeSet<&MemberName>| {
        members.into_iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    };
    format!(
        "{} from {} to {}",
        crate::output::count(count, "route"),
        names(group.moves().map(|(route, _)| &route.holder.member).collect()),
        names(group.moves().map(|(_, to)| &to.member).collect()),
    )
}
