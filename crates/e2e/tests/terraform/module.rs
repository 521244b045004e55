//! The module as it is shipped: `fmt`, `validate`, `test`, `apply`, and `plan` once more.

use std::collections::BTreeSet;

use hopover_e2e::terraform::{Terraform, module};
use serde_json::Value;

use crate::command;

#[test]
fn the_module_and_its_example_are_formatted_and_valid() {
    let Some(terraform) = Terraform::with_module("valid") else { return };
    terraform.run(&["fmt", "-check", "-diff", "-recursive"]);
    for folder in [".", "examples/pair"] {
        terraform.run_in(folder, &["get"]);
        let report = terraform.run_in(folder, &["validate", "-json"]).json();
        assert_eq!(
            (&report["valid"], &report["error_count"]),
            (&true.into(), &0.into()),
            "{folder}: {report}"
        );
    }
}

#[test]
fn what_is_badly_formatted_is_found() {
    let Some(terraform) = Terraform::with_module("badly-formatted") else { return };
    terraform.replace("topic.tf", "  name         = var.name", "  name = var.name");
    let said = terraform.attempt(&["fmt", "-check", "-recursive"]);
    assert_eq!((said.code, said.text.trim()), (Some(3), "topic.tf"));
}

#[test]
fn the_modules_own_tests_pass() {
    let Some(terraform) = Terraform::with_module("own-tests") else { return };
    let said = terraform.run(&["test", "-no-color"]);
    let closing = said.text.lines().rev().find(|line| line.starts_with("Success!")).unwrap_or_default();
    println!("{closing}");
    assert!(closing.ends_with(" passed, 0 failed."), "{}", said.text);
    let runs = said.text.matches("... pass").count();
    let files = std::fs::read_dir(module().join("tests")).expect("the module has tests");
    let files = files.filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|it| it == "hcl"));
    assert!(runs > 25 + files.count(), "{}", said.text);
}

#[test]
fn the_modules_own_tests_would_find_what_is_wrong() {
    for (name, file, right, wrong, test) in [
        ("may-create-routes", "role.tf", "[\"ec2:ReplaceRoute\"]", "[\"ec2:*\"]", "defaults"),
        ("one-partition", "role.tf", "[\"arn:${local.partition}:logs:", "[\"arn:aws:logs:", "partitions"),
        (
            "anything-preferred",
            "variables.tf",
            "contains([\"none\", \"host1\", \"host2\"], var.preempt)",
            "length(var.preempt) > 0",
            "refusals",
        ),
    ] {
        let Some(terraform) = Terraform::with_module(name) else { return };
        terraform.replace(file, right, wrong);
        let said = terraform.attempt(&["test", "-no-color", &format!("-filter=tests/{test}.tftest.hcl")]);
        assert_eq!(said.code, Some(1), "{name}: {}", said.text);
        assert!(said.text.contains("Failure!"), "{name}: {}", said.text);
    }
}

#[test]
fn once_applied_nothing_is_left_to_change_and_nothing_is_left_when_it_is_destroyed() {
    let Some(terraform) = Terraform::with_module("applied") else { return };
    let code = ["-var=code_bucket=bucket"];
    terraform.run(&command("apply", &[&["-auto-approve"], &code[..]].concat()));
    let again = terraform.run(&command("plan", &[&["-detailed-exitcode"], &code[..]].concat()));
    assert!(again.text.contains("No changes."), "{}", again.text);
    let newer = ["-detailed-exitcode", "-out=newer", "-var=code_bucket=bucket", "-var=code_key=newer.zip"];
    assert_eq!(terraform.attempt(&command("plan", &newer)).code, Some(2));
    let planned = terraform.show("newer")["resource_changes"].clone();
    let changed = planned
        .as_array()
        .unwrap()
        .iter()
        .filter(|change| change["change"]["actions"] != serde_json::json!(["no-op"]));
    let changed: Vec<_> = changed.map(|change| (&change["address"], &change["change"]["actions"])).collect();
    assert_eq!(
        changed,
        [(&"aws_lambda_function.this".into(), &serde_json::json!(["update"]))],
        "new code is an update in place"
    );
    let gone = terraform.run(&command("destroy", &[&["-auto-approve"], &code[..]].concat()));
    assert!(gone.text.contains("Destroy complete! Resources: 27 destroyed."), "{}", gone.text);
}

#[test]
fn the_readme_lists_every_variable_and_every_output() {
    let Some(terraform) = Terraform::with_module("readme") else { return };
    terraform.run(&command("plan", &["-out=plan", "-var=code_bucket=bucket"]));
    let configuration = terraform.show("plan")["configuration"]["root_module"].clone();
    let readme = std::fs::read_to_string(terraform.file("README.md")).expect("the module has a README");
    let described = |kind: &str| configuration[kind].as_object().expect(kind).clone();
    let default = |variable: &Value| match &variable["default"] {
        Value::Null => String::new(),
        Value::String(text) if !text.is_empty() => format!("`{text}`"),
        other => format!("`{other}`"),
    };
    let variables = described("variables").into_iter().map(|(name, variable)| {
        format!(
            "| `{name}` | {} | {} |",
            variable["description"].as_str().unwrap_or_default(),
            default(&variable)
        )
    });
    let outputs = described("outputs").into_iter().map(|(name, output)| {
        format!("| `{name}` | {} |", output["description"].as_str().unwrap_or_default())
    });
    let expected: BTreeSet<_> = variables.chain(outputs).collect();
    let rows = |heading: &str| {
        let section =
            readme.split(&format!("## {heading}\n")).nth(1).and_then(|rest| rest.split("\n## ").next());
        let rows = section.unwrap_or_default().lines().filter(|line| line.starts_with("| `"));
        rows.map(str::to_owned).collect::<BTreeSet<_>>()
    };
    let written: BTreeSet<_> = rows("Inputs").union(&rows("Outputs")).cloned().collect();
    assert_eq!(written, expected);
}
