//! A page as people see it: headless Chromium, if there is one. Nothing is fetched; every run has a profile of its own.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::process::Owned;

/// Set where a browser must be there, as in `.ci/run`: then its absence fails the tests.
pub const NEEDED: &str = "HOPOVER_NEEDS_BROWSER";

/// What it is called.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// How long a browser may take to show one page.
const PATIENCE: Duration = Duration::from_mins(2);

/// An installed browser.
#[derive(Debug, Clone)]
pub struct Browser {
    program: PathBuf,
    folder: PathBuf,
}

/// Light or dark, as the reader's system has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// A page in a window of some width.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The width of the window, in CSS pixels.
    pub window: u64,
    /// The width of what is in it.
    pub content: u64,
    /// How many characters a reader sees.
    pub characters: u64,
}

impl Layout {
    /// True if a reader must scroll sideways.
    pub fn overflows(&self) -> bool {
        self.content > self.window
    }
}

impl Browser {
    /// The browser of this machine. Without one, says so loudly, and is `None`; where one is [`NEEDED`], that is a failure.
    pub fn find(folder: &str) -> Option<Self> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let in_path =
            |name: &&str| std::env::split_paths(&path).map(|at| at.join(name)).find(|at| at.is_file());
        let found = NAMES.iter().find_map(in_path);
        let Some(program) = found else {
            let told = format!("none of {} is installed: a page was NOT looked at", NAMES.join(", "));
            assert!(std::env::var_os(NEEDED).is_none(), "{told}, and {NEEDED} is set");
            eprintln!(
                "\n*** NOT RUN: {told} (Debian: apt-get install chromium; {NEEDED}=1 makes this a failure)\n"
            );
            return None;
        };
        let folder = crate::binaries::target_folder().join("tmp/pages").join(folder);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder below the target folder");
        Some(Self { program, folder })
    }

    /// A place for a page of that name.
    pub fn page(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Lays a page out in a window of that width. The window is a frame, since a browser's own has a least width.
    pub fn lay_out(&self, page: &Path, width: u32) -> Layout {
        let frame = self.frame(page, width, 2_000);
        let dom =
            self.run(&frame, Scheme::Light, ["--dump-dom".as_ref(), "--virtual-time-budget=5000".as_ref()]);
        let between = |text: &str, from: &str, to: &str| {
            let begin = text.find(from)? + from.len();
            Some(text[begin..begin + text[begin..].find(to)?].to_owned())
        };
        let measured = between(&dom, "<pre id=\"measured\" hidden=\"\">", "</pre>")
            .filter(|text| !text.is_empty())
            .unwrap_or_else(|| panic!("nothing was measured: {dom}"));
        let measured: Value = serde_json::from_str(&measured).expect("JSON of our own");
        let number = |key: &str| measured[key].as_u64().expect("a number of our own");
        Layout { window: number("window"), content: number("content"), characters: number("characters") }
    }

    /// A picture of the upper end of a page in a window of that size, as a PNG file.
    pub fn picture(&self, page: &Path, width: u32, height: u32, scheme: Scheme) -> PathBuf {
        let frame = self.frame(page, width, height);
        let stem = page.file_stem().and_then(OsStr::to_str).unwrap_or("page");
        let file = self.folder.join(format!("{stem}-{width}-{scheme:?}.png"));
        let screenshot = format!("--screenshot={}", file.display());
        let size = format!("--window-size={},{height}", width.max(600));
        self.run(&frame, scheme, [screenshot.as_ref(), size.as_ref()]);
        assert!(file.exists(), "the browser made no picture of {}", page.display());
        file
    }

    /// A page that shows another in a frame, and measures it.
    fn frame(&self, page: &Path, width: u32, height: u32) -> PathBuf {
        let stem = page.file_stem().and_then(OsStr::to_str).unwrap_or("page");
        let file = self.folder.join(format!("frame-{stem}-{width}.html"));
        let text = format!(
            r#"<!DOCTYPE html><meta charset="utf-8"><body style="margin:0"><pre id="measured" hidden></pre>
<iframe id="page" src="file://{}" style="border:0;display:block;width:{width}px;height:{height}px"></iframe>
<script>
  const frame = document.getElementById("page");
  frame.onload = () => {{
    const page = frame.contentDocument;
    document.getElementById("measured").textContent = JSON.stringify({{
      window: frame.contentWindow.innerWidth,
      content: page.scrollingElement.scrollWidth,
      characters: page.body.innerText.trim().length,
    }});
  }};
</script></body>"#,
            page.display()
        );
        fs::write(&file, text).expect("a folder of our own");
        file
    }

    fn run<const N: usize>(&self, page: &Path, scheme: Scheme, arguments: [&OsStr; N]) -> String {
        let profile = page.with_extension(format!("profile-{scheme:?}"));
        let output = page.with_extension("out");
        let log = File::create(page.with_extension("log")).expect("a folder of our own");
        let scheme = match scheme {
            Scheme::Dark => 0,
            Scheme::Light => 1,
        };
        let child = Command::new(&self.program)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
            .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
            .args(["--hide-scrollbars", "--allow-file-access-from-files"])
            .arg(format!("--user-data-dir={}", profile.display()))
            .arg(format!("--blink-settings=preferredColorScheme={scheme}"))
            .args(arguments)
            .arg(format!("file://{}", page.display()))
            .stdin(Stdio::null())
            .stdout(File::create(&output).expect("a folder of our own"))
            .stderr(log)
            .spawn()
            .expect("the browser starts");
        let mut child = Owned(child);
        let until = Instant::now() + PATIENCE;
        while child.0.try_wait().expect("a child of our own").is_none() {
            assert!(Instant::now() < until, "the browser does not end: see {}", page.display());
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = fs::remove_dir_all(profile);
        fs::read_to_string(output).unwrap_or_default()
    }
}
