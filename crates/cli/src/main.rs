//! `hopover`: the operator's command line.

#![forbid(unsafe_code)]

mod arguments;
mod ask;
mod backups;
mod commands;
mod configuration;
mod events;
mod failure;
mod lookup;
mod output;
mod place;
mod progress;
mod stacks;
mod view;
mod wrap;

use std::process::ExitCode;

use clap::Parser as _;

use arguments::{Arguments, Command};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let format = arguments.output;
    let result = match &arguments.command {
        Command::Init(init) => commands::init::run(init, format),
        Command::Doctor(doctor) => commands::doctor::run(doctor, format),
        Command::Status(status) => commands::status::run(status, format),
        Command::Plan(plan) => commands::plan::run(plan, format),
        Command::Switchover(switchover) => commands::switchover::run(switchover, format),
        Command::Backup(backup) => commands::backup::run(backup, format),
        Command::Restore(restore) => commands::restore::run(restore, format),
        Command::Drill(drill) => commands::drill::run(drill, format),
        Command::Deploy(deploy) => commands::deploy::run(deploy, format),
        Command::Destroy(destroy) => commands::destroy::run(destroy, format),
        Command::Invoke(invoke) => commands::invoke::run(invoke, format),
        Command::Event(event) => commands::event::run(event),
        Command::World(world) => commands::world::run(world, format),
        Command::Policy(policy) => commands::policy::run(policy),
        Command::Completions(completions) => commands::completions::run(completions),
        Command::Man => commands::completions::man(),
    };
    result.unwrap_or_else(|failure| {
        output::complain(&failure);
        ExitCode::from(failure.exit_code())
    })
}
