//! Everything that is printed: results on standard output, talk on standard error. `anstream` drops colour where there is
//! no terminal or `NO_COLOR` is set.

use std::fmt::Display;
use std::io::Write as _;

use anstyle::{AnsiColor, Style};
use comfy_table::{ContentArrangement, Table, TableStyle};
use hopover_core::fact::{Fact, Level};
use serde::Serialize;

use crate::failure::Failure;

fn painted(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// Green.
pub(crate) fn good(text: impl Display) -> String {
    painted(AnsiColor::Green.on_default(), text)
}

/// Red.
pub(crate) fn bad(text: impl Display) -> String {
    painted(AnsiColor::Red.on_default().bold(), text)
}

/// Yellow.
pub(crate) fn warned(text: impl Display) -> String {
    painted(AnsiColor::Yellow.on_default(), text)
}

/// Bold.
pub(crate) fn strong(text: impl Display) -> String {
    painted(Style::new().bold(), text)
}

/// Faint.
pub(crate) fn faint(text: impl Display) -> String {
    painted(Style::new().dimmed(), text)
}

/// A line of the result.
pub(crate) fn line(text: impl Display) {
    anstream::println!("{text}");
}

/// What a program made for another program, as it is.
pub(crate) fn raw(text: &[u8]) -> Result<(), Failure> {
    std::io::stdout().lock().write_all(text).map_err(|error| Failure::Unexpected(error.to_string()))
}

/// A line of talk, on standard error.
pub(crate) fn talk(text: impl Display) {
    anstream::eprintln!("{text}");
}

/// Clears the terminal, if there is one, for the next picture.
pub(crate) fn clear() {
    anstream::print!("\x1b[2J\x1b[H");
}

/// "1 route", "2 routes".
pub(crate) fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// One fact of the story, on standard error.
pub(crate) fn tell(fact: &Fact) {
    tell_of(fact.level(), fact);
}

/// Something that happened, on standard error.
pub(crate) fn tell_of(level: Level, what: impl Display) {
    let label = match level {
        Level::Info => faint("info "),
        Level::Warn => warned("warn "),
        Level::Error => bad("error"),
    };
    anstream::eprintln!("{label} {what}");
}

/// Why a command failed, in one line on standard error.
pub(crate) fn complain(failure: &Failure) {
    anstream::eprintln!("{}: {failure}", bad("error"));
}

/// The frame of every document that is no report: what it is, and its version.
#[derive(Debug, Serialize)]
pub(crate) struct Document<T> {
    version: u32,
    kind: &'static str,
    #[serde(rename = "groups")]
    content: T,
}

impl<T: Serialize> Document<T> {
    /// A document about groups.
    pub(crate) fn new(kind: &'static str, content: T) -> Self {
        Self { version: 1, kind, content }
    }
}

/// A document, for programs.
pub(crate) fn json(document: &impl Serialize) -> Result<(), Failure> {
    let text =
        serde_json::to_string_pretty(document).map_err(|error| Failure::Unexpected(error.to_string()))?;
    line(text);
    Ok(())
}

/// A table without lines, indented; it is never broken, so that it survives a pipe.
pub(crate) fn table<const N: usize>(
    header: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut table = Table::new();
    table.load_style(TableStyle::new()).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header);
    table.add_rows(rows);
    table.to_string().lines().flat_map(|line| ["    ", line.trim_end(), "\n"].map(str::to_owned)).collect()
}
