//! The processors that Lambda runs functions on.

use std::fmt;

use object::elf::{EM_AARCH64, EM_X86_64, Machine};

/// A processor, displayed as Lambda calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Architecture {
    /// `x86_64`
    #[value(name = "x86_64")]
    X86_64,
    /// `arm64`
    #[value(name = "arm64")]
    Arm64,
}

impl Architecture {
    /// Both, in the order in which they are built.
    pub(crate) const ALL: [Self; 2] = [Self::X86_64, Self::Arm64];

    /// The one whose instructions an ELF file holds.
    pub(crate) fn of_machine(machine: Machine) -> Option<Self> {
        match machine {
            EM_X86_64 => Some(Self::X86_64),
            EM_AARCH64 => Some(Self::Arm64),
            _ => None,
        }
    }

    /// What Rust calls Linux with glibc on it.
    pub(crate) fn triple(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64-unknown-linux-gnu",
            Self::Arm64 => "aarch64-unknown-linux-gnu",
        }
    }

    /// Where Amazon Linux 2023 has the program that loads a dynamic executable.
    pub(crate) fn loader(self) -> &'static str {
        match self {
            Self::X86_64 => "/lib64/ld-linux-x86-64.so.2",
            Self::Arm64 => "/lib/ld-linux-aarch64.so.1",
        }
    }

    /// The name of the file to upload.
    pub(crate) fn zip_name(self) -> String {
        format!("hopover-lambda-{self}.zip")
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
        })
    }
}
