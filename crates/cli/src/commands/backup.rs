//! `hopover backup`: every route table of the VPC, in a file.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use hopover_core::Timestamp;
use hopover_core::id::{Region, VpcId};
use hopover_core::route::Target;
use serde::Serialize;

use crate::arguments::Format;
use crate::failure::Failure;
use crate::place::{Place, Where};
use crate::{backups, output};

/// Arguments of `backup`.
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// Where to: a file that does not exist yet, or a folder. Without it, a file in this folder, named for the VPC and the
    /// time.
    #[arg(long, value_name = "FILE|FOLDER")]
    to: Option<PathBuf>,
    /// Only the VPC of this group.
    #[arg(long, value_name = "NAME")]
    group: Option<String>,
    #[command(flatten)]
    at: Where,
}

/// The document.
#[derive(Debug, Serialize)]
struct Document {
    version: u32,
    kind: &'static str,
    backups: Vec<Kept>,
}

/// A backup that was taken.
#[derive(Debug, Serialize)]
struct Kept {
    file: String,
    region: Region,
    vpc: VpcId,
    taken_at: Timestamp,
    tables: usize,
    routes: usize,
    /// Those that point at members of the configured groups.
    routes_to_members: usize,
}

pub(crate) fn run(arguments: &Backup, format: Format) -> Result<ExitCode, Failure> {
    let mut place = Place::open(&arguments.at)?;
    let groups = place.groups(arguments.group.as_deref())?;
    let vpcs: BTreeMap<_, _> =
        groups.iter().map(|group| ((group.region.clone(), group.vpc.clone()), group)).collect();
    if let Some(file) = arguments.to.as_deref().filter(|to| vpcs.len() > 1 && !backups::is_folder(to)) {
        return Err(Failure::Usage(format!(
            "the configured groups are in {} VPCs, and {} is one file: name a folder, or a --group",
            vpcs.len(),
            file.display()
        )));
    }
    let mut kept = Vec::new();
    for group in vpcs.into_values() {
        let backup = backups::take(&mut place, group)?;
        let file = backups::keep(&backup, arguments.to.as_deref())?;
        let routes = backup.tables.tables.values().flat_map(|table| &table.routes);
        let is_members = |target: &Target| match target {
            Target::Interface(interface) => backup.member_then(interface).is_some(),
            Target::Other(_) => false,
        };
        let routes_to_members = routes.filter(|route| is_members(&route.target)).count();
        kept.push(Kept {
            file: file.display().to_string(),
            region: backup.region.clone(),
            vpc: backup.vpc.clone(),
            taken_at: backup.taken_at,
            tables: backup.tables.tables.len(),
            routes: backup.route_count(),
            routes_to_members,
        });
    }
    match format {
        Format::Json => output::json(&Document { version: 1, kind: "backup", backups: kept })?,
        Format::Text => kept.iter().for_each(show),
    }
    Ok(ExitCode::SUCCESS)
}

fn show(kept: &Kept) {
    output::line(output::strong(&kept.file));
    output::line(format_args!(
        "  {} in {}: {} with {}, {} of them to members",
        kept.vpc,
        kept.region,
        output::count(kept.tables, "route table"),
        output::count(kept.routes, "route"),
        kept.routes_to_members
    ));
}
