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

/// The page of a seed.
fn page(seed: &str, name: &str) -> String {
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let output = drill(&["--seed", seed, "--report", file.to_str().expect("a name in UTF-8")]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let golden = include_str!("drill.txt");
    if seed == "1" {
        assert_eq!(String::from_utf8_lossy(&output.stdout), golden, "a page changes what is printed");
    }
    std::fs::read_to_string(file).expect("the page is written")
}

#[test]
fn two_pages_of_one_seed_are_the_same_and_hold_every_step() {
    let (one, two) = (page("1", "one.html"), page("1", "two.html"));
    assert!(one == two, "two runs of one seed differ");
    assert!(one != page("2", "other.html"), "the page does not depend on the seed");
    for (at, step) in ["stop A", "start A", "stop B", "start B", "stop B, stop A, start B"].iter().enumerate()
    {
        let title = format!("<span class=\"number\">{}. </span>{step} ", at + 1);
        assert!(one.contains(&title), "{title} is not on the page");
    }
    for part in
        ["5 of 5 steps as expected", "vpc-example", "eu-central-1", "seed 1", "828 ms", "rtb-private-a"]
    {
        assert!(one.contains(part), "{part} is not on the page");
    }
    assert_eq!(one.matches("<svg").count(), 10, "a picture before and after each step");
    assert_eq!(one.matches("<figure class=\"time-line\">").count(), 3, "a time line for each failover");
    assert_eq!(one.matches("<details>").count(), 5, "the log of each step");
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
