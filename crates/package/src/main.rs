//! Builds the Lambda function and packs it: `hopover-lambda-x86_64.zip`, and `hopover-lambda-arm64.zip` where Rust's standard
//! library for arm64 is installed.
//!
//! ```text
//! cargo run -p hopover-package
//! cargo run -p hopover-package -- --arch arm64        one architecture, or an error
//! cargo run -p hopover-package -- --binary FILE       a bootstrap that is built already
//! ```

#![forbid(unsafe_code)]

mod architecture;
mod archive;
mod compile;
mod executable;
mod glibc;
mod package;
mod process;
mod workspace;
mod zigbuild;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;

use architecture::Architecture;
use compile::{CompileError, bootstrap, require_standard_library};
use package::package;
use workspace::Workspace;
use zigbuild::Zigbuild;

/// Builds the Lambda function for Amazon Linux 2023 and packs it into zip files that can be uploaded.
///
/// The same binary always gives the same zip file, byte for byte.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// For this architecture alone, instead of for each whose standard library is installed.
    #[arg(long)]
    arch: Option<Architecture>,
    /// The folder for the zip files [default: package in Cargo's target folder].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Packs this file, a bootstrap that is built already, instead of building one.
    #[arg(long, value_name = "FILE", env = "HOPOVER_PACKAGE_BINARY")]
    binary: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", chain(&*error));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let workspace = Workspace::find()?;
    let out = arguments.out.clone().unwrap_or_else(|| workspace.packages());
    match &arguments.binary {
        Some(binary) => print!("{}", package(binary, arguments.arch, &out)?),
        None => build(&workspace, arguments.arch, &out)?,
    }
    Ok(())
}

/// Builds and packs for one architecture, or for each that can be built here.
fn build(workspace: &Workspace, only: Option<Architecture>, out: &Path) -> Result<(), Box<dyn Error>> {
    let (mut possible, mut left_out) = (Vec::new(), Vec::new());
    for architecture in Architecture::ALL.into_iter().filter(|each| only.is_none_or(|only| only == *each)) {
        match require_standard_library(workspace, architecture) {
            Ok(()) => possible.push(architecture),
            Err(error @ CompileError::NoStandardLibrary { .. }) => left_out.push((architecture, error)),
            Err(error) => return Err(error.into()),
        }
    }
    for (architecture, error) in left_out {
        if possible.is_empty() {
            return Err(error.into());
        }
        eprintln!("{architecture} is left out: {error}");
        let zip = out.join(architecture.zip_name());
        if zip.exists() {
            eprintln!("{} is of an earlier run", zip.display());
        }
    }
    let zigbuild = Zigbuild::ready(&workspace.tools())?;
    for architecture in possible {
        let binary = bootstrap(workspace, &zigbuild, architecture)?;
        print!("{}", package(&binary, Some(architecture), out)?);
    }
    Ok(())
}

/// An error with its causes, in one line.
fn chain(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| Error::source(*error));
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
