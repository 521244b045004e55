//! What an update would change.

use std::collections::BTreeMap;

use serde::Serialize;

use super::standing::{Standing, TAG};
use crate::excerpt::excerpt;

/// The most that is shown of a value, in characters.
const LONGEST: usize = 60;

/// One thing that an update changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// A parameter, "template" or "version".
    pub what: String,
    /// How it is; nothing if it is not there, or too long to be shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// How it will be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// What is different between the stack and what is wanted of it. Parameters that are not given stay as they are.
pub fn changes(
    stack: &Standing,
    its_template: &str,
    given: &BTreeMap<&'static str, String>,
    template: &str,
    version: &str,
) -> Vec<Change> {
    let shown =
        |value: &str| Some(excerpt(value, LONGEST)).filter(|_| !value.is_empty() && !value.contains('\n'));
    let mut changes = Vec::new();
    // A console may end lines in its own way.
    if its_template.lines().map(str::trim_end).ne(template.lines().map(str::trim_end)) {
        changes.push(Change { what: "template".to_owned(), from: None, to: None });
    }
    let tagged = stack.tags.get(TAG);
    if tagged.map(String::as_str) != Some(version) {
        changes.push(Change {
            what: "version".to_owned(),
            from: tagged.and_then(|version| shown(version)),
            to: shown(version),
        });
    }
    for (name, wanted) in given {
        let now = stack.parameters.get(*name);
        if now.map_or("", String::as_str) != wanted {
            let from = now.and_then(|now| shown(now));
            changes.push(Change { what: (*name).to_owned(), from, to: shown(wanted) });
        }
    }
    changes
}
