//! `hopover completions` and `hopover man`: for the shell and for `man`.

use std::io::Write;
use std::process::ExitCode;

use clap::{Args, Command, CommandFactory as _};
use clap_complete::Shell;
use clap_mangen::Man;

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
    write_manual(&Arguments::command(), &mut page).map_err(|error| Failure::Unexpected(error.to_string()))?;
    print(&page)
}

fn write_manual(command: &Command, page: &mut impl Write) -> std::io::Result<()> {
    let man = Man::new(command.clone());
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    write_as_it_is(page, ".SH", "EXIT CODES", command)?;
    for subcommand in command.get_subcommands().filter(|command| !command.is_hide_set()) {
        let man = Man::new(subcommand.clone());
        writeln!(page, ".SH \"HOPOVER {}\"", subcommand.get_name().to_uppercase())?;
        let mut sections = Vec::new();
        man.render_description_section(&mut sections)?;
        man.render_options_section(&mut sections)?;
        // Sections of a command are subsections of the page.
        page.write_all(String::from_utf8_lossy(&sections).replace(".SH ", ".SS ").as_bytes())?;
        write_as_it_is(page, ".SS", "EXAMPLES", subcommand)?;
    }
    man.render_version_section(page)
}

/// What stands below the help of a command, in lines of its own.
fn write_as_it_is(
    page: &mut impl Write,
    level: &str,
    heading: &str,
    command: &Command,
) -> std::io::Result<()> {
    let Some(text) = command.get_after_help() else {
        return Ok(());
    };
    writeln!(page, "{level} \"{heading}\"\n.nf")?;
    // Its own heading is left out.
    for line in text.to_string().lines().skip(1) {
        writeln!(page, "{}", line.trim_start().replace('\\', "\\e").replace('-', "\\-"))?;
    }
    writeln!(page, ".fi")
}

fn print(text: &[u8]) -> Result<ExitCode, Failure> {
    output::raw(text)?;
    Ok(ExitCode::SUCCESS)
}
