//! What is packed, and what is refused because it would not start on Lambda.

use std::fs;
use std::path::Path;

use crate::setup::{
    HERE, LOADERS, MACHINE, MACHINES, cc, fit, folder, link, loader_of, pack, program, refusal, success,
};

#[test]
fn the_architecture_is_read_from_the_binary() {
    for ((architecture, loader), (_, machine)) in LOADERS.into_iter().zip(MACHINES) {
        let folder = folder(&format!("architecture-{architecture}"));
        let binary = link(&folder, "libc.so.6", &["GLIBC_2.17"], loader);
        patch(&binary, MACHINE, machine);
        let printed = success(&pack(&binary, &folder));
        assert!(printed.contains(&format!("architecture  {architecture}\n")), "{printed}");
        assert!(folder.join(format!("hopover-lambda-{architecture}.zip")).exists());
    }
}

#[test]
fn the_newest_glibc_that_is_needed_is_printed() {
    let folder = folder("newest");
    // As text, 2.9 would come after 2.34; the symbols stand in no order.
    let binary = link(&folder, "libc.so.6", &["GLIBC_2.17", "GLIBC_2.33", "GLIBC_2.9"], loader_of(HERE));
    let printed = success(&pack(&binary, &folder));
    assert!(printed.contains("glibc         2.33 needed, 2.34 in Amazon Linux 2023\n"), "{printed}");
}

#[test]
fn a_binary_that_needs_a_newer_glibc_is_refused_with_the_symbols_that_ask_for_it() {
    let folder = folder("newer");
    let versions = ["GLIBC_2.34", "GLIBC_2.34.1", "GLIBC_2.100", "GLIBC_ABI_DT_RELR", "GLIBC_3.0"];
    let binary = link(&folder, "libc.so.6", &versions, loader_of(HERE));
    let said = refusal(&pack(&binary, &folder));
    for version in &versions[1..] {
        let named = format!("{version} (symbol_of_{})", version.replace('.', "_"));
        assert!(said.contains(&named), "{said}");
    }
    assert!(!said.contains("GLIBC_2.34 ("), "{said}");
    assert!(said.contains("glibc 2.34, of Amazon Linux 2023"), "{said}");
    assert!(!folder.join(format!("hopover-lambda-{HERE}.zip")).exists(), "nothing is written");
}

#[test]
fn a_newer_symbol_that_need_not_be_there_is_no_obstacle() {
    let folder = folder("weak");
    let binary = link(&folder, "libc.so.6", &["GLIBC_2.17", "GLIBC_2.39"], loader_of(HERE));
    refusal(&pack(&binary, &folder));
    // An entry of a version is the hash of its name, flags, its number and more. Few linkers set the flag for weak ones.
    let bytes = fs::read(&binary).expect("linked");
    let hash = object::elf::hash(b"GLIBC_2.39").to_le_bytes();
    let entry = bytes.windows(6).position(|part| part[..4] == hash && part[4..] == [0, 0]).expect("an entry");
    patch(&binary, entry + 4, 2);
    let printed = success(&pack(&binary, &folder));
    assert!(printed.contains("glibc         2.17 needed"), "{printed}");
}

#[test]
fn a_static_binary_needs_no_glibc() {
    let folder = folder("static");
    fs::write(folder.join("program.c"), "void _start(void) { for (;;) ; }").expect("written");
    for (name, kind) in [("fixed", "-no-pie"), ("movable", "-static-pie")] {
        cc(&folder, &["-nostdlib", "-static", kind, "-fPIE", "program.c", "-o", name]);
        let printed = success(&pack(&folder.join(name), &folder));
        assert!(printed.contains("glibc         not needed, linked statically\n"), "{printed}");
    }
}

#[test]
fn a_file_that_is_no_executable_is_refused_for_what_it_is() {
    let folder = folder("other-files");
    let script = "#!/bin/sh\necho bootstrap\n";
    fs::write(folder.join("script"), script).expect("written");
    fs::write(folder.join("text"), "bootstrap\n").expect("written");
    fs::write(folder.join("empty"), "").expect("written");
    fit(&folder);
    cc(&folder, &["-c", "program.c", "-o", "object"]);
    for (file, reason) in [
        ("script", "it is a script, not an ELF executable"),
        ("text", "it is not an ELF file"),
        ("empty", "it is not an ELF file"),
        ("object", "it is an ELF file, but not an executable"),
        ("library.so", "it is an ELF file, but not an executable"),
        ("absent", "No such file or directory"),
    ] {
        let said = refusal(&pack(&folder.join(file), &folder));
        assert!(said.contains(reason) && said.contains(file), "{file}: {said}");
    }
}

#[test]
fn another_processor_loader_or_library_is_refused_by_name() {
    let folder = folder("foreign");
    let binary = fit(&folder);
    patch(&binary, MACHINE, 243);
    assert!(refusal(&pack(&binary, &folder)).contains("ELF machine 243"));

    let musl = link(&folder, "libc.so.6", &["GLIBC_2.17"], "/lib/ld-musl-x86_64.so.1");
    let said = refusal(&pack(&musl, &folder));
    assert!(said.contains("/lib/ld-musl-x86_64.so.1") && said.contains(loader_of(HERE)), "{said}");

    let library = link(&folder, "libssl.so.3", &["OPENSSL_3.0.0"], loader_of(HERE));
    assert!(refusal(&pack(&library, &folder)).contains("libssl.so.3"));

    // As when its section headers are stripped away, which a program runs without.
    let bare = link(&folder, "libc.so.6", &["GLIBC_2.17"], loader_of(HERE));
    for byte in (40..48).chain(58..64) {
        patch(&bare, byte, 0);
    }
    assert!(refusal(&pack(&bare, &folder)).contains("nothing in it tells which glibc it needs"));
}

#[test]
fn a_binary_for_another_architecture_than_asked_for_is_refused() {
    let folder = folder("asked");
    let binary = fit(&folder);
    let other = if HERE == "x86_64" { "arm64" } else { "x86_64" };
    let mut command = program();
    command.arg("--binary").arg(&binary).arg("--out").arg(&folder).args(["--arch", other]);
    let said = refusal(&command.output().expect("the program starts"));
    assert!(said.contains(&format!("cannot be packed for {other}: it is for {HERE}")), "{said}");
}

#[test]
fn a_file_that_is_cut_short_is_refused_and_breaks_nothing() {
    let folder = folder("cut");
    let whole = fs::read(fit(&folder)).expect("linked");
    let cut = folder.join("cut");
    // The section headers are at the end, so no part is whole.
    for length in (0..whole.len()).step_by(whole.len() / 64) {
        fs::write(&cut, &whole[..length]).expect("written");
        refusal(&pack(&cut, &folder));
    }
}

fn patch(file: &Path, at: usize, byte: u8) {
    let mut bytes = fs::read(file).expect("readable");
    bytes[at] = byte;
    fs::write(file, bytes).expect("writable");
}
