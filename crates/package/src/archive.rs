//! The zip file that Lambda takes: `bootstrap` and nothing else.

#[cfg(test)]
mod tests;

use std::io::{self, Write as _};

use flate2::Compression;
use flate2::write::DeflateEncoder;
use rawzip::time::UtcDateTime;
use rawzip::{CompressionMethod, ZipArchiveWriter};

/// What `provided.al2023` starts.
const NAME: &str = "bootstrap";

/// Everybody may read and start it: Lambda runs it as a user of its own.
const MODE: u32 = 0o100_755;

/// The first moment that a zip file can tell, 1980-01-01, in seconds of Unix time. When something was built or packed must not
/// show in its bytes.
pub(crate) const EPOCH: i64 = 315_532_800;

/// Packs a binary. The bytes depend on nothing but the binary.
pub(crate) fn pack(binary: &[u8]) -> io::Result<Vec<u8>> {
    let mut zip = ZipArchiveWriter::new(Vec::new());
    let (mut entry, parts) = zip
        .new_file(NAME)
        .compression_method(CompressionMethod::DEFLATE)
        .last_modified(UtcDateTime::from_unix(EPOCH))
        .unix_permissions(MODE)
        .start()
        .map_err(io::Error::other)?;
    let mut writer = parts.wrap(DeflateEncoder::new(&mut entry, Compression::default()));
    writer.write_all(binary)?;
    let (encoder, sums) = writer.finish().map_err(io::Error::other)?;
    encoder.finish()?;
    entry.finish(sums).map_err(io::Error::other)?;
    zip.finish().map_err(io::Error::other)
}
