use super::*;

/// The first bytes of a program.
fn elf(machine: u16) -> Vec<u8> {
    let mut header = b"\x7fELF\x02\x01\x01".to_vec();
    header.resize(18, 0);
    header.extend(machine.to_le_bytes());
    header.resize(4_000, 7);
    header
}

/// A zip of one file. `made_by` is 3 on Unix.
fn zip(name: &str, content: &[u8], mode: u32, made_by: u8, deflated: bool) -> Vec<u8> {
    let data = if deflated { miniz_oxide::deflate::compress_to_vec(content, 6) } else { content.to_vec() };
    let [method, length, whole] =
        [if deflated { 8 } else { 0 }, data.len(), content.len()].map(|n| u32::try_from(n).unwrap());
    let name_length = u16::try_from(name.len()).unwrap().to_le_bytes();
    let method = u16::try_from(method).unwrap().to_le_bytes();
    let mut zip = b"PK\x03\x04\x14\0\0\0".to_vec();
    zip.extend(method);
    zip.extend([0; 8]);
    zip.extend(length.to_le_bytes());
    zip.extend(whole.to_le_bytes());
    zip.extend(name_length);
    zip.extend([0; 2]);
    zip.extend(name.as_bytes());
    zip.extend(&data);
    let directory = u32::try_from(zip.len()).unwrap();
    zip.extend(b"PK\x01\x02\x14");
    zip.push(made_by);
    zip.extend(b"\x14\0\0\0");
    zip.extend(method);
    zip.extend([0; 8]);
    zip.extend(length.to_le_bytes());
    zip.extend(whole.to_le_bytes());
    zip.extend(name_length);
    zip.extend([0; 8]);
    zip.extend((mode << 16).to_le_bytes());
    zip.extend(0_u32.to_le_bytes());
    zip.extend(name.as_bytes());
    let size = u32::try_from(zip.len()).unwrap() - directory;
    zip.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    zip.extend(size.to_le_bytes());
    zip.extend(directory.to_le_bytes());
    zip.extend([0; 2]);
    zip
}

#[test]
fn a_program_is_known_by_its_first_bytes_packed_or_not() {
    for deflated in [false, true] {
        for (machine, found) in [(62, Architecture::X86_64), (183, Architecture::Arm64)] {
            assert_eq!(architecture(&zip("bootstrap", &elf(machine), 0o100_755, 3, deflated)), Ok(found));
        }
    }
}

#[test]
fn what_lambda_would_not_start_is_told_before_it_is_sent() {
    let right = elf(62);
    for (zip, told) in [
        (b"PK but no zip".to_vec(), NotCode::NoZip),
        (zip("bin/bootstrap", &right, 0o755, 3, true), NotCode::NoProgram("bin/bootstrap".to_owned())),
        (zip("bootstrap", &right, 0o644, 3, true), NotCode::NotExecutable),
        (zip("bootstrap", &right, 0o755, 0, true), NotCode::NotExecutable),
        (zip("bootstrap", b"#!/bin/sh\n", 0o755, 3, true), NotCode::NoElf),
        (zip("bootstrap", b"", 0o755, 3, false), NotCode::NoElf),
        (zip("bootstrap", &elf(40), 0o755, 3, true), NotCode::OtherMachine(40)),
    ] {
        assert_eq!(architecture(&zip), Err(told));
    }
}

#[test]
fn wherever_a_zip_is_cut_it_is_refused_and_not_a_crash() {
    let whole = zip("bootstrap", &elf(183), 0o755, 3, true);
    for end in 0..whole.len() - 2 {
        assert_eq!(architecture(&whole[..end]), Err(NotCode::NoZip), "{end} of {}", whole.len());
    }
    for at in 0..whole.len() {
        for value in [0, 0x7f, 0xff] {
            let mut changed = whole.clone();
            changed[at] = value;
            let _ = architecture(&changed);
        }
    }
}
