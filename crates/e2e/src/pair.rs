//! What most tests begin with: a server, a VPC, and two appliances of which the first carries the routes.

use crate::function::Function;
use crate::server::Server;
use crate::world::{Appliance, REGION, World};

/// A pair in a VPC of its own.
pub struct Pair {
    /// The EC2 API server.
    pub server: Server,
    /// The VPC.
    pub world: World,
    /// Carries the routes at first; `host1eni`.
    pub a: Appliance,
    /// Its peer; `host2eni`.
    pub b: Appliance,
}

impl Pair {
    /// One route table with these destinations on the first appliance.
    pub fn with_routes(destinations: &[&str]) -> Self {
        Self::on(Server::start(), destinations)
    }

    /// The same on a given server.
    pub fn on(server: Server, destinations: &[&str]) -> Self {
        let world = World::new(&server);
        let (a, b) = (world.appliance(), world.appliance());
        world.table(destinations, &a.interface);
        Self { server, world, a, b }
    }

    /// The environment that configures this pair.
    pub fn environment(&self) -> Vec<(&str, &str)> {
        environment(&self.world, &self.a, &self.b)
    }

    /// The function, with four environment variables.
    pub fn function(&self) -> Function {
        Function::start(&self.server, &self.environment())
    }

    /// The function, with a topic as well.
    pub fn function_with_topic(&self, topic: &str) -> Function {
        let mut environment = self.environment();
        environment.push(("HOPOVER_TOPIC_ARN", topic));
        Function::start(&self.server, &environment)
    }

    /// How many routes each of the two carries.
    pub fn carried(&self) -> (usize, usize) {
        let picture = self.world.picture();
        let on =
            |appliance: &Appliance| picture.values().filter(|target| **target == appliance.interface).count();
        (on(&self.a), on(&self.b))
    }
}

/// The environment that configures a pair.
pub fn environment<'a>(
    world: &'a World,
    first: &'a Appliance,
    second: &'a Appliance,
) -> Vec<(&'a str, &'a str)> {
    vec![
        ("region", REGION),
        ("vpcid", &world.vpc),
        ("host1eni", &first.interface),
        ("host2eni", &second.interface),
    ]
}
