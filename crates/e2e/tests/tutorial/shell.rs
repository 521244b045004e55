//! A bash in which one command runs after the other, as at a terminal.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use hopover_e2e::process::Owned;

/// Longer than any command of a tutorial takes. It is given up then.
const PATIENCE: Duration = Duration::from_mins(6);

pub(crate) struct Shell {
    folder: PathBuf,
    input: ChildStdin,
    codes: Receiver<i32>,
    _bash: Owned,
}

impl Shell {
    /// A bash in a folder; what it needs for itself goes into another.
    pub(crate) fn start(folder: &Path, environment: &[(String, String)]) -> Self {
        let own = folder.with_extension("shell");
        for folder in [folder, &own] {
            // Of an earlier run.
            drop(fs::remove_dir_all(folder));
            fs::create_dir_all(folder).expect("a folder below the target folder");
        }
        let errors = File::create(own.join("errors")).expect("a file of ours");
        let mut bash = Command::new("bash")
            .current_dir(folder)
            .env_clear()
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .expect("bash starts");
        let input = bash.stdin.take().expect("a piped standard input");
        let output = bash.stdout.take().expect("a piped standard output");
        let (sender, codes) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let code = line.parse().expect("nothing but exit codes goes here");
                if sender.send(code).is_err() {
                    return;
                }
            }
        });
        Self { folder: own, input, codes, _bash: Owned(bash) }
    }

    /// Runs a command: its exit code, and what it printed on both streams.
    pub(crate) fn run(&mut self, command: &str) -> (i32, String) {
        let (script, printed) = (self.folder.join("command"), self.folder.join("printed"));
        fs::write(&script, format!("{command}\n")).expect("a file of ours");
        // In this very shell, so that what a command sets is there for the next; with nothing to read, as nobody sits there.
        let line = format!(". {} < /dev/null > {} 2>&1; echo $?\n", script.display(), printed.display());
        self.input.write_all(line.as_bytes()).and_then(|()| self.input.flush()).expect("bash reads");
        let code = self.codes.recv_timeout(PATIENCE);
        let printed = fs::read(&printed).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let printed = printed.unwrap_or_default();
        let code = code.unwrap_or_else(|_| panic!("it does not end: {command}\n{printed}"));
        (code, printed)
    }
}
