//! Checksums, as people compare them.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// The SHA-256 of some bytes, in hexadecimal digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        // A `String` takes everything that is written to it.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
