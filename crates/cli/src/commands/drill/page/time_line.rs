//! The time line of a failover: one bar a phase, all on one scale, so that the failovers of a page can be compared.

use maud::{Markup, html};

use super::super::protocol::{DrillReport, TimeLine};
use super::milliseconds;

/// The longest failover of the protocol: what fills the width.
pub(super) fn scale(protocol: &DrillReport) -> u64 {
    let lines = protocol.steps.iter().flat_map(|step| &step.time_lines);
    lines.flat_map(|line| &line.phases).map(|phase| phase.to_ms).max().unwrap_or(1).max(1)
}

/// The bars, with their lengths in words.
pub(super) fn figure(line: &TimeLine, scale_ms: u64) -> Markup {
    html! {
        figure.time-line {
            figcaption {
                strong { (line.what) " in " (milliseconds(line.last_route_ms)) }
                " from " (line.zero)
                @if let Some(every) = line.resolution_ms { " (looked every " (milliseconds(every)) ")" }
            }
            ol {
                @for (at, phase) in line.phases.iter().enumerate() {
                    li {
                        span.phase { (phase.name) }
                        span.track {
                            span class={ "bar p" (at % 4) }
                                style={ "left:" (part(phase.from_ms, scale_ms)) "%;width:"
                                    (part(phase.to_ms.saturating_sub(phase.from_ms), scale_ms)) "%" } {}
                        }
                        span.length { (milliseconds(phase.to_ms.saturating_sub(phase.from_ms))) }
                    }
                }
            }
            p.axis aria-hidden="true" { span { "0" } span { (milliseconds(scale_ms)) } }
        }
    }
}

/// Percent with one digit: in whole numbers, so that it is the same on every machine.
fn part(ms: u64, of: u64) -> String {
    let tenths = ms.min(of).saturating_mul(1_000) / of.max(1);
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_never_leaves_its_track() {
        assert_eq!(part(574, 987), "58.1");
        assert_eq!(part(2_000, 987), "100.0");
        assert_eq!(part(1, 0), "0.0");
    }
}
