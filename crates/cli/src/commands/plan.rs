//! `hopover plan`: what would be done now, or if a member failed. Nothing is written.

use std::process::ExitCode;

use clap::Args;
use hopover_core::preview::{Fate, Preview, RouteView};
use serde::Serialize;

use crate::arguments::Format;
use crate::failure::Failure;
use crate::output::{self, Document, bad, faint};
use crate::place::{Place, Where};
use crate::{lookup, view};

/// Arguments of `plan`.
#[derive(Debug, Args)]
pub(crate) struct Plan {
    /// As if this member had failed: its name, instance or interface.
    #[arg(long, value_name = "MEMBER")]
    if_down: Option<String>,
    /// Only this group.
    #[arg(long, value_name = "NAME")]
    group: Option<String>,
    #[command(flatten)]
    at: Where,
}

/// What the document says of a group.
#[derive(Debug, Serialize)]
struct Planned {
    /// The member that was taken to have failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    if_down: Option<String>,
    #[serde(flatten)]
    preview: Preview,
}

pub(crate) fn run(arguments: &Plan, format: Format) -> Result<ExitCode, Failure> {
    let mut place = Place::open(&arguments.at)?;
    let mut plans = Vec::new();
    for group in place.groups(arguments.group.as_deref())? {
        let mut seen = place.observe(&group)?;
        let if_down = arguments.if_down.as_deref().map(|name| lookup::member(&group, &seen, name));
        let if_down = match if_down {
            // With several groups, the member is one of one of them.
            Some(Err(_)) if place.config().groups.len() > 1 && arguments.group.is_none() => continue,
            other => other.transpose()?,
        };
        if let Some(member) = &if_down {
            seen = seen.if_down(&group, member);
        }
        let preview = Preview::new(&group, &seen, None, place.now())?;
        plans.push(Planned { if_down: if_down.map(|member| member.to_string()), preview });
    }
    if plans.is_empty() {
        let name = arguments.if_down.clone().unwrap_or_default();
        let members = place.config().groups.iter().flat_map(|group| &group.members);
        let known: Vec<_> = members.map(|member| member.name.to_string()).collect();
        return Err(lookup::not_found("member", &name, &known, &[]));
    }
    match format {
        Format::Json => output::json(&Document::new("plan", &plans))?,
        Format::Text => plans.iter().for_each(show),
    }
    Ok(ExitCode::from(exit_code(&plans)))
}

/// Stuck before pending: what a person has to see to comes first. What would happen *if* is not pending.
fn exit_code(plans: &[Planned]) -> u8 {
    let any = |is: fn(&Planned) -> bool| plans.iter().any(is);
    if any(|plan| plan.preview.left_behind().next().is_some()) {
        4
    } else if any(|plan| plan.if_down.is_none() && plan.preview.moves().next().is_some()) {
        3
    } else {
        0
    }
}

fn show(plan: &Planned) {
    let Planned { if_down, preview } = plan;
    if let Some(member) = if_down {
        output::line(faint(format!("if {member} were down:")));
    }
    view::heading(preview);
    let (moves, stuck) = (preview.moves().count(), preview.left_behind().count());
    let verb = if if_down.is_some() { "would move" } else { "to be moved" };
    let verdict = match (moves, stuck) {
        (0, 0) => "nothing to do".to_owned(),
        (_, 0) => format!("{verb}: {}", view::moves(preview)),
        (0, _) => bad(format!("{} cannot be moved", output::count(stuck, "route"))),
        (..) => format!(
            "{verb}: {}; {}",
            view::moves(preview),
            bad(format!("{} cannot be moved", output::count(stuck, "route")))
        ),
    };
    output::line(format_args!("  {verdict}"));
    view::routes(&preview.routes, view::way, why);
}

/// The reason, unless it goes without saying.
fn why(route: &RouteView) -> String {
    match &route.fate {
        Fate::BeStuck { why } | Fate::BeRefused { why } => bad(why),
        fate => faint(fate.why()),
    }
}
