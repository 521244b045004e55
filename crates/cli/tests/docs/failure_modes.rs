//! `docs/failure-modes.md` says of each failure what shows that it is handled.

use std::collections::BTreeSet;

use crate::documents::{files_below, names_in, read, spans};

fn document() -> String {
    read("docs/failure-modes.md")
}

/// The name of every test of the workspace.
fn tests() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for file in files_below("crates", "rs") {
        let source = std::fs::read_to_string(file).expect("a source");
        let after = source.split("#[test]").skip(1).filter_map(|after| after.split_once("fn "));
        names.extend(after.filter_map(|(_, name)| Some(name.split('(').next()?.to_owned())));
    }
    names
}

/// A name of a test among other things in backticks: those have no three underscores.
fn is_test(span: &str) -> bool {
    span.matches('_').count() >= 3
        && span.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b.is_ascii_digit())
}

#[test]
fn every_test_that_is_named_exists() {
    let named: BTreeSet<_> = spans(&document()).into_iter().filter(|span| is_test(span)).collect();
    assert!(named.len() > 30, "{named:?}");
    let tests = tests();
    let missing: Vec<_> = named.iter().filter(|name| !tests.contains(*name)).collect();
    assert!(missing.is_empty(), "no test has these names: {missing:#?}");
}

#[test]
fn every_scenario_that_is_named_exists_and_every_scenario_is_named() {
    let prefix = "scenarios/";
    let spans = spans(&document());
    let named: BTreeSet<_> =
        spans.iter().filter_map(|span| span.strip_prefix(prefix)).filter(|name| !name.is_empty()).collect();
    let there = names_in(prefix);
    assert_eq!(named, there.iter().map(String::as_str).collect());
}

#[test]
fn every_situation_on_the_wire_that_is_named_is_played() {
    let document = document();
    let named: Vec<_> = document.split("wire \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(named.len() > 5, "{named:?}");
    let sources: String = files_below("crates/e2e/tests/wire", "rs")
        .iter()
        .map(|file| std::fs::read_to_string(file).expect("a source"))
        .collect();
    for name in named {
        assert!(sources.contains(&format!("\"{name}\"")), "no situation is called {name:?}");
    }
}
