//! `docs/runbook.md` has a section for every message, every alarm and every exit code.

use std::collections::BTreeSet;
use std::process::Command;

use crate::documents::{files_below, read, spans};
use crate::template::Template;
use crate::wordings::{Wording, of_function};

/// The text of a `##` section.
fn section(name: &str) -> String {
    let document = read("docs/runbook.md");
    let heading = format!("\n## {name}\n");
    let (_, after) = document.split_once(&heading).unwrap_or_else(|| panic!("there is no section {name}"));
    after.split("\n## ").next().expect("a section").to_owned()
}

/// What the `###` headings of a section have in backticks.
fn headings(section: &str) -> BTreeSet<String> {
    section.lines().filter(|line| line.starts_with("### ")).flat_map(spans).collect()
}

fn source(file: &str) -> String {
    read(format!("crates/{file}"))
}

/// Asserts that each wording stands in backticks somewhere in a text.
fn assert_named(wordings: &[Wording], at_least: usize, text: &str) {
    assert!(wordings.len() >= at_least, "only {} were found: {wordings:?}", wordings.len());
    let spans = spans(text);
    let missing: Vec<_> =
        wordings.iter().filter(|wording| !spans.iter().any(|span| wording.is_in(span))).collect();
    assert!(missing.is_empty(), "the runbook does not name {missing:#?}");
}

#[test]
fn every_wording_of_a_subject_is_named() {
    let report = source("core/src/report.rs");
    let wordings = [of_function(&report, "summarize"), of_function(&report, "why_nothing")].concat();
    assert_named(&wordings, 18, &section("Messages"));
}

/// What a heading promises, as the pieces that stand still in it.
fn is_like(heading: &str, subject: &str) -> bool {
    let variable = |word: &str| {
        let word = word.trim_end_matches([',', ';', ':']);
        matches!(word, "N" | "M" | "T" | "A" | "B" | "C" | "GROUP" | "REASON" | "routes" | "route")
    };
    let mut rest = subject;
    heading.split(' ').filter(|word| !variable(word)).all(|word| {
        let found = rest.split_once(word);
        rest = found.map_or(rest, |(_, after)| after);
        found.is_some()
    })
}

#[test]
fn every_message_with_a_section_is_one_that_is_sent() {
    // What tests and scenarios hold the product to.
    let held = ["core/src/message/tests.rs", "core/src/report/tests.rs"].map(source);
    let goldens = files_below("scenarios", "txt").into_iter().map(read);
    let sent: String = held.into_iter().chain(goldens).collect();
    let of_platform = "AWS Notification Message";
    for heading in headings(&section("Messages")).iter().filter(|heading| *heading != of_platform) {
        assert!(sent.lines().any(|line| is_like(heading, line)), "nobody sends {heading:?}");
    }
}

#[test]
fn every_reason_that_nothing_was_done_is_named() {
    let errors = source("aws/src/errors.rs");
    let wordings =
        [of_function(&errors, "into_observe_failure"), of_function(&errors, "about_credentials")].concat();
    // "ahead of" or "behind": both are one reason.
    let wordings: Vec<_> = wordings.into_iter().filter(|wording| wording.text != "behind").collect();
    assert_named(&wordings, 9, &section("Messages"));
}

#[test]
fn every_reason_that_a_route_could_not_be_moved_is_named() {
    let write = source("core/src/write.rs");
    assert_named(&of_function(&write, "fmt"), 7, &section("Messages"));
}

#[test]
fn every_kind_of_failed_run_is_named() {
    let function = source("lambda/src/function.rs");
    let kinds: BTreeSet<_> = function
        .split('"')
        .filter(|text| {
            text.strip_prefix("hopover.").is_some_and(|rest| rest.chars().all(char::is_alphabetic))
        })
        .collect();
    assert!(kinds.len() >= 8, "{kinds:?}");
    let named = spans(&section("Messages"));
    let missing: Vec<_> = kinds.iter().filter(|kind| !named.contains(**kind)).collect();
    assert!(missing.is_empty(), "the runbook does not name {missing:?}");
}

#[test]
fn every_alarm_has_a_section_and_no_other_has() {
    assert_eq!(headings(&section("Alarms")), Template::shipped().alarms("hopover"));
}

#[test]
fn every_exit_code_is_explained() {
    let help = Command::new(env!("CARGO_BIN_EXE_hopover")).arg("--help").output().expect("hopover starts");
    let help = String::from_utf8(help.stdout).expect("text");
    let (_, codes) = help.split_once("Exit codes:").expect("the help lists them");
    let documented: BTreeSet<u8> =
        codes.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok()).collect();
    assert!(documented.len() >= 9, "{documented:?}");
    let rows = section("Exit codes");
    let explained =
        rows.lines().filter_map(|line| line.strip_prefix("| ")?.split(' ').next()?.parse().ok()).collect();
    assert_eq!(documented, explained);
}
