//! What a binary asks of the system that is to run it, read from its ELF headers and symbol versions.

use std::fmt;

use object::elf::{self, FileHeader32, FileHeader64};
use object::read::elf::{ElfFile64, FileHeader as _, ProgramHeader as _};
use object::{Endianness, FileKind};

use crate::architecture::Architecture;
use crate::glibc::Glibc;

/// What `provided.al2023` has for a program in Rust: the libraries of glibc, and the one of GCC that unwinds stacks.
const LIBRARIES: [&str; 9] = [
    "ld-linux-aarch64.so.1",
    "ld-linux-x86-64.so.2",
    "libc.so.6",
    "libdl.so.2",
    "libgcc_s.so.1",
    "libm.so.6",
    "libpthread.so.0",
    "librt.so.1",
    "libutil.so.1",
];

/// A binary that Lambda's `provided.al2023` can run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Executable {
    /// Whose instructions it holds.
    pub(crate) architecture: Architecture,
    /// The newest glibc that it asks for; none if it is linked statically.
    pub(crate) glibc: Option<Glibc>,
}

/// Why a file cannot run there.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unfit {
    /// It would need an interpreter, which the image need not have.
    #[error("it is a script, not an ELF executable")]
    Script,
    /// Something else.
    #[error("it is not an ELF file")]
    NotElf,
    /// A library, an object file, a core.
    #[error("it is an ELF file, but not an executable")]
    NotExecutable,
    /// Another processor.
    #[error(
        "it is for a processor that Lambda does not have (ELF machine {machine}); expected x86_64 or arm64"
    )]
    Machine {
        /// `e_machine` of the header.
        machine: u16,
    },
    /// Linked for another C library, or for a system with paths of its own.
    #[error("it asks to be loaded by {found}; Amazon Linux 2023 has {expected}")]
    Loader {
        /// What it asks for.
        found: String,
        /// What there is.
        expected: &'static str,
    },
    /// It would not start.
    #[error("it needs libraries that provided.al2023 may not have: {}", names.join(", "))]
    Libraries {
        /// Their names, as the loader looks for them.
        names: Vec<String>,
    },
    /// It would not start.
    #[error(
        "it needs what glibc {}, of Amazon Linux 2023, does not have: {}",
        Glibc::of_amazon_linux_2023(),
        needs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    )]
    Glibc {
        /// What it needs.
        needs: Vec<Need>,
    },
    /// It is dynamic, and its section headers are stripped away.
    #[error("nothing in it tells which glibc it needs")]
    Unversioned,
    /// Offsets that lead out of the file, and the like.
    #[error("its ELF headers are damaged")]
    Damaged(#[from] object::Error),
}

/// A symbol version, displayed with the symbols that ask for it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Need {
    /// `GLIBC_2.38`
    pub(crate) version: String,
    /// In the order of the symbol table. None for a version that stands for a feature of the loader.
    pub(crate) symbols: Vec<String>,
}

impl fmt::Display for Need {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.version)?;
        if self.symbols.is_empty() { Ok(()) } else { write!(formatter, " ({})", self.symbols.join(", ")) }
    }
}

/// Looks whether a file can run on Lambda's `provided.al2023`.
pub(crate) fn inspect(data: &[u8]) -> Result<Executable, Unfit> {
    let machine = match FileKind::parse(data) {
        Ok(FileKind::Elf64) => machine(FileHeader64::<Endianness>::parse(data)?)?,
        // No processor of Lambda's runs it.
        Ok(FileKind::Elf32) => {
            let machine = machine(FileHeader32::<Endianness>::parse(data)?)?;
            return Err(Unfit::Machine { machine });
        }
        _ if data.starts_with(b"#!") => return Err(Unfit::Script),
        _ => return Err(Unfit::NotElf),
    };
    let architecture = Architecture::of_machine(elf::Machine(machine)).ok_or(Unfit::Machine { machine })?;
    let file = ElfFile64::<Endianness>::parse(data)?;
    let glibc = match loader(&file)? {
        None => None,
        Some(found) if found == architecture.loader() => Some(newest_glibc(&file)?),
        Some(found) => return Err(Unfit::Loader { found, expected: architecture.loader() }),
    };
    Ok(Executable { architecture, glibc })
}

fn machine<Header: object::read::elf::FileHeader>(header: &Header) -> Result<u16, Unfit> {
    Ok(header.e_machine(header.endian()?).0)
}

/// What the kernel starts to load this executable; none if it is linked statically.
fn loader(file: &ElfFile64<'_>) -> Result<Option<String>, Unfit> {
    let endian = file.endian();
    let mut loader = None;
    for segment in file.elf_program_headers() {
        if let Some(path) = segment.interpreter(endian, file.data())? {
            loader = Some(String::from_utf8_lossy(path).into_owned());
        }
    }
    let is_executable = match file.elf_header().e_type(endian) {
        elf::ET_EXEC => true,
        // A library is of this type too. It has no loader, nor the mark of an executable that is linked statically and can be
        // loaded anywhere.
        elf::ET_DYN => loader.is_some() || is_marked_as_executable(file)?,
        _ => false,
    };
    if is_executable { Ok(loader) } else { Err(Unfit::NotExecutable) }
}

fn is_marked_as_executable(file: &ElfFile64<'_>) -> Result<bool, Unfit> {
    let mark = elf::DF_1_PIE.0;
    Ok(file.elf_dynamic_table()?.iter().any(|entry| entry.tag == elf::DT_FLAGS_1 && entry.val & mark != 0))
}

/// The newest version of glibc that a dynamic executable asks for, once it is sure that all that it asks for is there.
fn newest_glibc(file: &ElfFile64<'_>) -> Result<Glibc, Unfit> {
    let dynamic = file.elf_dynamic_table()?;
    let mut foreign = Vec::new();
    for entry in dynamic.iter().filter(|entry| entry.tag == elf::DT_NEEDED) {
        let name = String::from_utf8_lossy(dynamic.string(entry)?);
        if !LIBRARIES.contains(&&*name) {
            foreign.push(name.into_owned());
        }
    }
    if !foreign.is_empty() {
        return Err(Unfit::Libraries { names: foreign });
    }
    let (mut newest, mut needs) = (None, Vec::new());
    for (index, version) in glibc_versions(file)? {
        match Glibc::of_symbol_version(&version) {
            Some(glibc) if glibc <= Glibc::of_amazon_linux_2023() => newest = newest.max(Some(glibc)),
            _ => needs.push(Need { symbols: symbols_of(file, index)?, version }),
        }
    }
    if needs.is_empty() { newest.ok_or(Unfit::Unversioned) } else { Err(Unfit::Glibc { needs }) }
}

/// The symbol versions of glibc that must be there, with the numbers that the symbols know them by. The loader does not insist
/// on a weak one: the program looks itself whether such a symbol is there.
fn glibc_versions(file: &ElfFile64<'_>) -> Result<Vec<(elf::VersionIndex, String)>, Unfit> {
    let (endian, sections) = (file.endian(), file.elf_section_table());
    let mut versions = Vec::new();
    let Some((mut libraries, strings)) = sections.gnu_verneed(endian, file.data())? else {
        return Ok(versions);
    };
    let strings = sections.strings(endian, file.data(), strings)?;
    while let Some((_, mut needed)) = libraries.next()? {
        while let Some(version) = needed.next()? {
            let name = String::from_utf8_lossy(version.name(endian, strings)?);
            let is_weak = version.vna_flags.get(endian).contains(elf::VER_FLG_WEAK);
            if name.starts_with("GLIBC_") && !is_weak {
                versions.push((version.vna_other(endian).index(), name.into_owned()));
            }
        }
    }
    Ok(versions)
}

/// The names of the symbols that ask for this version.
fn symbols_of(file: &ElfFile64<'_>, version: elf::VersionIndex) -> Result<Vec<String>, Unfit> {
    let endian = file.endian();
    let Some(versions) = file.elf_section_table().versions(endian, file.data())? else {
        return Ok(Vec::new());
    };
    let symbols = file.elf_dynamic_symbol_table();
    let mut names = Vec::new();
    for (index, symbol) in symbols.enumerate() {
        if versions.version_index(endian, index).index() == version {
            names.push(String::from_utf8_lossy(symbols.symbol_name(endian, symbol)?).into_owned());
        }
    }
    Ok(names)
}
