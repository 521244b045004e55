//! What the program asks of rustc and of cargo-zigbuild, and what it makes of their answers. They are played by scripts: the
//! real ones take minutes.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::setup::{HERE, fit, folder, program, refusal, success};

const REQUIREMENTS: &str = include_str!("../../requirements.txt");

/// Where nothing can be built: the other architecture.
const ELSEWHERE: &str = if cfg!(target_arch = "aarch64") { "x86_64" } else { "arm64" };

#[test]
fn an_architecture_that_cannot_be_built_here_is_left_out_and_said_how_to_get() {
    let tools = Tools::new("left-out", &[HERE]);
    let old = tools.folder.join(format!("out/hopover-lambda-{ELSEWHERE}.zip"));
    fs::create_dir_all(old.parent().expect("in a folder")).expect("made");
    fs::write(&old, "an older one").expect("written");
    let output = tools.run(&[]);
    let printed = success(&output);
    assert_eq!(printed.matches("CodeSha256").count(), 1, "{printed}");
    assert!(printed.starts_with(&format!("{}/out/hopover-lambda-{HERE}.zip\n", tools.folder.display())));
    let said = String::from_utf8(output.stderr).expect("text");
    let how = format!(
        "{ELSEWHERE} is left out: Rust's standard library for {ELSEWHERE} is not installed; \
                       rustup target add {}",
        triple(ELSEWHERE)
    );
    assert!(said.contains(&how), "{said}");
    assert!(said.contains(&format!("{} is of an earlier run", old.display())), "{said}");
    assert!(said.contains("progress, on standard output"), "cargo's own words are no result: {said}");
}

#[test]
fn the_function_is_built_for_the_glibc_of_amazon_linux_2023_from_locked_sources_without_this_machines_paths_and_time()
 {
    let tools = Tools::new("asked", &[HERE]);
    success(&tools.run(&["--arch", HERE]));
    let asked = fs::read_to_string(tools.folder.join("asked")).expect("cargo-zigbuild was asked");
    let target = tools.folder.join("target");
    let expected = format!(
        "zigbuild --release --locked --package hopover-lambda --bin bootstrap --target {}.2.34 --target-dir {}",
        triple(HERE),
        target.display()
    );
    let (arguments, flags) = asked.split_once('\n').expect("two lines");
    assert_eq!(arguments, expected);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("in the workspace");
    let flags: Vec<&str> = flags.trim().split('\u{1f}').collect();
    assert_eq!(flags[0], format!("--remap-path-prefix={}=/hopover", root.display()));
    assert_eq!(flags[1], format!("--remap-path-prefix={}=/target", target.display()));
    assert!(flags[2].ends_with("/registry/src=/registry 315532800"), "and the time of 1980: {flags:?}");
}

#[test]
fn an_architecture_that_is_asked_for_and_cannot_be_built_is_an_error() {
    let tools = Tools::new("asked-for", &[HERE]);
    let said = refusal(&tools.run(&["--arch", ELSEWHERE]));
    assert!(said.contains(&format!("rustup target add {}", triple(ELSEWHERE))), "{said}");
    assert!(!tools.folder.join("asked").exists(), "nothing is built");
}

#[test]
fn nothing_that_can_be_built_is_an_error() {
    let said = refusal(&Tools::new("none", &[]).run(&[]));
    assert!(said.contains("Rust's standard library for x86_64 is not installed"), "{said}");
}

#[test]
fn a_build_that_fails_leaves_no_package() {
    let tools = Tools::new("fails", &[HERE]);
    fs::remove_file(tools.folder.join("program")).expect("what the build would give");
    let output = tools.run(&[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let said = String::from_utf8(output.stderr).expect("text");
    let last = said.lines().last().expect("it says why");
    assert_eq!(
        last,
        format!("error: could not build the function for {HERE}: cargo-zigbuild failed (exit status: 1)")
    );
    assert!(!tools.folder.join("out").exists());
}

/// A search path with tools that answer at once.
struct Tools {
    folder: PathBuf,
}

impl Tools {
    /// rustc has the standard library for these.
    fn new(test: &str, libraries: &[&str]) -> Self {
        let tools = Self { folder: folder(&format!("building-{test}")) };
        let folder = &tools.folder;
        fit(folder);
        for architecture in libraries {
            let library = folder.join(triple(architecture));
            fs::create_dir_all(&library).expect("made");
            fs::write(library.join("libstd-0123456789abcdef.rlib"), "").expect("written");
        }
        let here = folder.display();
        tools.script("rustc", &format!("echo '{here}'/$4"));
        tools.script("python3", "exit 1");
        tools.script("zig", &format!("echo {}", pinned("ziglang")));
        tools.script(
            "cargo-zigbuild",
            &format!(
                "if [ $1 = --version ]; then echo cargo-zigbuild {}; exit; fi\n\
             echo progress, on standard output\n\
             echo \"$@\" > '{here}/asked'\n\
             echo \"$CARGO_ENCODED_RUSTFLAGS $SOURCE_DATE_EPOCH\" >> '{here}/asked'\n\
             built='{here}/target/{}/release'\n\
             mkdir -p \"$built\" && cp '{here}/program' \"$built/bootstrap\" 2>&1",
                pinned("cargo-zigbuild"),
                triple(HERE)
            ),
        );
        tools
    }

    fn script(&self, name: &str, text: &str) {
        let path = self.folder.join("bin").join(name);
        fs::create_dir_all(self.folder.join("bin")).expect("made");
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a file of our own");
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command: Command = program();
        let path = std::env::var("PATH").expect("a search path");
        command
            .env("PATH", format!("{}:{path}", self.folder.join("bin").display()))
            .env("RUSTC", self.folder.join("bin/rustc"))
            .env("CARGO_TARGET_DIR", self.folder.join("target"))
            .arg("--out")
            .arg(self.folder.join("out"))
            .args(arguments);
        command.output().expect("the program starts")
    }
}

/// The version that the list of the program pins.
fn pinned(package: &str) -> &'static str {
    let version = REQUIREMENTS.lines().find_map(|line| line.strip_prefix(package)?.strip_prefix("=="));
    version.expect("the list names it").trim_end_matches(['\\', ' '])
}

fn triple(architecture: &str) -> &'static str {
    if architecture == "arm64" { "aarch64-unknown-linux-gnu" } else { "x86_64-unknown-linux-gnu" }
}
