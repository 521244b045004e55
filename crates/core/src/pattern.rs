//! Event patterns of EventBridge, as far as rules for instances use them.
//!
//! Source: "Creating Amazon EventBridge event patterns" and "Comparison operators for use in event patterns". A pattern is an
//! object: every field that it names must match, a list is an *or*, and what it does not name does not matter.

use serde_json::{Map, Value};

/// A pattern that this version cannot judge.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("its pattern uses {0}, which hopover does not evaluate")]
pub struct Unsupported(pub String);

/// Whether an event passes a pattern.
pub fn matches(pattern: &Value, event: &Value) -> Result<bool, Unsupported> {
    match pattern {
        Value::Object(fields) => object(fields, Some(event)),
        _ => Err(Unsupported("something else than an object".to_owned())),
    }
}

fn object(fields: &Map<String, Value>, event: Option<&Value>) -> Result<bool, Unsupported> {
    for (name, wanted) in fields {
        let there = event.and_then(|event| event.get(name));
        let passes = match wanted {
            Value::Array(alternatives) if name == "$or" => any(alternatives, |one| match one {
                Value::Object(fields) => object(fields, event),
                _ => Err(Unsupported("$or with something else than objects".to_owned())),
            })?,
            Value::Array(alternatives) => any(alternatives, |one| field(one, there))?,
            Value::Object(inner) => object(inner, there)?,
            _ => return Err(Unsupported(format!("{name} without a list"))),
        };
        if !passes {
            return Ok(false);
        }
    }
    Ok(true)
}

/// True if one passes. One that cannot be judged counts only if no other passes.
fn any<T>(alternatives: &[T], passes: impl Fn(&T) -> Result<bool, Unsupported>) -> Result<bool, Unsupported> {
    let mut unsupported = None;
    for one in alternatives {
        match passes(one) {
            Ok(true) => return Ok(true),
            Ok(false) => {}
            Err(error) => unsupported = Some(error),
        }
    }
    unsupported.map_or(Ok(false), Err)
}

/// One alternative against the field. A list in the event passes if one of its values does.
fn field(wanted: &Value, there: Option<&Value>) -> Result<bool, Unsupported> {
    if let Some(operator) = wanted.as_object()
        && let Some(exists) = operator.get("exists").and_then(Value::as_bool)
    {
        return Ok(there.is_some() == exists);
    }
    match there {
        None => value(wanted, None),
        Some(Value::Array(values)) => any(values, |one| value(wanted, Some(one))),
        Some(one) => value(wanted, Some(one)),
    }
}

fn value(wanted: &Value, there: Option<&Value>) -> Result<bool, Unsupported> {
    let Value::Object(operator) = wanted else {
        return Ok(there == Some(wanted));
    };
    let Some((name, operand)) = operator.iter().next().filter(|_| operator.len() == 1) else {
        return Err(Unsupported("an operator without a name".to_owned()));
    };
    let found = there.and_then(Value::as_str);
    let test = |is: &dyn Fn(&str, &str) -> bool| match operand {
        Value::String(operand) => Ok(found.is_some_and(|found| is(found, operand))),
        _ => Err(Unsupported(format!("{name} of something else than a text"))),
    };
    match name.as_str() {
        "prefix" => test(&|text, operand| text.starts_with(operand)),
        "suffix" => test(&|text, operand| text.ends_with(operand)),
        "equals-ignore-case" => test(&|text, operand| text.to_lowercase() == operand.to_lowercase()),
        "wildcard" => test(&wildcard),
        "anything-but" if there.is_none() => Ok(false),
        "anything-but" => match operand {
            Value::Array(values) => Ok(!values.iter().any(|value| Some(value) == there)),
            Value::Object(_) => value(operand, there).map(|matches| !matches),
            one => Ok(Some(one) != there),
        },
        other => Err(Unsupported(format!("the operator {other}"))),
    }
}

/// `*` stands for any characters, or none. What is between two of them is looked for from the left, which is enough.
fn wildcard(text: &str, operand: &str) -> bool {
    let mut parts = operand.split('*');
    let Some(mut rest) = parts.next().and_then(|head| text.strip_prefix(head)) else {
        return false;
    };
    let Some(tail) = parts.next_back() else {
        return rest.is_empty();
    };
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else {
            return false;
        };
        rest = after;
    }
    rest.ends_with(tail)
}

#[cfg(test)]
mod tests;
