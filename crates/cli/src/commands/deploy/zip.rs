//! The zip with the function: whether Lambda could run it, seen before anything is sent.
//!
//! What `bootstrap` is built for stands in the first 20 bytes of an ELF file.

use std::path::Path;

use hopover_core::stack::Architecture;
use miniz_oxide::inflate::{DecompressError, decompress_to_vec_with_limit};
use rawzip::{CompressionMethod, CreatorSystem, ZipArchive, ZipFileHeaderRecord};

use crate::failure::Failure;

/// What Lambda runs.
const PROGRAM: &str = "bootstrap";

/// The most that Lambda takes, in bytes: 250 MB unpacked, and ours hardly shrinks below a third.
const LARGEST: u64 = 250_000_000;

/// As much of the program as is looked at.
const HEADER: usize = 64;

/// Why a file is not the function.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotCode {
    #[error("it is no zip file; `cargo run -p hopover-package` makes the right one")]
    NoZip,
    #[error("it has {0} bytes, and Lambda takes no more than {LARGEST}")]
    TooLarge(u64),
    #[error(
        "there is no {PROGRAM} at the top of it, but {0}; `cargo run -p hopover-package` makes the right one"
    )]
    NoProgram(String),
    #[error(
        "its {PROGRAM} is not marked as executable, and Lambda would not start it: make the zip where files have permissions, \
         after `chmod 755 {PROGRAM}`"
    )]
    NotExecutable,
    #[error("its {PROGRAM} is no 64-bit Linux program (ELF)")]
    NoElf,
    #[error("its {PROGRAM} is built for a machine that Lambda does not have (ELF machine {0})")]
    OtherMachine(u16),
    #[error("its {PROGRAM} is built for {found}, and --arch says {asked}")]
    OtherArchitecture { found: Architecture, asked: Architecture },
}

/// A zip that Lambda could run.
#[derive(Debug)]
pub(crate) struct Zip {
    pub(crate) bytes: Vec<u8>,
    pub(crate) architecture: Architecture,
}

/// Reads the file.
pub(crate) fn read(path: &Path, asked: Option<Architecture>) -> Result<Zip, Failure> {
    let name = || path.display().to_string();
    let unread = |source| Failure::Read { path: name(), source };
    let length = std::fs::metadata(path).map_err(unread)?.len();
    if length > LARGEST {
        return Err(Failure::NotCode { path: name(), source: NotCode::TooLarge(length) });
    }
    let bytes = std::fs::read(path).map_err(unread)?;
    let architecture = architecture(&bytes).and_then(|found| match asked {
        Some(asked) if asked != found => Err(NotCode::OtherArchitecture { found, asked }),
        _ => Ok(found),
    });
    match architecture {
        Ok(architecture) => Ok(Zip { bytes, architecture }),
        Err(source) => Err(Failure::NotCode { path: name(), source }),
    }
}

/// What the program in a zip is built for.
fn architecture(zip: &[u8]) -> Result<Architecture, NotCode> {
    let header = header(zip)?;
    // The magic number, 64 bits, least significant byte first.
    if !header.starts_with(b"\x7fELF\x02\x01") {
        return Err(NotCode::NoElf);
    }
    match header.get(18..20) {
        Some(&[low, high]) => match u16::from_le_bytes([low, high]) {
            62 => Ok(Architecture::X86_64),
            183 => Ok(Architecture::Arm64),
            other => Err(NotCode::OtherMachine(other)),
        },
        _ => Err(NotCode::NoElf),
    }
}

/// The first bytes of the program in a zip.
fn header(zip: &[u8]) -> Result<Vec<u8>, NotCode> {
    let archive = ZipArchive::from_slice(zip).map_err(no_zip)?;
    let entries: Vec<_> = archive.entries().collect::<Result<_, _>>().map_err(no_zip)?;
    let name =
        |entry: &ZipFileHeaderRecord<'_>| String::from_utf8_lossy(entry.file_path().as_ref()).into_owned();
    let Some(program) = entries.iter().find(|entry| name(entry) == PROGRAM) else {
        let names: Vec<_> = entries.iter().take(5).map(name).collect();
        return Err(NotCode::NoProgram(if names.is_empty() {
            "nothing".to_owned()
        } else {
            names.join(", ")
        }));
    };
    // Permissions are there only where the zip was made on a system that has them.
    let is_unix = program.version_made_by().creator_system() == CreatorSystem::UNIX;
    if !is_unix || program.mode().permissions() & 0o111 == 0 {
        return Err(NotCode::NotExecutable);
    }
    let packed = archive.get_entry(program.wayfinder()).map_err(no_zip)?;
    match program.compression_method() {
        CompressionMethod::STORE => Ok(packed.data().iter().take(HEADER).copied().collect()),
        CompressionMethod::DEFLATE => match decompress_to_vec_with_limit(packed.data(), HEADER) {
            // There is more, and that is not looked at.
            Ok(header) | Err(DecompressError { output: header, .. }) => Ok(header),
        },
        _ => Err(NotCode::NoZip),
    }
}

fn no_zip(_: rawzip::Error) -> NotCode {
    NotCode::NoZip
}

#[cfg(test)]
mod tests;
