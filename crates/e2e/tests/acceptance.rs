//! The original's acceptance test over the wire: instances stop and start through the EC2 API, the events that this emits are
//! delivered to the real `bootstrap` under AWS's emulator, and the routes are read back with the SDK.

use std::collections::BTreeSet;

use hopover_aws::PERMISSIONS;
use hopover_e2e::function::{Answer, Function};
use hopover_e2e::inbox::Inbox;
use hopover_e2e::pair::environment;
use hopover_e2e::server::Server;
use hopover_e2e::world::{Appliance, Picture, World, event};
use serde_json::Value;

/// A pair with routes of every kind on the first member, and bystanders.
struct Stage {
    server: Server,
    world: World,
    a: Appliance,
    b: Appliance,
    inbox: Inbox,
    function: Function,
    at_first: Picture,
    delivered: usize,
}

impl Stage {
    fn new() -> Self {
        let server = Server::start();
        let mut world = World::new(&server);
        let (a, b, proxy) = (world.appliance(), world.appliance(), world.appliance());
        let list = world.prefix_list();
        world.table(&["0.0.0.0/0", "::/0", "172.16.0.0/12", &list], &a.interface);
        world.table(&["0.0.0.0/0", "2001:db8:100::/40"], &a.interface);
        let public = world.table(&["198.51.100.0/24"], &a.interface);
        world.gateway_route(&public, "0.0.0.0/0");
        world.table(&["10.50.0.0/16"], &proxy.interface);
        let inbox = Inbox::subscribe(&server, "failover");
        let mut environment = environment(&world, &a, &b);
        environment.push(("HOPOVER_TOPIC_ARN", &inbox.topic));
        let function = Function::start(&server, &environment);
        let at_first = world.picture();
        let delivered = server.events().len();
        server.forget_calls();
        Self { server, world, a, b, inbox, function, at_first, delivered }
    }

    /// Delivers the events that came up since the last time, in order.
    fn deliver(&mut self) -> Vec<Answer> {
        let events = self.server.events();
        let new = events[self.delivered..].to_vec();
        self.delivered = events.len();
        new.iter().map(|event| self.function.invoke(event)).collect()
    }

    /// Asserts that every route of the pair is on that member, and that nothing else is other than at first.
    fn assert_carried_by(&self, carrier: &Appliance) {
        let ours = [&self.a.interface, &self.b.interface];
        let expected: Picture = self
            .at_first
            .iter()
            .map(|(key, target)| {
                let target = if ours.contains(&target) { &carrier.interface } else { target };
                (key.clone(), target.clone())
            })
            .collect();
        assert_eq!(self.world.picture(), expected, "{}", self.function.log());
    }

    fn subjects(&self) -> Vec<String> {
        self.inbox.read().into_iter().map(|message| message.subject).collect()
    }
}

#[test]
fn the_originals_four_steps_and_the_fifth_that_it_leaves_out() {
    let mut stage = Stage::new();
    let (a, b) = (stage.a.clone(), stage.b.clone());

    stage.world.stop(&a);
    let answers = stage.deliver();
    assert_eq!(answers.len(), 2, "stopping and stopped");
    assert!(answers.iter().all(|answer| answer.error().is_none()), "{answers:?}");
    assert!(answers[0].summary().starts_with("7 routes moved from host1 to host2 in "), "{answers:?}");
    stage.assert_carried_by(&b);
    let subjects = stage.subjects();
    assert!(subjects[0].starts_with("hopover: 7 routes moved from host1 to host2 in "), "{subjects:?}");
    assert_eq!(subjects[1], "hopover: standby host1 is down, no redundancy; host2 carries 7 routes");

    stage.world.start(&a);
    assert!(stage.deliver().iter().all(|answer| answer.error().is_none()));
    stage.assert_carried_by(&b);
    assert_eq!(stage.subjects(), ["hopover: host2 carries 7 routes, host1 is ready"]);

    stage.world.stop(&b);
    assert!(stage.deliver()[0].summary().starts_with("7 routes moved from host2 to host1 in "));
    stage.assert_carried_by(&a);

    stage.world.start(&b);
    stage.deliver();
    stage.assert_carried_by(&a);
    stage.subjects();

    // Both go, the second while it carries the routes: nothing moves, the run fails, and people are told at once.
    stage.world.stop(&b);
    stage.deliver();
    stage.world.stop(&a);
    let answers = stage.deliver();
    assert_eq!(
        answers[0].error(),
        Some("hopover: NO healthy next hop, 7 routes left on host1"),
        "{answers:?}"
    );
    stage.assert_carried_by(&a);
    assert!(stage.subjects().contains(&"hopover: NO healthy next hop, 7 routes left on host1".to_owned()));

    // One comes back: the routes follow.
    stage.world.start(&b);
    stage.deliver();
    stage.assert_carried_by(&b);

    assert!(stage.server.calls("DeleteRoute").is_empty() && stage.server.calls("CreateRoute").is_empty());
    assert_eq!(stage.server.calls("ReplaceRoute").len(), 21, "seven routes, three times");
}

#[test]
fn a_terminated_appliance_loses_its_routes_to_the_peer() {
    let mut stage = Stage::new();
    let (a, b) = (stage.a.clone(), stage.b.clone());
    stage.world.terminate(&a);
    let answers = stage.deliver();
    assert!(answers[0].summary().starts_with("7 routes moved from host1 to host2"), "{answers:?}");
    stage.assert_carried_by(&b);
}

#[test]
fn a_table_that_is_added_later_moves_too() {
    let mut stage = Stage::new();
    let (a, b) = (stage.a.clone(), stage.b.clone());
    // The function has looked at the VPC before.
    stage.function.invoke(&event(&b, "running"));
    stage.world.table(&["0.0.0.0/0", "10.99.0.0/16"], &a.interface);
    stage.at_first = stage.world.picture();
    stage.world.stop(&a);
    let answers = stage.deliver();
    assert!(answers[0].summary().starts_with("9 routes moved from host1 to host2"), "{answers:?}");
    stage.assert_carried_by(&b);
}

#[test]
fn the_log_tells_the_story_of_a_failover() {
    let mut stage = Stage::new();
    let a = stage.a.clone();
    stage.world.stop(&a);
    stage.deliver();
    let story = stage.function.story().join("\n");
    for fact in [
        format!("hopover: event: instance {} is stopping since ", a.instance),
        "hopover: look 1: 7 routes of the group in 5 route tables, seen in ".to_owned(),
        format!("hopover: moving 7 routes from host1 to host2: {} is st", a.instance),
        format!("host1 ({}) → host2 ({}) in ", a.interface, stage.b.interface),
        "hopover: nothing to move: no route stands on a member that is down".to_owned(),
        "told: hopover: 7 routes moved from host1 to host2 in ".to_owned(),
    ] {
        assert!(story.contains(&fact), "{fact:?} is not in\n{story}");
    }
}

#[test]
fn the_function_makes_no_call_but_those_that_it_asks_permission_for() {
    let stage = Stage::new();
    stage.function.invoke(&event(&stage.a, "stopped"));
    let made: BTreeSet<_> = stage.server.all_calls().iter().map(permission).collect();
    let asked: BTreeSet<_> = PERMISSIONS.iter().map(|permission| (*permission).to_owned()).collect();
    assert_eq!(made, asked);
}

/// The IAM action that a call needs.
fn permission(call: &Value) -> String {
    let text = |key: &str| call[key].as_str().unwrap_or_default().to_owned();
    format!("{}:{}", text("service"), text("action"))
}
