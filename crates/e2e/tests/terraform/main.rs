//! The Terraform module: what it makes, what it refuses, whether it is the template in another language, and what becomes of
//! routes that Terraform manages. The AWS provider is a stand-in with the real one's schema (`lab/terraform`).

mod drift;
mod module;
mod refusals;
mod routes;
#[expect(dead_code, reason = "shared with the tests of the template, which need more of it")]
#[path = "../../../cli/tests/deploy/stack.rs"]
mod stack;

/// What must be said to the module, as arguments of `plan` and `apply`.
const NEEDED: [&str; 6] = [
    "-var=vpc_id=vpc-main",
    "-var=host1_eni=eni-a",
    "-var=instance1_id=i-a",
    "-var=host2_eni=eni-b",
    "-var=instance2_id=i-b",
    "-var=notification_email=night@example.com",
];

/// A command of Terraform for the module: it asks nothing and prints no colours.
fn command<'a>(name: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [[name, "-no-color", "-input=false"].as_slice(), &NEEDED, more].concat()
}
