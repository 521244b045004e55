//! Command lines and links in the documents lead somewhere.

use std::collections::BTreeMap;
use std::process::Command;

use crate::documents::{prose, read, root, spans};

const DOCUMENTS: [&str; 6] = [
    "README.md",
    "docs/failure-modes.md",
    "docs/runbook.md",
    "docs/terraform.md",
    "docs/tutorial.md",
    "docs/tutorial.zh-CN.md",
];

/// The commands of hopover in a document: alone between backticks, and in fenced blocks.
fn command_lines(document: &str) -> Vec<String> {
    let blocks = document.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let lines = blocks.flat_map(str::lines).flat_map(|line| line.split(" && ")).map(str::to_owned);
    let all = spans(document).into_iter().chain(lines);
    all.map(|line| line.trim().to_owned()).filter(|line| line.starts_with("hopover ")).collect()
}

fn help(command: &str) -> Option<String> {
    let output =
        Command::new(env!("CARGO_BIN_EXE_hopover")).args([command, "--help"]).output().expect("starts");
    output.status.success().then(|| String::from_utf8(output.stdout).expect("text"))
}

#[test]
fn every_command_and_every_option_that_is_named_exists() {
    let mut helps = BTreeMap::new();
    for document in DOCUMENTS {
        let lines = command_lines(&read(document));
        assert!(!lines.is_empty(), "{document} names no command");
        for line in lines {
            let line = line.split('#').next().unwrap_or_default();
            let mut words = line.split_whitespace().skip(1).take_while(|word| *word != "|" && *word != ">");
            let command = words.next().unwrap_or_default().to_owned();
            let help = helps.entry(command.clone()).or_insert_with(|| help(&command));
            let help =
                help.as_ref().unwrap_or_else(|| panic!("{document}: there is no hopover {command}: {line}"));
            for option in words.filter(|word| word.starts_with("--")) {
                let option = option.split('=').next().unwrap_or_default();
                let is_known = help.split([' ', '\n', ',', '[', '=']).any(|word| word == option);
                assert!(is_known, "{document}: hopover {command} has no {option}: {line}");
            }
        }
    }
}

/// The anchor that a heading gets: lower case, without punctuation, spaces as hyphens.
fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase();
    let kept = kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn every_link_leads_to_a_file_and_to_a_heading() {
    for document in DOCUMENTS {
        let text = read(document);
        let folder = root().join(document).parent().expect("a folder").to_owned();
        for link in prose(&text).split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.starts_with("http") {
                continue;
            }
            let (file, heading) = link.split_once('#').map_or((link, None), |(file, to)| (file, Some(to)));
            let target = if file.is_empty() {
                text.clone()
            } else {
                let path = folder.join(file);
                assert!(path.exists(), "{document}: there is no {file}");
                std::fs::read_to_string(path).unwrap_or_default()
            };
            if let Some(heading) = heading {
                let mut headings = target
                    .lines()
                    .filter_map(|line| Some(anchor(line.trim_start_matches('#').strip_prefix(' ')?)));
                assert!(headings.any(|found| found == heading), "{document}: there is no heading for {link}");
            }
        }
    }
}
