//! Small VPCs, and what can be said of them at the end.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hopover_core::Span;
use hopover_core::config::Config;
use hopover_core::group::{Group, Member};
use hopover_core::observation::InstanceState;
use hopover_core::report::{GroupReport, Outcome};
use hopover_core::route::{Route, RouteTable};
use hopover_sim::cloud::{SimInstance, SimInterface};
use hopover_sim::example::{epoch, known, route};
use hopover_sim::fault::Fault;
use hopover_sim::{Cloud, Settings, Simulation};

/// A VPC before anything happens. Member `A` is instance `i-a` with `eni-a-lan` and `eni-a-wan`.
pub(crate) struct Vpc {
    pub(crate) group: Group,
    pub(crate) settings: Settings,
    pub(crate) faults: Vec<Fault>,
    tables: Vec<(RouteTable, bool)>,
}

impl Vpc {
    pub(crate) fn of(members: &[&str]) -> Self {
        Self {
            group: group("vaer", members),
            settings: Settings::default(),
            faults: Vec::new(),
            tables: Vec::new(),
        }
    }

    /// A and B, with two tables on A.
    pub(crate) fn pair() -> Self {
        Self::of(&["A", "B"])
            .table("rtb-one", [route("0.0.0.0/0", "eni-a-lan"), route("::/0", "eni-a-lan")])
            .table("rtb-two", [route("10.1.0.0/16", "eni-a-wan"), route("pl-branches", "eni-a-lan")])
    }

    /// A and B, with that many routes on A, spread over tables of 20.
    pub(crate) fn large(routes: usize) -> Self {
        let mut vpc = Self::of(&["A", "B"]);
        for table in 0..routes.div_ceil(20) {
            let routes: Vec<_> = (table * 20..routes.min(table * 20 + 20))
                .map(|n| route(&format!("10.{}.{}.0/24", n / 250, n % 250), "eni-a-lan"))
                .collect();
            vpc = vpc.table(&format!("rtb-{table:03}"), routes);
        }
        vpc
    }

    pub(crate) fn table(self, id: &str, routes: impl Into<Vec<Route>>) -> Self {
        self.put(id, routes.into(), false)
    }

    pub(crate) fn edge_table(self, id: &str, routes: impl Into<Vec<Route>>) -> Self {
        self.put(id, routes.into(), true)
    }

    fn put(mut self, id: &str, routes: Vec<Route>, edge: bool) -> Self {
        let table =
            RouteTable { id: known(id), vpc: self.group.vpc.clone(), name: None, ignored: false, routes };
        self.tables.push((table, edge));
        self
    }

    pub(crate) fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    pub(crate) fn set(mut self, set: impl FnOnce(&mut Settings)) -> Self {
        set(&mut self.settings);
        self
    }

    /// A function that watches it.
    pub(crate) fn watched(self, seed: u64) -> Simulation {
        let group = self.group.clone();
        self.watched_as(vec![group], seed)
    }

    /// The same with other groups in its configuration.
    pub(crate) fn watched_as(self, groups: Vec<Group>, seed: u64) -> Simulation {
        let mut cloud = Cloud::new(
            self.group.region.clone(),
            epoch(),
            self.settings.throttling,
            *self.settings.staleness.end(),
        );
        for member in groups.iter().flat_map(|group| &group.members) {
            let instance = instance(member.name.as_str());
            cloud.add_instance(SimInstance {
                id: known(&instance),
                name: member.name.to_string(),
                state: InstanceState::Running,
                launched_at: epoch() - Span::from_hours(24),
                zone: "eu-central-1a".to_owned(),
            });
            for interface in member.interfaces.values() {
                cloud.add_interface(SimInterface {
                    id: interface.clone(),
                    vpc: self.group.vpc.clone(),
                    attached_to: Some(known(&instance)),
                    source_dest_check: false,
                });
            }
        }
        for (table, edge) in self.tables {
            cloud.add_table(table, edge);
        }
        cloud.faults = self.faults;
        let config = Config { groups: groups.into_iter().map(Arc::new).collect(), topic: None };
        Simulation::new(cloud, config, self.settings, epoch(), seed)
    }
}

/// A group with `lan` and `wan`.
pub(crate) fn group(name: &str, members: &[&str]) -> Group {
    let eni = |member: &str, path: &str| known(&format!("eni-{}-{path}", member.to_lowercase()));
    Group {
        name: known(name),
        region: known("eu-central-1"),
        vpc: known("vpc-main"),
        members: members
            .iter()
            .map(|member| Member {
                name: known(member),
                interfaces: ["lan", "wan"].map(|path| (known(path), eni(member, path))).into(),
            })
            .collect(),
        exclude: BTreeSet::new(),
        preempt: None,
        home: BTreeMap::new(),
        failback_delay: Span::from_secs(300),
    }
}

pub(crate) fn instance(member: &str) -> String {
    format!("i-{}", member.to_lowercase())
}

pub(crate) fn stop(sim: &mut Simulation, member: &str) {
    sim.stop(&known(&instance(member))).unwrap();
}

pub(crate) fn start(sim: &mut Simulation, member: &str) {
    sim.start(&known(&instance(member))).unwrap();
}

/// Lets the world come to rest, within ten minutes.
pub(crate) fn settle(sim: &mut Simulation) {
    assert!(sim.settle(Span::from_secs(600)), "still busy after ten minutes");
}

pub(crate) fn minutes(sim: &mut Simulation, minutes: i64) {
    sim.advance(Span::from_mins(minutes));
}

/// Every route with its target, as `0.0.0.0/0 in rtb-one`.
pub(crate) fn routes(sim: &Simulation) -> BTreeMap<String, String> {
    sim.cloud
        .tables()
        .flat_map(|table| {
            let id = table.id;
            table
                .routes
                .into_iter()
                .map(move |route| (format!("{} in {id}", route.destination), route.target.to_string()))
        })
        .collect()
}

/// How many routes of any group each member holds.
pub(crate) fn held(sim: &Simulation) -> BTreeMap<String, usize> {
    let mut held = BTreeMap::new();
    for member in holders(sim).into_values() {
        *held.entry(member).or_default() += 1;
    }
    held
}

/// True if one member holds every route.
pub(crate) fn all_on(sim: &Simulation, member: &str) -> bool {
    let held = held(sim);
    held.len() == 1 && held.contains_key(member)
}

/// The member that holds each route of a group.
pub(crate) fn holders(sim: &Simulation) -> BTreeMap<String, String> {
    let mut holders = BTreeMap::new();
    for table in sim.cloud.tables() {
        for route in &table.routes {
            let holder = sim.config().groups.iter().find_map(|group| group.holder(&table, route));
            if let Some(holder) = holder {
                let key = format!("{} in {}", route.destination, table.id);
                holders.insert(key, holder.member.to_string());
            }
        }
    }
    holders
}

/// Routes that are no group's, with their targets.
pub(crate) fn bystanders(sim: &Simulation) -> BTreeMap<String, String> {
    let ours = holders(sim);
    routes(sim).into_iter().filter(|(route, _)| !ours.contains_key(route)).collect()
}

/// Routes of a group that point at a member whose instance does not run.
pub(crate) fn on_dead_members(sim: &Simulation) -> Vec<String> {
    holders(sim)
        .into_iter()
        .filter(|(_, member)| sim.cloud.instance(&instance(member)).unwrap().state != InstanceState::Running)
        .map(|(route, member)| format!("{route} on {member}"))
        .collect()
}

/// The reports of the first group, in order.
pub(crate) fn reports(sim: &Simulation) -> impl Iterator<Item = &GroupReport> {
    sim.finished().iter().filter_map(|finished| finished.result.as_ref().ok()?.groups.first())
}

pub(crate) fn outcomes(sim: &Simulation) -> Vec<Outcome> {
    reports(sim).map(|report| report.outcome).collect()
}

/// What the function told, a line a fact.
pub(crate) fn story(sim: &Simulation) -> Vec<String> {
    sim.story.iter().map(|told| format!("{} {}: {}", told.at, told.group, told.fact)).collect()
}
