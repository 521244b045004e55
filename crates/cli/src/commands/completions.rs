//! `hopover completions` and `hopover man`: for the shell and for `man`.

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use crate::arguments::Arguments;
use crate::failure::Failure;
use crate::output;

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell.
    shell: Shell,
}

pub(crate) fn run(arguments: &Completions) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "hopover", &mut script);
    print(&script)
}

/// The manual page, with a section for each command.
pub(crate) fn man() -> Result<ExitCode, Failure> {
    let mut page = Vec::new();
    let failed = |error: std::io::Error| Failure::Unexpected(error.to_string());
    let command = Arguments::command();
    clap_mangen::Man::new(command.clone()).render(&mut page).map_err(failed)?;
    for subcommand in command.get_subcommands().filter(|command| !command.is_hide_set()) {
        let man = clap_mangen::Man::new(subcommand.clone());
        writeln!(page, ".SH \"HOPOVER {}\"", subcommand.get_name().to_uppercase()).map_err(failed)?;
        man.render_description_section(&mut page).map_err(failed)?;
        man.render_options_section(&mut page).map_err(failed)?;
    }
    print(&page)
}

fn print(text: &[u8]) -> Result<ExitCode, Failure> {
    output::raw(text)?;
    Ok(ExitCode::SUCCESS)
}
