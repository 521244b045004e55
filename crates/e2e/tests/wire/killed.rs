//! The process is killed between its writes, and another one is started.

use hopover_e2e::runtime_api::Bootstrap;
use hopover_e2e::server::Server;
use serde_json::{Value, json};

use crate::Situation;
use crate::promise::Row;
use crate::stage::{ROUTES, Stage};

/// What makes the next process look.
#[derive(Debug, Clone, Copy)]
enum Next {
    /// Lambda's retry.
    SameEvent,
    /// The event was lost with the process.
    Sweep,
}

pub(crate) fn situations() -> Vec<Situation> {
    let after = |name, made, next| {
        let play = Box::new(move |server: &Server| killed_after(made, next, server));
        Situation { name, play }
    };
    vec![
        after("killed before any of its writes was made; same event again", 0, Next::SameEvent),
        after("killed after the first write of 40; same event again", 1, Next::SameEvent),
        after("killed after 20 writes; same event again", 20, Next::SameEvent),
        after("killed after 20 writes; the next sweep", 20, Next::Sweep),
        after("killed after 39 writes; the next sweep", 39, Next::Sweep),
        Situation {
            name: "killed while all its writes are on their way, which are then made; same event again",
            play: Box::new(killed_in_flight),
        },
    ]
}

/// So many writes are made and acknowledged; the others have been sent, and never reach EC2.
fn killed_after(made: usize, next: Next, server: &Server) -> Row {
    let stage = Stage::new(server);
    stage.world.stop(&stage.a);
    let event = stage.stopped_event();
    let on_writes = |mut rule: Value| {
        rule["service"] = "ec2".into();
        rule["operation"] = "ReplaceRoute".into();
        rule
    };
    // The proxy never passes on what it holds. Of two rules that match, the first counts.
    let held = on_writes(json!({ "timeout_ms": 600_000 }));
    let passed_on = (made > 0).then(|| on_writes(json!({ "times": made })));
    stage.proxy.rules(&passed_on.into_iter().chain([held]).collect());

    let ((at_death, end), mut breaches) = stage.watched(|| {
        let bootstrap = Bootstrap::start_with(&stage.environment(), Some(event.clone()));
        stage.wait_until("every write has been sent", |stage| stage.proxy.broken() == ROUTES as u64);
        stage.wait_until("so many writes are made", |stage| stage.writes_made() == made);
        bootstrap.kill();
        let at_death = stage.moved();
        stage.heal();
        (at_death, another(&stage.environment(), next, event.clone()))
    });
    if at_death != made {
        breaches.insert(format!("{at_death} routes moved at its death instead of {made}"));
    }
    row(&stage, at_death, end, breaches.into_iter().collect())
}

/// EC2 has received all, and makes them after the death of who sent them.
fn killed_in_flight(server: &Server) -> Row {
    let stage = Stage::new(server);
    stage.world.stop(&stage.a);
    let event = stage.stopped_event();
    let mut environment = stage.environment();
    environment.push(("AWS_ENDPOINT_URL", &server.url));
    stage
        .server
        .fault(&json!({ "match": { "Action": "ReplaceRoute" }, "effect": "latency", "latency_ms": 4000 }));

    let ((at_death, end), mut breaches) = stage.watched(|| {
        let bootstrap = Bootstrap::start_with(&environment, Some(event.clone()));
        let begun = |stage: &Stage<'_>| stage.server.calls("ReplaceRoute").len() == ROUTES;
        stage.wait_until("every write has reached EC2", begun);
        bootstrap.kill();
        let at_death = stage.moved();
        stage.wait_until("they are made", |stage| stage.writes_made() == ROUTES);
        stage.heal();
        (at_death, another(&environment, Next::SameEvent, event.clone()))
    });
    if stage.writes_made() != ROUTES {
        breaches.insert(format!("{} writes for {ROUTES} routes", stage.writes_made()));
    }
    row(&stage, at_death, end, breaches.into_iter().collect())
}

/// Starts another process and gives it a reason to look.
fn another(environment: &[(&str, &str)], next: Next, event: Value) -> Result<Value, Value> {
    let event = match next {
        Next::SameEvent => event,
        Next::Sweep => json!({ "source": "aws.events", "detail-type": "Scheduled Event", "detail": {} }),
    };
    Bootstrap::start_with(environment, Some(event)).invocation().result
}

fn row(stage: &Stage<'_>, at_death: usize, end: Result<Value, Value>, mut breaches: Vec<String>) -> Row {
    let moved = stage.moved();
    if moved != ROUTES {
        breaches.push(format!("{moved} routes on the peer"));
    }
    let ended = match end {
        Ok(report) => format!("succeeded: {}", report["groups"][0]["summary"].as_str().unwrap_or_default()),
        Err(error) => {
            breaches.push(format!("the next process failed: {error}"));
            format!("failed: {error}")
        }
    };
    Row {
        promised: format!("the next process brings all {ROUTES} routes to the peer, and succeeds"),
        happened: format!("{at_death} moved at its death; then {moved}, {ended}"),
        breaches,
    }
}
