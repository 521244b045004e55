//! The wordings that a function of our sources can come to, read from its text: what a document must name is then not a list
//! that somebody has to keep.

/// A wording: what stands still in it, in order. What varies lies between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wording {
    pub(crate) text: String,
    still: Vec<String>,
}

impl Wording {
    /// From the text of a format string. What stands in brackets or after a colon is explanation.
    fn of_format(text: &str) -> Self {
        let head = text.split(['(', ':']).next().unwrap_or_default();
        let head = if head.trim().is_empty() { text } else { head };
        let mut still = Vec::new();
        for part in head.split('}') {
            let piece = part.split('{').next().unwrap_or_default().trim();
            if piece.chars().any(char::is_alphabetic) {
                still.push(piece.to_owned());
            }
        }
        Self { text: text.to_owned(), still }
    }

    /// True if a sentence has all of it, in order.
    pub(crate) fn is_in(&self, sentence: &str) -> bool {
        let mut rest = sentence;
        self.still.iter().all(|piece| match rest.split_once(piece.as_str()) {
            Some((_, after)) => {
                rest = after;
                true
            }
            None => false,
        })
    }
}

/// Every string literal of a function that says something, as a wording. The function ends where a line closes a brace at the
/// indentation of its `fn`.
pub(crate) fn of_function(source: &str, name: &str) -> Vec<Wording> {
    let start = source.find(&format!("fn {name}(")).unwrap_or_else(|| panic!("there is no fn {name}"));
    let line = source[..start].rfind('\n').map_or(0, |at| at + 1);
    let indentation: String = source[line..].chars().take_while(|c| *c == ' ').collect();
    let body = source[start..].split(&format!("\n{indentation}}}\n")).next().expect("a body");
    let wordings: Vec<_> = literals(body).iter().map(|text| Wording::of_format(text)).collect();
    wordings.into_iter().filter(|wording| !wording.still.is_empty()).collect()
}

/// The string literals of a piece of Rust, with a line that is continued joined. Comments are left out.
fn literals(source: &str) -> Vec<String> {
    let code: String =
        source.split_inclusive('\n').filter(|line| !line.trim_start().starts_with("//")).collect();
    let mut found = Vec::new();
    let mut rest = code.as_str();
    while let Some((_, after)) = rest.split_once('"') {
        let mut text = String::new();
        let mut characters = after.char_indices();
        let mut end = after.len();
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    end = at + 1;
                    break;
                }
                '\\' => match characters.next() {
                    Some((_, '\n')) => {
                        // The next line goes on after its indentation.
                        while characters.clone().next().is_some_and(|(_, c)| c == ' ') {
                            characters.next();
                        }
                    }
                    Some((_, 'n')) => text.push('\n'),
                    Some((_, escaped)) => text.push(escaped),
                    None => break,
                },
                other => text.push(other),
            }
        }
        found.push(text);
        rest = &after[end..];
    }
    found
}

#[test]
fn wordings_are_read_whole() {
    let source = "impl X {\n    fn say(&self) -> String {\n        // not \"this\"\n        let is = \"is\";\n        format!(\"the {a} is \\\n                 not here ({why}): \\\"quoted\\\"\")\n    }\n    fn other() { \"no\"; }\n}\n";
    let wordings = of_function(source, "say");
    let texts: Vec<_> = wordings.iter().map(|wording| wording.text.as_str()).collect();
    assert_eq!(texts, ["is", "the {a} is not here ({why}): \"quoted\""]);
    assert!(wordings[1].is_in("the ACTION is not here"));
    assert!(!wordings[1].is_in("is not here, the"));
}
