//! Functions and clouds with a fault of their own, which show that the reference can tell.

use hopover_core::observation::{InstanceState, Observation};
use hopover_core::plan::RouteChange;
use hopover_core::report::{GroupReport, Outcome};
use hopover_core::route::{RouteKey, Target};
use hopover_core::{Span, Timestamp};
use hopover_sim::Simulation;
use hopover_sim::driver::Driver;
use hopover_sim::example::{epoch, known};

use crate::scenario::Scenario;

/// What is wrong with the function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutant {
    /// Nothing: the product.
    None,
    /// Its writes point at an interface that is no member's.
    WritesToAStranger,
    /// Its writes to `lan` point at `wan` instead.
    LeavesThePath,
    /// It leaves out default routes and says that EC2 acknowledged them.
    DropsDefaultRoutes,
    /// It shows the passes every instance as running.
    ShowsTheDeadRunning,
    /// It shows the passes the instance of member A as stopped.
    ShowsTheFirstStopped,
    /// It shows the passes every instance as launched long ago, so that no failback waits.
    ForgetsLaunchTimes,
    /// It reports every pass as a success.
    HidesFailures,
    /// It has no sweeps.
    NeverSweeps,
    /// It does not know of excluded tables.
    ForgetsExclusions,
    /// It deletes a table when the storm is over.
    DeletesATable,
    /// It points a route elsewhere when the storm is over, and tells nobody.
    PointsBySleightOfHand,
    /// Its reports show a route that was moved where it was before.
    ReportsTheOldPlace,
    /// It shows the passes no member as doubtful.
    OverlooksDoubts,
    /// It shows the passes no route table but one.
    SeesOneTable,
    /// It gives its passes more time than there is.
    Overstays,
}

impl Mutant {
    /// Every mutant, without the product.
    pub const ALL: [Self; 15] = [
        Self::WritesToAStranger,
        Self::LeavesThePath,
        Self::DropsDefaultRoutes,
        Self::ShowsTheDeadRunning,
        Self::ShowsTheFirstStopped,
        Self::ForgetsLaunchTimes,
        Self::HidesFailures,
        Self::NeverSweeps,
        Self::ForgetsExclusions,
        Self::DeletesATable,
        Self::PointsBySleightOfHand,
        Self::ReportsTheOldPlace,
        Self::OverlooksDoubts,
        Self::SeesOneTable,
        Self::Overstays,
    ];

    /// Makes the function of a scenario.
    pub(crate) fn simulation(self, scenario: &Scenario) -> Simulation {
        let mut scenario = scenario.clone();
        if self == Self::NeverSweeps {
            scenario.storm.sweep = None;
        }
        if self == Self::Overstays {
            scenario.storm.function_timeout += Span::from_mins(1);
        }
        if self == Self::ForgetsExclusions {
            for group in &mut scenario.groups {
                group.exclude.clear();
            }
        }
        let mut simulation = scenario.simulation();
        simulation.driver = self.driver();
        simulation
    }

    /// What it does when the storm is over.
    pub(crate) fn when_it_is_over(self, simulation: &mut Simulation) {
        let (now, first) = (simulation.now(), simulation.cloud.tables().next());
        let Some(table) = first else { return };
        match self {
            Self::DeletesATable => simulation.cloud.delete_table(now, &table.id),
            Self::PointsBySleightOfHand => {
                if let Some(route) = table.routes.into_iter().next() {
                    let key = RouteKey { table: table.id, destination: route.destination };
                    simulation.cloud.point(now, &key, Target::Other("igw-sleight".to_owned()));
                }
            }
            _ => {}
        }
    }

    fn driver(self) -> Driver {
        let right = Driver::default();
        match self {
            Self::WritesToAStranger => Driver { send: |change| Some(to_a_stranger(change)), ..right },
            Self::LeavesThePath => Driver { send: |change| Some(off_the_path(change)), ..right },
            Self::DropsDefaultRoutes => Driver { send: not_if_default, ..right },
            Self::ShowsTheDeadRunning => Driver { show: all_running, ..right },
            Self::ShowsTheFirstStopped => Driver { show: first_stopped, ..right },
            Self::ForgetsLaunchTimes => Driver { show: launched_long_ago, ..right },
            Self::HidesFailures => Driver { report: as_moved, ..right },
            Self::ReportsTheOldPlace => Driver { report: at_the_old_place, ..right },
            Self::OverlooksDoubts => Driver { show: without_doubts, ..right },
            Self::SeesOneTable => Driver { show: one_table, ..right },
            Self::None
            | Self::NeverSweeps
            | Self::ForgetsExclusions
            | Self::DeletesATable
            | Self::PointsBySleightOfHand
            | Self::Overstays => right,
        }
    }
}

fn to_a_stranger(mut change: RouteChange) -> RouteChange {
    change.to.interface = known("eni-proxy");
    change
}

fn off_the_path(mut change: RouteChange) -> RouteChange {
    if let Some(member) = change.to.interface.as_str().strip_suffix("-lan") {
        change.to.interface = known(&format!("{member}-wan"));
    }
    change
}

fn not_if_default(change: RouteChange) -> Option<RouteChange> {
    Some(change).filter(|change| !change.key.destination.is_default())
}

fn all_running(mut seen: Observation) -> Observation {
    for instance in seen.instances.iter_mut().flat_map(|instances| instances.values_mut()) {
        instance.state = InstanceState::Running;
    }
    seen
}

fn first_stopped(mut seen: Observation) -> Observation {
    if let Ok(instances) = &mut seen.instances
        && let Some(instance) = instances.get_mut(&known("i-a"))
    {
        instance.state = InstanceState::Stopped;
    }
    seen
}

fn launched_long_ago(mut seen: Observation) -> Observation {
    let long_ago: Timestamp = epoch() - Span::from_hours(24);
    for instance in seen.instances.iter_mut().flat_map(|instances| instances.values_mut()) {
        instance.launched_at = Some(long_ago);
    }
    seen
}

fn as_moved(mut report: GroupReport) -> GroupReport {
    report.outcome = Outcome::Moved;
    report
}

fn at_the_old_place(mut report: GroupReport) -> GroupReport {
    for route in &mut report.routes {
        route.after = Some(route.before.clone());
    }
    report
}

fn without_doubts(mut seen: Observation) -> Observation {
    for instance in seen.instances.iter_mut().flat_map(|instances| instances.values_mut()) {
        for interface in &mut instance.interfaces {
            interface.source_dest_check = Some(false);
        }
    }
    seen
}

fn one_table(mut seen: Observation) -> Observation {
    while seen.tables.len() > 1 {
        seen.tables.pop_last();
    }
    seen
}
