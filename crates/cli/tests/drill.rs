//! `hopover drill`, as a person sees it. The embedded VPC runs in virtual time, so the transcript is always the same.

use std::process::{Command, Output};

fn drill(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hopover")).arg("drill").args(arguments).output().expect("hopover starts")
}

#[test]
fn the_transcript_of_a_drill() {
    let output = drill(&[]);
    let text = String::from_utf8(output.stdout).expect("text");
    assert_eq!(output.status.code(), Some(0), "{text}");
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/drill.txt");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(golden, &text).expect("the golden can be written");
    }
    let expected = std::fs::read_to_string(golden).expect("the golden is there; BLESS=1 writes it");
    assert_eq!(text, expected, "if the new one is right: BLESS=1 cargo test -p hopover-cli --test drill");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "a line is wider than 80 columns");
}

#[test]
fn every_seed_ends_as_expected() {
    for seed in 1..=40 {
        let output = drill(&["--seed", &seed.to_string(), "--output", "json"]);
        let protocol: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert!(protocol["passed"] == true && output.status.success(), "seed {seed}: {protocol:#}");
        assert_eq!(protocol["steps"].as_array().map(Vec::len), Some(5));
    }
}

#[test]
fn the_readme_shows_what_a_drill_prints() {
    let readme = include_str!("../../../README.md");
    let golden = include_str!("drill.txt");
    let block = readme
        .split("```")
        .find(|block| block.starts_with("\ndrill on the embedded VPC"))
        .expect("the block is there");
    let wrong: Vec<_> = block
        .lines()
        .filter(|line| line.trim() != "…" && !golden.lines().any(|printed| printed == *line))
        .collect();
    assert!(wrong.is_empty(), "README.md shows lines that a drill does not print: {wrong:#?}");
}
