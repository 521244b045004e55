//! Compiles the function for Amazon Linux 2023.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::architecture::Architecture;
use crate::archive::EPOCH;
use crate::glibc::Glibc;
use crate::process::{ProcessError, output_of, run};
use crate::workspace::{Workspace, cargo, registry_sources};
use crate::zigbuild::Zigbuild;

/// Why there is no binary.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CompileError {
    /// No compiler.
    #[error("could not ask rustc for its standard library for {architecture}")]
    Compiler {
        /// For which processor.
        architecture: Architecture,
        /// Why.
        source: ProcessError,
    },
    /// It can be had.
    #[error(
        "Rust's standard library for {architecture} is not installed; rustup target add {}",
        architecture.triple()
    )]
    NoStandardLibrary {
        /// For which processor.
        architecture: Architecture,
    },
    /// Cargo has said why.
    #[error("could not build the function for {architecture}")]
    Build {
        /// For which processor.
        architecture: Architecture,
        /// How it ended.
        source: ProcessError,
    },
}

/// Makes sure that rustc has the standard library for a processor.
pub(crate) fn require_standard_library(
    workspace: &Workspace,
    architecture: Architecture,
) -> Result<(), CompileError> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| OsString::from("rustc"));
    let question = ["--print", "target-libdir", "--target", architecture.triple()];
    // In the workspace's folder, whose rust-toolchain.toml says which rustc.
    let folder = output_of(Command::new(rustc).args(question).current_dir(&workspace.root))
        .map_err(|source| CompileError::Compiler { architecture, source })?;
    // rustc names the folder whether or not it is there.
    let mut files = fs::read_dir(folder.trim()).into_iter().flatten().flatten();
    if files.any(|file| file.file_name().to_string_lossy().starts_with("libstd-")) {
        Ok(())
    } else {
        Err(CompileError::NoStandardLibrary { architecture })
    }
}

/// Builds `bootstrap` and says where it is. Cargo shows its progress on standard error.
pub(crate) fn bootstrap(
    workspace: &Workspace,
    zigbuild: &Zigbuild,
    architecture: Architecture,
) -> Result<PathBuf, CompileError> {
    let triple = architecture.triple();
    let target = format!("{triple}.{}", Glibc::of_amazon_linux_2023());
    let mut command = zigbuild.command();
    command
        .current_dir(&workspace.root)
        .env("CARGO", cargo())
        .env("CARGO_ENCODED_RUSTFLAGS", rust_flags(workspace))
        // What C compilers say when a source asks for the time, as the allocator's does.
        .env("SOURCE_DATE_EPOCH", EPOCH.to_string())
        .args(["--release", "--locked", "--package", "hopover-lambda", "--bin", "bootstrap"])
        .args(["--target", &target, "--target-dir"])
        .arg(&workspace.target);
    run(&mut command).map_err(|source| CompileError::Build { architecture, source })?;
    Ok(workspace.target.join(triple).join("release/bootstrap"))
}

/// Flags that keep the folders of this machine out of the binary, so that the same sources give the same binary wherever they
/// lie. Of two that match a path, the later counts.
fn rust_flags(workspace: &Workspace) -> OsString {
    let folders = [
        (Some(workspace.root.clone()), "/hopover"),
        (Some(workspace.target.clone()), "/target"),
        (registry_sources(), "/registry"),
    ];
    let mut flags = OsString::new();
    for (folder, name) in folders.into_iter().filter_map(|(folder, name)| Some((folder?, name))) {
        if !flags.is_empty() {
            // What Cargo separates them by, so that a folder may have a space in its name.
            flags.push("\u{1f}");
        }
        flags.push("--remap-path-prefix=");
        flags.push(folder);
        flags.push("=");
        flags.push(name);
    }
    flags
}
