//! What is refused, over the wire: nothing is written then.

use std::process::{Command, Output};

use hopover_e2e::binaries;
use hopover_e2e::function::Function;
use hopover_e2e::pair::{Pair, environment};
use hopover_e2e::server::Server;
use hopover_e2e::world::{CREDENTIALS, World, event};
use serde_json::json;

/// Runs `hopover invoke` with an event in a file, against the server.
fn invoke(server: &Server, environment: &[(&str, &str)], event: &str, arguments: &[&str]) -> Output {
    let file = std::env::temp_dir().join(format!("hopover-event-{}-{}", std::process::id(), event.len()));
    std::fs::write(&file, event).expect("a temporary file");
    let output = Command::new(binaries::hopover())
        .args(["invoke", "--event"])
        .arg(&file)
        .args(arguments)
        .env_clear()
        .envs(environment.iter().copied())
        .envs(CREDENTIALS)
        .env("AWS_ENDPOINT_URL", &server.url)
        .output()
        .expect("hopover starts");
    std::fs::remove_file(&file).expect("the temporary file is ours");
    output
}

#[test]
fn an_event_that_cannot_be_acted_on_is_a_failed_invocation_that_changes_nothing() {
    let pair = Pair::with_routes(&["0.0.0.0/0"]);
    let function = pair.function();
    let mut elsewhere = event(&pair.a, "stopped");
    elsewhere["region"] = "cn-north-1".into();
    let mut nonsense = event(&pair.a, "stopped");
    nonsense["detail"]["state"] = "sleeping".into();
    let cases = [
        (json!({ "key1": "value1" }), "the event has no \"source\""),
        (json!([1, 2]), "the event is a list"),
        (nonsense, "the event's \"detail.state\" is \"sleeping\""),
        (elsewhere, "the event is from region cn-north-1, but the configuration is for eu-central-1"),
    ];
    for (event, expected) in cases {
        let answer = function.invoke(&event);
        let error = answer.error().unwrap_or_else(|| panic!("not refused: {answer:?}"));
        assert!(error.contains(expected), "{error}");
    }
    assert!(pair.server.calls("ReplaceRoute").is_empty());
    // And the function still works.
    assert!(function.invoke(&event(&pair.a, "stopped")).summary().starts_with("1 route moved"));
}

#[test]
fn an_interface_of_another_vpc_is_a_mistake_in_the_configuration() {
    let pair = Pair::with_routes(&["0.0.0.0/0"]);
    let elsewhere = World::new(&pair.server);
    let stranger = elsewhere.appliance();
    let here = &pair.world.vpc;
    let expected = format!(
        "interface {} of member host2 is in {}, but the group's VPC is {here}: name an interface of {here}",
        stranger.interface, elsewhere.vpc
    );
    let environment = environment(&pair.world, &pair.a, &stranger);
    let stopped = event(&pair.a, "stopped");

    let answer = Function::start(&pair.server, &environment).invoke(&stopped);
    assert!(answer.error().is_some_and(|error| error.contains(&expected)), "{answer:?}");

    let output = invoke(&pair.server, &environment, &stopped.to_string(), &[]);
    assert_eq!(output.status.code(), Some(10));
    assert!(String::from_utf8_lossy(&output.stdout).contains(&expected), "{output:?}");
    assert!(pair.server.calls("ReplaceRoute").is_empty());
}

#[test]
fn the_command_line_moves_routes_as_the_function_does() {
    let pair = Pair::with_routes(&["0.0.0.0/0", "::/0"]);
    // As it stands in a log of Python.
    let stopped = event(&pair.a, "stopped").to_string().replace('"', "'");
    let output = invoke(&pair.server, &pair.environment(), &stopped, &["--output", "json"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(report["groups"][0]["routes"].as_array().map(Vec::len), Some(2));
    assert_eq!(pair.carried(), (0, 2));
}
