//! Routes that Terraform manages, after a failover: what docs/terraform.md says of them, with its own examples.

use std::collections::BTreeMap;

use hopover_e2e::terraform::Terraform;
use serde_json::{Value, json};

const PAGE: &str = include_str!("../../../../docs/terraform.md");
/// hopover has moved every route of A to B.
const MOVED: &str = "eni-0123456789abcdef0:eni-0fedcba9876543210";

/// The blocks of that language in a page.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let opening = format!("```{language}\n");
    let blocks = page.split(&opening).skip(1);
    blocks.map(|rest| rest.split("```").next().unwrap_or_default().to_owned()).collect()
}

/// The page's examples as one configuration.
fn page(name: &str) -> Option<Terraform> {
    let terraform = Terraform::find(name)?;
    terraform.copy_module("hopover/deploy/terraform");
    terraform.write("hopover-lambda-arm64.zip", "no zip file: it is only hashed");
    terraform.write(
        "provider.tf",
        "terraform {\n  required_providers {\n    aws = { source = \"hashicorp/aws\" }\n  }\n}\n",
    );
    let examples = blocks(PAGE, "hcl");
    assert!(examples.len() >= 9, "{examples:?}");
    for (at, example) in examples.iter().enumerate() {
        terraform.write(&format!("example-{at}.tf"), example);
    }
    terraform.run(&["get"]);
    Some(terraform)
}

/// What a plan would do, by address: only what changes something.
fn changes(terraform: &Terraform, plan: &str) -> BTreeMap<String, Value> {
    let shown = terraform.show(plan);
    let all = shown["resource_changes"].as_array().into_iter().flatten();
    let some = all.filter(|change| change["change"]["actions"] != json!(["no-op"]));
    some.map(|change| (change["address"].as_str().unwrap().to_owned(), change["change"].clone())).collect()
}

#[test]
fn the_examples_of_page_and_readme_are_formatted_and_valid() {
    let Some(terraform) = page("page-valid") else { return };
    terraform.run(&["fmt", "-check", "-diff"]);
    let report = terraform.run(&["validate", "-json"]).json();
    assert_eq!(report["error_count"], 0, "{report}");

    let Some(terraform) = Terraform::find("readme-valid") else { return };
    terraform.copy_module("hopover/deploy/terraform");
    let readme =
        std::fs::read_to_string(terraform.file("hopover/deploy/terraform/README.md")).expect("a README");
    let [example] = &blocks(&readme, "hcl")[..] else { panic!("one example") };
    terraform.write("main.tf", example);
    terraform.run(&["fmt", "-check", "-diff"]);
    terraform.run(&["get"]);
    terraform.write("hopover-lambda-arm64.zip", "no zip file: it is only hashed");
    terraform.run(&["plan", "-no-color", "-input=false"]);
}

#[test]
fn after_a_failover_only_what_the_page_warns_of_is_put_back() {
    let Some(mut terraform) = page("page-failover") else { return };
    let applied = terraform.run(&["apply", "-no-color", "-input=false", "-auto-approve"]);
    assert!(applied.text.contains("1 imported"), "{}", applied.text);
    let quiet = terraform.run(&["plan", "-no-color", "-input=false", "-detailed-exitcode"]);
    assert!(quiet.text.contains("No changes."), "{}", quiet.text);

    terraform.set("MOVED", MOVED);
    let said = terraform.attempt(&["plan", "-no-color", "-input=false", "-detailed-exitcode", "-out=plan"]);
    assert_eq!(said.code, Some(2), "{}", said.text);
    let changes = changes(&terraform, "plan");
    let fought_over: Vec<_> = changes.keys().map(String::as_str).collect();
    assert_eq!(fought_over, ["aws_route.fights", "aws_route_table.inline"]);
    let (a, b) = ("eni-0123456789abcdef0", "eni-0fedcba9876543210");
    let target = |when: &str| &changes["aws_route.fights"][when]["network_interface_id"];
    assert_eq!((target("before"), target("after")), (&json!(b), &json!(a)));
    // What the page shows of the plan is in it, line by line; it leaves some out.
    for line in blocks(PAGE, "plan").iter().flat_map(|block| block.lines()) {
        assert!(said.text.lines().any(|planned| planned == line), "{line:?} is not in {}", said.text);
    }
    let looked = terraform.run(&["plan", "-no-color", "-input=false", "-refresh-only"]);
    assert!(looked.text.contains("# aws_route.default[\"rtb-private-a\"] has changed"), "{}", looked.text);
}

#[test]
fn a_route_is_adopted_where_it_stands_without_a_change() {
    let Some(mut terraform) = page("page-import") else { return };
    terraform.set("MOVED", MOVED);
    let target = ["-target=aws_route.adopted", "-out=plan"];
    let said = terraform.run(&[["plan", "-no-color", "-input=false"].as_slice(), &target].concat());
    let closing = "1 to import, 0 to add, 0 to change, 0 to destroy";
    assert!(said.text.contains(closing) && PAGE.contains(closing), "{}", said.text);
}

#[test]
fn the_examples_of_the_module_leave_a_failover_alone() {
    let Some(mut terraform) = Terraform::with_module("pair") else { return };
    let at = "examples/pair";
    let values = std::fs::read_to_string(terraform.file("examples/pair/terraform.tfvars.example"))
        .expect("the example's values");
    // The zip file is made by another command.
    let values =
        values.replace("../../../../target/package/hopover-lambda-x86_64.zip", "../../tests/code.zip");
    terraform.write("examples/pair/terraform.tfvars", &values);
    terraform.run_in(at, &["get"]);
    terraform.run_in(at, &["apply", "-no-color", "-input=false", "-auto-approve"]);
    terraform.set("MOVED", MOVED);
    let said = terraform.run_in(at, &["plan", "-no-color", "-input=false", "-detailed-exitcode"]);
    assert!(said.text.contains("No changes."), "{}", said.text);
    terraform.replace("examples/pair/main.tf", "  destination_cidr_block = \"0.0.0.0/0\"\n  network_interface_id   = var.appliance_a.interface\n\n  lifecycle {\n    ignore_changes = [network_interface_id]\n  }\n", "  destination_cidr_block = \"0.0.0.0/0\"\n  network_interface_id   = var.appliance_a.interface\n");
    let said = terraform.attempt_in(at, &["plan", "-no-color", "-input=false", "-detailed-exitcode"]);
    assert!(said.text.contains("Plan: 0 to add, 2 to change, 0 to destroy."), "{}", said.text);
}
