//! What a live drill writes down, before each act: so that whoever comes after an interruption, a lost connection or a crash
//! knows what was stopped, and can go on or back.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use hopover_core::Timestamp;
use hopover_core::group::Group;
use hopover_core::id::{GroupName, InstanceId, MemberName, Region, VpcId};
use serde::{Deserialize, Serialize};

use super::super::picture::Picture;
use super::super::protocol::StepReport;
use super::cast::Cast;
use crate::failure::Failure;

/// How many steps a live drill has.
pub(super) const STEPS: usize = 4;

/// The version of the file that this program writes, and the only one that it reads.
const VERSION: u32 = 1;

/// What the file says of itself.
const ABOUT: &str = "a live drill of hopover under way: `hopover drill --live --resume` goes on, `--put-back` starts what it stopped";

/// The file of a VPC, in the current folder.
pub(super) fn file(vpc: &VpcId) -> PathBuf {
    PathBuf::from(format!("hopover-drill-{vpc}.json"))
}

/// A drill under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kept {
    about: String,
    version: u32,
    pub(super) group: GroupName,
    pub(super) region: Region,
    pub(super) vpc: VpcId,
    pub(super) vpc_name: Option<String>,
    pub(super) started_at: Timestamp,
    pub(super) cast: Cast,
    /// The file with the routes as they were at first, for `hopover restore`.
    pub(super) backup: Option<String>,
    /// Instances that the drill has stopped, or was about to, and has not seen running again.
    pub(super) stopped: BTreeMap<MemberName, InstanceId>,
    pub(super) under_way: Option<UnderWay>,
    pub(super) at_first: Picture,
    /// Steps that ended as expected.
    pub(super) done: Vec<StepReport>,
}

/// The step in which the drill is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UnderWay {
    /// Counted from 1.
    pub(super) number: usize,
    pub(super) started_at: Timestamp,
    pub(super) before: Picture,
}

impl Kept {
    pub(super) fn new(
        group: &Group,
        vpc_name: Option<String>,
        cast: &Cast,
        at_first: Picture,
        backup: Option<String>,
        now: Timestamp,
    ) -> Self {
        Self {
            about: ABOUT.to_owned(),
            version: VERSION,
            group: group.name.clone(),
            region: group.region.clone(),
            vpc: group.vpc.clone(),
            vpc_name,
            started_at: now,
            cast: cast.clone(),
            backup,
            stopped: BTreeMap::new(),
            under_way: None,
            at_first,
            done: Vec::new(),
        }
    }

    /// The drill of a group that was not finished.
    pub(super) fn read(file: &Path, group: &Group) -> Result<Self, Failure> {
        let name = file.display();
        let text = fs::read_to_string(file).map_err(|source| match source.kind() {
            ErrorKind::NotFound => {
                Failure::Usage(format!("there is no {name} here: no drill of {} is under way", group.vpc))
            }
            _ => Failure::Read { path: name.to_string(), source },
        })?;
        let kept = Self::from_json(&text).map_err(|why| Failure::Usage(format!("{name}: {why}")))?;
        if kept.group != group.name || kept.vpc != group.vpc {
            return Err(Failure::Usage(format!(
                "{name} is of group {} in {}, not of {} in {}",
                kept.group, kept.vpc, group.name, group.vpc
            )));
        }
        Ok(kept)
    }

    fn from_json(text: &str) -> Result<Self, String> {
        let kept: Self =
            serde_json::from_str(text).map_err(|error| format!("is no drill under way: {error}"))?;
        match kept.version {
            VERSION if kept.done.len() <= STEPS => Ok(kept),
            VERSION => Err(format!("has {} steps, of {STEPS}", kept.done.len())),
            other => Err(format!("is of version {other}: expected {VERSION}")),
        }
    }

    /// Writes it down.
    pub(super) fn save(&self) -> Result<(), Failure> {
        let file = file(&self.vpc);
        let text =
            serde_json::to_string_pretty(self).map_err(|error| Failure::Unexpected(error.to_string()))?;
        // Whoever interrupts this must not find half of it.
        let beside = file.with_extension("part");
        fs::write(&beside, text + "\n")
            .and_then(|()| fs::rename(&beside, &file))
            .map_err(|source| Failure::Write { path: file.display().to_string(), source })
    }

    /// Nothing is under way any more.
    pub(super) fn forget(&self) -> Result<(), Failure> {
        let file = file(&self.vpc);
        fs::remove_file(&file).map_err(|source| Failure::Write { path: file.display().to_string(), source })
    }

    /// "step 2 of 4, start A".
    pub(super) fn whereabouts(&self) -> String {
        let number = self.under_way.as_ref().map_or(self.done.len() + 1, |under_way| under_way.number);
        let step = self.cast.steps().get(number.saturating_sub(1)).map(|step| format!(", {}", step.name()));
        format!("step {number} of {STEPS}{}", step.unwrap_or_default())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use hopover_sim::example;

    use super::super::super::picture::testing::picture;
    use super::*;

    pub(in super::super) fn kept() -> Kept {
        let group = example::config().groups[0].clone();
        let cast = Cast {
            first: example::known("A"),
            second: example::known("B"),
            first_instance: example::instance("A"),
            second_instance: example::instance("B"),
            preferred: None,
        };
        let at_first = picture(&[("0.0.0.0/0", "A"), ("::/0", "A")]);
        Kept::new(&group, None, &cast, at_first, None, example::epoch())
    }

    #[test]
    fn what_is_written_down_is_read_back() {
        let mut kept = kept();
        kept.stopped.insert(kept.cast.first.clone(), kept.cast.first_instance.clone());
        let under_way =
            UnderWay { number: 1, started_at: example::epoch(), before: picture(&[("::/0", "A")]) };
        kept.under_way = Some(under_way);
        let text = serde_json::to_string(&kept).unwrap();
        assert_eq!(Kept::from_json(&text).unwrap(), kept);
        assert_eq!(kept.whereabouts(), "step 1 of 4, stop A");
    }

    #[test]
    fn another_version_is_refused() {
        let text = serde_json::to_string(&Kept { version: 2, ..kept() }).unwrap();
        assert_eq!(Kept::from_json(&text).unwrap_err(), "is of version 2: expected 1");
    }
}
