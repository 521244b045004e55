//! The zip files, read by Python: as the emulators do, and with no line of ours.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::setup::{HERE, fit, folder, pack, program, refusal, success};
use serde_json::{Value, json};

#[test]
fn a_zip_holds_bootstrap_alone_which_everybody_may_start() {
    let folder = folder("entry");
    let binary = fit(&folder);
    success(&pack(&binary, &folder));
    let content = look(&folder.join(format!("hopover-lambda-{HERE}.zip")), &binary);
    let entry = json!({
        "name": "bootstrap", "mode": "0o100755", "time": [1980, 1, 1, 0, 0, 0], "deflated": true, "same": true,
    });
    assert_eq!(content["entries"], json!([entry]));
}

#[test]
fn sizes_and_sums_are_those_of_the_file() {
    let folder = folder("sums");
    let binary = fit(&folder);
    let printed = success(&pack(&binary, &folder));
    let zip = folder.join(format!("hopover-lambda-{HERE}.zip"));
    let content = look(&zip, &binary);
    let expected = [
        zip.display().to_string(),
        format!("  architecture  {HERE}"),
        "  glibc         2.34 needed, 2.34 in Amazon Linux 2023".to_owned(),
        format!("  bootstrap     {} bytes", fs::metadata(&binary).expect("linked").len()),
        format!("  zip           {} bytes", fs::metadata(&zip).expect("packed").len()),
        format!("  SHA-256       {}", content["sha256"].as_str().expect("text")),
        format!("  CodeSha256    {}", content["base64"].as_str().expect("text")),
    ];
    assert_eq!(printed.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn the_same_binary_gives_the_same_bytes_wherever_and_whenever_it_is_packed() {
    let folder = folder("same");
    let binary = fit(&folder);
    let (one, two) = (folder.join("one"), folder.join("two"));
    fs::create_dir_all(&one).expect("made");
    fs::create_dir_all(two.join("deeper")).expect("made");
    fs::copy(&binary, one.join("first")).expect("copied");
    let old = two.join("deeper/second");
    fs::write(&old, fs::read(&binary).expect("linked")).expect("written");
    let file = fs::File::options().write(true).open(&old).expect("there");
    file.set_modified(std::time::UNIX_EPOCH).expect("its time can be set");
    drop(file);

    success(
        &program().args(["--binary", "first", "--out", "."]).current_dir(&one).output().expect("it starts"),
    );
    let mut second = program();
    // A mode and a time zone of its own, relative paths, the variable instead of the option.
    second
        .env("HOPOVER_PACKAGE_BINARY", "deeper/second")
        .args(["--out", "made/by/it"])
        .env("TZ", "Asia/Shanghai");
    success(&second.current_dir(&two).output().expect("it starts"));

    let name = format!("hopover-lambda-{HERE}.zip");
    let (first, second) = (fs::read(one.join(&name)), fs::read(two.join("made/by/it").join(&name)));
    assert!(first.expect("packed") == second.expect("packed"), "{} differs", folder.display());
}

/// The function as `cargo test --workspace` has built it. It is linked for this machine's glibc, which may be too new.
#[test]
fn the_function_itself_is_packed() {
    let folder = folder("function");
    let profile = Path::new(env!("CARGO_BIN_EXE_hopover-package")).parent().expect("the profile's folder");
    let binary = profile.join("bootstrap");
    if !binary.exists() {
        eprintln!("NOT RUN: {} is not built (cargo build -p hopover-lambda)", binary.display());
        return;
    }
    let output = pack(&binary, &folder);
    if !output.status.success() {
        let said = refusal(&output);
        assert!(said.contains("it needs what glibc 2.34, of Amazon Linux 2023, does not have"), "{said}");
        return;
    }
    let content = look(&folder.join(format!("hopover-lambda-{HERE}.zip")), &binary);
    assert_eq!(content["entries"][0]["same"], true);
}

/// What Python sees in a zip file, and whether its entry is this binary.
fn look(zip: &Path, binary: &Path) -> Value {
    const LOOK: &str = r#"
import base64, hashlib, json, sys, zipfile
zip, binary = sys.argv[1:]
digest = hashlib.sha256(open(zip, "rb").read())
with zipfile.ZipFile(zip) as archive:
    assert archive.testzip() is None
    entries = [{
        "name": entry.filename,
        "mode": oct(entry.external_attr >> 16),
        "time": entry.date_time,
        "deflated": entry.compress_type == zipfile.ZIP_DEFLATED,
        "same": archive.read(entry) == open(binary, "rb").read(),
    } for entry in archive.infolist()]
print(json.dumps({
    "entries": entries, "sha256": digest.hexdigest(), "base64": base64.b64encode(digest.digest()).decode(),
}))
"#;
    let output = Command::new("python3").args(["-c", LOOK]).arg(zip).arg(binary).output().expect("python3");
    serde_json::from_str(&success(&output)).expect("JSON")
}
