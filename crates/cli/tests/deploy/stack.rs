//! A `CloudFormation` template with its parameters filled in, as far as ours uses the language. What it does not know stops the
//! test: a value that is guessed would prove nothing.

use std::collections::{BTreeMap, BTreeSet};

use saphyr::{LoadableYamlNode as _, Scalar, Yaml};
use serde_json::{Map, Value, json};

/// The account of every test.
pub(crate) const ACCOUNT: &str = "123456789012";
/// The name of every stack.
pub(crate) const NAME: &str = "hopover";

/// The text of the shipped template.
pub(crate) const TEMPLATE: &str = include_str!("../../../../deploy/cloudformation/hopover.yaml");

/// A partition with a region of it.
pub(crate) type Place = (&'static str, &'static str);

/// One region of each partition.
pub(crate) const PLACES: [Place; 3] =
    [("aws", "eu-central-1"), ("aws-cn", "cn-northwest-1"), ("aws-us-gov", "us-gov-west-1")];

/// A stack of the shipped template.
pub(crate) struct Stack {
    template: Value,
    place: Place,
    parameters: BTreeMap<String, String>,
}

impl Stack {
    /// The stack with what an operator must say, and what the test says beyond.
    pub(crate) fn new(place: Place, more: &[(&str, &str)]) -> Self {
        let template = shipped();
        let needed = [
            ("VpcId", "vpc-main"),
            ("Host1Eni", "eni-a"),
            ("Instance1Id", "i-a"),
            ("Host2Eni", "eni-b"),
            ("Instance2Id", "i-b"),
            ("NotificationEmail", "night@example.com"),
            ("CodeBucket", "bucket"),
        ];
        let mut parameters = BTreeMap::new();
        for (name, parameter) in template["Parameters"].as_object().expect("parameters") {
            let said =
                needed.iter().chain(more).rev().find(|(said, _)| said == name).map(|(_, value)| *value);
            let value = said.map(str::to_owned).or_else(|| parameter.get("Default").map(text));
            let value = value.unwrap_or_else(|| panic!("{name} must be said and has no default"));
            parameters.insert(name.clone(), value);
        }
        for (name, _) in more {
            assert!(parameters.contains_key(*name), "there is no parameter {name}");
        }
        Self { template, place, parameters }
    }

    /// The names of the parameters.
    pub(crate) fn parameter_names() -> Vec<String> {
        shipped()["Parameters"].as_object().expect("parameters").keys().cloned().collect()
    }

    /// A parameter as the template describes it.
    pub(crate) fn parameter(name: &str) -> Value {
        shipped()["Parameters"][name].clone()
    }

    /// The resources that are kept when the stack is deleted, with their types.
    pub(crate) fn kept() -> BTreeMap<String, String> {
        let template = shipped();
        let resources = template["Resources"].as_object().expect("resources").iter();
        let is_kept =
            |resource: &Value| resource.get("DeletionPolicy").is_some_and(|policy| policy != "Delete");
        let kept = resources.filter(|(_, resource)| is_kept(resource));
        kept.map(|(name, resource)| (name.clone(), text(&resource["Type"]))).collect()
    }

    /// The types of the resources, by service and kind.
    pub(crate) fn kinds() -> BTreeSet<(String, String)> {
        let template = shipped();
        let resources = template["Resources"].as_object().expect("resources").values();
        let kind = |resource: &Value| {
            let kind = text(&resource["Type"]);
            let parts: Vec<_> = kind.split("::").collect();
            (parts[1].to_owned(), parts[2].to_owned())
        };
        resources.map(kind).collect()
    }

    /// The names of the resources that are made.
    pub(crate) fn made(&self) -> Vec<&String> {
        let resources = self.template["Resources"].as_object().expect("resources");
        resources.keys().filter(|name| self.is_made(name)).collect()
    }

    /// The properties of a resource that is made, with every function of `CloudFormation` resolved.
    pub(crate) fn properties(&self, resource: &str) -> Value {
        assert!(self.is_made(resource), "{resource} is not made");
        let properties = &self.template["Resources"][resource]["Properties"];
        self.resolve(properties).expect("properties")
    }

    /// The resources of a type that are made, with their properties.
    pub(crate) fn all(&self, kind: &str) -> BTreeMap<String, Value> {
        let resources = self.template["Resources"].as_object().expect("resources");
        let of_kind =
            resources.iter().filter(|(name, resource)| resource["Type"] == kind && self.is_made(name));
        of_kind.map(|(name, _)| (name.clone(), self.properties(name))).collect()
    }

    /// The whole stack, resolved: resources and outputs.
    pub(crate) fn whole(&self) -> Value {
        let resources = self.template["Resources"].as_object().expect("resources");
        let made = resources.keys().filter(|name| self.is_made(name));
        let made: Map<_, _> = made.map(|name| (name.clone(), self.properties(name))).collect();
        json!({ "Resources": made, "Outputs": self.outputs() })
    }

    /// What the stack tells who made it.
    pub(crate) fn outputs(&self) -> BTreeMap<String, String> {
        let outputs = self.template["Outputs"].as_object().expect("outputs");
        let value = |output: &Value| text(&self.resolve(&output["Value"]).expect("an output has a value"));
        outputs.iter().map(|(name, output)| (name.clone(), value(output))).collect()
    }

    /// Whether a resource is made at all.
    pub(crate) fn is_made(&self, resource: &str) -> bool {
        let resource = &self.template["Resources"][resource];
        assert!(resource.is_object(), "the template has that resource");
        resource.get("Condition").is_none_or(|condition| self.holds(&json!({ "Condition": condition })))
    }

    /// A value without functions; `None` is `AWS::NoValue`.
    fn resolve(&self, value: &Value) -> Option<Value> {
        if let Some((function, argument)) = function(value) {
            return self.call(function, argument);
        }
        Some(match value {
            Value::Array(values) => values.iter().filter_map(|value| self.resolve(value)).collect(),
            Value::Object(members) => members
                .iter()
                .filter_map(|(name, value)| Some((name.clone(), self.resolve(value)?)))
                .collect::<Map<_, _>>()
                .into(),
            plain => plain.clone(),
        })
    }

    fn call(&self, function: &str, argument: &Value) -> Option<Value> {
        match function {
            "Ref" => match text(argument).as_str() {
                "AWS::NoValue" => None,
                name => Some(self.reference(name).into()),
            },
            "Fn::GetAtt" => Some(self.attribute(&text(argument)).into()),
            "Fn::Sub" => Some(self.substitute(argument).into()),
            "Fn::If" => {
                let branch = if self.condition(&text(&argument[0])) { &argument[1] } else { &argument[2] };
                self.resolve(branch)
            }
            "Fn::FindInMap" => {
                let key = |at: usize| text(&self.resolve(&argument[at]).expect("a key"));
                let found = &self.template["Mappings"][key(0)][key(1)][key(2)];
                assert!(found.is_string(), "nothing is mapped to {} {}", key(1), key(2));
                Some(found.clone())
            }
            other => panic!("the test does not know {other}"),
        }
    }

    fn condition(&self, name: &str) -> bool {
        let condition = &self.template["Conditions"][name];
        assert!(condition.is_object(), "there is no condition {name}");
        self.holds(condition)
    }

    fn holds(&self, condition: &Value) -> bool {
        let (function, argument) = function(condition).expect("a condition is a function");
        let each = || argument.as_array().expect("a list of conditions").iter();
        match function {
            "Condition" => self.condition(&text(argument)),
            "Fn::Not" => !self.holds(&argument[0]),
            "Fn::Or" => each().any(|condition| self.holds(condition)),
            "Fn::And" => each().all(|condition| self.holds(condition)),
            "Fn::Equals" => {
                let side = |at: usize| text(&self.resolve(&argument[at]).expect("a side"));
                side(0) == side(1)
            }
            other => panic!("the test does not know the condition {other}"),
        }
    }

    fn substitute(&self, argument: &Value) -> String {
        let nothing = json!({});
        let (pattern, variables) = match argument {
            Value::Array(both) => (text(&both[0]), &both[1]),
            pattern => (text(pattern), &nothing),
        };
        let mut parts = pattern.split("${");
        let mut out = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (name, rest) = part.split_once('}').expect("a closing brace");
            out += &match variables.get(name) {
                Some(value) => text(&self.resolve(value).expect("a variable")),
                None if name.contains('.') => self.attribute(name),
                None => self.reference(name),
            };
            out += rest;
        }
        out
    }

    /// What `Ref` gives.
    fn reference(&self, name: &str) -> String {
        let (partition, region) = self.place;
        if let Some(value) = self.parameters.get(name) {
            return value.clone();
        }
        match name {
            "AWS::Partition" => partition.to_owned(),
            "AWS::Region" => region.to_owned(),
            "AWS::AccountId" => ACCOUNT.to_owned(),
            "AWS::StackName" => NAME.to_owned(),
            resource => match self.kind(resource) {
                "AWS::Lambda::Function" => self.name(resource, "FunctionName"),
                "AWS::Lambda::Alias" => self.attribute(&format!("{resource}.AliasArn")),
                "AWS::SNS::Topic" => self.arn("sns", &self.name(resource, "TopicName")),
                "AWS::SQS::Queue" => {
                    format!("https://sqs.{region}.example/{ACCOUNT}/{}", self.name(resource, "QueueName"))
                }
                "AWS::Logs::LogGroup" => self.name(resource, "LogGroupName"),
                "AWS::CloudWatch::Dashboard" => self.name(resource, "DashboardName"),
                other => panic!("the test does not know what Ref of {other} is"),
            },
        }
    }

    /// What `GetAtt` gives.
    fn attribute(&self, path: &str) -> String {
        let (resource, attribute) = path.split_once('.').expect("a resource and an attribute");
        match (self.kind(resource), attribute) {
            ("AWS::Lambda::Function", "Arn") => {
                self.arn("lambda", &format!("function:{}", self.name(resource, "FunctionName")))
            }
            ("AWS::Lambda::Alias", "AliasArn") => {
                let [function, name] = ["FunctionName", "Name"].map(|property| self.name(resource, property));
                self.arn("lambda", &format!("function:{function}:{name}"))
            }
            ("AWS::SQS::Queue", "Arn") => self.arn("sqs", &self.name(resource, "QueueName")),
            ("AWS::SQS::Queue", "QueueName") => self.name(resource, "QueueName"),
            ("AWS::Events::Rule", "Arn") => self.arn("events", &format!("rule/{NAME}-{resource}")),
            ("AWS::IAM::Role", "Arn") => {
                format!("arn:{}:iam::{ACCOUNT}:role/{NAME}-{resource}", self.place.0)
            }
            ("AWS::CloudWatch::Alarm", "Arn") => {
                self.arn("cloudwatch", &format!("alarm:{}", self.name(resource, "AlarmName")))
            }
            ("AWS::EventSchemas::Registry", "RegistryName") => self.name(resource, "RegistryName"),
            (kind, _) => panic!("the test does not know {attribute} of {kind}"),
        }
    }

    /// The type of a resource.
    pub(crate) fn kind(&self, resource: &str) -> &str {
        let kind = self.template["Resources"][resource]["Type"].as_str();
        kind.unwrap_or_else(|| panic!("there is no parameter and no resource {resource}"))
    }

    fn name(&self, resource: &str, property: &str) -> String {
        let name = &self.template["Resources"][resource]["Properties"][property];
        text(&self.resolve(name).expect("a name"))
    }

    fn arn(&self, service: &str, rest: &str) -> String {
        let (partition, region) = self.place;
        format!("arn:{partition}:{service}:{region}:{ACCOUNT}:{rest}")
    }
}

/// The template as it is shipped.
fn shipped() -> Value {
    let documents = Yaml::load_from_str(TEMPLATE).expect("the template is YAML");
    plain(&documents[0])
}

/// The function of `CloudFormation` that a value is.
fn function(value: &Value) -> Option<(&str, &Value)> {
    let (name, argument) = value.as_object().filter(|members| members.len() == 1)?.iter().next()?;
    // An IAM statement may have a Condition too; there it is an object.
    let is_function =
        name == "Ref" || name.starts_with("Fn::") || (name == "Condition" && argument.is_string());
    is_function.then_some((name.as_str(), argument))
}

/// A scalar as `CloudFormation` sees it.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        other => panic!("{other} is no scalar"),
    }
}

/// YAML as JSON, with short tags written out: `!Sub x` is `{"Fn::Sub": "x"}`.
pub(crate) fn plain(yaml: &Yaml) -> Value {
    match yaml {
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Value(Scalar::Boolean(truth)) => (*truth).into(),
        Yaml::Value(Scalar::Integer(number)) => (*number).into(),
        Yaml::Value(Scalar::String(text)) => text.as_ref().into(),
        Yaml::Sequence(values) => values.iter().map(plain).collect(),
        Yaml::Mapping(members) => {
            let member = |(name, value): (&Yaml, &Yaml)| (text(&plain(name)), plain(value));
            members.iter().map(member).collect::<Map<_, _>>().into()
        }
        Yaml::Tagged(tag, value) => {
            let name = match tag.suffix.as_str() {
                "Ref" | "Condition" => tag.suffix.clone(),
                function => format!("Fn::{function}"),
            };
            json!({ name: plain(value) })
        }
        other => panic!("the test does not know {other:?}"),
    }
}
