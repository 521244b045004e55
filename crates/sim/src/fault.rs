//! What goes wrong, and when.

use hopover_core::id::{InterfaceId, RouteTableId};

use crate::call::Call;
use crate::tally::Mischief;

/// Something that goes wrong with calls.
#[derive(Debug, Clone)]
pub struct Fault {
    /// Which calls.
    pub call: Call,
    /// Only writes to this table; every call if absent.
    pub table: Option<RouteTableId>,
    /// The chance in percent that a matching call meets it.
    pub chance: u8,
    /// Matching calls that pass before the first meets it.
    pub after: u32,
    /// How many calls meet it; `None` is for ever.
    pub times: Option<u32>,
    /// What happens to them.
    pub harm: Harm,
}

/// What happens to a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Harm {
    /// `RequestLimitExceeded`; nothing is done.
    Throttle,
    /// `UnauthorizedOperation`; nothing is done.
    Deny,
    /// `InternalError`; nothing is done.
    ServiceError,
    /// No reply, and nothing is done.
    LoseRequest,
    /// No reply, but the change is made.
    LoseReply,
    /// The table is deleted just before the call is handled.
    TableVanishes(RouteTableId),
    /// The interface is detached and deleted just before the call is handled.
    InterfaceVanishes(InterfaceId),
}

impl Harm {
    pub(crate) fn mischief(&self) -> Mischief {
        match self {
            Self::Throttle => Mischief::Throttled,
            Self::Deny => Mischief::Denied,
            Self::ServiceError => Mischief::ServiceError,
            Self::LoseRequest => Mischief::RequestLost,
            Self::LoseReply => Mischief::ReplyLost,
            Self::TableVanishes(_) => Mischief::TableVanished,
            Self::InterfaceVanishes(_) => Mischief::InterfaceVanished,
        }
    }
}

impl Fault {
    /// Every call of that kind meets it, for ever.
    pub fn always(call: Call, harm: Harm) -> Self {
        Self { call, table: None, chance: 100, after: 0, times: None, harm }
    }

    /// The next `times` calls meet it.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// The first calls pass.
    #[must_use]
    pub fn after(mut self, calls: u32) -> Self {
        self.after = calls;
        self
    }

    /// Only some calls meet it.
    #[must_use]
    pub fn chance(mut self, percent: u8) -> Self {
        self.chance = percent;
        self
    }

    /// Only writes to that table meet it.
    #[must_use]
    pub fn on(mut self, table: RouteTableId) -> Self {
        self.table = Some(table);
        self
    }

    /// True if this call meets it; counts it.
    fn strikes(&mut self, call: Call, table: Option<&RouteTableId>, rng: &mut fastrand::Rng) -> bool {
        let matches = self.call == call && (self.table.is_none() || self.table.as_ref() == table);
        if !matches || self.times == Some(0) || rng.u8(0..100) >= self.chance {
            return false;
        }
        if self.after > 0 {
            self.after -= 1;
            return false;
        }
        if let Some(times) = &mut self.times {
            *times -= 1;
        }
        true
    }
}

/// The harm that a call meets, if any: the first fault that strikes.
pub(crate) fn strike(
    faults: &mut [Fault],
    call: Call,
    table: Option<&RouteTableId>,
    rng: &mut fastrand::Rng,
) -> Option<Harm> {
    faults.iter_mut().find_map(|fault| fault.strikes(call, table, rng).then(|| fault.harm.clone()))
}
