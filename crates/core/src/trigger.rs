//! What makes hopover look: one EventBridge event becomes a [`Trigger`].

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Timestamp;
use crate::excerpt::{excerpt, quote};
use crate::id::{BadId, GroupName, InstanceId, MemberName, Region, RouteTableId};
use crate::observation::InstanceState;

/// A reason to look now.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Trigger {
    /// EC2 says that an instance changed its state. This is evidence about that instance.
    StateChange(StateChange),
    /// Time to look again, whatever may have been missed.
    Sweep,
    /// An operator moves routes on purpose.
    Order(Order),
}

/// An "EC2 Instance State-change Notification".
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct StateChange {
    /// The instance.
    pub instance: InstanceId,
    /// The state that it entered.
    pub state: InstanceState,
    /// Where.
    pub region: Region,
    /// When, to the second.
    pub time: Timestamp,
}

/// A planned move.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// The group that it is for.
    pub group: GroupName,
    /// The member that shall carry the routes.
    pub to: MemberName,
    /// Only these tables; all if empty.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub tables: BTreeSet<RouteTableId>,
    /// Move even to a member that is not up.
    #[serde(default)]
    pub force: bool,
}

/// The most that is told of a mistake in an order, in characters.
const LONGEST_MISTAKE: usize = 300;

/// What an event's `time` should be.
const TIME: &str = "an RFC 3339 time such as 2026-01-31T02:03:04Z";

/// An event that hopover cannot act on. Nothing was done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TriggerError {
    /// Not JSON at all.
    #[error(
        "the event is not valid JSON: {0}; expected an EventBridge event, such as an EC2 state-change notification"
    )]
    NotJson(String),
    /// JSON, but not an object.
    #[error(
        "the event is {0}, not a JSON object; expected an EventBridge event with source, detail-type and detail"
    )]
    NotAnObject(&'static str),
    /// A field is missing.
    #[error("the event has no {field:?}: expected {expected}")]
    Missing {
        /// The path of the field.
        field: &'static str,
        /// What would be right.
        expected: &'static str,
    },
    /// A field is no string.
    #[error("the event's {field:?} is {found}, not a string: expected {expected}")]
    NotText {
        /// The path of the field.
        field: &'static str,
        /// What is there.
        found: String,
        /// What would be right.
        expected: &'static str,
    },
    /// The time is none.
    #[error("the event's \"time\" is {}: expected {TIME}", quote(.0))]
    Time(String),
    /// A field holds something else than what it should.
    #[error("the event's {field:?} is wrong: {source}")]
    Id {
        /// The path of the field.
        field: &'static str,
        /// What is wrong with it.
        source: BadId,
    },
    /// A state that EC2 does not have.
    #[error(
        "the event's \"detail.state\" is {}: \
         expected pending, running, stopping, stopped, shutting-down or terminated",
        quote(.0)
    )]
    State(String),
    /// A kind of event that hopover does not handle.
    #[error(
        "hopover does not handle {} events from {}: expected \
         \"EC2 Instance State-change Notification\" from \"aws.ec2\", \"Scheduled Event\" from \"aws.events\" (a sweep), \
         or \"Sweep\" or \"Switchover\" from \"hopover\"",
        quote(detail_type),
        quote(source_name)
    )]
    Kind {
        /// The event's `source`.
        source_name: String,
        /// The event's `detail-type`.
        detail_type: String,
    },
    /// The detail of a switchover is no object.
    #[error(
        "the event's \"detail\" is no switchover order: expected {{\"group\": …, \"to\": …}}, \
         and if need be \"tables\" and \"force\""
    )]
    NoOrder,
    /// A switchover order with a mistake.
    #[error("the switchover order in \"detail\" is wrong: {0}")]
    Order(String),
}

impl Trigger {
    /// Reads an EventBridge event.
    pub fn from_json(text: &str) -> Result<Self, TriggerError> {
        let event: Value =
            serde_json::from_str(text).map_err(|error| TriggerError::NotJson(error.to_string()))?;
        Self::from_value(&event)
    }

    /// Reads an EventBridge event that is parsed already.
    pub fn from_value(event: &Value) -> Result<Self, TriggerError> {
        if !event.is_object() {
            return Err(TriggerError::NotAnObject(json_kind(event)));
        }
        let source = text(event, "source", "/source", "the event's origin, such as \"aws.ec2\"")?;
        let detail_type = text(event, "detail-type", "/detail-type", "the kind of event")?;
        match (source, detail_type) {
            ("aws.ec2", "EC2 Instance State-change Notification") => {
                state_change(event).map(Self::StateChange)
            }
            ("aws.events" | "aws.scheduler", "Scheduled Event") | ("hopover", "Sweep") => Ok(Self::Sweep),
            ("hopover", "Switchover") => {
                let detail =
                    event.get("detail").filter(|detail| detail.is_object()).ok_or(TriggerError::NoOrder)?;
                let order = serde_path_to_error::deserialize(detail)
                    .map_err(|error| TriggerError::Order(excerpt(&error.to_string(), LONGEST_MISTAKE)))?;
                Ok(Self::Order(order))
            }
            _ => Err(TriggerError::Kind {
                source_name: source.to_owned(),
                detail_type: detail_type.to_owned(),
            }),
        }
    }

    /// The region that the event comes from, if it says so.
    pub fn region(&self) -> Option<&Region> {
        match self {
            Self::StateChange(change) => Some(&change.region),
            Self::Sweep | Self::Order(_) => None,
        }
    }

    /// The instance that the event speaks of.
    pub fn state_change(&self) -> Option<&StateChange> {
        match self {
            Self::StateChange(change) => Some(change),
            Self::Sweep | Self::Order(_) => None,
        }
    }

    /// The planned move, if it is one for that group.
    pub fn order_for(&self, group: &GroupName) -> Option<&Order> {
        match self {
            Self::Order(order) if order.group == *group => Some(order),
            _ => None,
        }
    }
}

fn state_change(event: &Value) -> Result<StateChange, TriggerError> {
    let instance = text(event, "detail.instance-id", "/detail/instance-id", "the id of an instance")?;
    let state = text(event, "detail.state", "/detail/state", "the state that the instance entered")?;
    let region = text(event, "region", "/region", "the region of the instance")?;
    let time = text(event, "time", "/time", TIME)?;
    Ok(StateChange {
        instance: instance
            .parse()
            .map_err(|source| TriggerError::Id { field: "detail.instance-id", source })?,
        state: InstanceState::from_name(state).ok_or_else(|| TriggerError::State(state.to_owned()))?,
        region: region.parse().map_err(|source| TriggerError::Id { field: "region", source })?,
        time: time.parse().map_err(|_| TriggerError::Time(time.to_owned()))?,
    })
}

fn text<'e>(
    event: &'e Value,
    field: &'static str,
    pointer: &str,
    expected: &'static str,
) -> Result<&'e str, TriggerError> {
    match event.pointer(pointer) {
        None => Err(TriggerError::Missing { field, expected }),
        Some(Value::String(text)) => Ok(text),
        Some(other) => Err(TriggerError::NotText {
            field,
            found: match other {
                Value::Number(number) => number.to_string(),
                _ => json_kind(other).to_owned(),
            },
            expected,
        }),
    }
}

fn json_kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests;
