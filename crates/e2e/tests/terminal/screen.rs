//! A program on a terminal of 80 columns and 24 rows, and what stands on its screen.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::num::NonZero;
use std::os::fd::AsFd as _;
use std::path::Path;
use std::process::Child;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use pty_process::Size;
use pty_process::blocking::{Command, Pty, open};

const ROWS: NonZero<u16> = NonZero::new(24).unwrap();
const COLUMNS: NonZero<u16> = NonZero::new(80).unwrap();

/// How long anything may take before it is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// A program under test.
pub(crate) struct Screen {
    pty: Pty,
    child: Child,
    printed: Receiver<Vec<u8>>,
    terminal: vt100::Parser,
    /// Everything that was printed, also what is overwritten by now.
    raw: Vec<u8>,
}

impl Screen {
    /// Starts a program.
    pub(crate) fn start(
        program: &Path,
        arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
        folder: &Path,
        environment: &[(&str, &str)],
    ) -> Self {
        let (pty, pts) = open().expect("a terminal");
        pty.resize(Size::new(ROWS.get(), COLUMNS.get())).expect("a terminal of that size");
        // A shell that runs the tests in the background has them ignore Ctrl-C, and whatever they start.
        let command = Command::new("/usr/bin/env").arg("--default-signal=INT").arg(program).args(arguments);
        let command = command.current_dir(folder).env_clear();
        let command = command.env("TERM", "xterm-256color").envs(environment.iter().copied());
        let child = command.spawn(pts).expect("the program starts");
        let (sender, printed) = channel();
        let mut reader = File::from(pty.as_fd().try_clone_to_owned().expect("a second handle"));
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // At its end a terminal says that it is gone, which is an error.
            while let Ok(n @ 1..) = reader.read(&mut bytes) {
                if sender.send(bytes[..n].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self { pty, child, printed, terminal: vt100::Parser::new(ROWS, COLUMNS, 0), raw: Vec::new() }
    }

    /// Waits until that text stands on the screen.
    pub(crate) fn wait_for(&mut self, text: &str) {
        let until = Instant::now() + PATIENCE;
        while !self.shows(text) {
            let left = until.saturating_duration_since(Instant::now());
            let Ok(bytes) = self.printed.recv_timeout(left) else {
                panic!("{text:?} is not on the screen:\n{}", self.text());
            };
            self.take(&bytes);
        }
    }

    /// Types.
    pub(crate) fn type_in(&mut self, keys: &str) {
        self.pty.write_all(keys.as_bytes()).expect("the terminal is there");
    }

    /// Waits for the end; returns the exit code.
    pub(crate) fn end(&mut self) -> Option<i32> {
        let until = Instant::now() + PATIENCE;
        loop {
            match self.printed.recv_timeout(Duration::from_millis(20)) {
                Ok(bytes) => self.take(&bytes),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            assert!(Instant::now() < until, "it does not end:\n{}", self.text());
        }
        self.child.wait().expect("a child of our own").code()
    }

    fn take(&mut self, bytes: &[u8]) {
        self.terminal.process(bytes);
        self.raw.extend_from_slice(bytes);
    }

    /// What stands on the screen.
    pub(crate) fn text(&self) -> String {
        self.terminal.screen().contents()
    }

    pub(crate) fn shows(&self, text: &str) -> bool {
        self.text().contains(text)
    }

    /// Everything that was ever printed.
    pub(crate) fn ever_printed(&self) -> String {
        String::from_utf8_lossy(&self.raw).into_owned()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
