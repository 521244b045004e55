//! The text of `hopover.toml`: what was found, and in comments what else an operator may want.

use std::fmt::Write as _;

use super::{Proposal, pairing};
use crate::config::TopicArn;
use crate::excerpt::excerpt;
use crate::id::PathName;
use crate::survey::Card;

/// The most that a comment shows of what others have written, in characters.
const LONGEST: usize = 60;

/// The file for these groups.
pub fn file(proposals: &[Proposal], topic: Option<&TopicArn>) -> String {
    let mut text = String::from(
        "# hopover: routes that follow the healthy appliance.\n\
         # Written by `hopover init` from what it found. `hopover doctor` checks the rest.\n\n",
    );
    if let Some(topic) = topic {
        text += "# Who is told of a failover: an SNS topic.\n";
        let _ = writeln!(text, "topic = \"{}\"\n", topic.as_str());
    } else {
        let region = proposals.first().map_or("REGION", |first| first.group.region.as_str());
        let partition = proposals.first().map_or("aws", |first| first.group.region.partition());
        text += "# Who is told of a failover: an SNS topic. HOPOVER_TOPIC_ARN may name it instead.\n";
        let _ = writeln!(text, "# topic = \"arn:{partition}:sns:{region}:ACCOUNT:NAME\"\n");
    }
    for (at, proposal) in proposals.iter().enumerate() {
        if at > 0 {
            text.push('\n');
        }
        group(&mut text, proposal);
    }
    text
}

fn group(text: &mut String, proposal: &Proposal) {
    let group = &proposal.group;
    // A `String` takes everything that is written to it.
    let mut line = |words: std::fmt::Arguments| {
        let _ = writeln!(text, "{words}");
    };
    line(format_args!("[[group]]"));
    line(format_args!("name = \"{}\"", group.name));
    line(format_args!("region = \"{}\"", group.region));
    line(format_args!("vpc = \"{}\"", group.vpc));
    line(format_args!("# Routes that point at a member, by table:"));
    for (facts, carried) in &proposal.tables {
        let carried: Vec<_> = carried.iter().map(|(member, n)| format!("{n} at {member}")).collect();
        let name = facts.table.name.as_deref().map_or(String::new(), |name| format!(" ({})", comment(name)));
        let edge = if facts.gateways.is_empty() { "" } else { " (a gateway's table)" };
        line(format_args!("#   {}{name}: {}{edge}", facts.table.id, carried.join(", ")));
    }
    if proposal.tables.is_empty() {
        line(format_args!("#   none yet: point some at a member"));
    }
    line(format_args!("# To leave a table alone, name it here, or tag it hopover:ignore."));
    line(format_args!("# exclude = [{}]", quoted_tables(proposal, 1)));
    line(format_args!("# To give a member its routes back when it is well again:"));
    if let Some(first) = group.members.first() {
        line(format_args!("# preempt = \"{}\"", first.name));
    }
    line(format_args!("# failback_delay_seconds = {}", group.failback_delay.as_secs()));
    for (at, (member, found)) in group.members.iter().zip(&proposal.members).enumerate() {
        line(format_args!(""));
        line(format_args!("[[group.member]]"));
        line(format_args!("name = \"{}\"", member.name));
        line(format_args!(
            "# {}{}, {}",
            found.machine.id,
            found.zone().map_or(String::new(), |zone| format!(" in {}", comment(zone))),
            found.machine.state
        ));
        match member.interfaces.get(&PathName::single()) {
            Some(interface) if member.interfaces.len() == 1 => {
                line(format_args!("interface = \"{interface}\""));
            }
            _ => {
                if at == 0 {
                    line(format_args!("# {}.", sentence(&proposal.paired_by.to_string())));
                }
                let named: Vec<_> =
                    member.interfaces.iter().map(|(path, id)| format!("{} = \"{id}\"", key(path))).collect();
                line(format_args!("interfaces = {{ {} }}", named.join(", ")));
            }
        }
        for card in proposal.left_out.iter().filter(|card| found.cards.iter().any(|held| held.id == card.id))
        {
            line(format_args!("# Left out: {}", described(card)));
        }
        if at == 0 {
            line(format_args!(
                "# Tables whose routes belong to this member while it is well, one appliance a zone:"
            ));
            line(format_args!("# home = [{}]", quoted_tables(proposal, 1)));
        }
    }
}

/// An interface that no path goes through.
fn described(card: &Card) -> String {
    let label = pairing::label(card).map_or(String::new(), |label| format!(" ({})", comment(label)));
    let check = match card.source_dest_check {
        Some(false) => "check off, but no peer",
        Some(true) => "no route points at it, and its check is on",
        None => "no route points at it",
    };
    format!("{}{label}: {check}", card.id)
}

fn quoted_tables(proposal: &Proposal, at_most: usize) -> String {
    let ids = proposal.tables.iter().take(at_most).map(|(facts, _)| format!("\"{}\"", facts.table.id));
    let ids: Vec<_> = ids.collect();
    if ids.is_empty() { "\"rtb-…\"".to_owned() } else { ids.join(", ") }
}

/// A key of TOML: a dot would part it.
fn key(path: &PathName) -> String {
    if path.as_str().contains('.') { format!("\"{path}\"") } else { path.to_string() }
}

/// What somebody else has written, where a line break would end the comment.
fn comment(text: &str) -> String {
    excerpt(text, LONGEST)
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
