//! What `deploy` prints for people. Everything fits 80 columns, but for links and long ids.

use hopover_core::config::TopicArn;
use hopover_core::stack::{Change, Cost, Made, OUTPUTS, Standing};
use hopover_core::survey::Survey;

use super::plan::{Act, Plan, Upload};
use crate::commands::doctor::{self, Examined};
use crate::output::{count, faint, good, line, strong, talk, warned};
use crate::wrap;

/// Columns before what is said of a thing that is made.
const NAMES: usize = 15;

/// What is there, what will be done, and what it costs.
pub(super) fn plan(plan: &Plan) {
    let (group, name) = (&plan.group, &plan.stack);
    line(format_args!(
        "{}: {} in {}, account {}",
        strong(&group.name),
        group.vpc,
        group.region,
        plan.account
    ));
    let members = group.members.iter().zip(&plan.machines);
    let members: Vec<_> = members.map(|(member, machine)| format!("{} is {machine}", member.name)).collect();
    line(format_args!("  {}", members.join(", ")));
    match &plan.act {
        Act::Nothing => {
            line(format_args!("  stack {name} is as asked: {}", good("nothing to change")));
            return;
        }
        Act::Update(changes) => {
            line(format_args!("\n{} stack {name}", strong("update")));
            changes.iter().for_each(change);
            upload(plan.upload.as_ref());
            line(faint("  what is not named stays as it is; while it is updated, the function goes on"));
            return;
        }
        Act::CreateAnew => {
            let status = plan.standing.as_ref().map_or("", |stack| stack.status.as_str());
            line(wrap::text(
                &format!("\n{} ", warned("note:")),
                6,
                &format!(
                    "stack {name} is {status}: the remains of an attempt that failed, and good for nothing. They are deleted \
                     first"
                ),
            ));
        }
        Act::Create => {}
    }
    line(format_args!("\n{} stack {name}, with", strong("make")));
    plan.made.iter().for_each(made);
    upload(plan.upload.as_ref());
    line("");
    cost(&plan.cost);
    line(format_args!("\n{}", faint("no route is touched by this")));
}

fn made(made: &Made) {
    let first = format!("  {:<width$}", made.what, width = NAMES - 2);
    line(wrap::text(&first, NAMES, &made.names.join(", ")));
    line(faint(wrap::text(&" ".repeat(NAMES), NAMES, &made.why)));
}

fn change(change: &Change) {
    let text = match (&change.from, &change.to) {
        (None, None) => format!("{}: another", change.what),
        (Some(from), None) => format!("{}: another than {from}", change.what),
        (None, Some(to)) => format!("{}: {to}", change.what),
        (Some(from), Some(to)) => format!("{}: {from} → {to}", change.what),
    };
    line(wrap::text("  ", 4, &text));
}

fn upload(upload: Option<&Upload>) {
    let Some(upload) = upload else { return };
    let (code, file) = (&upload.code, &upload.file);
    let bucket = if upload.makes_bucket { "a new private bucket" } else { "bucket" };
    let first = format!("  {:<width$}", "code", width = NAMES - 2);
    let megabytes = u32::try_from(upload.zip.len()).map_or(f64::MAX, f64::from) / 1e6;
    let text = format!("{file}, {} ({megabytes:.1} MB)", code.architecture);
    line(wrap::text(&first, NAMES, &text));
    let how = if upload.is_there { "is in" } else { "goes into" };
    line(faint(wrap::text(&" ".repeat(NAMES), NAMES, &format!("{how} {bucket}, {}", code.bucket))));
}

/// "about 5.36 US$ a month", with the arithmetic.
fn cost(cost: &Cost) {
    line(format_args!(
        "{} about {:.2} US$ a month, at list prices of {} ({})",
        strong("costs"),
        cost.dollars_a_month,
        cost.prices_of,
        cost.prices_from
    ));
    for part in &cost.lines {
        // A line is not broken within it.
        let free = part.free.map_or(String::new(), |free| format!(" ({free} free)").replace(' ', "\u{a0}"));
        let free = free.replacen('\u{a0}', " ", 1);
        let first = format!("  {:>5.2}  {:<width$}", part.dollars, part.what, width = 12);
        line(wrap::text(&first, 21, &format!("{}{free}", part.how)));
    }
    let beyond = cost.dollars_beyond_the_free_tier;
    line(wrap::text(
        "  ",
        2,
        &format!(
            "What is free is free in every account, each month. If nothing else in this account uses it, {beyond:.2} US$ are \
             left. Other regions have other prices, China also other free amounts."
        ),
    ));
}

/// What is asked before anything is done.
pub(super) fn question(plan: &Plan) -> String {
    let name = &plan.stack;
    match &plan.act {
        Act::Update(changes) => format!("Update stack {name} ({})?", count(changes.len(), "change")),
        Act::CreateAnew => format!("Delete the remains of stack {name}, and make it anew?"),
        Act::Create | Act::Nothing => format!("Make stack {name} in account {}?", plan.account),
    }
}

/// The stack stands: what to do next.
pub(super) fn outputs(plan: &Plan, stack: &Standing) {
    line(format_args!("\n{} ({})", good(format_args!("stack {} stands", plan.stack)), stack.status));
    let place = |name: &str| OUTPUTS.iter().position(|known| *known == name).unwrap_or(OUTPUTS.len());
    let mut outputs: Vec<_> = stack.outputs.iter().collect();
    outputs.sort_by_key(|output| (place(&output.name), &output.name));
    for output in outputs {
        let what = if output.description.is_empty() { &output.name } else { &output.description };
        line(format_args!("{}:", wrap::text("  ", 2, what)));
        line(match output.value.split(' ').next() {
            Some("aws") => wrap::command(4, &output.value),
            _ => wrap::text("    ", 4, &output.value),
        });
    }
}

/// What `doctor` finds, and what only a person can do.
pub(super) fn doctor(plan: &Plan, examined: &Examined, survey: &Survey, topic: &TopicArn) {
    line("");
    doctor::show(examined, false);
    let unconfirmed = survey.subscriptions.as_ref().and_then(|part| part.as_ref().ok());
    let unconfirmed =
        unconfirmed.into_iter().flatten().filter(|one| !one.confirmed && one.protocol == "email");
    for one in unconfirmed {
        let mail = if plan.act == Act::Nothing {
            "confirm the e-mail that SNS has sent you"
        } else {
            "confirm the e-mail you just got"
        };
        line(format_args!("\n{}", strong(mail)));
        let text = format!("Until the link in it is clicked, {} is told of nothing.", one.endpoint);
        line(wrap::text("  ", 2, &text));
    }
    match &plan.topic {
        Some(configured) if configured == topic => {}
        Some(configured) => talk(wrap::text(
            "note: ",
            6,
            &format!(
                "the configuration names {}; the function tells {}",
                configured.as_str(),
                topic.as_str()
            ),
        )),
        None => {
            talk("note: for `hopover doctor` to find the topic, put this above the first group:");
            talk(format_args!("  topic = \"{}\"", topic.as_str()));
        }
    }
}
