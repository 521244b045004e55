//! A pair with forty routes, bystanders, and the fault proxy between them and the function.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use hopover_e2e::fault_proxy::FaultProxy;
use hopover_e2e::pair;
use hopover_e2e::server::Server;
use hopover_e2e::world::{Appliance, Picture, World};
use serde_json::Value;

/// Routes of the pair, in all tables.
pub(crate) const ROUTES: usize = 40;

const TABLES: usize = 4;

/// Where the proxy's dice begin.
const SEED: u32 = 7;

/// How long anything is waited for.
const PATIENCE: Duration = Duration::from_mins(1);

/// How often somebody looks whether a route is missing.
const GLANCE: Duration = Duration::from_millis(100);

/// What a function may ask of EC2.
const ALLOWED: [&str; 3] = ["DescribeInstances", "DescribeRouteTables", "ReplaceRoute"];

/// A VPC of its own on a server that others have used before.
pub(crate) struct Stage<'s> {
    pub(crate) server: &'s Server,
    pub(crate) proxy: FaultProxy,
    pub(crate) world: World,
    /// Carries the routes at first.
    pub(crate) a: Appliance,
    pub(crate) b: Appliance,
    /// The route tables with the pair's routes.
    pub(crate) tables: Vec<String>,
    at_first: Picture,
}

impl<'s> Stage<'s> {
    pub(crate) fn new(server: &'s Server) -> Self {
        let proxy = FaultProxy::start(server, SEED);
        let world = World::new(server);
        let (a, b, stranger) = (world.appliance(), world.appliance(), world.appliance());
        let destinations: Vec<_> = (0..ROUTES / TABLES).map(|n| format!("172.16.{n}.0/24")).collect();
        let destinations: Vec<_> = destinations.iter().map(String::as_str).collect();
        let tables: Vec<_> = (0..TABLES).map(|_| world.table(&destinations, &a.interface)).collect();
        // Bystanders in a table of the pair, and in one of their own.
        world.gateway_route(&tables[0], "0.0.0.0/0");
        world.table(&["0.0.0.0/0", "172.16.0.0/24"], &stranger.interface);
        let at_first = world.picture();
        Self { server, proxy, world, a, b, tables, at_first }
    }

    /// The environment of a function whose calls go through the proxy.
    pub(crate) fn environment(&self) -> Vec<(&str, &str)> {
        let mut environment = pair::environment(&self.world, &self.a, &self.b);
        environment.push(("AWS_ENDPOINT_URL", &self.proxy.url));
        environment
    }

    /// The event that tells of the stopped appliance, as EC2 emits it.
    pub(crate) fn stopped_event(&self) -> Value {
        let events = self.server.events().into_iter().rev();
        let is_it = |event: &Value| event["detail"]["instance-id"] == self.a.instance.as_str();
        events.into_iter().find(is_it).expect("an event of every instance")
    }

    /// Nothing is broken any more.
    pub(crate) fn heal(&self) {
        self.proxy.heal();
        self.server.heal();
        self.server.latency(0);
        self.server.clock_offset(0);
    }

    /// How many routes of the pair are on the peer.
    pub(crate) fn moved(&self) -> usize {
        self.world.picture().values().filter(|target| **target == self.b.interface).count()
    }

    /// The writes that EC2 has made.
    pub(crate) fn writes_made(&self) -> usize {
        self.server.calls("ReplaceRoute").iter().filter(|call| call["status"] == 200).count()
    }

    /// How many calls were broken, wherever that was done.
    pub(crate) fn calls_hit(&self) -> u64 {
        let by_the_clock =
            self.server.all_calls().iter().filter(|call| call["code"] == "RequestExpired").count();
        self.proxy.broken() + self.server.faults_hit() + by_the_clock as u64
    }

    /// Waits until something holds.
    pub(crate) fn wait_until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let patience = Instant::now() + PATIENCE;
        while !holds(self) {
            assert!(Instant::now() < patience, "it never comes to pass that {what}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Does something while somebody looks at the routes all the time. Answers with what must not be, whatever happens.
    pub(crate) fn watched<T>(&self, act: impl FnOnce() -> T) -> (T, BTreeSet<String>) {
        // So far they were made by this test.
        self.server.forget_calls();
        let over = AtomicBool::new(false);
        let (done, mut breaches) = std::thread::scope(|scope| {
            let watcher = scope.spawn(|| {
                let mut breaches = BTreeSet::new();
                while !over.load(Ordering::Relaxed) {
                    breaches.extend(self.breaches());
                    std::thread::sleep(GLANCE);
                }
                breaches
            });
            // Also if it panics: else the watcher would keep this scope open.
            let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(act));
            over.store(true, Ordering::Relaxed);
            let breaches = watcher.join().expect("the server answers who looks");
            (done.unwrap_or_else(|panic| std::panic::resume_unwind(panic)), breaches)
        });
        breaches.extend(self.breaches());
        breaches.extend(self.forbidden_calls());
        (done, breaches)
    }

    /// What is wrong with the routes at this moment: only from the first appliance to its peer may one ever go.
    fn breaches(&self) -> Vec<String> {
        let now = self.world.picture();
        let missing = self.at_first.keys().filter(|key| !now.contains_key(*key));
        let mut breaches: Vec<_> = missing.map(|key| format!("no route for {key:?}")).collect();
        for (key, target) in &now {
            let before = self.at_first.get(key);
            let moved = before == Some(&self.a.interface) && *target == self.b.interface;
            if before != Some(target) && !moved {
                breaches.push(format!("{key:?} on {target}, which was on {before:?}"));
            }
        }
        breaches
    }

    fn forbidden_calls(&self) -> Vec<String> {
        let is_forbidden = |call: &Value| {
            let action = call["action"].as_str().unwrap_or_default();
            let elsewhere = call["params"]["NetworkInterfaceId"] != self.b.interface.as_str();
            !ALLOWED.contains(&action) || (action == "ReplaceRoute" && elsewhere)
        };
        let calls = self.server.all_calls();
        calls.iter().filter(|call| is_forbidden(call)).map(|call| format!("made the call {call}")).collect()
    }
}
