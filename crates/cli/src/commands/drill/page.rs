//! The protocol as a page for people who were not there: one file, no scripts, nothing from elsewhere.
//!
//! Texts are escaped by `maud`; what was told by others (names of tables, messages of EC2) cannot become markup. The page
//! forbids itself to load anything.

mod figure;
mod time_line;

use hopover_core::{Span, Timestamp};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::protocol::{DrillReport, LogLine, Loudness, Mode, StepReport};
use super::text;
use crate::output::count;

/// Style, for the screen in light and dark, and for A4.
const STYLE: &str = include_str!("page/style.css");

/// Nothing is loaded, nothing runs.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// The whole page.
pub(super) fn render(protocol: &DrillReport) -> String {
    let scale_ms = time_line::scale(protocol);
    let title = format!("Acceptance protocol: {} in {}", protocol.group, protocol.vpc);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="generator" content={ "hopover " (protocol.hopover) };
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    p.kind { "hopover drill" }
                    h1 { "Acceptance protocol" }
                    (verdict(protocol))
                    (facts(protocol))
                }
                main {
                    (overview(protocol))
                    @for (at, step) in protocol.steps.iter().enumerate() {
                        (section(at + 1, step, scale_ms))
                    }
                }
                footer { (how(protocol)) }
            }
        }
    };
    page.into_string() + "\n"
}

fn verdict(protocol: &DrillReport) -> Markup {
    let (class, word) = if protocol.passed { ("good", "Passed") } else { ("bad", "Not passed") };
    html! {
        p class={ "verdict " (class) } {
            (mark(protocol.passed)) " " strong { (word) } ": " (protocol.verdict())
        }
    }
}

/// Never by colour alone.
fn mark(good: bool) -> Markup {
    html! { span.mark aria-hidden="true" { @if good { "✓" } @else { "✗" } } }
}

fn facts(protocol: &DrillReport) -> Markup {
    let name = protocol.vpc_name.as_ref().map_or(String::new(), |name| format!(" “{name}”"));
    let embedded = protocol.mode == Mode::Embedded;
    let played = match (protocol.mode, protocol.seed) {
        (Mode::Live, _) => "live, on the real VPC".to_owned(),
        (Mode::Embedded, Some(seed)) => format!("on the embedded VPC, seed {seed}: nothing real"),
        (Mode::Embedded, None) => "on the embedded VPC: nothing real".to_owned(),
    };
    let facts = [
        ("VPC", format!("{}{name}", protocol.vpc)),
        ("Region", protocol.region.clone()),
        ("Group", protocol.group.clone()),
        ("Played", played),
        (if embedded { "Date (virtual)" } else { "Date" }, date(protocol.started_at)),
        ("Duration", duration(protocol.ended_at.duration_since(protocol.started_at))),
        ("Made by", format!("hopover {}", protocol.hopover)),
    ];
    html! {
        dl.facts {
            @for (what, value) in facts { div { dt { (what) } dd { (value) } } }
        }
    }
}

fn overview(protocol: &DrillReport) -> Markup {
    let missing = protocol.planned.saturating_sub(protocol.steps.len());
    html! {
        section.overview aria-labelledby="steps" {
            h2 #steps { "Steps" }
            div.scroll tabindex="0" role="region" aria-label="Steps" {
                table {
                    thead { tr {
                        th.n scope="col" { "#" } th scope="col" { "Step" } th scope="col" { "Observed" }
                        th.n scope="col" { "To the last route" } th scope="col" { "Verdict" }
                    } }
                    tbody {
                        @for (at, step) in protocol.steps.iter().enumerate() {
                            tr {
                                td.n { (at + 1) }
                                td { a href={ "#step-" (at + 1) } { (step.step) } }
                                td { (step.happened) }
                                td.n { @if let Some(line) = step.time_lines.last() { (milliseconds(line.last_route_ms)) } @else { "–" } }
                                td { (chip(step)) }
                            }
                        }
                    }
                }
            }
            @if missing > 0 {
                p.problem { (count(missing, "step")) " of the drill "
                    (if missing == 1 { "was" } else { "were" }) " not played." }
            }
        }
    }
}

fn chip(step: &StepReport) -> Markup {
    let (class, word) = if step.passed() { ("good", "as expected") } else { ("bad", "not as expected") };
    html! { span class={ "chip " (class) } { (mark(step.passed())) " " (word) } }
}

fn section(number: usize, step: &StepReport, scale_ms: u64) -> Markup {
    html! {
        section.step id={ "step-" (number) } aria-labelledby={ "step-" (number) "-title" } {
            h2 id={ "step-" (number) "-title" } { span.number { (number) ". " } (step.step) " " (chip(step)) }
            dl.outcome {
                div { dt { "Expected" } dd { (step.expected) } }
                div { dt { "Observed" } dd { (step.happened) } }
                @if !step.told.is_empty() {
                    div { dt { "People were told" } dd { @for subject in &step.told { span.told { (subject) } } } }
                }
                @if !step.problems.is_empty() {
                    div.problem { dt { "Wrong" } dd { ul { @for problem in &step.problems { li { (problem) } } } } }
                }
            }
            div.pictures {
                (figure::vpc("Before", number, &step.before, None))
                (figure::vpc("After", number, &step.after, Some(&step.before)))
            }
            @for line in &step.time_lines { (time_line::figure(line, scale_ms)) }
            (routes(step))
            (log(step))
        }
    }
}

fn routes(step: &StepReport) -> Markup {
    let moved = step.routes.iter().filter(|line| line.moved()).count();
    html! {
        h3 { "Route tables" }
        div.scroll tabindex="0" role="region" aria-label="Route tables before and after" {
            table.routes {
                thead { tr {
                    th scope="col" { "Route table" } th scope="col" { "Destination" }
                    th scope="col" { "Before" } th scope="col" { "After" } th scope="col" { span.hidden { "Moved" } }
                } }
                tbody {
                    @for (at, line) in step.routes.iter().enumerate() {
                        @let again = at > 0 && step.routes[at - 1].table == line.table;
                        tr.moved[line.moved()] .first[!again] {
                            td.id { @if again { span.again { (line.table) } } @else { (line.table) } }
                            td.id { (line.destination) }
                            td.id { (line.before) }
                            td.id { (line.after) }
                            td { @if line.moved() { span.way { "→ moved" } } }
                        }
                    }
                }
            }
        }
        p.note { (count(moved, "route")) " moved; " (text::others(step)) "." }
    }
}

fn log(step: &StepReport) -> Markup {
    html! {
        details {
            summary { "Log (" (count(step.log.len(), "line")) ")" }
            div.scroll tabindex="0" role="region" aria-label="Log" {
                table.log {
                    tbody { @for line in &step.log { (log_line(line)) } }
                }
            }
        }
    }
}

fn log_line(line: &LogLine) -> Markup {
    let (class, word) = match line.level {
        Loudness::Info => ("info", "info"),
        Loudness::Warn => ("warn", "warn"),
        Loudness::Error => ("error", "error"),
    };
    html! {
        tr class=(class) {
            td.time { time datetime=(line.at) { (line.at.strftime("%H:%M:%S%.3f")) } }
            td.level { (word) }
            td { (line.text) }
        }
    }
}

/// How it was measured, for those who doubt it.
fn how(protocol: &DrillReport) -> Markup {
    let looked = protocol.steps.iter().flat_map(|step| &step.time_lines).find_map(|line| line.resolution_ms);
    html! {
        p {
            @match protocol.mode {
                Mode::Embedded => {
                    "Played in memory and in virtual time; the same seed gives the same page. Events went through the code that \
                     runs in Lambda, and the VPC was read back after each step."
                },
                Mode::Live => {
                    "Instances were stopped and started through the EC2 API. Routes were moved by the deployed function alone; this \
                     program only read them"
                    @if let Some(looked) = looked { ", every " (looked) " ms, which is how exact the times are" }
                    "."
                },
            }
        }
        p { "Times of day are UTC." }
    }
}

fn date(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// "9 min 5 s".
fn duration(span: Span) -> String {
    match (span.as_mins(), span.as_secs() % 60) {
        (0, seconds) => format!("{seconds} s"),
        (minutes, seconds) => format!("{minutes} min {seconds} s"),
    }
}

/// "828 ms", "12,345 ms".
fn milliseconds(ms: u64) -> String {
    let digits = ms.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + " ms"
}

#[cfg(test)]
mod tests;
