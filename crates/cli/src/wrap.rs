//! Lines of 80 columns: texts broken at words, commands so that a shell still reads them.

use textwrap::{Options, WordSeparator, WordSplitter};

/// As wide as a terminal has always been.
const WIDTH: usize = 80;

/// A text after `first`, broken below an indent of so many columns. Ids are never broken.
pub(crate) fn text(first: &str, indent: usize, text: &str) -> String {
    let rest = " ".repeat(indent);
    let options = Options::new(WIDTH)
        .initial_indent(&rest)
        .subsequent_indent(&rest)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation);
    // What comes first may hold colour, so it is put in place of the indent only now.
    format!("{first}{}", &textwrap::fill(text, options)[indent.min(rest.len())..])
}

/// A command, broken between arguments.
pub(crate) fn command(indent: usize, command: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for argument in arguments(command) {
        match lines.last_mut() {
            // Room for the backslash is kept.
            Some(line) if indent + line.len() + 1 + argument.len() + 2 <= WIDTH => {
                line.push(' ');
                line.push_str(argument);
            }
            Some(line) => {
                line.push_str(" \\");
                lines.push(format!("  {argument}"));
            }
            None => lines.push(argument.to_owned()),
        }
    }
    let indent = " ".repeat(indent);
    lines.iter().map(|line| format!("{indent}{line}")).collect::<Vec<_>>().join("\n")
}

/// The arguments of a command as it is written; an option stays with its value.
fn arguments(command: &str) -> Vec<&str> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for (at, c) in command.char_indices().chain([(command.len(), ' ')]) {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted || at == command.len() => {
                let is_value = !command[start..at].starts_with('-');
                match found.last_mut() {
                    Some((option, end))
                        if is_value
                            && command[*option..*end].starts_with("--")
                            && !command[*option..*end].contains(' ') =>
                    {
                        *end = at;
                    }
                    _ if start < at => found.push((start, at)),
                    _ => {}
                }
                start = at + 1;
            }
            _ => {}
        }
    }
    found.into_iter().map(|(start, end)| &command[start..end]).collect()
}

#[cfg(test)]
mod tests {
    use super::{arguments, command, text};

    #[test]
    fn a_text_hangs_below_its_beginning_and_ids_stay_whole() {
        let long = "eni-0123456789abcdef0 ".repeat(8);
        let broken = text("  ok       ", 11, long.trim());
        assert!(broken.starts_with("  ok       eni-"), "{broken}");
        assert!(broken.lines().all(|line| line.len() <= 80 && line.ends_with("def0")), "{broken}");
        assert!(broken.lines().skip(1).all(|line| line.starts_with("           eni-")), "{broken}");
    }

    #[test]
    fn an_option_stays_with_its_value_and_what_is_quoted_stays_whole() {
        assert_eq!(
            arguments("aws iam put --name 'a b' --force --doc '{\"a\": 1}'"),
            ["aws", "iam", "put", "--name 'a b'", "--force", "--doc '{\"a\": 1}'"]
        );
    }

    #[test]
    fn a_broken_command_is_the_same_to_a_shell() {
        let whole = "aws ec2 modify-network-interface-attribute --network-interface-id eni-0123456789abcdef0 \
                     --no-source-dest-check --region eu-central-1";
        let broken = command(13, whole);
        assert!(broken.lines().all(|line| line.len() <= 80), "{broken}");
        let joined = broken.replace("\\\n", " ");
        assert_eq!(
            joined.split_whitespace().collect::<Vec<_>>(),
            whole.split_whitespace().collect::<Vec<_>>()
        );
    }
}
