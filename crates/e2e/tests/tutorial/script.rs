//! A tutorial as a script: its command blocks in order, with what is shown below each.
//!
//! ```text
//! ```sh      commands, one a line; a line that ends in a backslash goes on
//! ```text    what the commands of the block before it print, both streams
//! ```
//!
//! A comment in the line above a command block says what the test does otherwise: `<!-- ends 4 -->`, `<!-- not run by the test:
//! why -->`, `<!-- the test: what -->`.

use std::ops::Range;

/// A command block.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// Where it begins, counted from 1.
    pub(crate) line: usize,
    pub(crate) commands: Vec<String>,
    /// The exit code of the last command, as the text says.
    pub(crate) ends: i32,
    /// Why the test does not run it.
    pub(crate) not_run: Option<String>,
    /// What a person does before it that the test does for them.
    pub(crate) first: Option<String>,
    pub(crate) shown: Option<Shown>,
}

/// An output as the document shows it.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    pub(crate) text: String,
    /// Its lines in the document, from 0, the fences left out.
    pub(crate) lines: Range<usize>,
}

/// The command blocks of a document.
pub(crate) fn steps(document: &str) -> Vec<Step> {
    let lines: Vec<_> = document.lines().collect();
    let mut steps: Vec<Step> = Vec::new();
    let mut marks = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        if let Some(mark) = line.strip_prefix("<!-- ").and_then(|line| line.strip_suffix(" -->")) {
            marks.push(mark);
        } else if let Some(language) = line.strip_prefix("```") {
            let length = lines[at + 1..].iter().take_while(|line| **line != "```").count();
            let body = at + 1..at + 1 + length;
            match language {
                "sh" => steps.push(step(at + 1, &lines[body.clone()], &marks)),
                "text" => {
                    let step = steps.last_mut().expect("an output stands below a command block");
                    assert!(step.shown.is_none(), "line {}: two outputs below one command block", at + 1);
                    let text = lines[body.clone()].iter().flat_map(|line| [*line, "\n"]).collect();
                    step.shown = Some(Shown { text, lines: body.clone() });
                }
                _ => {}
            }
            at = body.end;
            marks.clear();
        } else if !line.is_empty() {
            marks.clear();
        }
        at += 1;
    }
    steps
}

fn step(line: usize, body: &[&str], marks: &[&str]) -> Step {
    let said = |what: &str| marks.iter().find_map(|mark| mark.strip_prefix(what)).map(str::to_owned);
    let mut commands = vec![String::new()];
    for text in body {
        let command = commands.last_mut().expect("one at least");
        command.push_str(text);
        if text.ends_with('\\') {
            command.push('\n');
        } else {
            commands.push(String::new());
        }
    }
    commands.retain(|command| !command.trim().is_empty());
    Step {
        line,
        commands,
        ends: said("ends ").map_or(0, |code| code.parse().expect("an exit code")),
        not_run: said("not run by the test: "),
        first: said("the test: "),
        shown: None,
    }
}

#[test]
fn a_document_is_read_as_it_is_meant() {
    let document = "Text.\n\n<!-- ends 4 -->\n```sh\none \\\n  two\nthree\n```\n\nprints\n\n```text\na\nb\n```\n\n\
                    <!-- not run by the test: long -->\n```sh\nfour\n```\n";
    let [first, second] = &steps(document)[..] else { panic!("two blocks") };
    assert_eq!((first.line, first.ends), (4, 4));
    assert_eq!(first.commands, ["one \\\n  two", "three"]);
    let shown = first.shown.as_ref().expect("an output");
    assert_eq!((shown.text.as_str(), shown.lines.clone()), ("a\nb\n", 12..14));
    assert_eq!((second.ends, second.not_run.as_deref()), (0, Some("long")));
}
