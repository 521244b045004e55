//! What happens to the resources of a stack.

use serde::Serialize;

/// An event of a stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StackEvent {
    /// No two events have the same.
    #[serde(skip)]
    pub id: String,
    /// The resource, by its name in the template; the stack itself by its own.
    pub resource: String,
    /// Its type, such as `AWS::SNS::Topic`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `CREATE_COMPLETE` and the like.
    pub status: String,
    /// Why, where that is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl StackEvent {
    /// True if it is about the whole stack.
    pub fn is_of_the_stack(&self) -> bool {
        self.kind == "AWS::CloudFormation::Stack"
    }

    /// True if a resource came to an end of what was done to it.
    pub fn is_settled(&self) -> bool {
        !self.status.ends_with("_IN_PROGRESS")
    }

    /// True if something could not be done. What was only called off because of another failure does not count.
    pub fn is_failure(&self) -> bool {
        let called_off = |reason: &String| {
            let reason = reason.to_ascii_lowercase();
            reason.contains("cancelled") || reason.contains("canceled")
        };
        self.status.ends_with("_FAILED") && !self.reason.as_ref().is_some_and(called_off)
    }
}

/// The failure with which the trouble began: of a resource, or else of the stack. The events are in the order of time.
pub fn first_failure(events: &[StackEvent]) -> Option<&StackEvent> {
    let mut failures = events.iter().filter(|event| event.is_failure());
    let first = failures.next()?;
    if first.is_of_the_stack() {
        Some(failures.find(|event| !event.is_of_the_stack()).unwrap_or(first))
    } else {
        Some(first)
    }
}
