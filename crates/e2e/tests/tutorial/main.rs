//! `docs/tutorial.md` is run as it is written: every command, in order, in one folder, by bash; and what it shows of their output
//! is what they print. `BLESS=1` writes the outputs that differ into the document.

mod likeness;
mod script;
mod shell;
mod vpc;

use std::ops::Range;
use std::path::{Path, PathBuf};

use hopover_e2e::binaries;
use hopover_e2e::cloud::Cloud;
use likeness::{Ids, difference};
use script::{Step, steps};
use shell::Shell;

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name)
}

fn read(name: &str) -> String {
    std::fs::read_to_string(file(name)).expect("a document")
}

/// What a reader has: `hopover` in the path, credentials, a region. Cargo needs its own folders, and builds nothing that is
/// there already.
fn environment(cloud: &Cloud) -> Vec<(String, String)> {
    let kept = ["HOME", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN", "CARGO_TARGET_DIR", "RUSTFLAGS"];
    let kept = kept.iter().filter_map(|name| Some(((*name).to_owned(), std::env::var(name).ok()?)));
    let bin = binaries::hopover().parent().expect("a folder").display().to_string();
    let path = std::env::var("PATH").unwrap_or_default();
    let bootstrap = binaries::bootstrap().display().to_string();
    let said = [
        ("PATH", format!("{bin}:{path}")),
        ("CARGO_NET_OFFLINE", "true".to_owned()),
        ("HOPOVER_PACKAGE_BINARY", bootstrap),
        ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
    ];
    let of_cloud = cloud.environment().into_iter().map(|(name, value)| (name, value.to_owned()));
    kept.chain(said.into_iter().chain(of_cloud).map(|(name, value)| (name.to_owned(), value))).collect()
}

#[test]
fn every_command_of_the_tutorial_does_what_is_shown() {
    let cloud = Cloud::start();
    vpc::build(&cloud.ec2.url);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tutorial");
    let mut shell = Shell::start(&folder, &environment(&cloud));
    let document = read("tutorial.md");
    let mut ids = Ids::default();
    let mut others = Vec::new();
    let mut run = || -> Result<(), String> {
        for step in steps(&document).iter().filter(|step| step.not_run.is_none()) {
            match step.first.as_deref() {
                Some("confirms the mail") => cloud.follow_links_in_mails(),
                Some(unknown) => {
                    return Err(format!("line {}: the test cannot do this: {unknown}", step.line));
                }
                None => {}
            }
            let printed = play(&mut shell, step)?;
            let Some(shown) = &step.shown else { continue };
            let Some(difference) = difference(&shown.text, &printed, &mut ids) else { continue };
            others.push((shown.lines.clone(), printed.clone()));
            if !blesses() {
                return Err(format!(
                    "line {}: {:?} prints something else than what is shown\n{difference}\n\nall of it:\n{printed}",
                    step.line, step.commands
                ));
            }
        }
        Ok(())
    };
    let ended = run();
    if blesses() {
        write(&document, &others);
    }
    ended.unwrap_or_else(|why| panic!("{why}"));
}

/// Runs the commands of a block; each ends 0, but the last as the text says. Gives what they printed.
fn play(shell: &mut Shell, step: &Step) -> Result<String, String> {
    let mut printed = String::new();
    for (at, command) in step.commands.iter().enumerate() {
        let expected = if at + 1 == step.commands.len() { step.ends } else { 0 };
        let (code, text) = shell.run(command);
        if code != expected {
            return Err(format!("line {}: {command}\nended {code}, not {expected}\n{text}", step.line));
        }
        printed.push_str(&text);
    }
    Ok(printed)
}

fn blesses() -> bool {
    std::env::var_os("BLESS").is_some()
}

/// Writes outputs into the document.
fn write(document: &str, outputs: &[(Range<usize>, String)]) {
    let mut lines: Vec<_> = document.lines().map(str::to_owned).collect();
    for (place, output) in outputs.iter().rev() {
        lines.splice(place.clone(), output.lines().map(|line| line.trim_end().to_owned()));
    }
    std::fs::write(file("tutorial.md"), lines.join("\n") + "\n").expect("the document is written");
}

#[test]
fn the_chinese_tutorial_has_the_same_commands_in_the_same_order_and_shows_the_same() {
    let blocks = |name: &str| {
        let steps = steps(&read(name));
        let block = |step: Step| {
            let shown = step.shown.map(|shown| shown.text);
            (step.commands, step.ends, step.not_run, step.first, shown)
        };
        steps.into_iter().map(block).collect::<Vec<_>>()
    };
    let (english, chinese) = (blocks("tutorial.md"), blocks("tutorial.zh-CN.md"));
    for (english, chinese) in english.iter().zip(&chinese) {
        assert_eq!(english, chinese);
    }
    assert_eq!(english.len(), chinese.len());
}
