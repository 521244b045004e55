//! A VPC with two members and their routes, and the record of what was done to it.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// The VPC.
pub const VPC: &str = "vpc-0a";

/// The members. Their instances run, whatever an event says.
pub const MEMBERS: [Member; 2] = [
    Member { instance: "i-0a", interface: "eni-0a", zone: "eu-central-1a" },
    Member { instance: "i-0b", interface: "eni-0b", zone: "eu-central-1b" },
];

/// An appliance.
#[derive(Debug)]
pub struct Member {
    /// Its instance.
    pub instance: &'static str,
    /// The interface that routes point at.
    pub interface: &'static str,
    /// Its availability zone.
    pub zone: &'static str,
}

impl Member {
    /// The event that its instance has stopped, as a person would write it for a test.
    pub fn stopped(&self) -> Value {
        json!({
            "version": "0",
            "id": "ee376907-2647-4179-9203-343cfb3017a4",
            "detail-type": "EC2 Instance State-change Notification",
            "source": "aws.ec2",
            "account": "111122223333",
            "time": "2026-01-31T02:03:04Z",
            "region": crate::world::REGION,
            "resources": [],
            "detail": { "instance-id": self.instance, "state": "stopped" },
        })
    }
}

/// How the routes are spread. All of them fit on one page of answers: 100 tables at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Route tables.
    pub tables: usize,
    /// Routes through a member in each.
    pub routes_a_table: usize,
}

impl Layout {
    /// Routes through a member, in all tables.
    pub fn routes(self) -> usize {
        self.tables * self.routes_a_table
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tables = if self.tables == 1 { "table" } else { "tables" };
        write!(f, "{} routes in {} {tables}", self.routes(), self.tables)
    }
}

/// A call that was answered.
#[derive(Debug, Clone)]
pub struct Call {
    /// The action, as EC2 names it.
    pub action: String,
    /// When it came in.
    pub received: Instant,
    /// When its answer was handed to the socket.
    pub answered: Instant,
}

/// What was done.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// The calls, in the order of their answers.
    pub calls: Vec<Call>,
    /// For how long destinations were missing, one entry a time that one was.
    pub holes: Vec<Duration>,
}

impl Record {
    /// When the last route was in its place, as far as the caller can know.
    pub fn last_route_written(&self) -> Option<Instant> {
        let writes =
            self.calls.iter().filter(|call| ["ReplaceRoute", "CreateRoute"].contains(&call.action.as_str()));
        writes.map(|call| call.answered).max()
    }
}

/// Why a call is refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

/// A destination's interface, or since when the destination is missing.
#[derive(Debug)]
pub(crate) enum Route {
    To(String),
    MissingSince(Instant),
}

/// The state.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) tables: BTreeMap<String, BTreeMap<String, Route>>,
    pub(crate) record: Record,
}

impl World {
    /// All routes point at the first member.
    pub(crate) fn new(layout: Layout) -> Self {
        assert!(layout.tables <= 100, "answers have one page");
        let routes = || {
            (0..layout.routes_a_table).map(|n| {
                let destination = format!("10.{}.{}.0/24", 100 + n / 256, n % 256);
                (destination, Route::To(MEMBERS[0].interface.to_owned()))
            })
        };
        Self {
            tables: (0..layout.tables).map(|n| (format!("rtb-{n:017x}"), routes().collect())).collect(),
            record: Record::default(),
        }
    }

    pub(crate) fn replace(&mut self, table: &str, destination: &str, interface: &str) -> Result<(), Refusal> {
        match self.destination(table, destination)? {
            Route::To(target) => {
                interface.clone_into(target);
                Ok(())
            }
            Route::MissingSince(_) => Err(no_route(table, destination)),
        }
    }

    pub(crate) fn delete(&mut self, table: &str, destination: &str, now: Instant) -> Result<(), Refusal> {
        match self.destination(table, destination)? {
            route @ Route::To(_) => {
                *route = Route::MissingSince(now);
                Ok(())
            }
            Route::MissingSince(_) => Err(no_route(table, destination)),
        }
    }

    /// Creates a route that was there before: nothing here needs others.
    pub(crate) fn create(
        &mut self,
        table: &str,
        destination: &str,
        interface: &str,
        now: Instant,
    ) -> Result<(), Refusal> {
        match self.destination(table, destination)? {
            Route::To(_) => Err(Refusal {
                code: "RouteAlreadyExists",
                message: format!("The route identified by {destination} already exists."),
            }),
            route @ &mut Route::MissingSince(since) => {
                *route = Route::To(interface.to_owned());
                self.record.holes.push(now - since);
                Ok(())
            }
        }
    }

    fn destination(&mut self, table: &str, destination: &str) -> Result<&mut Route, Refusal> {
        let routes = self.tables.get_mut(table).ok_or_else(|| Refusal {
            code: "InvalidRouteTableID.NotFound",
            message: format!("The routeTable ID '{table}' does not exist"),
        })?;
        routes.get_mut(destination).ok_or_else(|| no_route(table, destination))
    }
}

fn no_route(table: &str, destination: &str) -> Refusal {
    Refusal {
        code: "InvalidRoute.NotFound",
        message: format!("no route with destination-cidr-block {destination} in route table {table}"),
    }
}
