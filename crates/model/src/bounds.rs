//! How much of everything there may be. A model is complete within its bounds.

/// The bounds of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounds {
    /// Routes in each of the two tables.
    pub routes_a_table: u8,
    /// Passes that may run at once.
    pub passes: usize,
    /// Times that an instance changes its state.
    pub changes: u8,
    /// The states that an instance has.
    pub life: Life,
    /// Events that are delivered twice.
    pub doubled: u8,
    /// Reads that show instances or routes before their last changes.
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
        life: Life::RunsOrNot,
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

    /// One pass at a time, while instances go through their whole lives.
    pub const WHOLE_LIFE: Self = Self { changes: 5, life: Life::Whole, passes: 1, ..Self::OVERLAP };

    /// No sweep, but no event is lost either: what passes must achieve by themselves where a reply is lost.
    pub const NO_SWEEP: Self =
        Self { passes: 1, doubled: 0, unanswered: 1, lossy: false, sweeps: false, ..Self::OVERLAP };

    /// The same where a read is stale.
    pub const NO_SWEEP_AND_STALE: Self = Self { changes: 4, stale: 1, unanswered: 0, ..Self::NO_SWEEP };

    /// What is checked every time, each with its name.
    pub const STANDARD: [(&str, Self); 6] = [
        ("two passes that overlap", Self::OVERLAP),
        ("whole lives, one pass at a time", Self::WHOLE_LIFE),
        ("faults, one pass at a time", Self::FAULTS),
        ("faults, and a route that may not be written", Self { denied: true, doubled: 0, ..Self::FAULTS }),
        ("no sweep, no event lost, a reply lost", Self::NO_SWEEP),
        ("no sweep, no event lost, a read stale", Self::NO_SWEEP_AND_STALE),
    ];

    /// The decisions of the design, each with bounds within which things go wrong without it.
    pub const WITHOUT: [(&str, Self, Mutant); 5] = [
        ("no look after writing", Self::NO_SWEEP, Mutant::DoesNotVerify),
        ("a single read is trusted", Self::NO_SWEEP_AND_STALE, Mutant::TrustsASingleRead),
        ("the standby is not looked at", Self::OVERLAP, Mutant::TrustsTheStandby),
        ("delete and create instead of replace", Self::OVERLAP, Mutant::DeletesAndCreates),
        ("no sweep", Self { sweeps: false, ..Self::OVERLAP }, Mutant::None),
    ];

    /// What takes minutes.
    pub const LARGER: [(&str, Self); 4] = [
        (
            "two passes that overlap, through whole lives",
            Self { passes: 2, changes: 4, doubled: 0, ..Self::WHOLE_LIFE },
        ),
        ("two passes that overlap, with faults", Self { unanswered: 1, kills: 1, ..Self::OVERLAP }),
        ("two passes that overlap, with stale reads", Self { stale: 1, ..Self::OVERLAP }),
        ("two routes in each of two tables", Self { routes_a_table: 2, doubled: 0, ..Self::OVERLAP }),
    ];
}

/// The states of an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// Running and stopped.
    RunsOrNot,
    /// Those in between too: stopping and pending.
    Whole,
}

/// The product, or the product with one decision of its design taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mutant {
    /// The product.
    None,
    /// A pass ends with its writes.
    DoesNotVerify,
    /// A pass that finds nothing to do at its first look ends, whatever began it.
    TrustsASingleRead,
    /// The standby counts as running without a look.
    TrustsTheStandby,
    /// A route is deleted and then made.
    DeletesAndCreates,
}
