//! A pair of appliances in a VPC, of which the first carries the routes, and the stack that looks after it.

use std::time::{Duration, Instant};

use hopover_e2e::cloud::stack::{self, Parameters, Stack};
use hopover_e2e::cloud::{Cloud, Invocation, PATIENCE, story};
use hopover_e2e::inbox::{Inbox, received};
use hopover_e2e::world::{Appliance, World};

/// A minute of those who wait in Lambda's queue.
pub(crate) const MINUTE: Duration = Duration::from_millis(600);

pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) a: Appliance,
    pub(crate) b: Appliance,
    /// The tables with the two routes of the pair.
    pub(crate) tables: [String; 2],
    pub(crate) stack: Stack,
    inbox: Inbox,
    /// The last, so that it outlives what looks at it.
    pub(crate) cloud: Cloud,
    /// How many invocations have been looked at.
    seen: usize,
}

impl Stage {
    /// As the template comes.
    pub(crate) fn new() -> Self {
        Self::with(&[])
    }

    /// With some parameters of the template.
    pub(crate) fn with(more: &[(&str, &str)]) -> Self {
        let cloud = Cloud::start();
        cloud.minutes_last(MINUTE);
        let world = World::new(&cloud.ec2);
        let (a, b) = (world.appliance(), world.appliance());
        let tables = [&["0.0.0.0/0"], &["172.16.0.0/12"]].map(|to| world.table(to, &a.interface));
        let mut parameters = stack::parameters(&world, &a, &b);
        for (name, value) in more {
            parameters.insert((*name).to_owned(), (*value).to_owned());
        }
        let stack = Stack::deploy(&cloud, &parameters);
        let inbox = Inbox::of(&cloud.url, &stack.output("TopicArn"), "inbox");
        Self { world, a, b, tables, stack, inbox, cloud, seen: 0 }
    }

    pub(crate) fn parameters(&self) -> Parameters {
        stack::parameters(&self.world, &self.a, &self.b)
    }

    /// Waits until everything has come to rest, and gives the invocations since the last time.
    pub(crate) fn settle(&mut self) -> Vec<Invocation> {
        let new = self.cloud.settle(self.seen);
        self.seen += new.len();
        new
    }

    /// Stops an instance and waits until everything has come to rest.
    pub(crate) fn stop(&mut self, appliance: &Appliance) -> Vec<Invocation> {
        self.world.stop(appliance);
        self.settle()
    }

    /// Starts an instance and waits until everything has come to rest.
    pub(crate) fn start(&mut self, appliance: &Appliance) -> Vec<Invocation> {
        self.world.start(appliance);
        self.settle()
    }

    /// A minute passes for the schedules; waits until everything has come to rest.
    pub(crate) fn sweep(&mut self) -> Vec<Invocation> {
        self.cloud.a_minute_passes();
        self.settle()
    }

    /// Waits until something holds.
    pub(crate) fn until(&self, holds: impl Fn(&Self) -> bool) {
        let start = Instant::now();
        while !holds(self) {
            assert!(start.elapsed() < PATIENCE, "{}", self.story());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// How many routes each of the two carries.
    pub(crate) fn carried(&self) -> (usize, usize) {
        let picture = self.world.picture();
        let on =
            |appliance: &Appliance| picture.values().filter(|target| **target == appliance.interface).count();
        (on(&self.a), on(&self.b))
    }

    /// The subjects of the messages since the last time. Lambda's own have none.
    pub(crate) fn subjects(&self) -> Vec<String> {
        self.inbox.read().into_iter().map(|message| message.subject).collect()
    }

    /// The bodies of the messages since the last time.
    pub(crate) fn bodies(&self) -> Vec<String> {
        self.inbox.read().into_iter().map(|message| message.body).collect()
    }

    /// Takes out what is in the queue of events that failed for good.
    pub(crate) fn dead_letters(&self) -> Vec<String> {
        received(&self.cloud.url, &self.stack.output("DeadLetterQueue"))
    }

    /// Every line of the function's log.
    pub(crate) fn log(&self) -> Vec<String> {
        self.cloud.log(&format!("/aws/lambda/{}", stack::NAME))
    }

    /// What the function has said in its log.
    pub(crate) fn story(&self) -> String {
        story(&self.log()).join("\n")
    }
}

/// True if every invocation ended well.
pub(crate) fn all_well(invocations: &[Invocation]) -> bool {
    !invocations.is_empty() && invocations.iter().all(|each| each.ended.as_deref() == Some("Success"))
}

/// The state of which an invocation's event tells.
pub(crate) fn state(invocation: &Invocation) -> &str {
    invocation.event["detail"]["state"].as_str().expect("the event of an instance")
}
