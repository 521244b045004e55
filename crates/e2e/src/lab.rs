//! The Python parts, set up once under `target/lab` from a pinned list.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crate::process::Owned;

/// The folder with the Python sources.
pub fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("lab")
}

/// The Python interpreter that has everything that `requirements.txt` lists.
pub fn python() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| set_up("venv", "requirements.txt").unwrap_or_else(|why| panic!("{why}")))
}

/// A program that `lint-requirements.txt` installs. It has an environment of its own: four times the other's size, and
/// needed by the tests of the templates alone.
pub fn linter(program: &str) -> PathBuf {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    let set_up = || set_up("lint", "lint-requirements.txt").unwrap_or_else(|why| panic!("{why}"));
    PYTHON.get_or_init(set_up).with_file_name(program)
}

/// The Python interpreter that has everything that `cloud-requirements.txt` lists: ministack and moto do not agree on what
/// they need.
pub(crate) fn cloud_python() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| set_up("cloud", "cloud-requirements.txt").unwrap_or_else(|why| panic!("{why}")))
}

/// A running server of the lab. It ends when this is dropped.
pub(crate) struct Serving {
    /// Its endpoint, without a path.
    pub(crate) url: String,
    child: Owned,
    // The server ends when its standard input does, so that a killed test leaves none behind.
    stdin: Option<ChildStdin>,
}

impl Serving {
    /// Lets the server put away what it has made; it is killed only if it does not.
    pub(crate) fn end(&mut self) {
        self.stdin.take();
        let patience = Instant::now() + Duration::from_secs(5);
        while matches!(self.child.0.try_wait(), Ok(None)) && Instant::now() < patience {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Starts a script of the lab that serves on a free port, and waits until it does.
pub(crate) fn serve(python: &Path, script: &str, arguments: &[&str]) -> Serving {
    let mut child = Command::new(python)
        .arg(sources().join(script))
        .args(["--port", "0"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the lab's Python starts");
    let stdin = child.stdin.take().expect("a piped standard input");
    let stdout = child.stdout.take().expect("a piped standard output");
    let child = Owned(child);
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line).expect("the server says where it listens");
    let address = line.trim().strip_prefix("listening ").expect("the server says where it listens");
    Serving { url: format!("http://{address}"), child, stdin: Some(stdin) }
}

/// AWS's Runtime Interface Emulator.
pub fn emulator() -> &'static Path {
    static EMULATOR: OnceLock<PathBuf> = OnceLock::new();
    EMULATOR.get_or_init(|| {
        let python = python();
        let _lock = lock(&folder());
        let script = sources().join("runtime_emulator.py");
        let path = run(Command::new(python).arg(script).arg(folder())).unwrap_or_else(|why| panic!("{why}"));
        PathBuf::from(path.trim())
    })
}

/// The configuration of a Terraform command that takes the lab's stand-in for the AWS provider. It needs npm.
pub fn terraform_provider() -> &'static Path {
    static CONFIGURATION: OnceLock<PathBuf> = OnceLock::new();
    CONFIGURATION.get_or_init(|| {
        let python = set_up("terraform", "terraform-requirements.txt").unwrap_or_else(|why| panic!("{why}"));
        let _lock = lock(&folder());
        let make =
            [sources().join("terraform_provider.py"), "make".into(), folder().join("terraform-provider")];
        let path = run(Command::new(python).args(make)).unwrap_or_else(|why| panic!("{why}"));
        PathBuf::from(path.trim())
    })
}

/// Where everything is set up: beside the build products.
pub(crate) fn folder() -> PathBuf {
    crate::binaries::target_folder().join("lab")
}

/// Makes a virtual environment of that name, unless one for this very list is there.
fn set_up(name: &str, list: &str) -> Result<PathBuf, String> {
    let folder = folder();
    std::fs::create_dir_all(&folder)
        .map_err(|error| format!("could not make {}: {error}", folder.display()))?;
    let _lock = lock(&folder);
    let requirements = sources().join(list);
    let wanted = std::fs::read_to_string(&requirements).map_err(|error| error.to_string())?;
    let environment = folder.join(name);
    let python = environment.join("bin/python");
    let stamp = environment.join("requirements.txt");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    let version =
        run(Command::new("python3").args(["-c", "import sys, venv; print(sys.version_info >= (3, 11))"]));
    if !version.is_ok_and(|version| version.trim() == "True") {
        return Err("the end-to-end tests need python3, version 3.11 or newer, with its venv module \
                    (Debian: apt-get install python3 python3-venv): it runs the EC2 API server and the linters"
            .to_owned());
    }
    eprintln!("setting up {} from {list} (once)", environment.display());
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
    run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "-r"]).arg(&requirements))?;
    std::fs::write(&stamp, wanted).map_err(|error| error.to_string())?;
    Ok(python)
}

/// Test processes run side by side; one of them sets up.
pub(crate) fn lock(folder: &Path) -> File {
    std::fs::create_dir_all(folder).expect("a folder of our own");
    let file = File::create(folder.join("lock")).expect("the lab's folder is there");
    file.lock().expect("a lock on a file of our own");
    file
}

fn run(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("could not run {command:?}: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(format!("{command:?} failed: {}", String::from_utf8_lossy(&output.stderr)))
}
