//! What the operator is told before a live drill, and if it does not come to its end.

use std::fmt::Write as _;

use hopover_core::Span;
use hopover_core::doctor::{Finding, Verdict};
use hopover_core::group::Group;

use super::super::Drill;
use super::super::picture::{Light, Picture};
use super::cast::Cast;
use super::kept::Kept;
use super::stage::Pace;
use crate::output::{bad, count, strong, warned};
use crate::wrap;

/// What speaks against a failover, and so against a drill.
pub(super) fn doctor(findings: &[Finding]) -> String {
    let mut out = String::new();
    for finding in findings.iter().filter(|finding| finding.verdict >= Verdict::Warning) {
        let verdict = format!("{:<7}", finding.verdict);
        let verdict = if finding.verdict == Verdict::Problem { bad(verdict) } else { warned(verdict) };
        let what = format!("{}: {}", finding.check, finding.what);
        let _ = writeln!(out, "{}", wrap::text(&format!("  {verdict}  "), 11, &what));
    }
    let all = findings.len();
    if out.is_empty() {
        format!("{} {all} checks, nothing amiss", strong("doctor:"))
    } else {
        format!("{} {all} checks, of which amiss\n{}", strong("doctor:"), out.trim_end())
    }
}

/// What will be stopped and moved.
pub(super) fn warning(
    group: &Group,
    name: Option<&str>,
    cast: &Cast,
    picture: &Picture,
    pace: Pace,
) -> String {
    let vpc = name.map_or_else(|| group.vpc.to_string(), |name| format!("{} ({name})", group.vpc));
    let mut out = format!("\n{} live, group {}, {vpc} in {}\n\n", strong("drill"), group.name, group.region);
    // Writing into a String cannot fail.
    let _ = write_warning(&mut out, cast, picture, pace);
    out
}

fn write_warning(out: &mut String, cast: &Cast, picture: &Picture, pace: Pace) -> std::fmt::Result {
    let Cast { first, second, first_instance, second_instance, .. } = cast;
    writeln!(out, "{}", warned("This stops real appliances and moves real traffic:"))?;
    for (at, step) in cast.steps().iter().enumerate() {
        writeln!(out, "  {}. {}: {}", at + 1, step.name(), step.expected)?;
    }
    writeln!(out, "\n  stopped and started  {first} ({first_instance}), {second} ({second_instance})")?;
    writeln!(out, "  routes that move     {} of the group", picture.ours().count())?;
    writeln!(out, "  must not change      {}", count(picture.bystanders(), "other route"))?;
    let limit = pace.limit.as_secs();
    let longest = cast.steps().iter().map(|step| (pace.limit + step.delay).as_secs()).sum::<i64>();
    writeln!(
        out,
        "  it takes             a few minutes; at most {limit} s a step, {} in all",
        minutes(longest)
    )?;
    writeln!(
        out,
        "\nUntil its routes have moved, traffic through a member that is stopped is lost,\n\
         and its sessions are. A public address that is no Elastic IP changes, and what\n\
         is on instance-store volumes is gone. This program writes no route: that is for\n\
         the deployed function, which is what is tested. Ctrl-C breaks off at any time\n\
         and says how to put things back."
    )
}

fn minutes(seconds: i64) -> String {
    format!("{} min", Span::from_secs(seconds + 59).as_mins())
}

/// Where an unfinished drill is.
pub(super) fn resumed(kept: &Kept) -> String {
    format!(
        "going on with the drill of {} that began at {}: {}",
        kept.vpc,
        kept.started_at.strftime("%Y-%m-%d %H:%M:%S UTC"),
        kept.whereabouts()
    )
}

/// The same drill once more, with one more option.
pub(super) fn again(arguments: &Drill, option: &str) -> String {
    let mut command = format!("hopover drill --live {option}{}", config(arguments));
    if let Some(group) = &arguments.options.group {
        let _ = write!(command, " --group {group}");
    }
    command
}

/// The option that names the configuration, if one was named.
fn config(arguments: &Drill) -> String {
    arguments.at.config.as_ref().map_or(String::new(), |file| format!(" --config {}", file.display()))
}

/// What is stopped, where the routes are, and how to go on or back.
pub(super) fn guide(kept: &Kept, how: &str, now: Option<&Picture>, arguments: &Drill) -> String {
    let mut out = String::new();
    let _ = write_guide(&mut out, kept, how, now, arguments);
    out.truncate(out.trim_end().len());
    out
}

fn write_guide(
    out: &mut String,
    kept: &Kept,
    how: &str,
    now: Option<&Picture>,
    arguments: &Drill,
) -> std::fmt::Result {
    writeln!(out, "\n{} {}", bad(format!("{how}:")), kept.whereabouts())?;
    if kept.stopped.is_empty() {
        writeln!(out, "  nothing that the drill stopped is still stopped")?;
    }
    for (member, instance) in &kept.stopped {
        let state = now.and_then(|now| now.member(member.as_str())).and_then(|member| member.state);
        let state = state.map_or("in a state that is not known".to_owned(), |state| state.to_string());
        writeln!(out, "  {member} ({instance}) was stopped by the drill and is {state}")?;
    }
    for member in now.iter().flat_map(|now| &now.members) {
        if member.health == Light::Down && member.carries > 0 {
            let lost = format!(
                "{} at {}, which is down: traffic is lost",
                count(member.carries, "route"),
                member.name
            );
            writeln!(out, "  {}", bad(lost))?;
        }
    }
    match now {
        Some(now) => writeln!(out, "  {}; at first {}", now.carriers(), kept.at_first.carriers())?,
        None => writeln!(out, "  where the routes are now could not be seen: `hopover status`")?,
    }
    writeln!(out, "to put things back:  {}", again(arguments, "--put-back"))?;
    writeln!(out, "to go on:            {}", again(arguments, "--resume"))?;
    if let Some(backup) = &kept.backup {
        let config = config(arguments);
        writeln!(out, "routes as at first:  hopover restore {backup}{config}")?;
    }
    Ok(())
}

/// After everything runs again.
pub(super) fn put_back(kept: &Kept, now: &Picture, arguments: &Drill) -> String {
    let elsewhere = kept
        .at_first
        .ours()
        .filter(|(route, _)| now.route(route).is_none_or(|now| now.target != route.target));
    let mut out = format!("everything runs again: {}", now.carriers());
    if elsewhere.count() == 0 {
        out.push_str(", as at first");
        return out;
    }
    let _ = write!(out, "; at first {}", kept.at_first.carriers());
    let config = config(arguments);
    let _ = match &kept.backup {
        Some(backup) => write!(out, "\nthe routes as at first: hopover restore {backup}{config}"),
        None => write!(out, "\nthe routes as at first: hopover switchover --to {}{config}", kept.cast.first),
    };
    out
}
