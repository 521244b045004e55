use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};

use super::*;

/// If a new version of the compressor packs differently, every package gets another hash: worth a line in the changelog.
#[test]
fn the_bytes_are_those_of_every_machine() {
    // Some of it repeats, some does not.
    let binary: Vec<u8> = (0..1_000_000_u32).map(|n| (n.wrapping_mul(n) >> 11).to_le_bytes()[0]).collect();
    let zip = pack(&binary).expect("packed");
    assert_eq!(BASE64_STANDARD.encode(Sha256::digest(&zip)), "effB2DzluNpzAyH2vHkzhItPJyKlC09RuNeraOAyltQ=");
}
