//! A folder for each test, small binaries made by the system's C compiler (Rust links with it), and the program under test.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Of which binaries are made: the one of this machine, as the C compiler makes no other.
pub(crate) const HERE: &str = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };

/// What loads a program on Amazon Linux 2023.
pub(crate) const LOADERS: [(&str, &str); 2] =
    [("x86_64", "/lib64/ld-linux-x86-64.so.2"), ("arm64", "/lib/ld-linux-aarch64.so.1")];

/// Where an ELF header says what processor it is for, and what it says.
pub(crate) const MACHINE: usize = 18;
pub(crate) const MACHINES: [(&str, u8); 2] = [("x86_64", 62), ("arm64", 183)];

/// A new folder, which is kept for a look at it until the next run.
pub(crate) fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hopover-package").join(test);
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("a folder of our own");
    }
    fs::create_dir_all(&folder).expect("the target folder can be written");
    folder
}

/// The program under test.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hopover-package"));
    command.env_remove("HOPOVER_PACKAGE_BINARY");
    command
}

/// Packs a binary into a folder.
pub(crate) fn pack(binary: &Path, out: &Path) -> Output {
    program().arg("--binary").arg(binary).arg("--out").arg(out).output().expect("the program starts")
}

/// What it printed, when it did what it was asked.
pub(crate) fn success(output: &Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    String::from_utf8(output.stdout.clone()).expect("text")
}

/// What it said, when it refused.
pub(crate) fn refusal(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "it refuses and does not break down: {output:?}");
    assert!(output.stdout.is_empty(), "a refusal is no result");
    let stderr = String::from_utf8(output.stderr.clone()).expect("text");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    stderr.trim().to_owned()
}

/// A program that asks a C library for a symbol of each of these versions, and is loaded by that.
pub(crate) fn link(folder: &Path, library: &str, versions: &[&str], loader: &str) -> PathBuf {
    let of_each = |text: fn(&str, &str) -> String| -> String {
        versions
            .iter()
            .map(|version| text(version, &format!("symbol_of_{}", version.replace('.', "_"))))
            .collect()
    };
    let functions = of_each(|_, name| format!("void {name}(void) {{}}\n"));
    let map = of_each(|version, name| format!("{version} {{ global: {name}; }};\n"));
    let calls = of_each(|_, name| format!("extern void {name}(void);\nvoid (*ask_{name})(void) = {name};\n"));
    fs::write(folder.join("library.c"), functions).expect("written");
    fs::write(folder.join("library.map"), map).expect("written");
    fs::write(folder.join("program.c"), format!("{calls}void _start(void) {{ for (;;) ; }}\n"))
        .expect("written");
    let soname = format!("-Wl,-soname,{library}");
    cc(
        folder,
        &[
            "-shared",
            "-fPIC",
            "-nostdlib",
            &soname,
            "-Wl,--version-script,library.map",
            "library.c",
            "-o",
            "library.so",
        ],
    );
    let loader = format!("-Wl,--dynamic-linker={loader}");
    cc(folder, &["-fPIE", "-pie", "-nostdlib", &loader, "program.c", "library.so", "-o", "program"]);
    folder.join("program")
}

/// A program that Lambda can run on the processor of this machine.
pub(crate) fn fit(folder: &Path) -> PathBuf {
    link(folder, "libc.so.6", &["GLIBC_2.17", "GLIBC_2.34"], loader_of(HERE))
}

/// Runs the C compiler in a folder.
pub(crate) fn cc(folder: &Path, arguments: &[&str]) {
    let output =
        Command::new("cc").args(arguments).current_dir(folder).output().expect("cc, which Rust needs too");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// What loads programs of this architecture.
pub(crate) fn loader_of(architecture: &str) -> &'static str {
    LOADERS.iter().find(|(name, _)| *name == architecture).expect("a known architecture").1
}
