//! The CloudFormation stack that `hopover deploy` makes for one group: what it is told, what it makes and costs, what an
//! update changes, and what became of it. All of it is pure; the calls are in `hopover-aws`.
//!
//! ```text
//! parameters   what the template is told, from the group and its instances
//! made         what stands in the account afterwards, by name
//! cost         what that costs a month, over prices
//! standing     the stack that is there already: whose it is, and what may be done with it
//! changes      what an update would change
//! event        what happened to a resource, and which failure was the first
//! advice       what to do about it
//! ```

mod advice;
mod changes;
mod cost;
mod event;
mod made;
mod parameters;
mod prices;
mod standing;

pub use advice::{Advice, advice};
pub use changes::{Change, changes};
pub use cost::{Cost, CostLine, cost};
pub use event::{StackEvent, first_failure};
pub use made::{KEPT, LOG_DAYS, LOG_RETENTIONS, Made, OUTPUTS, made, resources};
pub use parameters::{
    Architecture, Code, MOST_BYTES, NotDeployable, OPTIONAL, TestEvents, Wish, asks_for, given, machines,
    needs_text,
};
pub use prices::{LOOKED_UP, PRICED_REGION};
pub use standing::{Output, Standing, Stands, State, TAG, is_for_others, is_ours, state_of};

#[cfg(test)]
mod tests;
