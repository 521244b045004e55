//! A situation as plain data: who is there, what goes wrong, and what people do meanwhile.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use hopover_core::Span;
use hopover_core::config::Config;
use hopover_core::group::Group;
use hopover_core::id::{InstanceId, InterfaceId, RouteTableId};
use hopover_core::observation::InstanceState;
use hopover_core::route::{Origin, RouteKey, RouteTable, Target};
use hopover_core::trigger::Order;
use hopover_sim::call::Call;
use hopover_sim::cloud::{SimInstance, SimInterface};
use hopover_sim::example::epoch;
use hopover_sim::fault::{Fault, Harm};
use hopover_sim::{Cloud, Settings, Simulation};

/// A situation. The same one always plays the same way.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// The seed of what the simulation draws while it runs.
    pub seed: u64,
    /// The groups, all in one VPC.
    pub groups: Vec<Group>,
    /// The instances.
    pub instances: Vec<SimInstance>,
    /// The interfaces.
    pub interfaces: Vec<SimInterface>,
    /// The route tables; true if a gateway is associated with it.
    pub tables: Vec<(RouteTable, bool)>,
    /// How the cloud and the function behave in the storm.
    pub storm: Settings,
    /// What goes wrong with calls in the storm.
    pub faults: Vec<Fault>,
    /// Tables that may not be written, neither in the storm nor after it.
    pub denied: BTreeSet<RouteTableId>,
    /// What happens, in order of time since the beginning.
    pub timeline: Vec<(Span, Act)>,
    /// When the storm is over.
    pub length: Span,
}

/// Something that an operator, the cloud or the platform does at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// `StopInstances`.
    Stop(InstanceId),
    /// `StartInstances`.
    Start(InstanceId),
    /// `TerminateInstances`.
    Terminate(InstanceId),
    /// An interface is detached.
    Detach(InterfaceId),
    /// An interface is attached to an instance.
    Attach(InterfaceId, InstanceId),
    /// The source/destination check of an interface is switched.
    SourceDestCheck(InterfaceId, bool),
    /// A route table is deleted.
    DeleteTable(RouteTableId),
    /// A route is pointed somewhere by hand.
    Point(RouteKey, Target),
    /// A planned move.
    Order(Order),
    /// An event made by hand, with the time that it says it came to be, before now.
    Event(InstanceId, InstanceState, Span),
    /// Somebody else uses up a bucket.
    Drain(Call),
    /// The function's clock is set that far ahead of the cloud's.
    Clock(Span),
}

impl Scenario {
    /// The same cloud and function when nothing goes wrong any more.
    pub fn calm(&self) -> Settings {
        let ordinary = Settings::default();
        Settings {
            call: ordinary.call,
            event: ordinary.event,
            event_lost: 0,
            event_doubled: 0,
            staleness: ordinary.staleness,
            killed: 0,
            ..self.storm.clone()
        }
    }

    /// What goes wrong for ever.
    pub fn standing_faults(&self) -> Vec<Fault> {
        let denied = |table: &RouteTableId| Fault::always(Call::ReplaceRoute, Harm::Deny).on(table.clone());
        self.denied.iter().map(denied).collect()
    }

    /// The world at its beginning, with the function watching it.
    pub fn simulation(&self) -> Simulation {
        let region = &self.groups[0].region;
        let remember = *self.storm.staleness.end();
        let mut cloud = Cloud::new(region.clone(), epoch(), self.storm.throttling, remember);
        for instance in &self.instances {
            cloud.add_instance(instance.clone());
        }
        for interface in &self.interfaces {
            cloud.add_interface(interface.clone());
        }
        for (table, edge) in &self.tables {
            cloud.add_table(table.clone(), *edge);
        }
        cloud.faults = self.standing_faults();
        cloud.faults.extend(self.faults.iter().cloned());
        let config = Config { groups: self.groups.iter().cloned().map(Arc::new).collect(), topic: None };
        Simulation::new(cloud, config, self.storm.clone(), epoch(), self.seed)
    }

    /// How many routes there are.
    pub fn routes(&self) -> usize {
        self.tables.iter().map(|(table, _)| table.routes.len()).sum()
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for group in &self.groups {
            write!(f, "group {}:", group.name)?;
            for member in &group.members {
                let paths: Vec<_> = member.interfaces.keys().map(ToString::to_string).collect();
                write!(f, " {} ({})", member.name, paths.join(", "))?;
            }
            if let Some(preempt) = &group.preempt {
                write!(f, "; preempt {preempt}")?;
            }
            for (table, home) in &group.home {
                write!(f, "; {table} is home of {home}")?;
            }
            for table in &group.exclude {
                write!(f, "; without {table}")?;
            }
            writeln!(f, "; failback after {} s", group.failback_delay.as_secs())?;
        }
        for instance in &self.instances {
            let age = epoch().duration_since(instance.launched_at).as_secs();
            writeln!(f, "instance {}: {}, launched {age} s ago", instance.id, instance.state)?;
        }
        for interface in self.interfaces.iter().filter(|i| i.source_dest_check || i.attached_to.is_none()) {
            let at = interface.attached_to.as_ref().map_or("nothing", InstanceId::as_str);
            let check = if interface.source_dest_check { ", source/dest check on" } else { "" };
            writeln!(f, "interface {}: attached to {at}{check}", interface.id)?;
        }
        for (table, edge) in &self.tables {
            let edge = if *edge { " (edge)" } else { "" };
            let ignored = if table.ignored { " (ignored)" } else { "" };
            let denied = if self.denied.contains(&table.id) { " (denied)" } else { "" };
            writeln!(f, "table {} in {}{edge}{ignored}{denied}", table.id, table.vpc)?;
            for route in &table.routes {
                let origin = match &route.origin {
                    Origin::CreateRoute => String::new(),
                    other => format!(" ({other:?})"),
                };
                writeln!(f, "  {} -> {}{origin}", route.destination, route.target)?;
            }
        }
        writeln!(f, "settings {}", settings_text(&self.storm))?;
        for fault in &self.faults {
            let on = fault.table.as_ref().map_or(String::new(), |table| format!(" on {table}"));
            let times = fault.times.map_or("for ever".to_owned(), |times| format!("{times} times"));
            writeln!(
                f,
                "fault {:?} of {:?}{on}: {} %, after {}, {times}",
                fault.harm, fault.call, fault.chance, fault.after
            )?;
        }
        for (at, act) in &self.timeline {
            writeln!(f, "at {:.3} s: {act}", at.as_secs_f64())?;
        }
        writeln!(f, "at {:.3} s: the storm is over", self.length.as_secs_f64())
    }
}

fn settings_text(settings: &Settings) -> String {
    let range = |range: &std::ops::RangeInclusive<Span>| {
        format!("{}..{} ms", range.start().as_millis(), range.end().as_millis())
    };
    let retries: Vec<_> = settings.retries.iter().map(|pause| pause.as_secs().to_string()).collect();
    format!(
        "call {}, event {}, lost {} %, doubled {} %, stale {}, killed {} %, {} at once, client {} s, function {} s, \
         retries [{}] s, sweep {} s, throttling {}, stop {}, start {}, terminate {}",
        range(&settings.call),
        range(&settings.event),
        settings.event_lost,
        settings.event_doubled,
        range(&settings.staleness),
        settings.killed,
        settings.concurrency,
        settings.client_timeout.as_secs(),
        settings.function_timeout.as_secs(),
        retries.join(", "),
        settings.sweep.map_or(0, |pause| pause.as_secs()),
        settings.throttling,
        range(&settings.stop),
        range(&settings.start),
        range(&settings.terminate),
    )
}

impl Act {
    /// Every sort, by the name that [`Act::sort`] gives it.
    pub const SORTS: [&str; 12] = [
        "stop",
        "start",
        "terminate",
        "detach",
        "attach",
        "source/dest check",
        "delete a table",
        "point by hand",
        "order",
        "hand-made event",
        "drain a bucket",
        "set the clock",
    ];

    /// Which sort it is.
    pub fn sort(&self) -> usize {
        match self {
            Self::Stop(_) => 0,
            Self::Start(_) => 1,
            Self::Terminate(_) => 2,
            Self::Detach(_) => 3,
            Self::Attach(..) => 4,
            Self::SourceDestCheck(..) => 5,
            Self::DeleteTable(_) => 6,
            Self::Point(..) => 7,
            Self::Order(_) => 8,
            Self::Event(..) => 9,
            Self::Drain(_) => 10,
            Self::Clock(_) => 11,
        }
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stop(instance) => write!(f, "stop {instance}"),
            Self::Start(instance) => write!(f, "start {instance}"),
            Self::Terminate(instance) => write!(f, "terminate {instance}"),
            Self::Detach(interface) => write!(f, "detach {interface}"),
            Self::Attach(interface, instance) => write!(f, "attach {interface} to {instance}"),
            Self::SourceDestCheck(interface, on) => {
                write!(f, "source/dest check of {interface} {}", if *on { "on" } else { "off" })
            }
            Self::DeleteTable(table) => write!(f, "delete {table}"),
            Self::Point(key, target) => write!(f, "point {key} at {target}"),
            Self::Order(order) => {
                let force = if order.force { " by force" } else { "" };
                write!(f, "order {} to {}{force}", order.group, order.to)?;
                order.tables.iter().try_for_each(|table| write!(f, ", {table}"))
            }
            Self::Event(instance, state, age) => {
                write!(f, "send an event that {instance} is {state} since {} s", age.as_secs())
            }
            Self::Drain(call) => write!(f, "drain the bucket of {call:?}"),
            Self::Clock(ahead) => write!(f, "set the function's clock {:.3} s ahead", ahead.as_secs_f64()),
        }
    }
}
