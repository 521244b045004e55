//! Names for members, groups and paths, made of what people have written at the console.

use std::collections::BTreeSet;
use std::str::FromStr;

use super::Candidate;
use crate::id::{BadId, GroupName, MemberName};

/// The longest name that hopover takes, in characters.
const LONGEST: usize = 32;

/// The words of a text, in lower case.
pub(super) fn words(text: &str) -> Vec<String> {
    let parts = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    parts.map(str::to_ascii_lowercase).collect()
}

/// A name of what hopover takes for one; `None` if nothing of it can be kept.
pub(super) fn name<T: FromStr<Err = BadId>>(text: &str) -> Option<T> {
    let kept = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' };
    let text: String = text.trim().chars().map(kept).take(LONGEST).collect();
    text.trim_matches('-').parse().ok()
}

/// A name for each: that of the instance, if all have one and no two are alike; else the instance's id.
pub(super) fn of_members(members: &[Candidate]) -> Vec<MemberName> {
    let named: Vec<MemberName> =
        members.iter().filter_map(|one| name(one.machine.name.as_deref()?)).collect();
    let distinct: BTreeSet<_> = named.iter().collect();
    if distinct.len() == members.len() {
        return named;
    }
    let by_id = members.iter().enumerate().map(|(at, one)| {
        // An id is longer than a name may be only where it is none of EC2's.
        one.machine.id.as_str().parse().unwrap_or_else(|_| known(&format!("member-{}", at + 1)))
    });
    by_id.collect()
}

/// What the members' names have in common, else the product's own name.
pub(super) fn of_group(members: &[Candidate]) -> GroupName {
    let common = common_words(members.iter().filter_map(|one| one.machine.name.as_deref()));
    let first = members.first().and_then(|one| one.machine.name.as_deref()).unwrap_or_default();
    let kept: Vec<_> = words(first).into_iter().filter(|word| common.contains(word)).collect();
    name(&kept.join("-")).unwrap_or_else(|| known("hopover"))
}

/// The words that all texts have.
pub(super) fn common_words<'t>(texts: impl Iterator<Item = &'t str>) -> BTreeSet<String> {
    let sets = texts.map(|text| words(text).into_iter().collect::<BTreeSet<_>>());
    sets.reduce(|one, other| &one & &other).unwrap_or_default()
}

/// A name that is written in the program.
pub(super) fn known<T: FromStr<Err = BadId>>(text: &str) -> T {
    text.parse().unwrap_or_else(|error: BadId| unreachable!("{error}"))
}
