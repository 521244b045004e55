//! Whether a member can carry routes, and why.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;

use crate::group::{Group, Member};
use crate::id::{InstanceId, InterfaceId, MemberName, VpcId};
use crate::observation::{InstanceState, Observation, ObserveFailure};
use crate::trigger::StateChange;
use crate::{Span, Timestamp};

/// What is believed of a member.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(tag = "is", content = "because", rename_all = "kebab-case")]
pub enum Health {
    /// Its instance runs and its interfaces are attached.
    Up,
    /// Nothing is known, neither good nor bad: a last resort, ranked behind a member that is up.
    Unknown(Vec<UnknownReason>),
    /// It cannot forward. It never gets a route, and loses those that it has.
    Down(Vec<DownReason>),
}

/// Why a member is down.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
pub enum DownReason {
    /// The triggering event says that its instance is not running.
    Event {
        /// The instance.
        instance: InstanceId,
        /// Its state by the event.
        state: InstanceState,
    },
    /// Its instance was seen not running.
    Instance {
        /// The instance.
        instance: InstanceId,
        /// Its state as seen.
        state: InstanceState,
    },
    /// One of its interfaces is attached to no instance.
    Detached {
        /// The interface.
        interface: InterfaceId,
    },
    /// One of its interfaces is in another VPC.
    OtherVpc {
        /// The interface.
        interface: InterfaceId,
        /// Its VPC.
        vpc: VpcId,
    },
}

/// Why nothing is known of a member.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
pub enum UnknownReason {
    /// Instances could not be read.
    NotObserved {
        /// Why.
        failure: ObserveFailure,
    },
}

/// Something that makes a member doubtful as a next hop, but is no reason to leave routes on a dead one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(tag = "warning", rename_all = "kebab-case")]
pub enum Warning {
    /// EC2 drops packets that are neither from nor to the instance: it cannot route.
    SourceDestCheck {
        /// The interface whose check is on.
        interface: InterfaceId,
    },
}

/// A member as it was judged.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Condition {
    /// Its health.
    pub health: Health,
    /// What speaks against it without making it down.
    pub warnings: Vec<Warning>,
    /// Its instances: one, unless something is odd.
    pub instances: BTreeSet<InstanceId>,
    /// The zone of its instance.
    pub zone: Option<String>,
    /// When its youngest instance was started.
    pub launched_at: Option<Timestamp>,
}

/// Every member of a group, judged.
pub type Conditions = BTreeMap<MemberName, Condition>;

impl Condition {
    /// True if it cannot forward.
    pub fn is_down(&self) -> bool {
        matches!(self.health, Health::Down(_))
    }

    /// True if it is up and nothing speaks against it.
    pub fn is_sound(&self) -> bool {
        self.health == Health::Up && self.warnings.is_empty()
    }
}

/// Judges every member by what was observed and, if given, by what the event says of one instance.
///
/// An event only ever speaks against a member: that an instance is `running` must be seen. It speaks of one life of an
/// instance, see [`relaunch_since`].
pub fn judge(group: &Group, seen: &Observation, event: Option<&StateChange>) -> Conditions {
    group
        .members
        .iter()
        .map(|member| (member.name.clone(), judge_member(group, member, seen, event)))
        .collect()
}

/// How old an event may be when the platform brings it: Lambda tries a failed one again after one minute and two more, and
/// the deployed limits on an event's age keep older ones away.
pub(crate) const LATEST_DELIVERY: Span = Span::from_hours(1);

/// How long after the launch time of an instance its `pending` event may be stamped.
const PENDING_STAMP: Span = Span::from_secs(60);

/// When the instance of an event was started again since, if it was: the event is about an earlier life and says nothing
/// of this one. Lambda's second and third try of an event that failed are minutes old; without this they would push
/// routes off a member that has come back.
///
/// An event that is older than that was made by hand, with a time stamp out of some documentation. It counts, as the
/// person expects who sends it.
pub fn relaunch_since(event: &StateChange, seen: &Observation) -> Option<Timestamp> {
    let instance = seen.instances.as_ref().ok()?.get(&event.instance)?;
    let launched_at = instance.launched_at.filter(|_| instance.state == InstanceState::Running)?;
    // Events are stamped to the second.
    let seconds_after = launched_at.as_second() - event.time.as_second();
    let later = match event.state {
        // `pending` is the begin of the launch itself; an instance that runs since has left it behind.
        InstanceState::Pending => seconds_after >= -PENDING_STAMP.as_secs(),
        _ => seconds_after > 0,
    };
    (later && launched_at.duration_since(event.time) <= LATEST_DELIVERY).then_some(launched_at)
}

fn judge_member(
    group: &Group,
    member: &Member,
    seen: &Observation,
    event: Option<&StateChange>,
) -> Condition {
    let instances: Vec<_> = seen.instances_of(member).collect();
    let ids = seen.instance_ids_of(member, group);

    let mut against: Vec<DownReason> = instances
        .iter()
        .filter(|instance| instance.state != InstanceState::Running)
        .map(|instance| DownReason::Instance { instance: instance.id.clone(), state: instance.state })
        .collect();
    // What is seen is the better reason; the event alone speaks where the instance is seen running, or not seen at all.
    if against.is_empty()
        && let Some(event) = event.filter(|event| event.state != InstanceState::Running)
        && ids.contains(&event.instance)
        && relaunch_since(event, seen).is_none()
    {
        against.push(DownReason::Event { instance: event.instance.clone(), state: event.state });
    }

    let mut warnings = Vec::new();
    for interface in member.interfaces.values() {
        let found = seen.holder_of(interface).map(|(_, found)| found);
        if seen.instances.is_ok() && !found.is_some_and(|found| found.attached) {
            against.push(DownReason::Detached { interface: interface.clone() });
        }
        if let Some(vpc) = found.and_then(|found| found.vpc.clone()).filter(|vpc| *vpc != group.vpc) {
            against.push(DownReason::OtherVpc { interface: interface.clone(), vpc });
        }
        if found.is_some_and(|found| found.source_dest_check == Some(true)) {
            warnings.push(Warning::SourceDestCheck { interface: interface.clone() });
        }
    }

    let health = if !against.is_empty() {
        Health::Down(against)
    } else if let Err(failure) = &seen.instances {
        Health::Unknown(vec![UnknownReason::NotObserved { failure: failure.clone() }])
    } else {
        Health::Up
    };
    Condition {
        health,
        warnings,
        zone: instances.iter().find_map(|instance| instance.zone.clone()),
        launched_at: instances.iter().filter_map(|instance| instance.launched_at).max(),
        instances: ids,
    }
}

impl fmt::Display for DownReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event { instance, state } => write!(f, "the event says that {instance} is {state}"),
            Self::Instance { instance, state } => write!(f, "{instance} is {state}"),
            Self::Detached { interface } => write!(f, "{interface} is attached to no instance"),
            Self::OtherVpc { interface, vpc } => write!(f, "{interface} is in another VPC ({vpc})"),
        }
    }
}

impl fmt::Display for UnknownReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotObserved { failure } => write!(f, "its instance could not be read: {failure}"),
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SourceDestCheck { interface } => {
                write!(f, "source/destination check is on at {interface}: EC2 drops what it forwards")
            }
        }
    }
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Up => f.write_str("up"),
            Self::Unknown(reasons) => write!(f, "unknown: {}", list(reasons)),
            Self::Down(reasons) => write!(f, "down: {}", list(reasons)),
        }
    }
}

/// Joins things for a sentence.
pub(crate) fn list<T: fmt::Display>(things: impl IntoIterator<Item = T>) -> String {
    things.into_iter().map(|thing| thing.to_string()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
