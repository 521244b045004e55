//! What a run did and why: one versioned document, the same for the Lambda response, the message, `--output json` and
//! the goldens of tests.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::group::NextHop;
use crate::health::{Health, Warning, list};
use crate::id::{GroupName, InstanceId, MemberName, Region, VpcId};
use crate::route::RouteKey;
use crate::trigger::Trigger;
use crate::write::WriteFailure;

/// The version of the document. Fields are added under the same version; any other change raises it.
pub const VERSION: u32 = 1;

/// What a run did for every group that it concerned.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Report {
    /// [`VERSION`].
    pub version: u32,
    /// What made hopover look.
    pub trigger: Trigger,
    /// The worst outcome of the groups.
    pub outcome: Outcome,
    /// Each group, in the order of the configuration.
    pub groups: Vec<GroupReport>,
}

impl Report {
    /// Joins the reports of the groups.
    pub fn new(trigger: Trigger, groups: Vec<GroupReport>) -> Self {
        let outcome = groups.iter().map(|group| group.outcome).max().unwrap_or(Outcome::NothingToDo);
        Self { version: VERSION, trigger, outcome, groups }
    }
}

/// How a pass ended, from harmless to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The world was right already.
    NothingToDo,
    /// Every route that should move has moved, and was seen to have.
    Moved,
    /// Writes were acknowledged, but a look at the result did not confirm them.
    Unverified,
    /// Routes should move, but there is no member that may take them. Nothing was written.
    Refused,
    /// Some routes that should have moved did not.
    Incomplete,
    /// The world could not be seen. Nothing was written.
    CouldNotObserve,
    /// The configuration contradicts the world. Nothing was written.
    Misconfigured,
}

impl Outcome {
    /// The exit code of the command line, as documented.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::NothingToDo | Self::Moved => 0,
            Self::Refused => 4,
            Self::Incomplete => 5,
            Self::Unverified => 6,
            Self::Misconfigured => 10,
            Self::CouldNotObserve => 11,
        }
    }

    /// True if the platform should run the event again, because something that should have happened did not.
    pub fn is_failure(self) -> bool {
        !matches!(self, Self::NothingToDo | Self::Moved)
    }
}

/// What a pass did for one group.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct GroupReport {
    /// The group.
    pub group: GroupName,
    /// Its region.
    pub region: Region,
    /// Its VPC.
    pub vpc: VpcId,
    /// How the pass ended.
    pub outcome: Outcome,
    /// The same in one sentence.
    pub summary: String,
    /// What kept the pass from deciding anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// The instance of a state-change event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
    /// The members, by name.
    pub members: Vec<MemberReport>,
    /// The routes of the group, by table and destination.
    pub routes: Vec<RouteReport>,
    /// Times looked.
    pub looks: u32,
    /// Durations.
    pub timings: Timings,
    /// When the pass began.
    pub started_at: Timestamp,
}

/// Whom an event is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Subject {
    /// The instance.
    pub instance: InstanceId,
    /// Its member; absent if it holds no interface of the group.
    pub member: Option<MemberName>,
}

/// A member as it was judged last.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct MemberReport {
    /// The member.
    pub member: MemberName,
    /// Its health, with reasons.
    pub health: Health,
    /// What speaks against it without making it down.
    pub warnings: Vec<Warning>,
    /// Its instances.
    pub instances: BTreeSet<InstanceId>,
    /// Its zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
}

/// A route before and after.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct RouteReport {
    /// The route.
    #[serde(flatten)]
    pub key: RouteKey,
    /// Where it pointed at the first look.
    pub before: NextHop,
    /// Where it pointed at the last look, or where EC2 acknowledged that it was put since; absent if the route is gone
    /// or points out of the group.
    pub after: Option<NextHop>,
    /// What became of it.
    pub result: RouteResult,
    /// Why.
    pub reason: String,
}

/// What became of a route.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum RouteResult {
    /// Moved, and seen to be.
    Moved,
    /// Written, but not seen at its new place.
    Unverified,
    /// Not to be moved.
    Stayed,
    /// It should move and has nowhere to go.
    Stuck,
    /// An operator asked for it to move, and it may not.
    Refused,
    /// The write failed for good.
    Failed {
        /// How.
        failure: WriteFailure,
    },
    /// There was no time to write it.
    NotWritten,
    /// Moved away, and back again in the same pass: the member that it went to failed.
    Returned,
    /// Moved, and then pointed by somebody else at another member, which is not down.
    PutBack,
    /// It vanished, or was pointed out of the group, while the pass ran.
    Gone,
}

/// Durations of a pass, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Timings {
    /// From the event's own time stamp (whole seconds) to the begin of the pass: detection and delivery.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since_event_ms: Option<u64>,
    /// The first look.
    pub observe_ms: u64,
    /// From the first write to the answer of the last.
    pub apply_ms: u64,
    /// From there to the end.
    pub verify_ms: u64,
    /// From the begin of the pass to the last write that is known to have been made: acknowledged, or seen where the reply was
    /// lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_last_route_ms: Option<u64>,
    /// The whole pass.
    pub total_ms: u64,
}

impl GroupReport {
    /// Routes with a result.
    pub fn routes_that<'a>(
        &'a self,
        is: impl Fn(&RouteResult) -> bool + 'a,
    ) -> impl Iterator<Item = &'a RouteReport> + 'a {
        self.routes.iter().filter(move |route| is(&route.result))
    }

    /// The members that are down.
    pub fn members_down(&self) -> impl Iterator<Item = &MemberReport> {
        self.members.iter().filter(|member| matches!(member.health, Health::Down(_)))
    }

    /// The members that routes of the group point at after the pass.
    pub fn carriers(&self) -> BTreeSet<&MemberName> {
        self.routes.iter().filter_map(|route| route.after.as_ref()).map(|hop| &hop.member).collect()
    }

    /// What happened, in one sentence for a person at night.
    pub(crate) fn summarize(&self) -> String {
        let moved: Vec<_> = self.routes_that(|r| *r == RouteResult::Moved).collect();
        let stuck: Vec<_> = self.routes_that(|r| *r == RouteResult::Stuck).collect();
        let total = self.timings.to_last_route_ms.unwrap_or(self.timings.total_ms);
        let who_to_whom = || {
            let from: BTreeSet<_> = moved.iter().map(|route| &route.before.member).collect();
            let to: BTreeSet<_> =
                moved.iter().filter_map(|route| route.after.as_ref()).map(|hop| &hop.member).collect();
            format!("{} moved from {} to {}", count_routes(moved.len()), list(from), list(to))
        };
        match self.outcome {
            Outcome::Moved if moved.is_empty() => {
                let returned: Vec<_> = self.routes_that(|r| *r == RouteResult::Returned).collect();
                let to = list(returned.iter().map(|route| &route.before.member).collect::<BTreeSet<_>>());
                format!("{} moved away and back to {to} in {total} ms", count_routes(returned.len()))
            }
            Outcome::Moved => format!("{} in {total} ms", who_to_whom()),
            Outcome::Unverified => {
                let open = self.routes_that(|r| *r == RouteResult::Unverified).count();
                format!("{} written but not seen to have moved", count_routes(open))
            }
            Outcome::Refused if stuck.is_empty() => {
                let mut refused = self.routes_that(|r| *r == RouteResult::Refused);
                let reason = refused.next().map_or("refused", |route| route.reason.as_str());
                format!("nothing moved: {reason}")
            }
            Outcome::Refused => {
                let on: BTreeSet<_> =
                    stuck.iter().map(|route| &route.after.as_ref().unwrap_or(&route.before).member).collect();
                format!("NO healthy next hop, {} left on {}", count_routes(stuck.len()), list(on))
            }
            Outcome::Incomplete => {
                let left = self
                    .routes_that(|r| {
                        matches!(
                            r,
                            RouteResult::Failed { .. }
                                | RouteResult::NotWritten
                                | RouteResult::Stuck
                                | RouteResult::Refused
                        )
                    })
                    .count();
                if moved.is_empty() {
                    format!("{} could NOT be moved", count_routes(left))
                } else {
                    format!("{} could NOT be moved; {}", count_routes(left), who_to_whom())
                }
            }
            Outcome::CouldNotObserve | Outcome::Misconfigured => {
                format!(
                    "nothing was done: {}",
                    self.problem.as_deref().unwrap_or("the VPC could not be seen")
                )
            }
            Outcome::NothingToDo => self.why_nothing(),
        }
    }

    fn why_nothing(&self) -> String {
        if self.routes.is_empty() {
            return "no route of the VPC points at a member".to_owned();
        }
        let carriers = self.carriers();
        let verb = if carriers.len() == 1 { "carries" } else { "carry" };
        let carried = format!("{} {verb} {}", list(&carriers), count_routes(self.routes.len()));
        let down: Vec<_> = self.members_down().map(|member| &member.member).collect();
        let ready: Vec<_> = self
            .members
            .iter()
            .filter(|member| member.health == Health::Up && !carriers.contains(&member.member))
            .map(|member| &member.member)
            .collect();
        let is = |members: &[_]| if members.len() == 1 { "is" } else { "are" };
        if !down.is_empty() {
            // With three members or more, another one may still be ready.
            let rest = if ready.is_empty() && carriers.len() == 1 {
                format!("no redundancy; {carried}")
            } else if ready.is_empty() {
                carried
            } else {
                format!("{carried}, {} {} ready", list(&ready), is(&ready))
            };
            format!("standby {} {} down, {rest}", list(&down), is(&down))
        } else if ready.is_empty() {
            format!("{carried}, nothing to do")
        } else {
            format!("{carried}, {} {} ready", list(&ready), is(&ready))
        }
    }
}

/// "1 route", "2 routes".
pub(crate) fn count_routes(n: usize) -> String {
    format!("{n} {}", if n == 1 { "route" } else { "routes" })
}

impl fmt::Display for RouteResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Moved => "moved",
            Self::Unverified => "unverified",
            Self::Stayed => "stayed",
            Self::Stuck => "STUCK",
            Self::Refused => "REFUSED",
            Self::Failed { .. } => "FAILED",
            Self::NotWritten => "NOT WRITTEN",
            Self::Returned => "returned",
            Self::PutBack => "put back",
            Self::Gone => "gone",
        })
    }
}

#[cfg(test)]
mod tests;
