//! What an operator does to route tables: by hand at the console, and by a restore.

use std::collections::BTreeMap;
use std::sync::Arc;

use hopover_core::Timestamp;
use hopover_core::id::{RouteTableId, VpcId};
use hopover_core::observation::InstanceState;
use hopover_core::restore::{Act, Write};
use hopover_core::route::{Origin, Route, RouteKey, RouteState, Target};
use hopover_core::tables::{Associated, Association};
use hopover_core::write::{FailureKind, WriteFailure, WriteResult};

use super::{Answer, Cloud, Met};
use crate::call::Call;

impl Cloud {
    /// Deletes a route by hand.
    pub fn delete_route(&mut self, now: Timestamp, key: &RouteKey) {
        self.remember(now);
        if let Some(table) = self.state.tables.get_mut(&key.table) {
            Arc::make_mut(table).table.routes.retain(|route| route.destination != key.destination);
        }
    }

    /// Adds a route by hand, as an operator's; one to the same destination is replaced.
    pub fn add_route(&mut self, now: Timestamp, key: &RouteKey, target: Target) {
        self.delete_route(now, key);
        if let Some(table) = self.state.tables.get_mut(&key.table) {
            Arc::make_mut(table).table.routes.push(Route {
                destination: key.destination.clone(),
                target,
                instance: None,
                origin: Origin::CreateRoute,
                state: RouteState::Active,
            });
        }
    }

    /// What the tables of a VPC are associated with, as far as it is known.
    pub(crate) fn associations(&self, vpc: &VpcId) -> BTreeMap<RouteTableId, Vec<Association>> {
        let Some(around) = &self.surroundings else { return BTreeMap::new() };
        let ours =
            |id: &&RouteTableId| self.state.tables.get(*id).is_some_and(|table| table.table.vpc == *vpc);
        let tables = around.tables.keys().filter(ours).filter_map(|id| Some((id, around.tables.get(id)?)));
        tables
            .map(|(id, notes)| {
                let subnets = notes.subnets.iter().cloned().map(Associated::Subnet);
                let gateways = notes.gateways.iter().cloned().map(Associated::Gateway);
                let with = subnets.chain(gateways).map(|with| Association { id: None, with });
                (id.clone(), with.collect::<Vec<_>>())
            })
            .filter(|(_, with)| !with.is_empty())
            .collect()
    }

    /// One write of a restore: `ReplaceRoute`, `CreateRoute` or `DeleteRoute`.
    pub(crate) fn restore_route(
        &mut self,
        now: Timestamp,
        write: &Write,
        rng: &mut fastrand::Rng,
    ) -> Answer<WriteResult> {
        let call = match write.act {
            Act::ReplaceRoute => Call::ReplaceRoute,
            Act::CreateRoute => Call::CreateRoute,
            Act::DeleteRoute => Call::DeleteRoute,
        };
        match self.meet(call, Some(&write.key.table), now, rng) {
            Met::Nothing => Answer::Given(match self.make(now, write) {
                Ok(()) => WriteResult::Replaced,
                Err(failure) => WriteResult::Failed(failure),
            }),
            Met::Refusal(refusal) => Answer::Given(refusal.into_write_result()),
            Met::Silence { change_made } => {
                if change_made {
                    // The reply is lost either way.
                    let _ = self.make(now, write);
                }
                Answer::Never
            }
        }
    }

    /// The change itself, at once or not at all.
    fn make(&mut self, now: Timestamp, write: &Write) -> Result<(), WriteFailure> {
        let refuse =
            |kind, code: &str, message: String| Err(WriteFailure { kind, code: code.to_owned(), message });
        let RouteKey { table: id, destination } = &write.key;
        let Some(table) = self.state.tables.get(id) else {
            let message = format!("The routeTable ID '{id}' does not exist");
            return refuse(FailureKind::NoSuchTable, "InvalidRouteTableID.NotFound", message);
        };
        let is_there = table.table.routes.iter().any(|route| route.destination == *destination);
        if is_there && write.act == Act::CreateRoute {
            let message = format!("The route identified by {destination} already exists.");
            return refuse(FailureKind::Other, "RouteAlreadyExists", message);
        }
        if !is_there && write.act != Act::CreateRoute {
            let message = format!("no route with destination {destination} in route table {id}");
            return refuse(FailureKind::NoSuchRoute, "InvalidRoute.NotFound", message);
        }
        if let Some(Target::Interface(target)) = &write.to {
            let Some(interface) = self.state.interfaces.get(target) else {
                let message = format!("The networkInterface ID '{target}' does not exist");
                return refuse(FailureKind::NoSuchInterface, "InvalidNetworkInterfaceID.NotFound", message);
            };
            if interface.vpc != table.table.vpc {
                let message = format!("route table {id} and interface {target} belong to different networks");
                return refuse(FailureKind::NotAccepted, "InvalidParameterValue", message);
            }
            let runs = |holder: &super::SimInstance| holder.state == InstanceState::Running;
            if table.edge && !self.state.holder(target).is_some_and(runs) {
                let message = format!("interface {target} of an edge route must be on a running instance");
                return refuse(FailureKind::NotAccepted, "InvalidParameterValue", message);
            }
        }
        match &write.to {
            Some(target) if write.act == Act::ReplaceRoute => self.point(now, &write.key, target.clone()),
            Some(target) => self.add_route(now, &write.key, target.clone()),
            None => self.delete_route(now, &write.key),
        }
        Ok(())
    }
}
