//! Log lines: one JSON object a fact, with a `message` that reads on as a story, in the form of Lambda's JSON logs.

use std::io::Write as _;

use hopover_core::Timestamp;
use hopover_core::fact::{Fact, Level};
use hopover_core::group::Group;
use serde::Serialize;

/// One line.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a, T: Serialize> {
    timestamp: Timestamp,
    level: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    message: &'a str,
    #[serde(flatten)]
    more: &'a T,
}

/// A fact with its group.
#[derive(Serialize)]
struct GroupFact<'a> {
    group: &'a str,
    #[serde(flatten)]
    fact: &'a Fact,
}

/// Sends the errors of libraries (the SDK, the Lambda runtime) to the log as well. No setting of an operator makes them
/// more talkative: at its lowest level the SDK tells whole requests, with their signatures and tokens.
pub(crate) fn init() {
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_max_level(tracing::Level::ERROR)
        .with_current_span(false)
        .with_span_list(false)
        .init();
}

/// Logs a fact.
pub(crate) fn fact(request: &str, group: &Group, fact: &Fact) {
    let message = format!("{}: {fact}", group.name);
    line(level(fact), Some(request), &message, &GroupFact { group: group.name.as_str(), fact });
}

/// Logs a sentence, with more fields.
pub(crate) fn line(level: &str, request: Option<&str>, message: &str, more: &impl Serialize) {
    let line = Line {
        timestamp: Timestamp::now(),
        level: &level.to_uppercase(),
        request_id: request,
        message,
        more,
    };
    // A log that cannot be written must not stop a failover.
    if let Ok(mut text) = serde_json::to_vec(&line) {
        text.push(b'\n');
        let _ = std::io::stdout().lock().write_all(&text);
    }
}

/// The log level of a fact, by Lambda's names.
fn level(fact: &Fact) -> &'static str {
    match fact.level() {
        Level::Info => "info",
        Level::Warn => "warn",
        Level::Error => "error",
    }
}
