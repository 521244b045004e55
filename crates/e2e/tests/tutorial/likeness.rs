//! Whether an output is the one that a document shows.
//!
//! It must be the same, line by line, but for what differs from VPC to VPC and from run to run: ids, addresses, account numbers,
//! checksums, times and sizes. An id in the document stands for the same id in the output wherever it comes up. A line with `…`
//! alone stands for any lines.

use std::collections::BTreeMap;

/// Which id of the output each id of the document stands for. It holds for the whole document.
#[derive(Debug, Default)]
pub(crate) struct Ids(BTreeMap<String, String>);

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    /// The same in every run.
    Text(String),
    /// The name of a thing that AWS chose, with its kind.
    Id { kind: String, name: String },
    /// A measured number.
    Number,
}

/// Why an output is another one, or nothing.
pub(crate) fn difference(shown: &str, printed: &str, ids: &mut Ids) -> Option<String> {
    let shown: Vec<_> = shown.lines().map(str::trim_end).collect();
    let printed: Vec<_> = printed.lines().map(str::trim_end).collect();
    let parts: Vec<_> = shown.split(|line| *line == "…").collect();
    let mut at = 0;
    for (number, part) in parts.iter().enumerate() {
        let latest = printed.len().checked_sub(part.len()).filter(|latest| *latest >= at);
        let from = match number {
            0 => Some(0),
            _ if number + 1 == parts.len() => latest,
            _ => (at..=latest.unwrap_or(at)).find(|from| fits(part, &printed[*from..], ids)),
        };
        let Some(from) = from.filter(|from| fits(part, &printed[*from..], ids)) else {
            return Some(first_difference(
                part,
                &printed[latest.filter(|_| number > 0).unwrap_or(at)..],
                ids,
            ));
        };
        bind(part, &printed[from..], ids);
        at = from + part.len();
    }
    printed.get(at).map(|line| format!("printed beyond what is shown: {line:?}"))
}

fn fits(part: &[&str], printed: &[&str], ids: &Ids) -> bool {
    part.len() <= printed.len()
        && part.iter().zip(printed).all(|(shown, printed)| is_like(shown, printed, ids))
}

fn is_like(shown: &str, printed: &str, ids: &Ids) -> bool {
    let (shown, printed) = (pieces(shown), pieces(printed));
    shown.len() == printed.len()
        && shown.iter().zip(&printed).all(|pair| match pair {
            (Piece::Id { kind, name }, Piece::Id { kind: other, name: printed }) => {
                kind == other && ids.0.get(name).is_none_or(|known| known == printed)
            }
            (shown, printed) => shown == printed,
        })
}

fn bind(part: &[&str], printed: &[&str], ids: &mut Ids) {
    for (shown, printed) in part.iter().zip(printed) {
        for pair in pieces(shown).into_iter().zip(pieces(printed)) {
            if let (Piece::Id { name, .. }, Piece::Id { name: printed, .. }) = pair {
                ids.0.insert(name, printed);
            }
        }
    }
}

fn first_difference(part: &[&str], printed: &[&str], ids: &Ids) -> String {
    let mut pairs = part.iter().zip(printed);
    match pairs.find(|(shown, printed)| !is_like(shown, printed, ids)) {
        Some((shown, printed)) => format!("shown    {shown}\nprinted  {printed}"),
        None => format!("shown, and not printed: {:?}", part.get(printed.len()..)),
    }
}

/// A line in pieces. Spaces count, but for how many follow a piece that may be shorter or longer.
fn pieces(line: &str) -> Vec<Piece> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-.:/_".contains(c);
    let mut found = Vec::new();
    let mut rest = line;
    while !rest.is_empty() {
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let gap = after.find(is_part).unwrap_or(after.len());
        let (between, next) = after.split_at(gap);
        if !word.is_empty() {
            word_pieces(word, between, next, &mut found);
        }
        let is_elastic = found.last().is_some_and(|piece| !matches!(piece, Piece::Text(_)));
        let between = if is_elastic { between.replace("  ", "") } else { between.to_owned() };
        push_text(&mut found, &between);
        rest = next;
    }
    found
}

fn push_text(found: &mut Vec<Piece>, text: &str) {
    match found.last_mut() {
        _ if text.is_empty() => {}
        Some(Piece::Text(last)) => last.push_str(text),
        _ => found.push(Piece::Text(text.to_owned())),
    }
}

/// What stands behind a measured number: a unit, or what was measured, as in "574 until invoked, 125 observe".
const UNITS: [&str; 10] = ["ms", "s", "bytes", "KB", "kB", "MB", "KiB", "until", "observe", "apply"];

fn word_pieces(word: &str, between: &str, next: &str, found: &mut Vec<Piece>) {
    let unit = next.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    let is_number = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_digit() || c == '.');
    if is_time(word.trim_end_matches([':', '.']))
        || (is_number(word) && between == " " && UNITS.contains(&unit))
    {
        found.push(Piece::Number);
        return;
    }
    // Each part of an ARN or of a path is looked at alone.
    for (at, part) in word.split_inclusive([':', '/', '.', '_']).enumerate() {
        let (name, mark) = part.split_at(part.trim_end_matches([':', '/', '.', '_']).len());
        let piece = id(name).or_else(|| file_with_id(name));
        match piece {
            Some(kind) => found.push(Piece::Id { kind, name: name.to_owned() }),
            None if at == 0 && is_address(word) => {
                found.push(Piece::Id { kind: "address".to_owned(), name: word.to_owned() });
                return;
            }
            None => push_text(found, name),
        }
        push_text(found, mark);
    }
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// The kind of an id: of EC2, of a stack's resource, an account number, a checksum, a UUID.
fn id(word: &str) -> Option<String> {
    let is_digits = |length: usize| word.len() == length && word.bytes().all(|b| b.is_ascii_digit());
    if is_digits(12) {
        return Some("account".to_owned());
    }
    if word.len() == 64 && is_hex(word) {
        return Some("checksum".to_owned());
    }
    let lengths: Vec<_> = word.split('-').map(str::len).collect();
    if lengths == [8, 4, 4, 4, 12] && is_hex(&word.replace('-', "")) {
        return Some("uuid".to_owned());
    }
    let (kind, rest) = word.rsplit_once('-')?;
    let of_ec2 = matches!(rest.len(), 8 | 17) && is_hex(rest);
    let of_a_stack = rest.len() == 13 && rest.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
    (of_ec2 || of_a_stack).then(|| kind.to_owned())
}

/// The name of a backup: `hopover-backup-vpc-…-20260101T000000Z`, with `-2` behind it if there was one of that second.
fn file_with_id(word: &str) -> Option<String> {
    let is_count = |text: &str| text.len() < 4 && text.bytes().all(|b| b.is_ascii_digit());
    let word = word.rsplit_once('-').map_or(word, |(rest, last)| if is_count(last) { rest } else { word });
    let (rest, time) = word.rsplit_once('-')?;
    let (kind, _) = rest.rsplit_once('-')?;
    (is_time(time) && id(rest).is_some()).then(|| kind.to_owned())
}

fn is_address(word: &str) -> bool {
    let parts: Vec<_> = word.split('.').collect();
    parts.len() == 4 && parts.iter().all(|part| part.parse::<u8>().is_ok())
}

/// `2026-01-01T00:00:00.000Z`, `20260101T000000Z`, `00:00:00`.
fn is_time(word: &str) -> bool {
    let shape: String = word.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let (whole, fraction) = shape.split_once('.').unwrap_or((&shape, "Z"));
    let whole = whole.trim_end_matches('Z');
    matches!(whole, "0000-00-00T00:00:00" | "00000000T000000" | "00:00:00")
        && fraction.trim_end_matches('Z').chars().all(|c| c == '0')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn like(shown: &str, printed: &str) -> bool {
        difference(shown, printed, &mut Ids::default()).is_none()
    }

    #[test]
    fn what_differs_from_run_to_run_may_differ_and_nothing_else() {
        for (shown, printed) in [
            ("moved in 214 ms", "moved in 9 ms"),
            ("edge-a (i-0123456789abcdef0) up", "edge-a (i-00000000000000001) up"),
            ("when      2026-01-01T00:00:00Z", "when      2026-02-03T04:05:06.789Z"),
            (
                "arn:aws:sns:eu-central-1:123456789012:hopover",
                "arn:aws:sns:eu-central-1:210987654321:hopover",
            ),
            (
                "to hopover-backup-vpc-0123456789abcdef0-20260101T000000Z.json",
                "to hopover-backup-vpc-00000000000000001-20260203T040506Z.json",
            ),
            ("rule hopover-Sweep-1A2B3C4D5E6F7", "rule hopover-Sweep-7B326523DB225"),
            ("first\n…\nlast", "first\n1\n2\nlast"),
            ("first\n…", "first\n1\n2"),
            ("elastic-ip: edge-a 203.0.113.10", "elastic-ip: edge-a 127.1.2.3"),
        ] {
            assert!(like(shown, printed), "{shown:?} {printed:?}");
        }
        for (shown, printed) in [
            ("9 routes", "8 routes"),
            ("moved", "moved\nmore"),
            ("moved\nmore", "moved"),
            ("first\n…\nlast", "first\n1"),
            ("up  9", "up   9"),
            ("i-0123456789abcdef0", "eni-0123456789abcdef0"),
            ("0.0.0.0/0", "10.0.0.0/8"),
        ] {
            assert!(!like(shown, printed), "{shown:?} {printed:?}");
        }
    }

    #[test]
    fn an_id_is_the_same_thing_everywhere() {
        let mut ids = Ids::default();
        assert_eq!(difference("i-0000000a", "i-00000001", &mut ids), None);
        assert_eq!(difference("i-0000000a", "i-00000001", &mut ids), None);
        assert!(difference("i-0000000a", "i-00000002", &mut ids).is_some());
    }
}
