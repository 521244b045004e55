//! Events as people feed them.

use std::io::Read as _;
use std::path::Path;

use hopover_core::trigger::TriggerError;
use serde_json::Value;

use crate::failure::Failure;

/// Reads a file, or standard input for `-`.
pub(crate) fn read(path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().read_to_string(&mut text)
    } else {
        std::fs::File::open(path).and_then(|mut file| file.read_to_string(&mut text))
    };
    read.map(|_| text).map_err(|source| Failure::Read { path: path.display().to_string(), source })
}

/// More brackets than any event has. The reader of JSON5 takes a part of the stack for each level, without a limit.
const MOST_BRACKETS: usize = 1_000;

/// Parses JSON, or the form in which Python prints a dictionary: single quotes, as it stands in a CloudWatch log.
pub(crate) fn parse(text: &str) -> Result<Value, Failure> {
    serde_json::from_str(text).or_else(|strict| {
        let refused = || TriggerError::NotJson(strict.to_string()).into();
        if text.bytes().filter(|byte| matches!(byte, b'[' | b'{')).count() > MOST_BRACKETS {
            return Err(refused());
        }
        // JSON5 has single quotes; what it does not have either is wrong in the sense of JSON.
        json5::from_str(text).map_err(|_| refused())
    })
}

#[cfg(test)]
mod fuzz;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_single_quoted_form_of_a_log_is_the_same_event() {
        let json = r#"{"source": "aws.ec2", "resources": ["x"], "detail": {"instance-id": "i-a", "state": "stopped"}}"#;
        let python = "{'source': 'aws.ec2', 'resources': ['x'], 'detail': {'instance-id': 'i-a', 'state': 'stopped'}}\n";
        assert_eq!(parse(json).unwrap(), parse(python).unwrap());
    }

    #[test]
    fn brackets_without_end_are_refused_as_any_other_mistake() {
        let refused = parse(&"{'a': [".repeat(100_000)).unwrap_err().to_string();
        assert!(refused.contains("not valid JSON"), "{refused}");
    }

    #[test]
    fn what_is_neither_is_refused_with_the_place_of_the_mistake() {
        let refused = parse("{'source': aws.ec2").unwrap_err().to_string();
        assert!(refused.contains("not valid JSON") && refused.contains("line 1 column 2"), "{refused}");
    }
}
