//! The zip with the function: whether Lambda could run it, seen before anything is sent.
//!
//! Three headers are read: the end of the directory, the entry of `bootstrap`, and that of its data. Source: PKWARE's "APPNOTE",
//! 4.3. What `bootstrap` is built for stands in the first 20 bytes of an ELF file.

use std::path::Path;

use hopover_core::stack::Architecture;
use miniz_oxide::inflate::{DecompressError, decompress_to_vec_with_limit};

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
    let entries = entries(zip).ok_or(NotCode::NoZip)?;
    let Some(program) = entries.iter().find(|entry| entry.name == PROGRAM) else {
        let names: Vec<_> = entries.iter().take(5).map(|entry| entry.name.clone()).collect();
        return Err(NotCode::NoProgram(if names.is_empty() {
            "nothing".to_owned()
        } else {
            names.join(", ")
        }));
    };
    if program.mode & 0o111 == 0 {
        return Err(NotCode::NotExecutable);
    }
    let header = program.header(zip).ok_or(NotCode::NoZip)?;
    // The magic number, 64 bits, least significant byte first.
    if !header.starts_with(b"\x7fELF\x02\x01") {
        return Err(NotCode::NoElf);
    }
    match u16_at(&header, 18).ok_or(NotCode::NoElf)? {
        62 => Ok(Architecture::X86_64),
        183 => Ok(Architecture::Arm64),
        other => Err(NotCode::OtherMachine(other)),
    }
}

/// An entry of the directory.
struct Entry {
    name: String,
    /// The permissions; none if the zip was made where there are none.
    mode: u32,
    method: u16,
    /// Bytes of its data.
    length: usize,
    /// Where its own header is.
    at: usize,
}

/// The directory; `None` if it makes no sense.
fn entries(zip: &[u8]) -> Option<Vec<Entry>> {
    let end = zip.windows(4).rposition(|bytes| bytes == b"PK\x05\x06")?;
    let count = u16_at(zip, end + 10)?;
    let mut at = usize::try_from(u32_at(zip, end + 16)?).ok()?;
    let mut entries = Vec::new();
    for _ in 0..count {
        if zip.get(at..at + 4)? != b"PK\x01\x02" {
            return None;
        }
        let [name, extra, comment] = [28, 30, 32].map(|field| u16_at(zip, at + field).map(usize::from));
        let (name, extra, comment) = (name?, extra?, comment?);
        // The high byte of "made by": 3 is Unix.
        let is_unix = zip.get(at + 5)? == &3;
        entries.push(Entry {
            name: String::from_utf8_lossy(zip.get(at + 46..at + 46 + name)?).into_owned(),
            mode: if is_unix { u32_at(zip, at + 38)? >> 16 } else { 0 },
            method: u16_at(zip, at + 10)?,
            length: usize::try_from(u32_at(zip, at + 20)?).ok()?,
            at: usize::try_from(u32_at(zip, at + 42)?).ok()?,
        });
        at += 46 + name + extra + comment;
    }
    Some(entries)
}

impl Entry {
    /// The first bytes of what it holds.
    fn header(&self, zip: &[u8]) -> Option<Vec<u8>> {
        if zip.get(self.at..self.at.checked_add(4)?)? != b"PK\x03\x04" {
            return None;
        }
        let skipped = usize::from(u16_at(zip, self.at + 26)?) + usize::from(u16_at(zip, self.at + 28)?);
        let begin = self.at + 30 + skipped;
        let data = zip.get(begin..begin.checked_add(self.length)?)?;
        match self.method {
            0 => Some(data.iter().take(HEADER).copied().collect()),
            8 => match decompress_to_vec_with_limit(data, HEADER) {
                // There is more, and that is not looked at.
                Ok(header) | Err(DecompressError { output: header, .. }) => Some(header),
            },
            _ => None,
        }
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at.checked_add(2)?)?.try_into().ok().map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_le_bytes)
}

#[cfg(test)]
mod tests;
