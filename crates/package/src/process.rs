//! Other programs, run to their end. Nothing of theirs reaches standard output, which is for the result.

use std::io;
use std::process::{Command, ExitStatus};

/// Why a program did not do its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProcessError {
    /// It is not there.
    #[error("could not start {program}")]
    Start {
        /// The program.
        program: String,
        /// Why.
        source: io::Error,
    },
    /// It failed, and said why on standard error.
    #[error("{program} failed ({status}){}", said(stderr))]
    Failed {
        /// The program.
        program: String,
        /// Its exit code, or the signal that ended it.
        status: ExitStatus,
        /// What it said, unless people have seen that already.
        stderr: String,
    },
}

fn said(stderr: &str) -> String {
    if stderr.trim().is_empty() { String::new() } else { format!(": {}", stderr.trim()) }
}

/// Runs a program silently and takes what it prints.
pub(crate) fn output_of(command: &mut Command) -> Result<String, ProcessError> {
    let output = command.output().map_err(|source| not_started(command, source))?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    check(command, output.status, &stderr)?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a program before people's eyes: all that it prints goes to standard error.
pub(crate) fn run(command: &mut Command) -> Result<(), ProcessError> {
    let status = command.stdout(io::stderr()).status().map_err(|source| not_started(command, source))?;
    check(command, status, "")
}

fn check(command: &Command, status: ExitStatus, stderr: &str) -> Result<(), ProcessError> {
    if status.success() {
        return Ok(());
    }
    Err(ProcessError::Failed { program: name(command), status, stderr: stderr.to_owned() })
}

fn not_started(command: &Command, source: io::Error) -> ProcessError {
    ProcessError::Start { program: name(command), source }
}

fn name(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}
