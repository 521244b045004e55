//! Terraform, if there is one, with the lab's stand-in for its AWS provider: nothing is fetched and nothing is reached.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::lab;

/// Set where Terraform must be there, as in `.ci/run`: then its absence fails the tests.
pub const NEEDED: &str = "HOPOVER_NEEDS_TERRAFORM";

/// The module as it is shipped.
pub fn module() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/terraform")
}

/// Puts a copy of the module into a folder.
pub fn copy_module(folder: &Path) {
    copy(&module(), folder);
}

/// A folder with a configuration in it, and Terraform to run there.
#[derive(Debug)]
pub struct Terraform {
    folder: PathBuf,
    environment: BTreeMap<&'static str, String>,
}

/// What a command of Terraform said.
#[derive(Debug, Clone)]
pub struct Said {
    /// Its exit code.
    pub code: Option<i32>,
    /// All of it: what was asked for, and what went wrong.
    pub text: String,
    output: String,
}

impl Terraform {
    /// An empty folder of that name. Without Terraform or npm says so loudly, and is `None`; where both are [`NEEDED`], that
    /// is a failure.
    pub fn find(name: &str) -> Option<Self> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let is_there = |program: &&str| std::env::split_paths(&path).any(|at| at.join(program).is_file());
        if let Some(missing) = ["terraform", "npm"].iter().find(|program| !is_there(program)) {
            let told = format!("{missing} is not installed: the Terraform module was NOT looked at");
            assert!(std::env::var_os(NEEDED).is_none(), "{told}, and {NEEDED} is set");
            eprintln!("\n*** NOT RUN: {told} ({NEEDED}=1 makes this a failure)\n");
            return None;
        }
        let folder = crate::binaries::target_folder().join("tmp/terraform").join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder below the target folder");
        Some(Self { folder, environment: BTreeMap::new() })
    }

    /// A copy of the module, in a folder of that name.
    pub fn with_module(name: &str) -> Option<Self> {
        let this = Self::find(name)?;
        this.copy_module(".");
        Some(this)
    }

    /// Puts a copy of the module into a folder below this one.
    pub fn copy_module(&self, below: &str) {
        copy_module(&self.folder.join(below));
    }

    /// The path of a file in the folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Writes a file of the folder.
    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.file(name), text).expect("a folder of our own");
    }

    /// Replaces what stands in a file exactly once.
    pub fn replace(&self, name: &str, right: &str, wrong: &str) {
        let text = fs::read_to_string(self.file(name)).expect("a file of the folder");
        assert_eq!(text.matches(right).count(), 1, "{right:?} stands in {name} once");
        self.write(name, &text.replace(right, wrong));
    }

    /// Sets a variable of the environment for what is run from here on.
    pub fn set(&mut self, name: &'static str, value: &str) {
        self.environment.insert(name, value.to_owned());
    }

    /// Runs Terraform with these arguments in the folder; it must end well.
    pub fn run(&self, arguments: &[&str]) -> Said {
        self.run_in(".", arguments)
    }

    /// Runs Terraform with these arguments in a folder below; it must end well.
    pub fn run_in(&self, below: &str, arguments: &[&str]) -> Said {
        let said = self.attempt_in(below, arguments);
        assert_eq!(said.code, Some(0), "terraform {}: {}", arguments.join(" "), said.text);
        said
    }

    /// Runs Terraform with these arguments in the folder, whatever comes of it.
    pub fn attempt(&self, arguments: &[&str]) -> Said {
        self.attempt_in(".", arguments)
    }

    /// Runs Terraform with these arguments in a folder below, whatever comes of it.
    pub fn attempt_in(&self, below: &str, arguments: &[&str]) -> Said {
        // Nothing of the environment is passed on: a TF_VAR_… or TF_CLI_ARGS of somebody would change what is tested.
        let output = Command::new("terraform")
            .args(arguments)
            .current_dir(self.folder.join(below))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", &self.folder)
            .env("TF_CLI_CONFIG_FILE", lab::terraform_provider())
            .env("TF_IN_AUTOMATION", "1")
            .envs(&self.environment)
            .stdin(Stdio::null())
            .output()
            .expect("terraform starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let said = text(&output.stdout);
        Said { code: output.status.code(), text: said.clone() + &text(&output.stderr), output: said }
    }

    /// What stands in a file that `apply` or `plan` has written.
    pub fn show(&self, file: &str) -> Value {
        self.run(&["show", "-json", file]).json()
    }
}

impl Said {
    /// What it printed, as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.output).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder of our own");
    for entry in fs::read_dir(from).expect("the module's folder") {
        let entry = entry.expect("an entry of it");
        let target = to.join(entry.file_name());
        // What somebody's own Terraform has left there is not the module's.
        if entry.file_name().to_string_lossy().starts_with(".terraform") {
            continue;
        }
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a file of the module");
        }
    }
}
