//! A VPC at one moment: who is well, and where every route points.

use std::collections::BTreeMap;

use hopover_core::group::{Group, NextHop};
use hopover_core::health::Health;
use hopover_core::id::PathName;
use hopover_core::observation::{Instance, InstanceState, Observation};
use hopover_core::preview::{MemberView, Preview};
use hopover_core::route::{RouteKey, RouteState};
use hopover_core::{Timestamp, observation::ForeignInterface};
use serde::{Deserialize, Serialize};

/// The picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Picture {
    /// In the operator's order.
    pub(crate) members: Vec<MemberPicture>,
    /// By table and destination.
    pub(crate) routes: Vec<RoutePicture>,
}

/// A member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MemberPicture {
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) zone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) instance: Option<String>,
    /// The instance's.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) state: Option<InstanceState>,
    pub(crate) health: Light,
    /// The reasons, in words.
    pub(crate) why: String,
    pub(crate) interfaces: Vec<InterfacePicture>,
    /// How many routes point at it.
    pub(crate) carries: usize,
}

/// Health as a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Light {
    Up,
    /// Up, with something that speaks against it; or nothing is known.
    Doubtful,
    Down,
}

/// An interface of a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct InterfacePicture {
    /// Absent if the member has only one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) path: Option<String>,
    pub(crate) id: String,
}

/// A route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RoutePicture {
    pub(crate) table: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) table_name: Option<String>,
    pub(crate) destination: String,
    pub(crate) target: String,
    /// The member that it points at, if it is the group's.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) holder: Option<Holder>,
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub(crate) blackhole: bool,
}

/// Where a route of the group points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Holder {
    pub(crate) member: String,
    pub(crate) path: String,
    pub(crate) interface: String,
}

impl From<NextHop> for Holder {
    fn from(hop: NextHop) -> Self {
        Self {
            member: hop.member.to_string(),
            path: hop.path.to_string(),
            interface: hop.interface.to_string(),
        }
    }
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.member, self.interface)
    }
}

impl Picture {
    /// What was seen.
    pub(crate) fn of(group: &Group, seen: &Observation, now: Timestamp) -> Result<Self, ForeignInterface> {
        let preview = Preview::new(group, seen, None, now)?;
        let members = preview.members.iter().map(|member| MemberPicture::of(group, seen, member)).collect();
        let routes = seen.tables.values().flat_map(|table| {
            table.routes.iter().map(move |route| {
                let key = RouteKey { table: table.id.clone(), destination: route.destination.clone() };
                let picture = RoutePicture {
                    table: table.id.to_string(),
                    table_name: table.name.clone(),
                    destination: route.destination.to_string(),
                    target: route.target.to_string(),
                    holder: group.holder(table, route).map(Holder::from),
                    blackhole: route.state == RouteState::Blackhole,
                };
                (key, picture)
            })
        });
        // EC2 lists the routes of a table in any order.
        let routes: BTreeMap<_, _> = routes.collect();
        Ok(Self { members, routes: routes.into_values().collect() })
    }

    /// One route.
    pub(crate) fn route(&self, like: &RoutePicture) -> Option<&RoutePicture> {
        self.routes.iter().find(|route| route.table == like.table && route.destination == like.destination)
    }

    /// One member.
    pub(crate) fn member(&self, name: &str) -> Option<&MemberPicture> {
        self.members.iter().find(|member| member.name == name)
    }

    /// Routes of the group, each with its holder.
    pub(crate) fn ours(&self) -> impl Iterator<Item = (&RoutePicture, &Holder)> {
        self.routes.iter().filter_map(|route| Some((route, route.holder.as_ref()?)))
    }

    /// How many routes are not the group's.
    pub(crate) fn bystanders(&self) -> usize {
        self.routes.iter().filter(|route| route.holder.is_none()).count()
    }

    /// "7 routes on A, 2 routes on B".
    pub(crate) fn carriers(&self) -> String {
        let carried: Vec<_> = self
            .members
            .iter()
            .filter(|member| member.carries > 0)
            .map(|member| format!("{} on {}", crate::output::count(member.carries, "route"), member.name))
            .collect();
        if carried.is_empty() { "no route on a member".to_owned() } else { carried.join(", ") }
    }
}

impl MemberPicture {
    fn of(group: &Group, seen: &Observation, member: &MemberView) -> Self {
        let instance: Option<&Instance> =
            group.member(&member.member).and_then(|ours| seen.instances_of(ours).next());
        let (health, why) = match &member.health {
            Health::Up if member.warnings.is_empty() => (Light::Up, "up".to_owned()),
            Health::Up => {
                let warnings: Vec<_> = member.warnings.iter().map(ToString::to_string).collect();
                (Light::Doubtful, warnings.join("; "))
            }
            unknown @ Health::Unknown(_) => (Light::Doubtful, unknown.to_string()),
            down @ Health::Down(_) => (Light::Down, down.to_string()),
        };
        Self {
            name: member.member.to_string(),
            zone: member.zone.clone(),
            instance: instance.map(|instance| instance.id.to_string()),
            state: instance.map(|instance| instance.state),
            health,
            why,
            interfaces: member
                .interfaces
                .iter()
                .map(|(path, id)| InterfacePicture {
                    path: (*path != PathName::single()).then(|| path.to_string()),
                    id: id.to_string(),
                })
                .collect(),
            carries: member.carries,
        }
    }
}

/// Pictures for tests.
#[cfg(test)]
pub(super) mod testing {
    use super::*;

    /// One table; a target is a member, or what a bystander points at.
    pub(in super::super) fn picture(routes: &[(&str, &str)]) -> Picture {
        let holder = |target: &str| {
            let is_member = matches!(target, "A" | "B");
            is_member.then(|| Holder {
                member: target.to_owned(),
                path: "main".to_owned(),
                interface: format!("eni-{}", target.to_lowercase()),
            })
        };
        let route = |(destination, target): &(&str, &str)| RoutePicture {
            table: "rtb-1".to_owned(),
            table_name: None,
            destination: (*destination).to_owned(),
            target: holder(target).map_or_else(|| (*target).to_owned(), |holder| holder.interface),
            holder: holder(target),
            blackhole: false,
        };
        let routes: Vec<_> = routes.iter().map(route).collect();
        let member = |name: &str| MemberPicture {
            name: name.to_owned(),
            zone: None,
            instance: Some(format!("i-{}", name.to_lowercase())),
            state: Some(InstanceState::Running),
            health: Light::Up,
            why: "up".to_owned(),
            interfaces: vec![InterfacePicture { path: None, id: format!("eni-{}", name.to_lowercase()) }],
            carries: 0,
        };
        let mut picture = Picture { members: vec![member("A"), member("B")], routes };
        for at in 0..2 {
            let name = picture.members[at].name.clone();
            picture.members[at].carries = picture.ours().filter(|(_, holder)| holder.member == name).count();
        }
        picture
    }

    impl Picture {
        /// The same, with an instance in another state.
        pub(in super::super) fn with(mut self, member: &str, state: InstanceState) -> Self {
            for at in self.members.iter_mut().filter(|at| at.name == member) {
                at.state = Some(state);
                at.health = if state == InstanceState::Running { Light::Up } else { Light::Down };
            }
            self
        }
    }
}
