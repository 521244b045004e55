//! Several pairs, split routes, and an EC2 server that nobody has corrected.

use hopover_e2e::function::Function;
use hopover_e2e::pair::Pair;
use hopover_e2e::server::Server;
use hopover_e2e::world::{Appliance, World, event};

fn carried_by(world: &World, appliance: &Appliance) -> usize {
    world.picture().values().filter(|target| **target == appliance.interface).count()
}

#[test]
fn two_pairs_in_one_vpc_do_not_touch_each_other() {
    let server = Server::start();
    let world = World::new(&server);
    let (a, b, c, d) = (world.appliance(), world.appliance(), world.appliance(), world.appliance());
    // Both pairs have routes in one table, too.
    world.table(&["0.0.0.0/0", "172.16.0.0/12"], &a.interface);
    let shared = world.table(&["192.168.1.0/24"], &a.interface);
    world.table(&["192.168.2.0/24", "172.20.0.0/16"], &c.interface);
    let config = format!(
        r#"
        [[group]]
        name = "edge"
        region = "eu-central-1"
        vpc = "{vpc}"
        member = [{{ name = "A", interface = "{a}" }}, {{ name = "B", interface = "{b}" }}]
        [[group]]
        name = "firewall"
        region = "eu-central-1"
        vpc = "{vpc}"
        member = [{{ name = "C", interface = "{c}" }}, {{ name = "D", interface = "{d}" }}]
        "#,
        vpc = world.vpc,
        a = a.interface,
        b = b.interface,
        c = c.interface,
        d = d.interface,
    );
    let function = Function::start(&server, &[("HOPOVER_CONFIG", &config)]);

    let answer = function.invoke(&event(&a, "stopped"));
    assert!(answer.summary().starts_with("3 routes moved from A to B"), "{answer:?}");
    assert_eq!(answer.document["groups"][1]["outcome"], "nothing-to-do");
    assert_eq!((carried_by(&world, &b), carried_by(&world, &c), carried_by(&world, &d)), (3, 2, 0));
    assert!(world.picture()[&(shared, "192.168.1.0/24".to_owned())] == b.interface);

    let answer = function.invoke(&event(&c, "stopped"));
    assert_eq!(answer.document["groups"][0]["outcome"], "nothing-to-do");
    assert_eq!((carried_by(&world, &b), carried_by(&world, &c), carried_by(&world, &d)), (3, 0, 2));
}

#[test]
fn a_split_vpc_stays_split_until_a_holder_fails() {
    let pair = Pair::with_routes(&["0.0.0.0/0", "172.16.0.0/12"]);
    pair.world.table(&["0.0.0.0/0"], &pair.b.interface);
    let function = pair.function();
    let before = pair.world.picture();

    let answer = function.invoke(&event(&pair.a, "running"));
    assert_eq!(answer.summary(), "host1, host2 carry 3 routes, nothing to do");
    assert_eq!(pair.world.picture(), before);

    let answer = function.invoke(&event(&pair.b, "stopped"));
    assert!(answer.summary().starts_with("1 route moved from host2 to host1"), "{answer:?}");
    assert_eq!(pair.carried(), (3, 0));
}

#[test]
fn an_unmodified_moto_server_which_does_not_know_the_interface_filter_is_asked_by_vpc() {
    let pair = Pair::on(Server::start_unmodified(), &["0.0.0.0/0", "172.16.0.0/12"]);
    pair.world.table(&["::/0"], &pair.a.interface);
    let function = pair.function();

    pair.world.stop(&pair.a);
    let answer = function.invoke(&event(&pair.a, "stopped"));
    assert!(
        answer.summary().starts_with("3 routes moved from host1 to host2"),
        "{answer:?}\n{}",
        function.log()
    );
    pair.world.start(&pair.a);
    function.invoke(&event(&pair.a, "running"));
    assert_eq!(pair.carried(), (0, 3));
    pair.world.stop(&pair.b);
    function.invoke(&event(&pair.b, "stopped"));
    assert_eq!(pair.carried(), (3, 0));
}
