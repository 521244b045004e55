//! The console-only part of both tutorials names what the template has.

use std::collections::BTreeSet;

use crate::documents::{read, spans};
use crate::template::Template;

const TUTORIALS: [&str; 2] = ["docs/tutorial.md", "docs/tutorial.zh-CN.md"];

/// The section for people who may not run tools: the last one.
fn by_console(tutorial: &str) -> String {
    let document = read(tutorial);
    document.rsplit("\n## ").next().expect("a last section").to_owned()
}

/// What the rows of the table below that heading have in backticks in their first cell.
fn first_cells(section: &str, heading: &str) -> BTreeSet<String> {
    let (_, table) = section.split_once(heading).unwrap_or_else(|| panic!("there is no table {heading}"));
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.flat_map(|row| spans(row.split('|').nth(1).unwrap_or_default())).collect()
}

#[test]
fn every_parameter_is_explained_and_no_other() {
    let parameters = Template::shipped().names("Parameters");
    for (tutorial, heading) in TUTORIALS.iter().zip(["| parameter | ", "| 参数 | "]) {
        assert_eq!(first_cells(&by_console(tutorial), heading), parameters, "{tutorial}");
    }
}

#[test]
fn every_output_is_explained_and_no_other() {
    let outputs = Template::shipped().names("Outputs");
    for (tutorial, heading) in TUTORIALS.iter().zip(["| output | ", "| 输出 | "]) {
        assert_eq!(first_cells(&by_console(tutorial), heading), outputs, "{tutorial}");
    }
}

#[test]
fn every_alarm_and_every_test_event_is_named_and_no_other() {
    let template = Template::shipped();
    let alarms = template.alarms("hopover");
    let events: BTreeSet<_> = ["member-1-fails", "member-2-fails"].into_iter().map(str::to_owned).collect();
    for event in &events {
        assert!(template.text().contains(&format!("\"{event}\": {{")), "the template has no event {event}");
    }
    for tutorial in TUTORIALS {
        let named = spans(&by_console(tutorial));
        let begin = |prefix: &str| -> BTreeSet<String> {
            named.iter().filter(|span| span.starts_with(prefix)).cloned().collect()
        };
        let code = |span: &String| !span.starts_with("hopover-lambda");
        let alarms_named: BTreeSet<_> = begin("hopover-").into_iter().filter(code).collect();
        assert_eq!(alarms_named, alarms, "{tutorial}");
        assert_eq!(begin("member-"), events, "{tutorial}");
    }
}
