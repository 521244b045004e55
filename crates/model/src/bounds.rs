//! How much of everything there may be. A model is complete within its bounds.

/// The bounds of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounds {
    /// Routes in each of the two tables.
    pub routes_a_table: u8,
    /// Passes that may run at once.
    pub passes: usize,
    /// Times that an instance stops or starts.
    pub changes: u8,
    /// Events that are delivered twice.
    pub doubled: u8,
    /// Reads that show the world before its last change.
    pub stale: u8,
    /// Writes without a reply: made, not made, or made later.
    pub unanswered: u8,
    /// Passes that are killed; their writes may still land.
    pub kills: u8,
    /// True if events may be lost.
    pub lossy: bool,
    /// True if a sweep may come at any time.
    pub sweeps: bool,
    /// True if the first route may not be written.
    pub denied: bool,
}

impl Bounds {
    /// Passes that overlap at every interleaving of their reads and writes; events in every order, lost and doubled.
    pub const OVERLAP: Self = Self {
        routes_a_table: 1,
        passes: 2,
        changes: 2,
        doubled: 1,
        stale: 0,
        unanswered: 0,
        kills: 0,
        lossy: true,
        sweeps: true,
        denied: false,
    };

    /// Everything that goes wrong with calls and processes, a pass after the other.
    pub const FAULTS: Self =
        Self { passes: 1, doubled: 1, stale: 1, unanswered: 1, kills: 1, ..Self::OVERLAP };

    /// No sweep, but no event is lost either: what a single pass must achieve by itself.
    pub const NO_SWEEP: Self =
        Self { passes: 1, doubled: 0, unanswered: 1, lossy: false, sweeps: false, ..Self::OVERLAP };
}

/// The product, or the product with one decision of its design taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mutant {
    /// The product.
    None,
    /// A pass ends with its writes.
    DoesNotVerify,
    /// The standby counts as running without a look.
    TrustsTheStandby,
    /// A route is deleted and then made.
    DeletesAndCreates,
}
