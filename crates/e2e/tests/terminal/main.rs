//! Questions and progress on a terminal, and what becomes of them without one.

mod screen;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use hopover_e2e::binaries;
use hopover_e2e::cloud::{Cloud, package};
use hopover_e2e::pair::Pair;
use hopover_e2e::world::{CREDENTIALS, REGION, World};

use serde_json::json;

use screen::Screen;

/// A folder of its own for each test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder below the target folder");
    folder
}

/// `hopover`, without a terminal.
fn piped(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(binaries::hopover());
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).output().expect("hopover starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The sentence on top of `hopover status`.
fn status(folder: &Path) -> String {
    let output = piped(folder, &["status", "--embedded=vpc.json"]);
    text(&output.stdout).lines().next().unwrap_or_default().to_owned()
}

const SWITCHOVER: [&str; 4] = ["switchover", "--to", "B", "--embedded=vpc.json"];

fn switchover(folder: &Path) -> Screen {
    piped(folder, &["world", "new", "--embedded=vpc.json"]);
    let mut screen = Screen::start(&binaries::hopover(), SWITCHOVER, folder, &[]);
    screen.wait_for("Move 9 routes from A to B? [y/N]");
    screen
}

#[test]
fn a_switchover_that_is_declined_moves_nothing() {
    let folder = folder("terminal-no");
    let mut screen = switchover(&folder);
    screen.type_in("n");
    assert_eq!(screen.end(), Some(0));
    assert!(screen.shows("nothing was moved"), "{}", screen.text());
    assert!(status(&folder).starts_with("example: A carries 9 routes"), "{}", status(&folder));
}

#[test]
fn a_switchover_that_is_only_entered_moves_nothing() {
    let folder = folder("terminal-enter");
    let mut screen = switchover(&folder);
    screen.type_in("\r");
    assert_eq!(screen.end(), Some(0));
    assert!(status(&folder).starts_with("example: A carries 9 routes"), "{}", status(&folder));
}

#[test]
fn a_switchover_that_is_agreed_to_moves_the_routes_and_draws_a_bar() {
    let folder = folder("terminal-yes");
    let mut screen = switchover(&folder);
    screen.type_in("y");
    assert_eq!(screen.end(), Some(0), "{}", screen.text());
    let printed = screen.ever_printed();
    assert!(printed.contains("[===") && printed.contains("9 of 9 routes moved"), "{printed}");
    assert!(status(&folder).starts_with("example: B carries 9 routes"), "{}", status(&folder));
}

#[test]
fn without_a_terminal_nobody_is_asked_and_no_bar_is_drawn() {
    let folder = folder("terminal-none");
    piped(&folder, &["world", "new", "--embedded=vpc.json"]);
    let asked = piped(&folder, &SWITCHOVER);
    assert_eq!(asked.status.code(), Some(2), "{}", text(&asked.stderr));
    assert!(status(&folder).starts_with("example: A carries 9 routes"), "{}", status(&folder));

    let moved = piped(&folder, &[&SWITCHOVER[..], &["--yes"]].concat());
    assert_eq!(moved.status.code(), Some(0), "{}", text(&moved.stderr));
    let printed = text(&moved.stdout) + &text(&moved.stderr);
    assert!(!printed.contains("[===") && !printed.contains('\u{1b}'), "{printed}");
    assert!(status(&folder).starts_with("example: B carries 9 routes"), "{}", status(&folder));
}

#[test]
fn a_switchover_that_is_interrupted_says_how_far_it_came_and_how_to_go_on_or_back() {
    let pair = Pair::with_routes(&["0.0.0.0/0", "172.16.0.0/12"]);
    // One of the two writes is not answered while the test runs.
    let slow = json!({ "Action": "ReplaceRoute", "DestinationCidrBlock": "172.16.0.0/12" });
    pair.server.fault(&json!({ "match": slow, "effect": "latency", "latency_ms": 600_000 }));
    let folder = folder("terminal-interrupted");

    let mut screen = on_the_wire(&pair, &folder, &["switchover", "--to", "host2"]);
    screen.wait_for("Move 2 routes from host1 to host2? [y/N]");
    screen.type_in("y");
    screen.wait_for("1 of 2 routes moved");
    // Ctrl-C, on the keyboard.
    screen.type_in("\u{3}");
    assert_eq!(screen.end(), Some(5), "{}", screen.text());
    assert!(screen.shows("\ninterrupted: 1 of 2 routes were moved for certain"), "{}", screen.text());
    assert!(
        screen.shows("EC2 now shows: host1 carries 1 route in 1 table; host2 carries 1 route"),
        "{}",
        screen.text()
    );
    assert!(screen.shows("none is half-written. Run the same command to go on"), "{}", screen.text());

    // What it names leads back.
    pair.server.heal();
    assert_eq!(pair.carried(), (1, 1));
    let printed = screen.text().replace('\n', "");
    let named = printed.split_once("`hopover restore ").and_then(|(_, rest)| rest.split_once('`'));
    let backup = named.expect("the backup is named").0;
    let mut screen = on_the_wire(&pair, &folder, &["restore", backup, "--yes"]);
    assert_eq!(screen.end(), Some(0), "{}", screen.text());
    assert_eq!(pair.carried(), (2, 0));
}

#[test]
fn a_status_that_watches_shows_what_another_command_has_changed() {
    let folder = folder("terminal-watch");
    piped(&folder, &["world", "new", "--embedded=vpc.json"]);
    let arguments = ["status", "--watch=1", "--embedded=vpc.json"];
    let mut screen = Screen::start(&binaries::hopover(), arguments, &folder, &[]);
    screen.wait_for("example: A carries 9 routes in 4 tables; B is ready");
    screen.wait_for("(every 1 s, Ctrl-C ends)");
    piped(&folder, &["world", "stop", "A", "--embedded=vpc.json"]);
    screen.wait_for("example: B carries 9 routes in 4 tables; A is down");
    // The earlier picture is gone from the screen.
    screen.wait_for("(every 1 s, Ctrl-C ends)");
    assert!(!screen.shows("A carries"), "{}", screen.text());
    screen.type_in("\u{3}");
    screen.end();
}

/// `hopover` on a terminal, configured for a pair.
fn on_the_wire(pair: &Pair, folder: &Path, arguments: &[&str]) -> Screen {
    let mut environment = pair.environment();
    environment
        .extend([("AWS_ENDPOINT_URL", pair.server.url.as_str()), ("AWS_EC2_METADATA_DISABLED", "true")]);
    environment.extend(CREDENTIALS);
    Screen::start(&binaries::hopover(), arguments, folder, &environment)
}

/// A live drill on a terminal, at its question.
fn live_drill(pair: &Pair, folder: &Path) -> Screen {
    let arguments = ["drill", "--live", "--hold", "1", "--every", "100", "--step-limit", "10", "--force"];
    let mut screen = on_the_wire(pair, folder, &arguments);
    screen.wait_for("to go on:");
    screen
}

#[test]
fn a_live_drill_stops_nothing_until_the_right_name_is_typed() {
    let pair = Pair::with_routes(&["0.0.0.0/0"]);
    let folder = folder("terminal-live");

    let mut screen = live_drill(&pair, &folder);
    assert!(screen.shows("This stops real appliances and moves real traffic"), "{}", screen.text());
    screen.type_in("yes\r");
    assert_eq!(screen.end(), Some(2), "{}", screen.text());
    assert!(screen.shows("nothing was done"), "{}", screen.text());

    let mut screen = live_drill(&pair, &folder);
    screen.type_in("\r");
    assert_eq!(screen.end(), Some(0), "{}", screen.text());
    assert!(screen.shows("nothing was stopped"), "{}", screen.text());
    assert!(pair.server.calls("StopInstances").is_empty());

    let mut screen = live_drill(&pair, &folder);
    screen.type_in(&format!("{}\r", pair.world.vpc));
    screen.wait_for("step 1 of 4");
    // Ctrl-C, on the keyboard.
    screen.type_in("\u{3}");
    assert_eq!(screen.end(), Some(5), "{}", screen.text());
    assert!(screen.shows("interrupted: step 1 of 4, stop host1"), "{}", screen.text());
    assert!(screen.shows("hopover drill --live --put-back"), "{}", screen.text());
}

#[test]
fn a_deployment_that_is_interrupted_goes_on_by_itself_and_says_how_to_follow_it() {
    let cloud = Cloud::start();
    let world = World::new(&cloud.ec2);
    let (a, b) = (world.appliance(), world.appliance());
    let folder = folder("terminal-deploy");
    let mut environment = cloud.environment();
    environment.extend([("AWS_EC2_METADATA_DISABLED", "true"), ("vpcid", world.vpc.as_str())]);
    environment.extend([("region", REGION), ("host1eni", &*a.interface), ("host2eni", &*b.interface)]);
    let zip = package::zip().to_str().expect("a path in text");
    let deploy = ["deploy", "--zip", zip, "--email", "night@example.com"];

    let mut screen = Screen::start(&binaries::hopover(), deploy, &folder, &environment);
    screen.wait_for("Make stack hopover in account 123456789012? [y/N]");
    screen.type_in("n");
    assert_eq!(screen.end(), Some(0), "{}", screen.text());
    assert!(screen.shows("nothing was made"), "{}", screen.text());

    // The second look is so late that there is time for Ctrl-C.
    let slowly = [&deploy[..], &["--every", "60000"]].concat();
    let mut screen = Screen::start(&binaries::hopover(), slowly, &folder, &environment);
    screen.wait_for("Make stack hopover in account 123456789012? [y/N]");
    screen.type_in("y");
    screen.wait_for("of 24 resources made");
    screen.type_in("\u{3}");
    assert_eq!(screen.end(), Some(5), "{}", screen.text());
    assert!(screen.shows("CloudFormation goes on with stack hopover by itself"), "{}", screen.text());

    // Run again, it follows what is under way, if anything is, and finds the stack as it was asked for.
    let again = [&deploy[..], &["--yes", "--every", "100"]].concat();
    let mut command = Command::new(binaries::hopover());
    let command = command.args(again).current_dir(&folder).stdin(Stdio::null()).env_clear();
    let again = command.envs(environment.iter().copied()).output().expect("hopover starts");
    assert_eq!(again.status.code(), Some(0), "{}", text(&again.stderr));
    assert!(text(&again.stdout).contains("nothing to change"), "{}", text(&again.stdout));
}
