//! What the command prints.

use std::fmt::Write as _;
use std::time::Duration;

use hopover_sim::example::epoch;
use hopover_sim::tally::Mischief;
use hopover_storm::{Act, Count, Invariant, Outcome, Scenario};

/// What was done in many runs.
pub(crate) fn summary(count: &Count, took: Duration, failures: usize) -> String {
    let mut out = String::new();
    let seconds = took.as_secs_f64();
    let a_second = a_second(count.runs, took);
    let days = count.time.as_secs() / 86_400;
    let _ = writeln!(out, "{} runs in {seconds:.1} s, {a_second} a second", grouped(count.runs));
    for (what, number) in [
        ("days of virtual time", u64::try_from(days).unwrap_or(0)),
        ("passes", count.passes),
        ("calls to EC2", count.calls),
        ("writes sent", count.writes),
        ("writes made", count.made),
        ("passes that failed over", count.failovers),
        ("passes that gave routes back", count.failbacks),
        ("passes that obeyed an order", count.switchovers),
    ] {
        line(&mut out, what, number);
    }
    out.push_str("faults injected\n");
    for mischief in Mischief::ALL {
        line(&mut out, &mischief.to_string(), count.mischief.count(mischief));
    }
    out.push_str("acts of operators and of the platform\n");
    for (act, number) in Act::SORTS.iter().zip(count.acts) {
        line(&mut out, act, number);
    }
    out.push_str("invariants checked\n");
    for invariant in Invariant::ALL {
        line(&mut out, &invariant.to_string(), count.checked.count(invariant));
    }
    let verdict =
        if failures == 0 { "every invariant held".to_owned() } else { format!("{failures} runs FAILED") };
    let _ = writeln!(out, "{verdict}");
    out
}

/// How many of something there were a second.
pub(crate) fn a_second(number: u64, took: Duration) -> u128 {
    u128::from(number) * 1_000 / took.as_millis().max(1)
}

/// A scenario, what the function told, and what was broken.
pub(crate) fn failure(scenario: &Scenario, outcome: &Outcome) -> String {
    let mut out = scenario.to_string();
    for told in &outcome.story {
        let at = told.at.duration_since(epoch()).as_secs_f64();
        let _ = writeln!(out, "{at:9.3} {}: {}", told.group, told.fact);
    }
    let verdict = outcome.violation.as_ref().map_or("every invariant held".to_owned(), ToString::to_string);
    let _ = writeln!(out, "{verdict}");
    out
}

fn line(out: &mut String, what: &str, number: u64) {
    let _ = writeln!(out, "  {:>15}  {what}", grouped(number));
}

/// 1234567 as 1 234 567.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}
