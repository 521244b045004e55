//! `hopover`: the operator's command line.

mod arguments;
mod commands;
mod events;
mod failure;
mod output;

use std::process::ExitCode;

use clap::Parser as _;

use arguments::{Arguments, Command};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match arguments.command {
        Command::Drill(drill) => commands::drill::run(&drill, arguments.output),
        Command::Invoke(invoke) => commands::invoke::run(&invoke, arguments.output),
    };
    result.unwrap_or_else(|failure| {
        output::complain(&failure);
        ExitCode::from(failure.exit_code())
    })
}
