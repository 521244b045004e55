//! `hopover backup` and `hopover restore` over the wire: what a person or a tool has broken by hand comes back, and nothing
//! else is touched.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use hopover_aws::{PERMISSIONS, RESTORE_PERMISSIONS};
use hopover_e2e::binaries;
use hopover_e2e::pair::{Pair, environment};
use hopover_e2e::server::Server;
use hopover_e2e::world::{Appliance, CREDENTIALS, Picture, World};
use serde_json::{Value, json};

/// A pair with routes of every kind, bystanders, a backup of it all, and a folder for files.
struct Stage {
    server: Server,
    world: World,
    a: Appliance,
    b: Appliance,
    proxy: Appliance,
    /// A table of the pair: IPv4, IPv6 and a prefix list.
    main: String,
    /// Another one.
    other: String,
    /// One with routes of others only.
    bystander: String,
    list: String,
    at_first: Picture,
    folder: PathBuf,
}

impl Stage {
    fn new(name: &str) -> Self {
        let server = Server::start();
        let mut world = World::new(&server);
        let (a, b, proxy) = (world.appliance(), world.appliance(), world.appliance());
        let list = world.prefix_list();
        let main = world.table(&["0.0.0.0/0", "::/0", "172.16.0.0/12", &list], &a.interface);
        let other = world.table(&["0.0.0.0/0", "172.16.0.0/12"], &a.interface);
        let bystander = world.table(&["10.50.0.0/16"], &proxy.interface);
        world.gateway_route(&bystander, "0.0.0.0/0");
        world.associate(&main, "10.0.16.0/20");
        let folder = folder(name);
        let at_first = world.picture();
        let stage = Self { server, world, a, b, proxy, main, other, bystander, list, at_first, folder };
        let output = stage.hopover(&["backup", "--to", "before.json"]);
        assert_eq!(code(&output), 0, "{output:?}");
        stage.server.forget_calls();
        stage
    }

    fn hopover(&self, arguments: &[&str]) -> Output {
        self.hopover_for(&self.world, arguments)
    }

    fn hopover_for(&self, world: &World, arguments: &[&str]) -> Output {
        self.command(world, arguments).output().expect("hopover runs")
    }

    /// The real binary, configured for the pair in a VPC.
    fn command(&self, world: &World, arguments: &[&str]) -> Command {
        let mut command = Command::new(binaries::hopover());
        command.args(arguments).current_dir(&self.folder).env_clear();
        command.env("AWS_ENDPOINT_URL", &self.server.url).envs(CREDENTIALS);
        command.envs(environment(world, &self.a, &self.b));
        command
    }

    /// A route of the pair is deleted, one points at the peer, and one at somebody else.
    fn break_by_hand(&self) {
        self.world.delete_route(&self.main, "::/0");
        self.world.delete_route(&self.main, &self.list);
        self.world.point(&self.other, "0.0.0.0/0", &self.b.interface);
        self.world.point(&self.main, "172.16.0.0/12", &self.proxy.interface);
        self.world.route(&self.bystander, "10.60.0.0/16", &self.proxy.interface);
        self.server.forget_calls();
    }

    /// Every call that changed something: its name, table, and EC2's answer.
    fn writes(&self) -> Vec<(String, String, Value)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let calls = self.server.all_calls();
        let changing = calls.iter().filter(|call| !text(&call["action"]).starts_with("Describe"));
        let mut writes: Vec<_> = changing
            .map(|call| (text(&call["action"]), text(&call["params"]["RouteTableId"]), call["code"].clone()))
            .collect();
        writes.sort_by_key(|(action, table, _)| (action.clone(), table.clone()));
        writes
    }

    fn files(&self) -> Vec<String> {
        let files = std::fs::read_dir(&self.folder).expect("our folder");
        let mut names: Vec<_> =
            files.map(|file| file.expect("a file").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

fn folder(name: &str) -> PathBuf {
    let folder = binaries::target_folder().join(format!("lab/backup-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder of our own");
    folder
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("it ended by itself")
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn document(file: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(file).expect("a file")).expect("JSON")
}

#[test]
fn a_backup_holds_every_table_with_routes_and_associations_and_overwrites_nothing() {
    let stage = Stage::new("holds");
    let backup = document(&stage.folder.join("before.json"));
    let tables = backup["tables"].as_array().expect("tables");
    let kept: usize = tables.iter().map(|table| table["routes"].as_array().map_or(0, Vec::len)).sum();
    assert_eq!(kept, stage.at_first.len());
    let main = tables.iter().find(|table| table["id"] == stage.main.as_str()).expect("the table");
    assert!(
        main["associations"][0]["subnet"].as_str().is_some_and(|id| id.starts_with("subnet-")),
        "{main:#}"
    );
    assert!(tables.iter().any(|table| table["associations"][0]["main"] == true), "the VPC's main table");
    let targets: Vec<_> =
        main["routes"].as_array().into_iter().flatten().map(|route| &route["target"]).collect();
    assert!(targets.contains(&&json!({ "NetworkInterfaceId": stage.a.interface })), "{targets:?}");

    let again = stage.hopover(&["backup", "--to", "before.json"]);
    assert_eq!(code(&again), 2);
    assert!(stderr(&again).contains("before.json exists already"), "{}", stderr(&again));
    assert_eq!(document(&stage.folder.join("before.json")), backup);
    assert!(stage.writes().is_empty());
}

#[test]
fn a_deleted_route_and_one_at_the_peer_come_back_and_nothing_else_is_touched() {
    let stage = Stage::new("comes-back");
    stage.break_by_hand();
    let broken = stage.world.picture();

    let plan = stage.hopover(&["restore", "before.json", "--plan"]);
    assert_eq!(code(&plan), 3, "{plan:?}");
    assert!(stage.writes().is_empty() && stage.world.picture() == broken, "a plan writes nothing");
    stage.server.forget_calls();

    let restored = stage.hopover(&["restore", "before.json", "--yes"]);
    assert_eq!(code(&restored), 0, "{restored:?}");
    assert!(stdout(&restored).contains("3 routes restored"), "{}", stdout(&restored));
    // What points at neither member is left alone, and so is what was not there.
    let mut expected = stage.at_first.clone();
    expected.insert((stage.main.clone(), "172.16.0.0/12".to_owned()), stage.proxy.interface.clone());
    expected.insert((stage.bystander.clone(), "10.60.0.0/16".to_owned()), stage.proxy.interface.clone());
    assert_eq!(stage.world.picture(), expected);
    let write = |action: &str, table: &str| (action.to_owned(), table.to_owned(), Value::Null);
    assert_eq!(
        stage.writes(),
        [
            write("CreateRoute", &stage.main),
            write("CreateRoute", &stage.main),
            write("ReplaceRoute", &stage.other)
        ]
    );
    // The state in between was kept.
    let files = stage.files();
    assert!(
        files.len() == 2 && files[1].starts_with(&format!("hopover-backup-{}-", stage.world.vpc)),
        "{files:?}"
    );

    let again = stage.hopover(&["restore", "before.json", "--yes"]);
    assert_eq!(code(&again), 0, "{again:?}");
    assert!(stdout(&again).contains("nothing to restore") && stage.writes().len() == 3);
}

#[test]
fn with_all_the_vpc_is_as_it_was_and_the_backup_taken_first_leads_back() {
    let stage = Stage::new("all");
    stage.break_by_hand();
    let broken = stage.world.picture();
    let restored = stage.hopover(&["restore", "before.json", "--all", "--yes", "--backup-to", "broken.json"]);
    assert_eq!(code(&restored), 0, "{restored:?}");
    assert_eq!(stage.world.picture(), stage.at_first);
    let deleted: Vec<_> = stage.writes().into_iter().filter(|(action, ..)| action == "DeleteRoute").collect();
    assert!(deleted.len() == 1 && deleted[0].1 == stage.bystander, "{deleted:?}");

    let made: std::collections::BTreeSet<_> = stage
        .server
        .all_calls()
        .iter()
        .map(|call| format!("ec2:{}", call["action"].as_str().unwrap_or_default()))
        .collect();
    let allowed: Vec<_> = PERMISSIONS.iter().chain(RESTORE_PERMISSIONS).collect();
    assert!(made.iter().all(|action| allowed.iter().any(|allowed| *allowed == action)), "{made:?}");
    assert!(RESTORE_PERMISSIONS.iter().all(|action| made.contains(*action)), "{made:?}");

    let back = stage.hopover(&["restore", "broken.json", "--all", "--yes", "--no-backup"]);
    assert_eq!(code(&back), 0, "{back:?}");
    assert_eq!(stage.world.picture(), broken);
}

#[test]
fn a_file_of_another_vpc_or_cut_short_or_edited_is_refused_and_nothing_is_asked_of_ec2() {
    let stage = Stage::new("refused");
    let other = World::new(&stage.server);
    stage.server.forget_calls();
    let refused = stage.hopover_for(&other, &["restore", "before.json", "--yes"]);
    assert_eq!(code(&refused), 2);
    let told = stderr(&refused);
    assert!(told.contains(&stage.world.vpc) && told.contains(&other.vpc), "{told}");

    let text = std::fs::read_to_string(stage.folder.join("before.json")).expect("the backup");
    let edited = text.replacen(&stage.a.interface, &stage.b.interface, 2);
    for (name, content, why) in
        [("cut.json", &text[..text.len() / 2], "cut short"), ("edited.json", &edited, "was changed since")]
    {
        std::fs::write(stage.folder.join(name), content).expect("a file of our own");
        let refused = stage.hopover(&["restore", name, "--yes"]);
        assert_eq!(code(&refused), 2);
        assert!(stderr(&refused).contains(why), "{}", stderr(&refused));
    }
    assert!(stage.server.all_calls().is_empty());
}

#[test]
fn a_throttled_restore_takes_longer_and_leaves_nothing_behind() {
    let stage = Stage::new("throttled");
    let destinations: Vec<String> = (0..20).map(|n| format!("172.20.{n}.0/24")).collect();
    let destinations: Vec<&str> = destinations.iter().map(String::as_str).collect();
    let table = stage.world.table(&destinations, &stage.a.interface);
    let before = stage.world.picture();
    assert_eq!(code(&stage.hopover(&["backup", "--to", "twenty.json"])), 0);
    for destination in &destinations[..10] {
        stage.world.delete_route(&table, destination);
    }
    for destination in &destinations[10..] {
        stage.world.point(&table, destination, &stage.b.interface);
    }
    let bucket = json!({ "burst": 3, "refill_per_second": 10 });
    stage.server.post("/_lab/buckets", &json!({ "CreateRoute": bucket, "ReplaceRoute": bucket }));
    stage.server.forget_calls();
    let restored = stage.hopover(&["restore", "twenty.json", "--yes"]);
    assert_eq!(code(&restored), 0, "{restored:?}");
    assert_eq!(stage.world.picture(), before);
    let throttled = stage.writes().iter().filter(|(.., code)| code == "RequestLimitExceeded").count();
    assert!(throttled > 0, "the buckets were never empty");
}

#[test]
fn a_reply_that_is_lost_is_settled_by_looking() {
    let stage = Stage::new("lost");
    stage.break_by_hand();
    for (action, effect) in [("CreateRoute", "lost_reply"), ("ReplaceRoute", "lost_request")] {
        stage.server.fault(&json!({ "match": { "Action": action }, "effect": effect, "count": 1 }));
    }
    let restored = stage.hopover(&["restore", "before.json", "--yes", "--output", "json"]);
    assert_eq!(code(&restored), 0, "{restored:?}");
    let calls = |action: &str| stage.server.calls(action).len();
    assert_eq!((calls("CreateRoute"), calls("ReplaceRoute")), (2, 2), "only what was lost is made again");
}

#[test]
fn a_table_that_is_denied_is_told_and_the_rest_is_restored() {
    let stage = Stage::new("denied");
    stage.break_by_hand();
    stage.server.fault(
        &json!({ "match": { "Action": "CreateRoute", "RouteTableId": stage.main }, "effect": "deny" }),
    );
    let restored = stage.hopover(&["restore", "before.json", "--yes", "--output", "json"]);
    assert_eq!(code(&restored), 5, "{restored:?}");
    let document: Value = serde_json::from_slice(&restored.stdout).expect("JSON");
    assert_eq!(document["restored"]["summary"], "2 routes could NOT be restored; 1 route restored");
    let routes = document["restored"]["routes"].as_array().expect("routes");
    let denied = routes.iter().filter(|route| route["result"] == "failed");
    let denied: Vec<_> = denied.filter_map(|route| route["why"].as_str()).collect();
    assert!(denied.len() == 2 && denied[0].contains("lack the permission ec2:CreateRoute"), "{denied:?}");
    assert!(stage.folder.join(document["backup"].as_str().expect("a file")).exists());
    let picture = stage.world.picture();
    assert_eq!(picture[&(stage.other.clone(), "0.0.0.0/0".to_owned())], stage.a.interface);

    // Nothing goes to a member that is down, and nothing is written then.
    stage.server.heal();
    stage.world.stop(&stage.a);
    stage.server.forget_calls();
    let refused = stage.hopover(&["restore", "before.json", "--yes"]);
    assert_eq!(code(&refused), 4, "{refused:?}");
    assert!(stdout(&refused).contains("host1 is down"), "{}", stdout(&refused));
    assert!(stage.writes().is_empty() && stage.world.picture() == picture);
}

#[test]
fn ctrl_c_says_how_far_it_came_and_the_same_command_goes_on() {
    let stage = Stage::new("interrupted");
    // More than the fifty that a full bucket lets through at once: the rest trickles.
    let destinations: Vec<String> = (0..70).map(|n| format!("172.20.{n}.0/24")).collect();
    let destinations: Vec<&str> = destinations.iter().map(String::as_str).collect();
    let table = stage.world.table(&destinations, &stage.a.interface);
    let before = stage.world.picture();
    assert_eq!(code(&stage.hopover(&["backup", "--to", "seventy.json"])), 0);
    for destination in &destinations {
        stage.world.delete_route(&table, destination);
    }
    stage.server.forget_calls();
    let restore = ["restore", "seventy.json", "--yes", "--backup-to", "broken.json"];
    let running = stage.command(&stage.world, &restore).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let running = running.expect("hopover runs");
    let patience = Instant::now() + Duration::from_secs(30);
    while stage.server.calls("CreateRoute").len() < 52 {
        assert!(Instant::now() < patience, "nothing is written");
        std::thread::sleep(Duration::from_millis(50));
    }
    let pressed = Command::new("kill").args(["-INT", &running.id().to_string()]).status();
    assert!(pressed.expect("kill runs").success());
    let output = running.wait_with_output().expect("it ends");
    assert_eq!(code(&output), 5, "{output:?}");
    let told = stderr(&output);
    assert!(
        told.contains("interrupted: ") && told.contains(" of 70 routes were written for certain"),
        "{told}"
    );
    assert!(told.contains("EC2 now shows: ") && told.contains("`hopover restore broken.json`"), "{told}");

    let output = stage.hopover(&["restore", "seventy.json", "--yes", "--no-backup"]);
    assert_eq!(code(&output), 0, "{output:?}");
    assert_eq!(stage.world.picture(), before);
}

#[test]
fn a_switchover_backs_up_first_and_its_backup_leads_back() {
    let stage = Stage::new("switchover");
    let moved =
        stage.hopover(&["switchover", "--to", "host2", "--yes", "--backup-to", "now/", "--output", "json"]);
    assert_eq!(code(&moved), 1, "a folder that is not there: {moved:?}");
    assert!(stderr(&moved).contains("could not write the backup now/") && stage.writes().is_empty());

    let moved = stage.hopover(&["switchover", "--to", "host2", "--yes", "--output", "json"]);
    assert_eq!(code(&moved), 0, "{moved:?}");
    let document: Value = serde_json::from_slice(&moved.stdout).expect("JSON");
    let file = document["backup"].as_str().expect("where the backup is");
    assert!(stderr(&moved).contains(file), "{}", stderr(&moved));
    assert_ne!(stage.world.picture(), stage.at_first);
    let back = stage.hopover(&["restore", file, "--yes", "--no-backup"]);
    assert_eq!(code(&back), 0, "{back:?}");
    assert_eq!(stage.world.picture(), stage.at_first);
}

#[test]
fn a_backup_says_that_it_leaves_out_a_route_whose_destination_cannot_be_named() {
    let mut pair = Pair::on(Server::start_unmodified(), &["0.0.0.0/0"]);
    // moto as it comes shows no destination for such a route, as a kind would look that is newer than this version.
    let list = pair.world.prefix_list();
    let table = pair.world.table(&["172.16.0.0/12", &list], &pair.a.interface);
    let folder = folder("unnamed");
    let output = Command::new(binaries::hopover())
        .args(["backup", "--to", "before.json"])
        .current_dir(&folder)
        .env_clear()
        .env("AWS_ENDPOINT_URL", &pair.server.url)
        .envs(CREDENTIALS)
        .envs(pair.environment())
        .output()
        .expect("hopover runs");
    assert_eq!(code(&output), 0, "{output:?}");
    let warning = format!("warning: 1 route of {table} will not be in the backup");
    assert!(stderr(&output).contains(&warning), "{}", stderr(&output));
}
