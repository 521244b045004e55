//! IAM's rules of evaluation, as far as our policy uses them: everything is denied unless a statement allows it. A statement
//! applies if its action, its resource and each of its conditions match; a condition whose key the request does not have
//! does not match; `*` stands for any characters, in an ARN within one of its six parts.
//!
//! Source: "Policy evaluation logic" and "IAM JSON policy elements" (Action, Resource, Condition) of the IAM user guide.

use std::collections::BTreeMap;

use serde_json::Value;

/// What somebody asks for.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) action: String,
    pub(crate) resource: String,
    /// What the service says of the request, by condition key.
    pub(crate) context: BTreeMap<String, String>,
}

/// Whether a policy allows it.
pub(crate) fn allows(policy: &Value, request: &Request) -> bool {
    let statements = policy["Statement"].as_array().expect("statements");
    statements.iter().any(|statement| {
        assert_eq!(statement["Effect"], "Allow", "the test knows no Deny");
        applies(statement, request)
    })
}

fn applies(statement: &Value, request: &Request) -> bool {
    for element in statement.as_object().expect("a statement").keys() {
        let known = ["Sid", "Effect", "Action", "Resource", "Condition"];
        assert!(known.contains(&element.as_str()), "the test does not know {element}");
    }
    let actions = list(&statement["Action"]);
    let resources = list(&statement["Resource"]);
    // Actions are compared without regard to case.
    actions.iter().any(|action| like(&action.to_lowercase(), &request.action.to_lowercase()))
        && resources.iter().any(|resource| like(resource, &request.resource))
        && statement.get("Condition").is_none_or(|condition| holds(condition, request))
}

fn holds(condition: &Value, request: &Request) -> bool {
    condition.as_object().expect("operators").iter().all(|(operator, keys)| {
        keys.as_object().expect("keys").iter().all(|(key, wanted)| {
            let said = request.context.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
            said.is_some_and(|(_, said)| {
                list(wanted).iter().any(|wanted| match operator.as_str() {
                    "StringEquals" => wanted == said,
                    "ArnEquals" | "ArnLike" => arn_like(wanted, said),
                    other => panic!("the test does not know {other}"),
                })
            })
        })
    })
}

/// Each of the six parts of an ARN is compared on its own.
fn arn_like(pattern: &str, arn: &str) -> bool {
    let parts = |text: &str| text.splitn(6, ':').map(str::to_owned).collect::<Vec<_>>();
    let (pattern, arn) = (parts(pattern), parts(arn));
    pattern.len() == arn.len() && pattern.iter().zip(&arn).all(|(pattern, part)| like(pattern, part))
}

fn like(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((before, after)) => text.strip_prefix(before).is_some_and(|rest| {
            (0..=rest.len()).filter_map(|at| rest.get(at..)).any(|rest| like(after, rest))
        }),
    }
}

fn list(value: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    value.as_array().map_or_else(|| vec![text(value)], |values| values.iter().map(text).collect())
}
