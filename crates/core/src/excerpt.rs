//! Texts of others within messages of ours.
//!
//! An event, a configuration and an answer of EC2 may hold anything, and megabytes of it. What is told of them stays one
//! line that a person reads.

/// The most that a message quotes of one value, in characters. Every right value is shorter.
const LONGEST_QUOTE: usize = 100;

/// The text in one line of at most so many characters, and a little: of a longer one, the begin and the end.
pub fn excerpt(text: &str, longest: usize) -> String {
    let one_line = |part: &str| -> String {
        let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
        part.chars().map(|c| if breaks(c) { ' ' } else { c }).collect()
    };
    let length = text.chars().count();
    if length <= longest {
        return one_line(text);
    }
    let at = |n: usize| text.char_indices().nth(n).map_or(text.len(), |(byte, _)| byte);
    // What is wrong stands at the begin; what would be right, at the end.
    let tail = longest / 3;
    let (begin, end) = (&text[..at(longest - tail)], &text[at(length - tail)..]);
    format!("{} … [{length} characters] … {}", one_line(begin), one_line(end))
}

/// The text in quotation marks, in one line and not longer than a person reads.
pub(crate) fn quote(text: &str) -> String {
    if text.chars().count() <= LONGEST_QUOTE {
        format!("{text:?}")
    } else {
        format!("{:?}", excerpt(text, LONGEST_QUOTE))
    }
}

#[cfg(test)]
mod tests;
