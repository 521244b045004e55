//! Files of backups: how they are called, written and read.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use hopover_core::backup::{Backup, BackupError, MOST_BYTES};
use hopover_core::group::Group;

use crate::failure::Failure;
use crate::output;
use crate::place::Place;

/// More files of one name than anybody keeps.
const MOST_TWINS: u32 = 1_000;

/// Arguments of a command that backs up before it writes.
#[derive(Debug, Args)]
pub(crate) struct First {
    /// Where the backup is put that is taken first: a file that does not exist yet, or a folder. Without it, a file in this
    /// folder, named for the VPC and the time.
    #[arg(long, value_name = "FILE|FOLDER", conflicts_with = "no_backup")]
    backup_to: Option<PathBuf>,
    /// Take no backup first.
    #[arg(long)]
    no_backup: bool,
}

/// Takes a backup before something is written, unless that is not wanted, and says where it is.
pub(crate) fn first(place: &mut Place, group: &Group, first: &First) -> Result<Option<PathBuf>, Failure> {
    if first.no_backup {
        return Ok(None);
    }
    let file = keep(&take(place, group)?, first.backup_to.as_deref())?;
    output::talk(format_args!("backed up every route table of {} to {}", group.vpc, file.display()));
    Ok(Some(file))
}

/// A backup of a group's VPC as it is now.
pub(crate) fn take(place: &mut Place, group: &Group) -> Result<Backup, Failure> {
    let tables = place.tables(group)?;
    for (table, unnamed) in &tables.unnamed {
        output::talk(format_args!(
            "{} {} of {table} will not be in the backup: this version cannot name what EC2 shows as destination",
            output::warned("warning:"),
            output::count(*unnamed, "route")
        ));
    }
    let groups = in_vpc_of(place, group);
    let backup = Backup::of(&group.region, &group.vpc, &groups, tables, place.now());
    backup.map_err(|why| Failure::Unexpected(format!("EC2 shows what no backup can hold: {why}")))
}

/// The configured groups in the VPC of a group.
pub(crate) fn in_vpc_of(place: &Place, group: &Group) -> Vec<Arc<Group>> {
    let groups = place.config().groups.iter();
    groups.filter(|other| other.region == group.region && other.vpc == group.vpc).cloned().collect()
}

/// Writes a backup and reads it back. A file that exists is never touched.
pub(crate) fn keep(backup: &Backup, to: Option<&Path>) -> Result<PathBuf, Failure> {
    let name = backup.file_name();
    let file = match to {
        Some(folder) if is_folder(folder) => write_new(&mut twins(&folder.join(name)), backup)?,
        Some(file) => write_new(&mut std::iter::once(file.to_owned()), backup)?,
        None => write_new(&mut twins(Path::new(&name)), backup)?,
    };
    if read(&file, false)? != *backup {
        return Err(Failure::Unexpected(format!("{} does not hold what was written", file.display())));
    }
    Ok(file)
}

/// True if it is a folder, or is written as one.
pub(crate) fn is_folder(path: &Path) -> bool {
    path.is_dir() || path.as_os_str().to_string_lossy().ends_with(std::path::MAIN_SEPARATOR)
}

/// A name, and others like it for when it is taken.
fn twins(file: &Path) -> impl Iterator<Item = PathBuf> {
    let others = (2..MOST_TWINS).map({
        let file = file.to_owned();
        move |n| {
            let stem = file.file_stem().unwrap_or_default().to_string_lossy();
            file.with_file_name(format!("{stem}-{n}.json"))
        }
    });
    std::iter::once(file.to_owned()).chain(others)
}

/// Writes the first of these files that does not exist yet.
fn write_new(files: &mut dyn Iterator<Item = PathBuf>, backup: &Backup) -> Result<PathBuf, Failure> {
    let mut taken = PathBuf::new();
    for path in files {
        let failed = |source| Failure::Keep { path: path.display().to_string(), source };
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            // What follows is written to the account: the backup must be there even if this machine is not.
            Ok(mut file) => file
                .write_all(backup.to_text().as_bytes())
                .and_then(|()| file.sync_all())
                .map_err(failed)
                .map(|()| path.clone())?,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                taken = path;
                continue;
            }
            Err(error) => return Err(failed(error)),
        };
        return Ok(path);
    }
    Err(Failure::Usage(format!(
        "{} exists already, and a backup never overwrites: name another",
        taken.display()
    )))
}

/// Reads a backup.
pub(crate) fn read(path: &Path, edited: bool) -> Result<Backup, Failure> {
    let unreadable = |source| Failure::Read { path: path.display().to_string(), source };
    let wrong = |source| Failure::Backup { path: path.display().to_string(), source };
    let mut bytes = Vec::new();
    let most = u64::try_from(MOST_BYTES).unwrap_or(u64::MAX);
    let file = std::fs::File::open(path).map_err(unreadable)?;
    file.take(most + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let right = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = String::from_utf8_lossy(right).matches('\n').count() + 1;
        wrong(BackupError::Text { line, key: String::new(), message: "this is no UTF-8 text".to_owned() })
    })?;
    Backup::from_text(&text, edited).map_err(wrong)
}
