//! Events as people paste them, and worse:
//!
//!     PROPTEST_CASES=20000 cargo test --release -p hopover-cli fuzz -- --nocapture

#[path = "../../../core/tests/fuzz/cases.rs"]
#[allow(dead_code, reason = "shared with other crates, which use all of it")]
mod cases;

use std::fmt::Write as _;

use hopover_core::trigger::Trigger;
use serde_json::{Value, json};

use self::cases::{Dice, Target, is_one_line};
use super::parse;

#[test]
fn no_text_is_more_than_a_refused_event() {
    let target = Target { name: "events in JSON5 from bytes", weight: 8, longest: 256 };
    target.run(&["neither"], |bytes| judge(&String::from_utf8_lossy(bytes)));
}

#[test]
fn an_event_that_python_printed_is_the_same_event() {
    let target = Target { name: "events as Python prints them", weight: 8, longest: 256 };
    target.run(&["the same"], |bytes| {
        let mut dice = Dice::new(bytes);
        let event = event(&mut dice);
        let mut text = String::new();
        print(&event, &mut text);
        match parse(&text) {
            Ok(read) => assert_eq!(read, event, "{text}"),
            Err(refusal) => panic!("{refusal}: {text}"),
        }
        "the same"
    });
}

#[test]
fn an_event_with_a_few_slips_is_refused_in_one_line_or_taken() {
    let target = Target { name: "events in JSON5 with slips", weight: 8, longest: 256 };
    target.run(&["an event", "no event", "neither"], |bytes| {
        let mut dice = Dice::new(bytes);
        let mut text = String::new();
        print(&event(&mut dice), &mut text);
        for _ in 0..dice.below(4) {
            let at = usize::try_from(dice.word() % (text.len() as u64 + 1)).unwrap_or(0);
            let at = text.floor_char_boundary(at);
            match dice.below(4) {
                0 => text.truncate(at),
                1 => text.insert_str(
                    at,
                    dice.pick(&["'", ",", "// ", "/*", "Infinity", "+", "0x", "\\", "{", "]"]),
                ),
                _ => text.insert_str(at, &dice.text()),
            }
        }
        judge(&text)
    });
}

/// On a thread with the stack of the main thread of most systems and less. A stack that overflows ends the process.
#[test]
fn a_hundred_thousand_levels_are_refused_and_not_a_crash() {
    let texts = ["[", "{'a':", "{a:[", "/* ' */ ['", "\"]]\",["].map(|level| level.repeat(100_000));
    let worker = std::thread::Builder::new().stack_size(2 << 20).spawn(move || {
        for text in texts {
            assert_eq!(judge(&text), "neither");
        }
        // As deep as is taken at all.
        let deep = format!("{{'source': {}", "[".repeat(super::MOST_BRACKETS - 1));
        assert_eq!(judge(&deep), "neither");
    });
    worker.unwrap().join().unwrap();
}

#[test]
fn megabytes_are_refused_in_one_line() {
    for part in ["x", "'", "/*", "\\x", "0", "é\n", "{'a':1},", "'a',"] {
        judge(&part.repeat(1 << 20));
        judge(&format!("{{'source': '{}'}}", part.repeat(1 << 20)));
    }
}

fn judge(text: &str) -> &'static str {
    let refusal = match parse(text) {
        Err(refusal) => ("neither", refusal.to_string()),
        Ok(value) => match Trigger::from_value(&value) {
            Ok(_) => return "an event",
            Err(refusal) => ("no event", refusal.to_string()),
        },
    };
    assert!(is_one_line(&refusal.1, 1_200), "{:.300}: {text:.300}", refusal.1);
    refusal.0
}

fn event(dice: &mut Dice<'_>) -> Value {
    let mut event = json!({
        "source": "aws.ec2",
        "detail-type": "EC2 Instance State-change Notification",
        "time": "2026-01-31T02:03:04Z",
        "region": "eu-central-1",
        "resources": ["arn:aws:ec2:eu-central-1:123456789012:instance/i-a"],
        "detail": { "instance-id": "i-a", "state": "stopped" },
    });
    for _ in 0..dice.below(4) {
        let name = dice.text();
        event[name] = match dice.below(4) {
            0 => json!([dice.text(), dice.text()]),
            1 => json!({ "of": dice.text() }),
            2 => json!(u32::from(dice.byte())),
            _ => json!(dice.text()),
        };
    }
    event
}

/// As Python's `print` shows a dictionary of strings, numbers, lists and dictionaries.
fn print(value: &Value, out: &mut String) {
    match value {
        Value::Object(fields) => {
            out.push('{');
            for (at, (name, value)) in fields.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { ", " });
                print_text(name, out);
                out.push_str(": ");
                print(value, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { ", " });
                print(item, out);
            }
            out.push(']');
        }
        Value::String(text) => print_text(text, out),
        other => out.push_str(&other.to_string()),
    }
}

fn print_text(text: &str, out: &mut String) {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(quote);
    for c in text.chars() {
        // Writing into a String cannot fail.
        let _ = match c {
            '\n' => out.write_str("\\n"),
            '\r' => out.write_str("\\r"),
            '\t' => out.write_str("\\t"),
            '\\' => out.write_str("\\\\"),
            c if c == quote => write!(out, "\\{c}"),
            c if u32::from(c) < 0x20 || (0x7f..0xa1).contains(&u32::from(c)) => {
                write!(out, "\\x{:02x}", u32::from(c))
            }
            '\u{2028}' | '\u{2029}' | '\u{202e}' | '\u{feff}' => write!(out, "\\u{:04x}", u32::from(c)),
            c => out.write_char(c),
        };
    }
    out.push(quote);
}
