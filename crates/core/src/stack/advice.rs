//! What to do about a resource that could not be made.

use super::event::StackEvent;

/// What helps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Advice {
    /// The account may not reserve concurrency.
    ReserveNone,
    /// The registry of test events is there already.
    RegistryExists,
    /// There is no registry of test events.
    NoRegistry,
    /// Something bears the name already.
    OtherName,
    /// Whoever deploys lacks a permission.
    Allow,
}

impl Advice {
    /// In words.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::ReserveNone => {
                "this account has no concurrency to reserve (a new one has 10 in all, and must keep them): run again with \
                 --reserved-concurrency 0"
            }
            Self::RegistryExists => "the registry is there already: run again with --test-events exists",
            Self::NoRegistry => "there is no such registry yet: run again with --test-events create",
            Self::OtherName => {
                "something of that name is there already, and no part of this stack: remove it, or name the stack otherwise \
                 with --stack"
            }
            Self::Allow => "allow it to whoever deploys; `hopover policy --deployer` prints what that takes",
        }
    }
}

/// What helps against a failure, if it is one that is known.
pub fn advice(failure: &StackEvent) -> Option<Advice> {
    let reason = failure.reason.as_deref()?.to_ascii_lowercase().replace(' ', "");
    let says = |words: &[&str]| words.iter().any(|word| reason.contains(word));
    // "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its
    // minimum value of [10]."
    if says(&["reservedconcurrentexecution", "unreservedconcurrentexecution"]) {
        return Some(Advice::ReserveNone);
    }
    if says(&["isnotauthorizedtoperform", "accessdenied", "unauthorizedoperation", "notauthorized"]) {
        return Some(Advice::Allow);
    }
    let exists = says(&["alreadyexist", "alreadyinuse", "resourceconflictexception", "conflictexception"]);
    match failure.resource.as_str() {
        "TestEventSchemas" if exists => Some(Advice::RegistryExists),
        "TestEvents" if says(&["notfound", "doesnotexist"]) => Some(Advice::NoRegistry),
        _ if exists => Some(Advice::OtherName),
        _ => None,
    }
}
