//! One finished package: checked, packed, written.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};

use crate::architecture::Architecture;
use crate::archive;
use crate::executable::{Executable, Unfit, inspect};
use crate::glibc::Glibc;

/// A package, displayed as what people want to know of it.
#[derive(Debug)]
pub(crate) struct Package {
    path: PathBuf,
    executable: Executable,
    /// Bytes.
    binary_size: usize,
    /// Bytes.
    size: usize,
    sha256: [u8; 32],
}

/// Why there is no package.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PackageError {
    /// The binary.
    #[error("could not read {path}")]
    Read {
        /// Which.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// It would not run on Lambda.
    #[error("{path} cannot be packed")]
    Unfit {
        /// Which.
        path: String,
        /// Why.
        source: Unfit,
    },
    /// It would not run on the processor that was asked for.
    #[error("{path} cannot be packed for {wanted}: it is for {found}")]
    OtherArchitecture {
        /// Which.
        path: String,
        /// What was asked for.
        wanted: Architecture,
        /// What it is for.
        found: Architecture,
    },
    /// The package.
    #[error("could not write {path}")]
    Write {
        /// Which.
        path: String,
        /// Why.
        source: io::Error,
    },
}

/// Packs a binary that Lambda can run, and writes the package into a folder. Without a wish for an architecture, the binary's
/// own counts.
pub(crate) fn package(
    binary: &Path,
    wanted: Option<Architecture>,
    folder: &Path,
) -> Result<Package, PackageError> {
    let path = || binary.display().to_string();
    let bytes = fs::read(binary).map_err(|source| PackageError::Read { path: path(), source })?;
    let executable = inspect(&bytes).map_err(|source| PackageError::Unfit { path: path(), source })?;
    let found = executable.architecture;
    if let Some(wanted) = wanted.filter(|wanted| *wanted != found) {
        return Err(PackageError::OtherArchitecture { path: path(), wanted, found });
    }
    let path = folder.join(found.zip_name());
    let unwritable = |source| PackageError::Write { path: path.display().to_string(), source };
    let zip = archive::pack(&bytes).map_err(unwritable)?;
    write(&path, &zip).map_err(unwritable)?;
    let sha256 = Sha256::digest(&zip).into();
    Ok(Package { executable, binary_size: bytes.len(), size: zip.len(), sha256, path })
}

/// Writes a file whole or not at all.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let unfinished = path.with_extension("zip.unfinished");
    fs::write(&unfinished, bytes)?;
    fs::rename(&unfinished, path)
}

impl fmt::Display for Package {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Executable { architecture, glibc } = &self.executable;
        writeln!(formatter, "{}", self.path.display())?;
        writeln!(formatter, "  architecture  {architecture}")?;
        match glibc {
            Some(glibc) => {
                let available = Glibc::of_amazon_linux_2023();
                writeln!(formatter, "  glibc         {glibc} needed, {available} in Amazon Linux 2023")?;
            }
            None => writeln!(formatter, "  glibc         not needed, linked statically")?,
        }
        writeln!(formatter, "  bootstrap     {} bytes", self.binary_size)?;
        writeln!(formatter, "  zip           {} bytes", self.size)?;
        write!(formatter, "  SHA-256       ")?;
        for byte in self.sha256 {
            write!(formatter, "{byte:02x}")?;
        }
        // The form in which the Lambda console and API show it.
        writeln!(formatter, "\n  CodeSha256    {}", BASE64_STANDARD.encode(self.sha256))
    }
}
