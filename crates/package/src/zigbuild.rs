//! cargo-zigbuild, which lets zig link for a glibc and a processor that are not this machine's.
//!
//! What comes out hangs on the versions of both. They are pinned in `requirements.txt`; what the search path has is taken if it
//! is of the same versions, and else both are set up once below the target folder.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{ProcessError, output_of, run};

/// Both programs with their versions and checksums, in the form of pip.
const REQUIREMENTS: &str = include_str!("../requirements.txt");

/// What every Python is asked that shall set them up: whether it can.
const IS_FIT: &str = "import sys, venv; print(sys.version_info >= (3, 9))";

/// cargo-zigbuild, ready to use.
#[derive(Debug)]
pub(crate) struct Zigbuild {
    /// Where it was set up; none if it is the one of the search path.
    environment: Option<PathBuf>,
    /// Where it and zig keep what they made.
    cache: PathBuf,
}

/// Why it is not ready.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ZigbuildError {
    /// Nothing to set it up with.
    #[error(
        "packaging needs python3, version 3.9 or newer, with its venv module (Debian: apt-get install python3 python3-venv), \
         or cargo-zigbuild {} and zig {} on the search path",
        pinned("cargo-zigbuild"),
        pinned("ziglang")
    )]
    Python,
    /// It was not installed.
    #[error("could not set up cargo-zigbuild in {folder}")]
    SetUp {
        /// Where.
        folder: String,
        /// Why.
        source: ProcessError,
    },
    /// Its folder could not be written.
    #[error("could not write {folder}")]
    Folder {
        /// Which.
        folder: String,
        /// Why.
        source: io::Error,
    },
}

impl Zigbuild {
    /// Takes the one of the search path, or sets one up below this folder unless that has been done.
    pub(crate) fn ready(tools: &Path) -> Result<Self, ZigbuildError> {
        let cache = tools.join("zigbuild-cache");
        if is_on_search_path() {
            return Ok(Self { environment: None, cache });
        }
        let environment = tools.join("zigbuild");
        set_up(tools, &environment)?;
        Ok(Self { environment: Some(environment), cache })
    }

    /// `cargo zigbuild`, to be given its arguments.
    pub(crate) fn command(&self) -> Command {
        let mut command = match &self.environment {
            None => Command::new("cargo-zigbuild"),
            Some(environment) => {
                let mut command = Command::new(environment.join("bin/cargo-zigbuild"));
                command.env("CARGO_ZIGBUILD_PYTHON_PATH", python_of(environment));
                command
            }
        };
        command.arg("zigbuild");
        command.env("CARGO_ZIGBUILD_CACHE_DIR", &self.cache);
        command.env("ZIG_GLOBAL_CACHE_DIR", self.cache.join("zig"));
        command
    }
}

/// Whether both are there, of the pinned versions. cargo-zigbuild looks for zig in Python first.
fn is_on_search_path() -> bool {
    let says = |program: &str, arguments: &[&str]| {
        output_of(Command::new(program).args(arguments)).ok().map(|said| said.trim().to_owned())
    };
    let zig = says("python3", &["-m", "ziglang", "version"]).or_else(|| says("zig", &["version"]));
    says("cargo-zigbuild", &["--version"]) == Some(format!("cargo-zigbuild {}", pinned("cargo-zigbuild")))
        && zig.as_deref() == Some(pinned("ziglang"))
}

/// The version of a package in the list.
fn pinned(package: &str) -> &'static str {
    let version = REQUIREMENTS
        .lines()
        .find_map(|line| line.strip_prefix(package)?.strip_prefix("==")?.split_whitespace().next());
    version.expect("the list names it")
}

/// Installs both, unless this very list has been installed there.
fn set_up(tools: &Path, environment: &Path) -> Result<(), ZigbuildError> {
    let unwritable = |source| ZigbuildError::Folder { folder: tools.display().to_string(), source };
    fs::create_dir_all(tools).map_err(unwritable)?;
    // Two of these programs may run side by side; one sets up.
    let lock = File::create(tools.join("zigbuild.lock")).map_err(unwritable)?;
    lock.lock().map_err(unwritable)?;
    let stamp = environment.join("requirements.txt");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == REQUIREMENTS) {
        return Ok(());
    }
    if !output_of(Command::new("python3").args(["-c", IS_FIT])).is_ok_and(|fit| fit.trim() == "True") {
        return Err(ZigbuildError::Python);
    }
    eprintln!("setting up cargo-zigbuild and zig in {} (once)", environment.display());
    let failed = |source| ZigbuildError::SetUp { folder: environment.display().to_string(), source };
    output_of(Command::new("python3").args(["-m", "venv", "--clear"]).arg(environment)).map_err(failed)?;
    let list = environment.join("wanted.txt");
    fs::write(&list, REQUIREMENTS).map_err(unwritable)?;
    let install =
        ["-m", "pip", "install", "--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes", "-r"];
    run(Command::new(python_of(environment)).args(install).arg(&list)).map_err(failed)?;
    // The list has its name only once all that it names is there.
    fs::rename(&list, &stamp).map_err(unwritable)
}

fn python_of(environment: &Path) -> PathBuf {
    environment.join("bin/python3")
}
