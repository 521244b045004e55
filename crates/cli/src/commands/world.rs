//! `hopover world`: plays the cloud around an embedded VPC.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use hopover_core::Span;
use hopover_core::id::{InstanceId, InterfaceId};
use hopover_core::message;
use hopover_core::route::RouteKey;
use hopover_sim::Cloud;
use hopover_sim::call::Call;
use hopover_sim::fault::{Fault, Harm};
use hopover_sim::file;
use serde::Serialize;

use crate::arguments::Format;
use crate::failure::Failure;
use crate::lookup;
use crate::output::{self, bad, faint, good, strong};
use crate::place::{Embedded, Place, Where};

/// Arguments of `world`.
#[derive(Debug, Args)]
pub(crate) struct World {
    #[command(subcommand)]
    act: Act,
    /// The file of the VPC.
    #[arg(long, value_name = "FILE", global = true, default_value = "hopover-world.json")]
    embedded: PathBuf,
    /// Nobody watches: events reach no function, and routes stay where they are.
    #[arg(long, global = true)]
    unwatched: bool,
}

/// What the cloud does.
#[derive(Debug, Subcommand)]
enum Act {
    /// Make the file, with the example VPC as it is at first.
    New,
    /// Show instances, interfaces and routes as they are.
    Show,
    /// Stop an instance, as at the console. Its events invoke the function.
    Stop {
        /// A member, an instance, or its Name.
        instance: String,
    },
    /// Start an instance that is stopped.
    Start {
        /// A member, an instance, or its Name.
        instance: String,
    },
    /// Terminate an instance for good.
    Terminate {
        /// A member, an instance, or its Name.
        instance: String,
    },
    /// Detach an interface, or attach it to an instance.
    Attach {
        /// The interface.
        interface: InterfaceId,
        /// The instance; none is to detach.
        #[arg(long)]
        to: Option<InstanceId>,
    },
    /// Switch the source/destination check of an interface.
    Check {
        /// The interface.
        interface: InterfaceId,
        /// On or off.
        check: Switch,
    },
    /// Point a route elsewhere by hand.
    Point {
        /// The route table.
        table: hopover_core::id::RouteTableId,
        /// The destination of the route.
        destination: String,
        /// An interface, or anything else that a route may point at.
        target: String,
    },
    /// Delete a route by hand.
    DeleteRoute {
        /// The route table.
        table: hopover_core::id::RouteTableId,
        /// The destination of the route.
        destination: String,
    },
    /// Add a route by hand.
    AddRoute {
        /// The route table.
        table: hopover_core::id::RouteTableId,
        /// The destination of the route.
        destination: String,
        /// An interface, or anything else that a route may point at.
        target: String,
    },
    /// Let something go wrong with EC2's calls; `fault none` mends everything.
    Fault {
        /// What happens.
        harm: FaultName,
        /// To which calls.
        #[arg(long, value_enum, default_value_t = CallName::ReplaceRoute)]
        call: CallName,
        /// Only writes to this table.
        #[arg(long)]
        table: Option<hopover_core::id::RouteTableId>,
        /// The chance in percent that a call meets it.
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u8).range(1..=100))]
        chance: u8,
        /// How many calls meet it; without it all do.
        #[arg(long)]
        times: Option<u32>,
    },
    /// Let time pass.
    Wait {
        /// Seconds.
        seconds: u32,
    },
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Switch {
    On,
    Off,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FaultName {
    /// Nothing any more.
    None,
    /// Refused for the rate.
    Throttle,
    /// Refused for want of a permission.
    Deny,
    /// `InternalError`.
    ServiceError,
    /// The request never arrives.
    LoseRequest,
    /// The change is made and the reply lost.
    LoseReply,
}

/// A call of EC2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CallName {
    DescribeInstances,
    DescribeRouteTables,
    ReplaceRoute,
    CreateRoute,
    DeleteRoute,
}

pub(crate) fn run(arguments: &World, format: Format) -> Result<ExitCode, Failure> {
    let path = &arguments.embedded;
    if matches!(arguments.act, Act::New) && path.exists() {
        let message =
            format!("{} exists already: remove it, or name another with --embedded=FILE", path.display());
        return Err(Failure::Usage(message));
    }
    let at = Where { embedded: Some(Some(path.clone())), config: None };
    let Place::Embedded(mut world) = Place::open(&at)? else {
        return Err(Failure::Unexpected("an embedded VPC was opened as an account".to_owned()));
    };
    if arguments.unwatched {
        world.unwatch();
    }
    act(&mut world, &arguments.act)?;
    match (&arguments.act, format) {
        (Act::Show, Format::Json) => output::json(&world.kept())?,
        (Act::Show, Format::Text) => show(&world),
        _ => {
            told(&world, format)?;
            world.save()?;
            output::talk(faint(format!("kept in {}", path.display())));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn act(world: &mut Embedded, act: &Act) -> Result<(), Failure> {
    let simulation = &mut world.simulation;
    let now = simulation.now();
    match act {
        Act::New | Act::Show => {}
        Act::Stop { instance } => simulation.stop(&named(&simulation.cloud, instance)?)?,
        Act::Start { instance } => simulation.start(&named(&simulation.cloud, instance)?)?,
        Act::Terminate { instance } => simulation.terminate(&named(&simulation.cloud, instance)?)?,
        Act::Attach { interface, to } => {
            known(&simulation.cloud, interface)?;
            simulation.cloud.attach(now, interface, to.clone());
        }
        Act::Check { interface, check } => {
            known(&simulation.cloud, interface)?;
            simulation.cloud.set_source_dest_check(now, interface, *check == Switch::On);
        }
        Act::Point { table, destination, target } => {
            let key = route(&simulation.cloud, table, destination)?;
            simulation.cloud.point(now, &key, file::target(target).map_err(wrong)?);
        }
        Act::DeleteRoute { table, destination } => {
            let key = route(&simulation.cloud, table, destination)?;
            simulation.cloud.delete_route(now, &key);
        }
        Act::AddRoute { table, destination, target } => {
            let ids: Vec<_> = simulation.cloud.tables().map(|table| table.id.to_string()).collect();
            if !ids.iter().any(|id| id == table.as_str()) {
                return Err(lookup::not_found("route table", table.as_str(), &ids, &[]));
            }
            let destination = file::destination(destination).map_err(wrong)?;
            let key = RouteKey { table: table.clone(), destination };
            simulation.cloud.add_route(now, &key, file::target(target).map_err(wrong)?);
        }
        Act::Fault { harm: FaultName::None, .. } => simulation.cloud.faults.clear(),
        Act::Fault { harm, call, table, chance, times } => simulation.cloud.faults.push(Fault {
            call: call.call(),
            table: table.clone(),
            chance: *chance,
            after: 0,
            times: *times,
            harm: harm.harm(),
        }),
        Act::Wait { seconds } => simulation.advance(Span::from_secs(i64::from(*seconds))),
    }
    simulation.settle(Span::from_hours(1));
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn wrong(error: hopover_core::id::BadId) -> Failure {
    Failure::Usage(error.to_string())
}

/// A route that is there.
fn route(
    cloud: &Cloud,
    table: &hopover_core::id::RouteTableId,
    destination: &str,
) -> Result<RouteKey, Failure> {
    let key = RouteKey { table: table.clone(), destination: file::destination(destination).map_err(wrong)? };
    let is_there = |t: hopover_core::route::RouteTable| {
        t.id == key.table && t.routes.iter().any(|route| route.destination == key.destination)
    };
    if cloud.tables().any(is_there) {
        return Ok(key);
    }
    Err(Failure::Usage(format!("there is no route {key}: `hopover world show` lists them")))
}

/// The instance of that id, `Name` or member.
fn named(cloud: &Cloud, name: &str) -> Result<InstanceId, Failure> {
    let found = cloud.instance(name).map(|instance| instance.id.clone());
    found.ok_or_else(|| {
        let names: Vec<_> = cloud.instances().map(|instance| instance.name.clone()).collect();
        let ids: Vec<_> = cloud.instances().map(|instance| instance.id.to_string()).collect();
        lookup::not_found("instance", name, &names, &ids)
    })
}

fn known(cloud: &Cloud, interface: &InterfaceId) -> Result<(), Failure> {
    if cloud.interfaces().any(|there| there.id == *interface) {
        return Ok(());
    }
    let known: Vec<_> = cloud.interfaces().map(|there| there.id.to_string()).collect();
    Err(lookup::not_found("interface", interface.as_str(), &known, &[]))
}

/// What the function told people of what it did.
fn told(world: &Embedded, format: Format) -> Result<(), Failure> {
    let reports = world.simulation.finished().iter().filter_map(|run| run.result.as_ref().ok());
    let told: Vec<_> = reports
        .flat_map(|report| report.groups.iter().filter_map(move |group| message::message(report, group)))
        .map(|message| message.subject)
        .collect();
    match format {
        Format::Json => output::json(&Told { version: 1, kind: "world", subjects: told })?,
        Format::Text => told.iter().for_each(|subject| output::line(format_args!("told: {subject}"))),
    }
    Ok(())
}

/// The document of a command that acts.
#[derive(Debug, Serialize)]
struct Told {
    version: u32,
    kind: &'static str,
    /// The subjects of the messages.
    subjects: Vec<String>,
}

fn show(world: &Embedded) {
    let cloud = &world.simulation.cloud;
    output::line(format_args!("{} at {}", strong(&cloud.region), world.simulation.now()));
    for instance in cloud.instances() {
        let state = if instance.state == hopover_core::observation::InstanceState::Running {
            good(instance.state)
        } else {
            bad(instance.state)
        };
        output::line(format_args!("  {} {} {state}, {}", strong(&instance.name), instance.id, instance.zone));
        for interface in cloud.interfaces().filter(|i| i.attached_to.as_ref() == Some(&instance.id)) {
            let check = if interface.source_dest_check { ", source/destination check on" } else { "" };
            output::line(format_args!("    {}{check}", interface.id));
        }
    }
    for interface in cloud.interfaces().filter(|interface| interface.attached_to.is_none()) {
        output::line(format_args!("  {} is attached to nothing", interface.id));
    }
    for table in cloud.tables() {
        let edge = if cloud.is_edge(&table.id) { "  gateway table" } else { "" };
        output::line(format_args!("  {}{edge}", strong(&table.id)));
        for route in &table.routes {
            let blackhole = route.state == hopover_core::route::RouteState::Blackhole;
            let state = if blackhole { format!("  {}", bad("blackhole")) } else { String::new() };
            output::line(format_args!("    {:<18}  {}{state}", route.destination, route.target));
        }
    }
    for fault in &cloud.faults {
        let table = fault.table.as_ref().map_or(String::new(), |table| format!(" of {table}"));
        output::line(format_args!("  fault: {:?}{table} {:?}, {} %", fault.call, fault.harm, fault.chance));
    }
}

impl FaultName {
    fn harm(self) -> Harm {
        match self {
            Self::None | Self::Throttle => Harm::Throttle,
            Self::Deny => Harm::Deny,
            Self::ServiceError => Harm::ServiceError,
            Self::LoseRequest => Harm::LoseRequest,
            Self::LoseReply => Harm::LoseReply,
        }
    }
}

impl CallName {
    fn call(self) -> Call {
        match self {
            Self::DescribeInstances => Call::DescribeInstances,
            Self::DescribeRouteTables => Call::DescribeRouteTables,
            Self::ReplaceRoute => Call::ReplaceRoute,
            Self::CreateRoute => Call::CreateRoute,
            Self::DeleteRoute => Call::DeleteRoute,
        }
    }
}
