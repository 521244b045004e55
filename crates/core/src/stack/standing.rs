//! The stack that is there already.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::group::Group;

/// The tag of every stack that `hopover deploy` makes: its value is the version.
pub const TAG: &str = "hopover:version";

/// What every description of the template begins with: a stack that was made by hand has no tag.
const DESCRIPTION: &str = "hopover: ";

/// A stack as CloudFormation shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Its ARN, which no other stack will ever have.
    pub id: String,
    /// `CREATE_COMPLETE` and the like.
    pub status: String,
    /// Why, where that is said.
    pub reason: Option<String>,
    /// What its template says of itself.
    pub description: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// What its template was told.
    pub parameters: BTreeMap<String, String>,
    /// What it tells, in no order.
    pub outputs: Vec<Output>,
}

/// Something that a stack tells who made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Output {
    /// Its name.
    pub name: String,
    /// What it is.
    pub description: String,
    /// The text, link or command.
    pub value: String,
}

/// What may be done with a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Something is under way.
    UnderWay,
    /// It is being deleted.
    Leaving,
    /// It can be updated.
    Stands(Stands),
    /// The remains of a creation or deletion that failed: it can only be deleted.
    Remains,
    /// Begun by a change set that nobody has executed.
    Unmade,
    /// An update could not be rolled back: a person must look at it.
    Stuck,
    /// It is gone.
    Gone,
}

/// How a stack came to stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    /// The last operation was carried out.
    AsAsked,
    /// The last update was taken back.
    AsBefore,
}

/// What a status says. Source: "Stack status codes", CloudFormation.
pub fn state_of(status: &str) -> State {
    match status {
        "CREATE_COMPLETE" | "UPDATE_COMPLETE" | "IMPORT_COMPLETE" => State::Stands(Stands::AsAsked),
        "UPDATE_ROLLBACK_COMPLETE" | "IMPORT_ROLLBACK_COMPLETE" | "UPDATE_FAILED" => {
            State::Stands(Stands::AsBefore)
        }
        "CREATE_FAILED" | "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" | "DELETE_FAILED" => State::Remains,
        "REVIEW_IN_PROGRESS" => State::Unmade,
        "DELETE_IN_PROGRESS" => State::Leaving,
        "DELETE_COMPLETE" => State::Gone,
        status if status.ends_with("_IN_PROGRESS") => State::UnderWay,
        _ => State::Stuck,
    }
}

/// Whether the stack is one of hopover's: by its tag, or by what its template says of itself.
pub fn is_ours(stack: &Standing) -> bool {
    stack.tags.contains_key(TAG)
        || stack.description.as_ref().is_some_and(|description| description.starts_with(DESCRIPTION))
}

/// Whose appliances the stack is for, if they are others than the group's: an update would leave those without a failover.
pub fn is_for_others(stack: &Standing, group: &Group) -> Option<String> {
    let said = |name: &str| stack.parameters.get(name).map(String::as_str);
    let (vpc, name) = (said("VpcId")?, said("GroupName").unwrap_or("hopover"));
    let has = |host| said(host).is_some_and(|eni| group.next_hops().any(|hop| hop.interface.as_str() == eni));
    let is_same =
        vpc == group.vpc.as_str() && (name == group.name.as_str() || has("Host1Eni") || has("Host2Eni"));
    (!is_same).then(|| format!("group {name} in {vpc}"))
}
