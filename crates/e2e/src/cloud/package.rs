//! The package with the function in it: the one that is shipped, of the binary that is built.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::{binaries, lab};

/// What the package is called in its bucket.
pub const KEY: &str = "hopover.zip";

/// What the package is built for: this machine.
pub const ARCHITECTURE: &str = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };

/// The zip file, packed once for each binary.
pub fn zip() -> &'static Path {
    static ZIP: OnceLock<PathBuf> = OnceLock::new();
    ZIP.get_or_init(|| {
        let _lock = lab::lock(&lab::folder());
        let (binary, folder) = (binaries::bootstrap(), lab::folder().join("package"));
        let (zip, stamp) = (folder.join(format!("hopover-lambda-{ARCHITECTURE}.zip")), folder.join("binary"));
        let built = std::fs::metadata(&binary).expect("the binary is there");
        let wanted = format!("{} {} {:?}", binary.display(), built.len(), built.modified().expect("a time"));
        if std::fs::read_to_string(&stamp).is_ok_and(|packed| packed == wanted) {
            return zip;
        }
        pack(&binary, &folder);
        std::fs::write(stamp, wanted).expect("the folder of the package is there");
        zip
    })
}

fn pack(binary: &Path, folder: &Path) {
    let mut command = Command::new(binaries::package());
    let output = command.arg("--binary").arg(binary).arg("--out").arg(folder).output();
    let output = output.expect("hopover-package starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
