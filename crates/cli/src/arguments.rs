//! What the command line accepts.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Keeps cloud routes pointed at an appliance that works.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "Exit codes: 0 done or nothing to do, 1 unexpected, 2 usage, 4 refused (no healthy next hop), \
                  5 partly applied, 6 applied but not verified, 10 configuration, 11 could not observe."
)]
pub(crate) struct Arguments {
    /// How results are printed on standard output.
    #[arg(long, value_enum, default_value_t, global = true)]
    pub(crate) output: Format,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs: one versioned document.
    Json,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Rehearse a failover on an embedded VPC, without an AWS account.
    ///
    /// Two members called A and B, five route tables with IPv4, IPv6 and prefix-list routes, and bystander routes that
    /// must not move. Stops and starts each member; the events that a real VPC would emit go through the code that runs in
    /// Lambda. Time is virtual. Ends 0 only if every step ends as expected.
    #[command(after_help = "Examples:\n  hopover drill\n  hopover drill --seed 7 --output json")]
    Drill(Drill),
    /// Run one event, as the Lambda function would.
    ///
    /// The event is EventBridge JSON, or the single-quoted form in which Python prints it to a log. Messages are not sent:
    /// the result is printed here.
    #[command(after_help = "Examples:\n  \
        hopover invoke --event stopped.json\n  \
        hopover invoke --event - < stopped.json\n  \
        hopover invoke --event stopped.json --embedded\n\n\
        The configuration comes from --config, else from HOPOVER_CONFIG, else from the environment variables region, \
        vpcid, host1eni and host2eni, else from ./hopover.toml.")]
    Invoke(Invoke),
}

/// Arguments of `drill`.
#[derive(Debug, Args)]
pub(crate) struct Drill {
    /// Everything random follows from this number.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

/// Arguments of `invoke`.
#[derive(Debug, Args)]
pub(crate) struct Invoke {
    /// The file with the event; - is standard input.
    #[arg(long, value_name = "FILE|-")]
    pub(crate) event: PathBuf,
    /// Run on the example VPC in memory, fresh for this command, instead of AWS. Its instances are i-a and i-b, its
    /// region is eu-central-1.
    #[arg(long, conflicts_with = "config")]
    pub(crate) embedded: bool,
    /// The TOML file with the configuration.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Seconds after which no further route is written.
    #[arg(long, default_value_t = 300, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub(crate) time_limit: u32,
}
