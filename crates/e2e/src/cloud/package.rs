//! The zip file with the function in it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::{binaries, lab};

/// What the zip is called in its bucket.
pub const KEY: &str = "hopover.zip";

/// What the zip is built for: this machine.
pub const ARCHITECTURE: &str = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };

/// The zip file, packed once a test program.
pub fn zip() -> &'static Path {
    static ZIP: OnceLock<PathBuf> = OnceLock::new();
    ZIP.get_or_init(|| {
        let zip = binaries::target_folder().join(format!("lab/{}-{KEY}", std::process::id()));
        pack(&binaries::bootstrap(), &zip);
        zip
    })
}

/// Packs a binary as `bootstrap`.
fn pack(bootstrap: &Path, zip: &Path) {
    let script = "import sys, zipfile\n\
                  with zipfile.ZipFile(sys.argv[2], 'w', zipfile.ZIP_DEFLATED, compresslevel=1) as zip:\n\
                  \x20   zip.write(sys.argv[1], 'bootstrap')\n";
    let status = Command::new(lab::cloud_python()).args(["-c", script]).arg(bootstrap).arg(zip).status();
    assert!(status.is_ok_and(|status| status.success()), "{} was not packed", bootstrap.display());
}
