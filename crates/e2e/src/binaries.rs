//! The binaries under test, built by the same `cargo test --workspace` that runs the tests.

use std::path::PathBuf;

/// The folder of the build products: the parent of the profile's folder, in which this test runs (`…/debug/deps/…`).
pub fn target_folder() -> PathBuf {
    profile_folder().parent().expect("a profile's folder is in the target folder").to_owned()
}

/// The Lambda binary; another one, such as that of a package, if `HOPOVER_E2E_BOOTSTRAP` names it.
pub fn bootstrap() -> PathBuf {
    std::env::var_os("HOPOVER_E2E_BOOTSTRAP").map_or_else(|| built("bootstrap"), PathBuf::from)
}

/// The command line.
pub fn hopover() -> PathBuf {
    built("hopover")
}

/// The command that packs the Lambda binary.
pub fn package() -> PathBuf {
    built("hopover-package")
}

fn built(name: &str) -> PathBuf {
    let path = profile_folder().join(name);
    assert!(
        path.exists(),
        "{} is not built: run cargo build --workspace, or test the whole workspace",
        path.display()
    );
    path
}

fn profile_folder() -> PathBuf {
    let exe = std::env::current_exe().expect("this program has a path");
    let is_profile = |folder: &&std::path::Path| folder.join("deps").is_dir();
    exe.ancestors().skip(1).find(is_profile).expect("tests run from the target folder").to_owned()
}
