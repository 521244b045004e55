//! One form for a resource of `CloudFormation` and of Terraform: arguments by Terraform's names, scalars as text, documents as
//! JSON, sets in order, what is empty left out.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::stack::NAME;

/// What Terraform calls otherwise than by the rule, by type and property.
const RENAMED: [(&str, &str, &str); 20] = [
    ("AWS::Logs::LogGroup", "LogGroupName", "name"),
    ("AWS::IAM::Role", "AssumeRolePolicyDocument", "assume_role_policy"),
    ("AWS::SQS::Queue", "QueueName", "name"),
    ("AWS::SQS::Queue", "MessageRetentionPeriod", "message_retention_seconds"),
    ("AWS::SQS::QueuePolicy", "Queues", "queue_url"),
    ("AWS::SQS::QueuePolicy", "PolicyDocument", "policy"),
    ("AWS::SNS::Topic", "TopicName", "name"),
    ("AWS::CloudWatch::Alarm", "OKActions", "ok_actions"),
    ("AWS::EventSchemas::Registry", "RegistryName", "name"),
    ("AWS::EventSchemas::Schema", "SchemaName", "name"),
    ("AWS::Lambda::Function", "S3Bucket", "s3_bucket"),
    ("AWS::Lambda::Function", "S3Key", "s3_key"),
    ("AWS::Lambda::Function", "S3ObjectVersion", "s3_object_version"),
    ("AWS::IAM::Role.Policies", "PolicyName", "name"),
    ("AWS::IAM::Role.Policies", "PolicyDocument", "policy"),
    ("AWS::Events::Rule.Targets", "Id", "target_id"),
    ("AWS::Events::Rule.Targets", "Arn", "arn"),
    ("AWS::SNS::Subscription", "Endpoint", "endpoint"),
    ("AWS::SNS::Subscription", "Protocol", "protocol"),
    ("AWS::SNS::Subscription", "TopicArn", "topic_arn"),
];
/// Arguments that are JSON documents.
const DOCUMENTS: [&str; 6] =
    ["assume_role_policy", "content", "dashboard_body", "event_pattern", "filter_policy", "policy"];
/// What must be said to Terraform, and follows from the stack's name or from where a part stands in the template.
const NOT_IN_THE_TEMPLATE: [(&str, &[&str]); 5] = [
    ("aws_cloudwatch_event_rule", &["name"]),
    ("aws_cloudwatch_event_target", &["rule"]),
    ("aws_iam_role", &["name", "name_prefix"]),
    ("aws_iam_role_policy", &["role"]),
    ("aws_lambda_permission", &["statement_id"]),
];
/// What the provider fills in if it is not said: AWS's own defaults, and what only Terraform asks of itself.
const COMPUTED: [&str; 6] = ["arn", "dashboard_arn", "id", "region", "url", "version"];

/// The resources that one of the template is: itself, and what Terraform has apart.
pub(crate) fn of_cloudformation(kind: &str, properties: &Value) -> Vec<BTreeMap<String, Value>> {
    let mut own = properties.as_object().expect("properties").clone();
    let mut parts = Vec::new();
    match kind {
        "AWS::Lambda::Function" => {
            let Some(Value::Object(code)) = own.remove("Code") else { panic!("a function has code") };
            own.extend(code);
        }
        "AWS::Lambda::Permission" => {
            // By its ARN it is an alias.
            let name = own["FunctionName"].as_str().expect("a name").to_owned();
            if let [.., function, alias] = name.split(':').collect::<Vec<_>>()[..] {
                own.insert("FunctionName".to_owned(), function.into());
                own.insert("Qualifier".to_owned(), alias.into());
            }
        }
        "AWS::CloudWatch::Alarm" => {
            let dimensions = own["Dimensions"].as_array().expect("dimensions").iter();
            let dimensions = dimensions.map(|it| (text(&it["Name"]), it["Value"].clone()));
            let dimensions: Map<_, _> = dimensions.collect();
            own.insert("Dimensions".to_owned(), dimensions.into());
        }
        "AWS::Events::Rule" => parts.push(only(&mut own, "Targets")),
        "AWS::IAM::Role" => parts.push(only(&mut own, "Policies")),
        _ => {}
    }
    let part_of =
        |part: &Value, name: &str| arguments(&format!("{kind}.{name}"), part.as_object().expect("a part"));
    let name = if kind == "AWS::Events::Rule" { "Targets" } else { "Policies" };
    let mut all = vec![arguments(kind, &own)];
    all.extend(parts.iter().map(|part| part_of(part, name)));
    all
}

/// Takes the only element of a list.
fn only(properties: &mut Map<String, Value>, name: &str) -> Value {
    let Some(Value::Array(mut list)) = properties.remove(name) else { panic!("{name} is a list") };
    assert_eq!(list.len(), 1, "{name}");
    list.remove(0)
}

fn arguments(kind: &str, properties: &Map<String, Value>) -> BTreeMap<String, Value> {
    let named = properties.iter().map(|(property, value)| {
        let renamed = RENAMED.iter().find(|(of, from, _)| (*of, *from) == (kind, property));
        (renamed.map_or_else(|| snake_case(property), |(_, _, to)| (*to).to_owned()), by_name(value))
    });
    named.filter_map(|(name, value)| Some((name.clone(), common(&name, &value)?))).collect()
}

/// What the template calls by names of its own, by those that the module gives.
fn by_name(value: &Value) -> Value {
    let names = [
        (format!("rule/{NAME}-StateChanges"), format!("rule/{NAME}-state-changes")),
        (format!("rule/{NAME}-Sweep"), format!("rule/{NAME}-sweep")),
        (format!("role/{NAME}-Role"), format!("role/{NAME}-00000000000000000000000001")),
    ];
    let text =
        names.iter().fold(value.to_string(), |text, (template, module)| text.replace(template, module));
    serde_json::from_str(&text).expect("JSON stays JSON")
}

/// A resource of Terraform's state.
pub(crate) fn of_terraform(resource: &Value) -> BTreeMap<String, Value> {
    let kind = resource["type"].as_str().expect("a type");
    let own = NOT_IN_THE_TEMPLATE.iter().find(|(of, _)| *of == kind).map_or(&[][..], |(_, names)| names);
    let values = resource["values"].as_object().expect("values").iter();
    let said = values.filter(|(name, _)| {
        let is_said_of_a_target = kind == "aws_cloudwatch_event_target" && *name == "arn";
        is_said_of_a_target || !(own.contains(&name.as_str()) || COMPUTED.contains(&name.as_str()))
    });
    said.filter_map(|(name, value)| Some((name.clone(), common(name, value)?))).collect()
}

/// A value in the common form; `None` if it says nothing.
fn common(name: &str, value: &Value) -> Option<Value> {
    if DOCUMENTS.contains(&name) {
        return match value {
            Value::String(document) => Some(serde_json::from_str(document).expect("a document")),
            Value::Null => None,
            document => Some(document.clone()),
        };
    }
    match value {
        Value::Null => None,
        Value::Object(members) => {
            let members: Map<_, _> = members
                .iter()
                .filter_map(|(key, value)| {
                    let key = snake_case(key);
                    let value = common(&key, value)?;
                    Some((key, value))
                })
                .collect();
            (!members.is_empty()).then(|| members.into())
        }
        Value::Array(list) => {
            let mut list: Vec<_> = list.iter().filter_map(|value| common("", value)).collect();
            list.sort_by_key(Value::to_string);
            match &list[..] {
                [] => None,
                // A block of Terraform is a list of one, and so is what the template has as a list for one queue.
                [one] => Some(one.clone()),
                _ => Some(json!(list)),
            }
        }
        scalar => Some(text(scalar).into()),
    }
}

/// A scalar as both see it: the template's parameters are texts.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// `NotifyEveryRun` as Terraform writes names; what has no small letter stays.
pub(crate) fn snake_case(name: &str) -> String {
    if !name.contains(|c: char| c.is_ascii_lowercase()) {
        return name.to_owned();
    }
    let mut snake = String::new();
    for (at, letter) in name.char_indices() {
        if letter.is_ascii_uppercase() && at > 0 {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}
