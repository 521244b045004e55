//! `hopover drill --live` over the wire: the real command line stops and starts instances through the EC2 API, the events that
//! this emits go to the real `bootstrap` under AWS's emulator, and what that does is judged.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use hopover_e2e::binaries;
use hopover_e2e::function::Function;
use hopover_e2e::pair::Pair;
use hopover_e2e::world::CREDENTIALS;
use serde_json::{Value, json};

const ROUTES: [&str; 3] = ["0.0.0.0/0", "::/0", "172.16.0.0/12"];

/// How long anything may take before it is given up.
const PATIENCE: Duration = Duration::from_mins(1);

/// A folder of its own for each test, where the drill keeps how far it came.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder below the target folder");
    folder
}

/// `hopover drill --live` on a pair.
fn drill(pair: &Pair, folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(binaries::hopover());
    command
        .args(["drill", "--live", "--hold", "1", "--every", "100"])
        // The server has no event bus, and both members are in one zone: the doctor objects.
        .arg("--force")
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("AWS_ENDPOINT_URL", &pair.server.url)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .envs(CREDENTIALS)
        .envs(pair.environment())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn run(pair: &Pair, folder: &Path, arguments: &[&str]) -> Output {
    drill(pair, folder, arguments).output().expect("hopover starts")
}

/// Delivers every event to the function as it comes up, while `act` runs.
fn delivering<T>(pair: &Pair, function: &Function, act: impl FnOnce() -> T) -> T {
    let done = AtomicBool::new(false);
    let mut delivered = pair.server.events().len();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                let events = pair.server.events();
                for event in &events[delivered..] {
                    function.invoke(event);
                }
                delivered = events.len();
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(act));
        done.store(true, Ordering::Relaxed);
        result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// How many routes were written. The doctor asks for permission with dry runs, which write nothing.
fn writes(pair: &Pair) -> usize {
    pair.server.calls("ReplaceRoute").iter().filter(|call| call["params"]["DryRun"] != "true").count()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn both(output: &Output) -> String {
    format!("{}\n{}", text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_deployed_function_passes_the_acceptance_test() {
    let pair = Pair::with_routes(&ROUTES);
    let function = pair.function();
    let folder = folder("live-passes");
    let vpc = pair.world.vpc.clone();
    let output = delivering(&pair, &function, || {
        let arguments = ["--yes", "--vpc", &vpc, "--report", "report.html", "--output", "json"];
        run(&pair, &folder, &arguments)
    });
    assert_eq!(output.status.code(), Some(0), "{}\n{}", both(&output), function.log());
    let protocol: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&protocol["passed"], &protocol["mode"]), (&json!(true), &json!("live")), "{protocol:#}");
    let happened: Vec<_> =
        (0..4).map(|at| protocol["steps"][at]["happened"].as_str().unwrap_or("")).collect();
    assert_eq!(
        happened,
        [
            "3 routes move from host1 to host2",
            "3 routes stay on host2",
            "3 routes move from host2 to host1",
            "3 routes stay on host1"
        ]
    );
    assert_eq!(protocol["steps"][0]["time_lines"][0]["resolution_ms"], 100, "{protocol:#}");
    let page = std::fs::read_to_string(folder.join("report.html")).expect("the page is written");
    assert!(page.contains("live, on the real VPC") && page.contains("4 of 4 steps as expected"));
    assert_eq!(pair.carried(), (3, 0));
    assert!(!folder.join(format!("hopover-drill-{vpc}.json")).exists(), "nothing is under way any more");
    // It stops and starts, and the function alone writes.
    assert_eq!(pair.server.calls("StopInstances").len(), 2);
    assert_eq!(pair.server.calls("StartInstances").len(), 2);
    assert_eq!(writes(&pair), 6);
}

#[test]
fn without_a_function_the_step_that_failed_is_told_and_put_back() {
    let pair = Pair::with_routes(&ROUTES);
    let folder = folder("live-no-function");
    let vpc = pair.world.vpc.clone();
    let output = run(&pair, &folder, &["--yes", "--vpc", &vpc, "--step-limit", "10"]);
    let told = both(&output);
    assert_eq!(output.status.code(), Some(6), "{told}");
    for line in [
        "NOT as expected",
        "0 of 3 routes on host2 after 10 s",
        "0 of 4 steps as expected",
        "not as expected: step 1 of 4, stop host1",
        &format!("host1 ({}) was stopped by the drill and is stopped", pair.a.instance),
        "3 routes at host1, which is down: traffic is lost",
        "to put things back:  hopover drill --live --put-back",
        "to go on:            hopover drill --live --resume",
        &format!("routes as at first:  hopover restore hopover-backup-{vpc}-"),
    ] {
        assert!(told.contains(line), "{line:?} is not in\n{told}");
    }
    assert_eq!(writes(&pair), 0, "a drill writes no route");

    // A second drill would lose what the first has stopped.
    let again = run(&pair, &folder, &["--yes", "--vpc", &vpc]);
    assert_eq!(again.status.code(), Some(2));
    assert!(both(&again).contains("is not finished"), "{}", both(&again));

    let back = run(&pair, &folder, &["--put-back"]);
    assert_eq!(back.status.code(), Some(0), "{}", both(&back));
    assert!(both(&back).contains("everything runs again: 3 routes on host1, as at first"), "{}", both(&back));
    assert_eq!(pair.server.calls("StartInstances").len(), 1);
    assert!(!folder.join(format!("hopover-drill-{vpc}.json")).exists());
}

#[test]
fn interrupted_in_the_first_step_it_says_how_to_put_back_and_can_go_on() {
    let pair = Pair::with_routes(&ROUTES);
    let function = pair.function();
    let folder = folder("live-interrupted");
    let vpc = pair.world.vpc.clone();
    // The instance takes for ever to stop, so that the drill is in the middle of its first step.
    pair.server.post("/_lab/settings", &json!({ "stopping_ms": 3_600_000 }));
    let (told, code) = delivering(&pair, &function, || {
        let child = drill(&pair, &folder, &["--yes", "--vpc", &vpc]).spawn().expect("hopover starts");
        wait_until(|| pair.carried() == (0, 3));
        interrupt(&child);
        let output = child.wait_with_output().expect("it ends");
        (both(&output), output.status.code())
    });
    assert_eq!(code, Some(5), "{told}");
    for line in [
        "interrupted: step 1 of 4, stop host1",
        &format!("host1 ({}) was stopped by the drill and is stopping", pair.a.instance),
        "3 routes on host2; at first 3 routes on host1",
        "to put things back:  hopover drill --live --put-back",
        "to go on:            hopover drill --live --resume",
    ] {
        assert!(told.contains(line), "{line:?} is not in\n{told}");
    }

    pair.server.post("/_lab/settings", &json!({ "stopping_ms": 0 }));
    let output = delivering(&pair, &function, || {
        run(&pair, &folder, &["--resume", "--yes", "--vpc", &vpc, "--output", "json"])
    });
    assert_eq!(output.status.code(), Some(0), "{}", both(&output));
    let protocol: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(protocol["passed"], true, "{protocol:#}");
    assert_eq!(protocol["steps"][0]["happened"], "3 routes move from host1 to host2");
    assert_eq!(pair.server.calls("StopInstances").len(), 2, "what stops already is not asked again");
}

#[test]
fn what_the_doctor_objects_to_is_not_drilled() {
    let pair = Pair::with_routes(&ROUTES);
    let folder = folder("live-doctor");
    let vpc = pair.world.vpc.clone();
    let mut command = Command::new(binaries::hopover());
    command.args(["drill", "--live", "--yes", "--vpc", &vpc]).current_dir(&folder).env_clear();
    command.env("AWS_ENDPOINT_URL", &pair.server.url).env("AWS_EC2_METADATA_DISABLED", "true");
    let output = command.envs(CREDENTIALS).envs(pair.environment()).output().expect("hopover starts");
    assert_eq!(output.status.code(), Some(4), "{}", both(&output));
    let told = both(&output);
    assert!(told.contains("`hopover doctor` finds") && told.contains("--force"), "{told}");
    assert!(told.contains("problem  "), "{told}");
    assert!(pair.server.calls("StopInstances").is_empty());
}

#[test]
fn a_vpc_that_is_not_the_configured_one_and_a_split_one_are_refused() {
    let pair = Pair::with_routes(&ROUTES);
    let folder = folder("live-refused");
    let vpc = pair.world.vpc.clone();
    let other = run(&pair, &folder, &["--yes", "--vpc", "vpc-0123456789abcdef0"]);
    assert_eq!(other.status.code(), Some(2), "{}", both(&other));
    assert!(both(&other).contains("nothing was done"), "{}", both(&other));
    let nobody = run(&pair, &folder, &[]);
    assert_eq!(nobody.status.code(), Some(2), "{}", both(&nobody));
    assert!(both(&nobody).contains("add --yes --vpc ID"), "{}", both(&nobody));

    pair.world.table(&["10.77.0.0/16"], &pair.b.interface);
    let split = run(&pair, &folder, &["--yes", "--vpc", &vpc]);
    assert_eq!(split.status.code(), Some(4), "{}", both(&split));
    assert!(both(&split).contains("split over both members"), "{}", both(&split));
    assert!(pair.server.calls("StopInstances").is_empty());
}

fn wait_until(is_so: impl Fn() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < until, "it did not come to be");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Ctrl-C.
fn interrupt(child: &Child) {
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(sent.expect("kill is there").success());
}
