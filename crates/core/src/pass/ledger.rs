//! What a pass knows of every route that it has seen or written.

use std::collections::{BTreeMap, BTreeSet};

use crate::group::{Group, NextHop};
use crate::observation::Observation;
use crate::plan::RouteChange;
use crate::route::RouteKey;
use crate::write::WriteFailure;

/// One entry a route.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Ledger {
    entries: BTreeMap<RouteKey, Entry>,
}

/// What is known of one route.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Entry {
    /// Where it pointed when it was first seen.
    pub(super) before: NextHop,
    /// Where it pointed when it was last seen; `None` if it was gone, or out of the group.
    pub(super) seen: Option<NextHop>,
    /// The last write, if there was one.
    pub(super) write: Option<Write>,
}

/// A write and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Write {
    pub(super) change: RouteChange,
    pub(super) state: WriteState,
}

/// What became of a write.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum WriteState {
    /// Queued or on its way.
    Open,
    /// It may or may not have been made.
    NoReply,
    /// EC2 says that it was made.
    Acknowledged,
    /// It was seen to have been made.
    Confirmed,
    /// It failed for good.
    Failed(WriteFailure),
}

impl Ledger {
    /// Every entry, in order.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&RouteKey, &Entry)> {
        self.entries.iter()
    }

    /// Takes over what was seen. True if that settles a write whose reply was lost.
    pub(super) fn observed(&mut self, group: &Group, seen: &Observation) -> bool {
        for entry in self.entries.values_mut() {
            entry.seen = None;
        }
        for (table, route, holder) in seen.routes_of(group) {
            let key = RouteKey { table: table.id.clone(), destination: route.destination.clone() };
            let entry = self.entries.entry(key).or_insert_with(|| Entry {
                before: holder.clone(),
                seen: None,
                write: None,
            });
            entry.seen = Some(holder);
        }
        let mut settles_silence = false;
        for entry in self.entries.values_mut() {
            if let Some(write) = &mut entry.write
                && matches!(write.state, WriteState::Acknowledged | WriteState::NoReply)
                && entry.seen.as_ref().is_none_or(|seen| *seen == write.change.to)
            {
                settles_silence |= write.state == WriteState::NoReply;
                write.state = WriteState::Confirmed;
            }
        }
        settles_silence
    }

    /// A change is queued.
    pub(super) fn planned(&mut self, change: &RouteChange) {
        if let Some(entry) = self.entries.get_mut(&change.key) {
            entry.write = Some(Write { change: change.clone(), state: WriteState::Open });
        }
    }

    pub(super) fn acknowledged(&mut self, key: &RouteKey) {
        self.set(key, WriteState::Acknowledged);
    }

    pub(super) fn no_reply(&mut self, key: &RouteKey) {
        self.set(key, WriteState::NoReply);
    }

    pub(super) fn failed(&mut self, key: &RouteKey, failure: WriteFailure) {
        self.set(key, WriteState::Failed(failure));
    }

    /// Routes that this pass moved, by EC2's word or by its own eyes.
    pub(super) fn settled(&self) -> BTreeSet<RouteKey> {
        self.entries
            .iter()
            .filter(|(_, entry)| {
                matches!(entry.write_state(), Some(WriteState::Acknowledged | WriteState::Confirmed))
            })
            .map(|(key, _)| key.clone())
            .collect()
    }

    /// True if the same write has failed for good before: doing it again in this pass would not help.
    pub(super) fn gave_up(&self, change: &RouteChange) -> bool {
        self.entries
            .get(&change.key)
            .and_then(|entry| entry.write.as_ref())
            .is_some_and(|write| matches!(write.state, WriteState::Failed(_)) && write.change.to == change.to)
    }

    /// True if a write was acknowledged, or went unanswered, and is not seen to have been made.
    pub(super) fn has_unconfirmed(&self) -> bool {
        self.entries
            .values()
            .any(|entry| matches!(entry.write_state(), Some(WriteState::Acknowledged | WriteState::NoReply)))
    }

    fn set(&mut self, key: &RouteKey, state: WriteState) {
        if let Some(write) = self.entries.get_mut(key).and_then(|entry| entry.write.as_mut()) {
            write.state = state;
        }
    }
}

impl Entry {
    fn write_state(&self) -> Option<&WriteState> {
        self.write.as_ref().map(|write| &write.state)
    }
}
