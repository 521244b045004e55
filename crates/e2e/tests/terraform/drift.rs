//! The Terraform module and the `CloudFormation` template are the same thing. The template is resolved, the module is applied, and
//! what each says is compared in one form (`drift/form.rs`): resource by resource, property by property. Neither may have what
//! the other has not.

mod form;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;
use std::sync::OnceLock;

use hopover_e2e::binaries;
use hopover_e2e::terraform::{Terraform, module};
use saphyr::{LoadableYamlNode as _, Yaml};
use serde_json::{Value, json};

use crate::command;
use crate::stack::{ACCOUNT, NAME, PLACES, Place, Stack, TEMPLATE};
use form::{snake_case, text};

/// The resource of the module that a resource of the template is. Of two, the second is a part that Terraform has apart.
const RESOURCES: [(&str, &[&str]); 22] = [
    ("Function", &["aws_lambda_function.this"]),
    ("LogGroup", &["aws_cloudwatch_log_group.this"]),
    ("Role", &["aws_iam_role.this", "aws_iam_role_policy.this"]),
    (
        "StateChanges",
        &["aws_cloudwatch_event_rule.state_changes", "aws_cloudwatch_event_target.state_changes"],
    ),
    ("StateChangesMayInvoke", &["aws_lambda_permission.state_changes"]),
    ("Sweep", &["aws_cloudwatch_event_rule.sweep", "aws_cloudwatch_event_target.sweep"]),
    ("SweepAlias", &["aws_lambda_alias.sweep"]),
    ("SweepMayInvoke", &["aws_lambda_permission.sweep"]),
    ("EventRuns", &["aws_lambda_function_event_invoke_config.events"]),
    ("SweepRuns", &["aws_lambda_function_event_invoke_config.sweeps"]),
    ("DeadLetters", &["aws_sqs_queue.dead_letters"]),
    ("DeadLettersPolicy", &["aws_sqs_queue_policy.dead_letters"]),
    ("FailedEvents", &["aws_sns_topic_subscription.failed_events"]),
    ("Topic", &["aws_sns_topic.this"]),
    ("Mail", &["aws_sns_topic_subscription.mail"]),
    ("FunctionErrors", &["aws_cloudwatch_metric_alarm.this[\"errors\"]"]),
    ("Throttles", &["aws_cloudwatch_metric_alarm.this[\"throttles\"]"]),
    ("DeadLettersPresent", &["aws_cloudwatch_metric_alarm.this[\"dead-letters\"]"]),
    ("NoHealthyNextHop", &["aws_cloudwatch_metric_alarm.this[\"no-healthy-next-hop\"]"]),
    ("StandbyDown", &["aws_cloudwatch_metric_alarm.this[\"standby-down\"]"]),
    ("Blind", &["aws_cloudwatch_metric_alarm.this[\"blind\"]"]),
    ("Dashboard", &["aws_cloudwatch_dashboard.this"]),
];
/// Those that not every stack has.
const TEST_EVENTS: [(&str, &[&str]); 2] = [
    ("TestEventSchemas", &["aws_schemas_registry.test_events[0]"]),
    ("TestEvents", &["aws_schemas_schema.test_events[0]"]),
];
/// What the module alone is asked: the template has the stack's name, and cannot take a file.
const ONLY_OF_THE_MODULE: [&str; 2] = ["code_file", "name"];

/// Places and choices that between them take every branch.
fn forms() -> Vec<(Place, Vec<(&'static str, &'static str)>)> {
    let everything = vec![
        ("NotifyEveryRun", "true"),
        ("CodeKey", "v1.zip"),
        ("CodeVersion", "3"),
        ("Architecture", "x86_64"),
        ("GroupName", "edge"),
        ("Host1Name", "left"),
        ("Host2Name", "right"),
        ("Preempt", "host2"),
        ("FailbackDelaySeconds", "60"),
        ("ReservedConcurrency", "0"),
        ("TestEventRegistry", "exists"),
        ("LogRetentionDays", "30"),
    ];
    vec![
        (PLACES[0], Vec::new()),
        (PLACES[1], everything),
        (PLACES[2], vec![("Preempt", "host1"), ("TestEventRegistry", "none")]),
        (PLACES[0], vec![("GroupName", "edge"), ("Configuration", "# all of it\n")]),
    ]
}

/// The module applied in each of these forms: its states. It takes a while, so the tests share them.
fn states() -> Option<&'static [Value]> {
    static STATES: OnceLock<Option<Vec<Value>>> = OnceLock::new();
    let apply_all = || {
        let forms = forms();
        forms.iter().enumerate().map(|(at, (place, choices))| applied(at, *place, choices)).collect()
    };
    STATES.get_or_init(apply_all).as_deref()
}

/// The state of the module, applied with the parameters of a stack.
fn applied(at: usize, (_, region): Place, choices: &[(&str, &str)]) -> Option<Value> {
    let mut terraform = Terraform::with_module(&format!("drift-{at}"))?;
    terraform.set("AWS_REGION", region);
    let chosen: Vec<_> =
        choices.iter().map(|(parameter, value)| format!("-var={}={value}", snake_case(parameter))).collect();
    let mut more = vec!["-auto-approve", "-var=code_bucket=bucket"];
    more.extend(chosen.iter().map(String::as_str));
    terraform.run(&command("apply", &more));
    Some(terraform.show("terraform.tfstate")["values"].clone())
}

/// What the module has made, in the common form.
fn made(state: &Value) -> BTreeMap<String, BTreeMap<String, Value>> {
    let resources = state["root_module"]["resources"].as_array().expect("resources").iter();
    let resources = resources.filter(|resource| resource["mode"] == "managed");
    resources
        .map(|resource| (resource["address"].as_str().unwrap().to_owned(), form::of_terraform(resource)))
        .collect()
}

/// What the template makes, in the same form and by the module's addresses.
fn templated(stack: &Stack) -> BTreeMap<String, BTreeMap<String, Value>> {
    let whole = stack.whole();
    let mut resources = whole["Resources"].as_object().expect("resources").clone();
    let mut all = BTreeMap::new();
    for (name, addresses) in RESOURCES.iter().chain(&TEST_EVENTS) {
        if let Some(properties) = resources.remove(*name) {
            let parts = form::of_cloudformation(stack.kind(name), &properties);
            assert_eq!(parts.len(), addresses.len(), "{name}");
            all.extend(addresses.iter().map(|address| (*address).to_owned()).zip(parts));
        }
    }
    assert!(resources.is_empty(), "the module has nothing for {:?}", resources.keys());
    all
}

#[test]
fn the_module_makes_what_the_template_makes_property_by_property() {
    let Some(states) = states() else { return };
    for ((place, choices), state) in forms().iter().zip(states) {
        let (module, template) = (made(state), templated(&Stack::new(*place, choices)));
        assert_eq!(module.keys().collect::<Vec<_>>(), template.keys().collect::<Vec<_>>(), "{place:?}");
        for (address, made) in &module {
            assert_eq!(
                *made, template[address],
                "{address} in {place:?} (left the module, right the template)"
            );
        }
    }
}

#[test]
fn the_module_says_next_what_the_template_says() {
    let Some(states) = states() else { return };
    for ((place, choices), state) in forms().iter().zip(states) {
        let module = state["outputs"].as_object().expect("outputs").iter();
        let module: BTreeMap<_, _> =
            module.map(|(name, output)| (name.clone(), text(&output["value"]))).collect();
        let template = Stack::new(*place, choices).outputs().into_iter();
        let template: BTreeMap<_, _> = template.map(|(name, value)| (snake_case(&name), value)).collect();
        assert_eq!(module, template, "{place:?}");
    }
}

#[test]
fn the_modules_role_may_do_what_hopover_prints() {
    let Some(states) = states() else { return };
    for (((partition, region), _), state) in forms().iter().zip(states) {
        let output = Command::new(binaries::hopover())
            .args(["policy", "--account", ACCOUNT, "--function", NAME])
            .args(["--topic", &format!("arn:{partition}:sns:{region}:{ACCOUNT}:{NAME}")])
            .env_clear()
            .envs([("region", *region), ("vpcid", "vpc-main"), ("host1eni", "eni-a"), ("host2eni", "eni-b")])
            .output()
            .expect("hopover starts");
        let printed: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(made(state)["aws_iam_role_policy.this"]["policy"], printed, "{region}");
    }
}

/// The parameters of the template.
fn parameters() -> BTreeMap<String, Value> {
    let documents = Yaml::load_from_str(TEMPLATE).expect("the template is YAML");
    let parameters = crate::stack::plain(&documents[0])["Parameters"].clone();
    parameters
        .as_object()
        .expect("parameters")
        .iter()
        .map(|(name, said)| (snake_case(name), said.clone()))
        .collect()
}

/// The variables of the module, as Terraform reads them.
fn variables() -> Option<BTreeMap<String, Value>> {
    let terraform = Terraform::with_module("drift-variables")?;
    terraform.run(&command("plan", &["-out=plan", "-var=code_bucket=bucket"]));
    let variables = terraform.show("plan")["configuration"]["root_module"]["variables"].clone();
    Some(
        variables
            .as_object()
            .expect("variables")
            .iter()
            .map(|(name, said)| (name.clone(), said.clone()))
            .collect(),
    )
}

#[test]
fn variables_are_the_parameters_with_their_defaults() {
    let Some(mut variables) = variables() else { return };
    for name in ONLY_OF_THE_MODULE {
        assert!(variables.remove(name).is_some(), "{name}");
    }
    let parameters = parameters();
    assert_eq!(variables.keys().collect::<Vec<_>>(), parameters.keys().collect::<Vec<_>>());
    for (name, variable) in &variables {
        let default = |said: &Value, key: &str| said.get(key).filter(|value| !value.is_null()).map(text);
        assert_eq!(default(variable, "default"), default(&parameters[name], "Default"), "{name}");
    }
}

#[test]
fn variables_take_the_values_that_the_parameters_take() {
    // What a validation says is in no output of Terraform. The file is formatted (`fmt -check`), so it can be read.
    let file = fs::read_to_string(module().join("variables.tf")).expect("the module has variables");
    let between = |name: &str, from: &str, to: &str| {
        let own = file
            .split(&format!("variable \"{name}\" {{"))
            .nth(1)
            .unwrap_or_else(|| panic!("no variable {name}"));
        let own = own.split("\n}\n").next().unwrap_or_default();
        own.split(from).nth(1).and_then(|rest| rest.split(to).next()).map(str::to_owned)
    };
    let mut compared = BTreeSet::new();
    for (name, parameter) in parameters() {
        if let Some(allowed) = parameter.get("AllowedValues").filter(|_| name != "notify_every_run") {
            let list = between(&name, "contains([", "]").unwrap_or_else(|| panic!("{name} takes anything"));
            let list: Value = serde_json::from_str(&format!("[{list}]")).expect("a list of scalars");
            let as_set = |list: &Value| list.as_array().unwrap().iter().map(text).collect::<BTreeSet<_>>();
            assert_eq!(as_set(&list), as_set(allowed), "{name}");
            compared.insert(name);
        } else if let Some(pattern) = parameter.get("AllowedPattern") {
            let written =
                between(&name, "can(regex(\"", "\", var.").unwrap_or_else(|| panic!("{name} takes anything"));
            assert_eq!(json!(written.replace("\\\\", "\\")), *pattern, "{name}");
            compared.insert(name);
        } else {
            for (key, sign) in [("MinValue", ">="), ("MaxValue", "<="), ("MinLength", ">=")] {
                let Some(limit) = parameter.get(key) else { continue };
                let measured =
                    if key == "MinLength" { format!("length(var.{name})") } else { format!("var.{name}") };
                let has = between(&name, "condition", "error_message").unwrap_or_default();
                assert!(has.contains(&format!("{measured} {sign} {}", text(limit))), "{name}: {key} {limit}");
                compared.insert(name.clone());
            }
        }
    }
    assert!(compared.len() >= 13, "{compared:?}");
}

#[test]
fn a_difference_would_be_seen() {
    let Some(mut terraform) = Terraform::with_module("drift-mutants") else { return };
    terraform.set("AWS_REGION", PLACES[0].1);
    let mutants = [
        (
            "alarms.tf",
            "threshold   = 2",
            "threshold   = 1",
            "aws_cloudwatch_metric_alarm.this[\"standby-down\"]",
        ),
        ("dashboard.tf", "label = \"verify\"", "label = \"look again\"", "aws_cloudwatch_dashboard.this"),
        (
            "function.tf",
            "  retention_in_days = var.log_retention_days\n",
            "",
            "aws_cloudwatch_log_group.this",
        ),
        ("role.tf", "[\"ec2:ReplaceRoute\"]", "[\"ec2:*\"]", "aws_iam_role_policy.this"),
        (
            "topic.tf",
            "  display_name = \"hopover\"\n",
            "  display_name = \"hopover\"\n  fifo_topic = false\n",
            "aws_sns_topic.this",
        ),
        (
            "triggers.tf",
            "[var.instance1_id, var.instance2_id]",
            "[var.instance1_id]",
            "aws_cloudwatch_event_rule.state_changes",
        ),
        (
            "triggers.tf",
            "maximum_retry_attempts       = 20",
            "maximum_retry_attempts       = 19",
            "aws_cloudwatch_event_target.state_changes",
        ),
    ];
    for (file, right, wrong, _) in mutants {
        terraform.replace(file, right, wrong);
    }
    terraform.run(&command("apply", &["-auto-approve", "-var=code_bucket=bucket"]));
    let module = made(&terraform.show("terraform.tfstate")["values"]);
    let template = templated(&Stack::new(PLACES[0], &[]));
    let different = module.iter().filter(|(address, made)| template[*address] != **made);
    let different: BTreeSet<_> = different.map(|(address, _)| address.as_str()).collect();
    assert_eq!(different, mutants.map(|(.., address)| address).into());
}
