//! What the command line accepts.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::commands::backup::Backup;
use crate::commands::completions::Completions;
use crate::commands::deploy::Deploy;
use crate::commands::destroy::Destroy;
use crate::commands::doctor::Doctor;
use crate::commands::drill::Drill;
use crate::commands::event::Event;
use crate::commands::init::Init;
use crate::commands::plan::Plan;
use crate::commands::policy::Policy;
use crate::commands::restore::Restore;
use crate::commands::status::Status;
use crate::commands::switchover::Switchover;
use crate::commands::world::World;
use crate::place::Where;

/// Keeps cloud routes pointed at an appliance that works.
#[derive(Debug, Parser)]
#[command(
    name = "hopover",
    version,
    after_help = "Exit codes:\n  \
                    0   done, or nothing to do\n  \
                    1   unexpected\n  \
                    2   usage\n  \
                    3   changes are pending (plan, or --plan)\n  \
                    4   refused: no healthy next hop, or not fit for it\n  \
                    5   partly applied\n  \
                    6   applied, but not verified\n  \
                    10  configuration\n  \
                    11  could not observe"
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
    /// Write a hopover.toml from what stands in the VPC.
    ///
    /// Name the appliances by instance id, Name tag or interface id: region, VPC, interfaces, paths and tables are worked
    /// out. Without a name, candidates are listed: instances that forward, and to which routes point; a pair that suggests
    /// itself is proposed. Nothing but the file is written.
    #[command(
        after_help = "Examples:\n  hopover init\n  hopover init edge-a edge-b --region eu-central-1\n  \
                            hopover init i-0123456789abcdef0 i-0fedcba9876543210 --stdout\n  hopover init --embedded --yes"
    )]
    Init(Init),
    /// Check every precondition of a failover, and say what mends what is amiss.
    ///
    /// Nothing is changed: permissions are asked for with EC2's `DryRun`. What cannot be read is unknown, and no problem. Ends
    /// 4 if there is a problem.
    #[command(after_help = "Examples:\n  hopover doctor\n  hopover doctor --explain --embedded\n  \
                            hopover doctor --output json")]
    Doctor(Doctor),
    /// Show members with their health, and routes with their holders.
    #[command(
        after_help = "Examples:\n  hopover status\n  hopover status --watch\n  hopover status --embedded --output json"
    )]
    Status(Status),
    /// Show what would be done now, or if a member failed. Nothing is written.
    ///
    /// Route by route, with the reason. Ends 3 if something is pending, 4 if a route that should move cannot.
    #[command(
        after_help = "Examples:\n  hopover plan\n  hopover plan --if-down A\n  hopover plan --embedded --if-down A"
    )]
    Plan(Plan),
    /// Move routes to a member on purpose, for maintenance.
    ///
    /// Shows the plan, asks, moves, verifies, and prints before and after. A member that is not up is refused, unless forced.
    #[command(
        after_help = "Examples:\n  hopover switchover --to B\n  hopover switchover --to B --table rtb-private-a --yes\n  \
                            hopover switchover --to B --yes --embedded=vpc.json"
    )]
    Switchover(Switchover),
    /// Write every route table of the VPC to a file.
    ///
    /// Routes and associations, as one readable JSON file with a version and a checksum. A file that exists is never
    /// overwritten.
    #[command(
        after_help = "Examples:\n  hopover backup\n  hopover backup --to backups/\n  hopover backup --embedded --output json"
    )]
    Backup(Backup),
    /// Put routes back to where a backup has them.
    ///
    /// Shows what differs, asks, backs up what is there now, writes, and looks until EC2 shows it. Without --all only routes
    /// that pointed at a member and point at one of the same group now, or are missing. What points elsewhere is replaced,
    /// never deleted first. Never written: routes that no operator made, tables that are excluded or tagged hopover:ignore,
    /// and associations, which are only told. With --plan nothing is written, and it ends 3 if something would be; 4 if it is
    /// refused, because a member is down or nothing can be brought back.
    #[command(
        after_help = "Examples:\n  hopover restore hopover-backup-vpc-0a1b2c3d-20260101T000000Z.json --plan\n  \
                            hopover restore before.json --yes\n  hopover restore before.json --all"
    )]
    Restore(Restore),
    /// Rehearse a failover on an embedded VPC, without an AWS account; with --live on the real one.
    ///
    /// Two members called A and B, five route tables with IPv4, IPv6 and prefix-list routes, and bystander routes that
    /// must not move. Stops and starts each member; the events that a real VPC would emit go through the code that runs in
    /// Lambda. Time is virtual. Ends 0 only if every step ends as expected.
    ///
    /// With --live the real appliances are stopped and started, one after the other, and what the deployed function does is
    /// judged; no route is written here. Ends 4 if the VPC is not fit for it, 5 if it was interrupted, 6 if a step did not
    /// end as expected. hopover-drill-VPC.json in the current folder says how far it came.
    #[command(after_help = "Examples:\n  hopover drill\n  hopover drill --seed 7 --output json\n  \
                            hopover drill --report drill.html\n  \
                            hopover drill --live --report acceptance.html\n  \
                            hopover drill --live --put-back")]
    Drill(Drill),
    /// Deploy the function for a group: its code, and a CloudFormation stack with all that it needs.
    ///
    /// Says what it makes and what that costs, asks, puts the zip into a private bucket, makes or updates the stack, follows
    /// it, prints what to do next, and runs the checks of `doctor`. An update leaves what is not named as it was. No route is
    /// touched. With --plan nothing is made, and it ends 3 if something would be. Ends 0 once the stack stands, whatever
    /// `doctor` finds; 1 if CloudFormation took everything back, 4 if it is refused, 5 if it was interrupted or could not be
    /// taken back, 6 if the time was up before the stack stood.
    #[command(after_help = "Examples:\n  \
        hopover deploy --zip hopover-lambda-arm64.zip --email night@example.com --plan\n  \
        hopover deploy --zip hopover-lambda-arm64.zip --email night@example.com\n  \
        hopover deploy --zip hopover-lambda-arm64.zip --group branch --stack hopover-branch --yes\n  \
        hopover deploy --email day@example.com")]
    Deploy(Deploy),
    /// Delete what `deploy` has made. Routes stay where they are.
    ///
    /// Shows what is deleted and what stays, has the stack's name typed, deletes the stack and follows it. From then on nobody
    /// moves routes. With --plan nothing is deleted, and it ends 3 if something would be.
    #[command(after_help = "Examples:\n  hopover destroy --plan\n  hopover destroy\n  \
        hopover destroy --stack hopover-branch --group branch --yes")]
    Destroy(Destroy),
    /// Run one event, as the Lambda function would.
    ///
    /// The event is EventBridge JSON, or the single-quoted form in which Python prints it to a log. Messages are not sent:
    /// the result is printed here.
    #[command(after_help = "Examples:\n  \
        hopover invoke --event stopped.json\n  \
        hopover invoke --event - < stopped.json\n  \
        hopover event --member A --embedded | hopover invoke --event - --embedded")]
    Invoke(Invoke),
    /// Print a test event, for the Lambda console or for `invoke`.
    #[command(
        after_help = "Examples:\n  hopover event --member A --state stopped\n  hopover event --sweep\n  \
                            hopover event --to B --embedded"
    )]
    Event(Event),
    /// Play the cloud around an embedded VPC that is kept in a file.
    ///
    /// What happens to instances goes as events to a function that watches, as in a deployed VPC; with --unwatched nobody
    /// does, and `plan` shows what is pending.
    #[command(
        after_help = "Examples:\n  hopover world new --embedded=vpc.json\n  hopover world stop A --embedded=vpc.json\n  \
                            hopover status --embedded=vpc.json\n  \
                            hopover world fault deny --table rtb-edge --embedded=vpc.json"
    )]
    World(World),
    /// Print the IAM policy that the function's role needs, and no more.
    ///
    /// What it says follows from the configuration alone; nothing is asked of AWS. It is the policy of the templates. With
    /// --deployer: what whoever deploys needs.
    #[command(after_help = "Examples:\n  hopover policy --account 123456789012\n  \
                            hopover policy --topic arn:aws:sns:eu-central-1:123456789012:hopover > policy.json\n  \
                            hopover policy --deployer --account 123456789012\n  hopover policy --embedded")]
    Policy(Policy),
    /// Print a script that completes commands and options in a shell.
    #[command(after_help = "Example:\n  hopover completions bash > /etc/bash_completion.d/hopover")]
    Completions(Completions),
    /// Print the manual page.
    #[command(after_help = "Example:\n  hopover man > hopover.1; man ./hopover.1")]
    Man,
}

/// Arguments of `invoke`.
#[derive(Debug, Args)]
pub(crate) struct Invoke {
    /// The file with the event; - is standard input.
    #[arg(long, value_name = "FILE|-")]
    pub(crate) event: PathBuf,
    /// Seconds after which no further route is written.
    #[arg(long, default_value_t = 300, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub(crate) time_limit: u32,
    #[command(flatten)]
    pub(crate) at: Where,
}
