//! The file of a backup, and its reader.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::ser::Serializer;

use super::layout::Layout;
use super::values::{
    AssociationText, DestinationText, Keyed, OriginWord, StateWord, TWICE, TargetText, Word, unique,
};
use super::{Backup, GroupThen, origin, origin_name, state, state_name};
use crate::Timestamp;
use crate::checksum::sha256;
use crate::excerpt::excerpt;
use crate::id::{GroupName, InterfaceId, MemberName, PathName, Region, RouteTableId, VpcId};
use crate::route::{Route, RouteTable};
use crate::tables::Tables;

/// The version of the file that this program writes, and the only one that it reads.
const VERSION: u32 = 1;

/// What the file says of itself.
const ABOUT: &str = "route tables of a VPC, by `hopover backup`; `hopover restore` puts them back";

/// The largest file that is read, in bytes. 200 tables of 1,000 routes, the highest quotas, have about 30 million.
pub const MOST_BYTES: usize = 64 << 20;

/// The most that a message tells of a mistake, in characters.
const LONGEST_MISTAKE: usize = 600;

/// Why a file is no backup that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BackupError {
    /// There is nothing in it.
    #[error("it is empty")]
    Empty,
    /// It is larger than any backup.
    #[error("it has more than {} MB, and no backup is that large", MOST_BYTES >> 20)]
    TooLarge,
    /// It ends in the middle.
    #[error("it is cut short: it ends in line {line}, before the backup does")]
    CutShort {
        /// Counted from 1.
        line: usize,
    },
    /// It is something else.
    #[error("it is no backup: expected a file as `hopover backup` writes it")]
    SomethingElse,
    /// It is of a version that this program does not know.
    #[error("it has version {0}, and this hopover reads version {VERSION}: use the hopover that wrote it")]
    Version(u64),
    /// It is wrong in one place.
    #[error("line {line}{}: {message}", if key.is_empty() { String::new() } else { format!(", {key}") })]
    Text {
        /// Counted from 1.
        line: usize,
        /// The path of the value, such as `tables[0].routes[2].target`.
        key: String,
        /// What is wrong, and what would be right.
        message: String,
    },
    /// The checksum is not that of the content.
    #[error(
        "it was changed since it was written: its checksum does not fit its content. Use another one, or --edited if it was \
         changed on purpose"
    )]
    Edited,
}

/// What is read first, whatever the rest looks like.
#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    about: Option<serde_json::Value>,
    #[serde(default)]
    version: Option<u64>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    about: String,
    version: u32,
    taken_at: Timestamp,
    region: Region,
    vpc: VpcId,
    #[serde(deserialize_with = "unique")]
    groups: Vec<GroupText>,
    #[serde(deserialize_with = "unique")]
    tables: Vec<TableText>,
    #[serde(default)]
    sha256: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupText {
    name: GroupName,
    members: BTreeMap<MemberName, BTreeMap<PathName, InterfaceId>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TableText {
    id: RouteTableId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(deserialize_with = "unique")]
    associations: Vec<AssociationText>,
    #[serde(deserialize_with = "unique")]
    routes: Vec<RouteText>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RouteText {
    destination: DestinationText,
    target: TargetText,
    origin: Word<OriginWord>,
    state: Word<StateWord>,
}

impl Backup {
    /// The file.
    pub fn to_text(&self) -> String {
        let mut document = Document::of(self);
        document.sha256 = document.checksum();
        let mut bytes = Vec::new();
        let written = document.serialize(&mut Serializer::with_formatter(&mut bytes, Layout::default()));
        debug_assert!(written.is_ok(), "strings and numbers in memory");
        let mut text = String::from_utf8(bytes).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Reads a file. One whose content is not what was written is accepted only if that is `edited` on purpose; it must make
    /// sense all the same.
    ///
    /// # Errors
    ///
    /// What is wrong, where, and what would be right.
    pub fn from_text(text: &str, edited: bool) -> Result<Self, BackupError> {
        if text.len() > MOST_BYTES {
            return Err(BackupError::TooLarge);
        }
        if text.trim().is_empty() {
            return Err(BackupError::Empty);
        }
        let head: Head = serde_json::from_str(text).map_err(|error| {
            if error.is_data() { BackupError::SomethingElse } else { mistake(text, "", &error) }
        })?;
        if head.about.as_ref().and_then(serde_json::Value::as_str) != Some(ABOUT) {
            return Err(BackupError::SomethingElse);
        }
        match head.version {
            Some(version) if version == u64::from(VERSION) => {}
            Some(version) => return Err(BackupError::Version(version)),
            None => return Err(BackupError::SomethingElse),
        }
        let mut reader = serde_json::Deserializer::from_str(text);
        let document: Document = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let key = error.path().to_string();
            mistake(text, if key == "." { "" } else { &key }, error.inner())
        })?;
        if !edited && document.sha256 != document.checksum() {
            return Err(BackupError::Edited);
        }
        Ok(document.into_backup())
    }
}

fn mistake(text: &str, key: &str, error: &serde_json::Error) -> BackupError {
    if error.is_eof() {
        return BackupError::CutShort { line: text.trim_end().matches('\n').count() + 1 };
    }
    // serde_json says the place at the end; it stands at the begin already.
    let told = error.to_string();
    let told = told.rsplit_once(" at line ").map_or(told.as_str(), |(told, _)| told);
    BackupError::Text {
        line: line_of_twin(text, error.line(), told).unwrap_or(error.line()).max(1),
        key: excerpt(key, 200),
        message: excerpt(&in_words(told), LONGEST_MISTAKE),
    }
}

/// The line in which the second of two stands: the last one with its key before the place where that was noticed.
fn line_of_twin(text: &str, noticed: usize, told: &str) -> Option<usize> {
    let key = format!("\"{}\"", told.strip_suffix(TWICE)?);
    let lines: Vec<_> = text.lines().take(noticed).collect();
    lines.iter().rposition(|line| line.contains(&key)).map(|at| at + 1)
}

/// Says in JSON's words what serde says in Rust's.
fn in_words(message: &str) -> String {
    message
        .replace("expected struct Document", "expected an object")
        .replace("expected struct GroupText", "expected an object")
        .replace("expected struct TableText", "expected an object")
        .replace("expected struct RouteText", "expected an object")
        .replace("expected struct AssociationFields", "expected an object")
        .replace("invalid type: map", "found an object")
        .replace("invalid type: sequence", "found a list")
        .replace("invalid type: ", "found ")
        .replace("expected a map", "expected an object")
}

impl Document {
    fn of(backup: &Backup) -> Self {
        let none = Vec::new();
        let tables = backup.tables.tables.values().map(|table| TableText {
            id: table.id.clone(),
            name: table.name.clone(),
            associations: backup
                .tables
                .associations
                .get(&table.id)
                .unwrap_or(&none)
                .iter()
                .cloned()
                .map(AssociationText)
                .collect(),
            routes: table.routes.iter().map(RouteText::of).collect(),
        });
        Self {
            about: ABOUT.to_owned(),
            version: VERSION,
            taken_at: backup.taken_at,
            region: backup.region.clone(),
            vpc: backup.vpc.clone(),
            groups: backup
                .groups
                .iter()
                .map(|group| GroupText { name: group.name.clone(), members: group.members.clone() })
                .collect(),
            tables: tables.collect(),
            sha256: String::new(),
        }
    }

    /// SHA-256 of everything but itself, without blanks.
    fn checksum(&self) -> String {
        /// The same fields in the same order.
        #[derive(Serialize)]
        struct Content<'d>(
            &'d str,
            u32,
            &'d Timestamp,
            &'d Region,
            &'d VpcId,
            &'d Vec<GroupText>,
            &'d Vec<TableText>,
        );
        let content = Content(
            &self.about,
            self.version,
            &self.taken_at,
            &self.region,
            &self.vpc,
            &self.groups,
            &self.tables,
        );
        let bytes = serde_json::to_vec(&content).unwrap_or_default();
        sha256(&bytes)
    }

    fn into_backup(self) -> Backup {
        let mut tables = Tables::default();
        for table in self.tables {
            let mut associations: Vec<_> = table.associations.into_iter().map(|text| text.0).collect();
            associations.sort_by(|a, b| a.with.cmp(&b.with));
            if !associations.is_empty() {
                tables.associations.insert(table.id.clone(), associations);
            }
            let mut routes: Vec<_> = table.routes.into_iter().map(RouteText::into_route).collect();
            routes.sort_by(|a, b| a.destination.cmp(&b.destination));
            let kept =
                RouteTable { id: table.id, vpc: self.vpc.clone(), name: table.name, ignored: false, routes };
            tables.tables.insert(kept.id.clone(), kept);
        }
        Backup {
            taken_at: self.taken_at,
            region: self.region,
            vpc: self.vpc,
            groups: self
                .groups
                .into_iter()
                .map(|group| GroupThen { name: group.name, members: group.members })
                .collect(),
            tables,
        }
    }
}

impl RouteText {
    fn of(route: &Route) -> Self {
        Self {
            destination: DestinationText(route.destination.clone()),
            target: TargetText(route.target.clone()),
            origin: Word::new(origin_name(&route.origin)),
            state: Word::new(state_name(&route.state)),
        }
    }

    fn into_route(self) -> Route {
        Route {
            destination: self.destination.0,
            target: self.target.0,
            instance: None,
            origin: origin(&self.origin.text),
            state: state(&self.state.text),
        }
    }
}

impl Keyed for GroupText {
    fn key(&self) -> String {
        self.name.to_string()
    }
}

impl Keyed for TableText {
    fn key(&self) -> String {
        self.id.to_string()
    }
}

impl Keyed for RouteText {
    fn key(&self) -> String {
        self.destination.0.to_string()
    }
}
