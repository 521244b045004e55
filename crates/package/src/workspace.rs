//! Where the sources are, and where what is built from them goes.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::process::{ProcessError, output_of};

/// The manifest beside which this program was built.
const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");

/// The folders of the workspace, as Cargo sees them.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// With `Cargo.toml`.
    pub(crate) root: PathBuf,
    /// What is built.
    pub(crate) target: PathBuf,
}

/// Why the workspace was not found.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WorkspaceError {
    /// Cargo does not run, or not here.
    #[error("could not ask Cargo for the folders of the workspace")]
    Cargo(#[from] ProcessError),
    /// Its answer has none.
    #[error("Cargo does not say where the folders of the workspace are")]
    Answer,
}

impl Workspace {
    /// Asks Cargo.
    pub(crate) fn find() -> Result<Self, WorkspaceError> {
        let arguments = ["metadata", "--format-version", "1", "--no-deps", "--manifest-path", MANIFEST];
        let answer = output_of(Command::new(cargo()).args(arguments))?;
        let answer: Value = serde_json::from_str(&answer).map_err(|_| WorkspaceError::Answer)?;
        let folder = |key: &str| answer[key].as_str().map(PathBuf::from).ok_or(WorkspaceError::Answer);
        Ok(Self { root: folder("workspace_root")?, target: folder("target_directory")? })
    }

    /// Where packages go unless another folder is named.
    pub(crate) fn packages(&self) -> PathBuf {
        self.target.join("package")
    }

    /// Where what is needed to build them is set up.
    pub(crate) fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }
}

/// The Cargo that runs this program; the one of the search path if none does.
pub(crate) fn cargo() -> PathBuf {
    std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from)
}

/// Where Cargo keeps the sources of the crates that it has from a registry.
pub(crate) fn registry_sources() -> Option<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(std::env::home_dir()?.join(".cargo")))?;
    Some(Path::new(&home).join("registry/src"))
}
