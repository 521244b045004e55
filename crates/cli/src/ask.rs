//! Questions to the person at the terminal.

use std::io::IsTerminal as _;

use dialoguer::{Confirm, Input};

use crate::arguments::Format;
use crate::failure::Failure;

/// What a person said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Consent {
    Given,
    Refused,
}

/// Asks, unless `--yes` was given. Without a terminal nobody can be asked, and nothing is taken for granted.
pub(crate) fn for_consent(question: &str, yes: bool, format: Format) -> Result<Consent, Failure> {
    if yes {
        return Ok(Consent::Given);
    }
    if format == Format::Json || !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(Failure::Usage("nobody can be asked here: add --yes to go ahead".to_owned()));
    }
    match Confirm::new().with_prompt(question).default(false).interact_opt() {
        Ok(Some(true)) => Ok(Consent::Given),
        Ok(Some(false) | None) => Ok(Consent::Refused),
        Err(error) => Err(Failure::Unexpected(error.to_string())),
    }
}

/// Has a name typed, for what must not be agreed to by habit. Anything else than one of `accepted` is a refusal, and said so;
/// nothing typed is one without a word. `instead` are the options that say the same without a terminal.
pub(crate) fn for_typed(
    question: &str,
    accepted: &[&str],
    instead: &str,
    yes: bool,
    format: Format,
) -> Result<Consent, Failure> {
    if yes {
        return Ok(Consent::Given);
    }
    if format == Format::Json || !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(Failure::Usage(format!("nobody can be asked here: add {instead} to go ahead")));
    }
    let typed = Input::<String>::new().with_prompt(question).allow_empty(true).interact_text();
    match typed.as_deref().map(str::trim) {
        Ok("") => Ok(Consent::Refused),
        Ok(typed) if accepted.contains(&typed) => Ok(Consent::Given),
        Ok(typed) => {
            let expected = accepted.join(" or ");
            Err(Failure::Usage(format!("{typed:?} is not {expected}: nothing was done")))
        }
        Err(error) => Err(Failure::Unexpected(error.to_string())),
    }
}
