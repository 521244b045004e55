//! A restore against EC2: the writes, and the driver of the state machine that decides about them.

use std::time::Duration;

use hopover_core::observation::ObserveFailure;
use hopover_core::restore::{Act, Action, Restoration, RestoreReport, Told, Write};
use hopover_core::route::Destination;
use hopover_core::route::RouteKey;
use hopover_core::tables::{Look, TargetKind};
use hopover_core::write::{FailureKind, WriteFailure, WriteResult};
use tokio::task::JoinSet;

use crate::client::Aws;
use crate::clock::Clock;
use crate::errors::Failure;

// The three calls share their parameters by name, not by type.

/// Names the destination in a call.
macro_rules! destined {
    ($call:expr, $write:expr) => {
        match &$write.key.destination {
            Destination::Ipv4(cidr) => $call.destination_cidr_block(cidr),
            Destination::Ipv6(cidr) => $call.destination_ipv6_cidr_block(cidr),
            Destination::PrefixList(list) => $call.destination_prefix_list_id(list.as_str()),
        }
    };
}

/// Names the target in a call.
macro_rules! pointed {
    ($call:expr, $write:expr) => {{
        let (kind, id) = target($write).ok_or(None)?;
        match kind {
            TargetKind::NetworkInterface => $call.network_interface_id(id),
            TargetKind::Gateway => $call.gateway_id(id),
            TargetKind::VpcEndpoint => $call.vpc_endpoint_id(id),
            TargetKind::NatGateway => $call.nat_gateway_id(id),
            TargetKind::TransitGateway => $call.transit_gateway_id(id),
            TargetKind::VpcPeeringConnection => $call.vpc_peering_connection_id(id),
            TargetKind::EgressOnlyInternetGateway => $call.egress_only_internet_gateway_id(id),
            TargetKind::LocalGateway => $call.local_gateway_id(id),
            TargetKind::CarrierGateway => $call.carrier_gateway_id(id),
            TargetKind::CoreNetwork => $call.core_network_arn(id),
            TargetKind::OdbNetwork => $call.odb_network_arn(id),
            TargetKind::Local => return Err(None),
        }
    }};
}

/// Something that came back.
enum Answer {
    Looked(Result<Look, ObserveFailure>),
    Written(RouteKey, WriteResult),
}

impl Aws {
    /// Runs a restore to its end, and tells what it tells as it comes about. Whoever drops this in the middle finds how far it
    /// came in `restoration`; calls under way may or may not have been made.
    ///
    /// # Panics
    ///
    /// If a call panics.
    pub async fn restore(
        &self,
        restoration: &mut Restoration,
        clock: &Clock,
        tell: &mut impl FnMut(&Told),
    ) -> RestoreReport {
        let mut under_way = JoinSet::new();
        loop {
            let action = restoration.next(clock.now());
            restoration.take_told().iter().for_each(&mut *tell);
            match action {
                Action::Look => {
                    let (aws, wish) = (self.clone(), restoration.wish());
                    let (vpc, groups) = (wish.backup.vpc.clone(), wish.groups.clone());
                    under_way.spawn(async move { Answer::Looked(aws.look_in_full(&vpc, &groups).await) });
                }
                Action::Write(write) => {
                    let aws = self.clone();
                    under_way.spawn(async move {
                        let result = aws.write(&write).await;
                        Answer::Written(write.key, result)
                    });
                }
                Action::Wait(until) => {
                    let pause = Duration::try_from(until.duration_since(clock.now())).unwrap_or_default();
                    tokio::select! {
                        biased;
                        Some(answer) = under_way.join_next() => {
                            match answer.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic())) {
                                Answer::Looked(result) => restoration.looked(clock.now(), result),
                                Answer::Written(key, result) => restoration.written(clock.now(), &key, result),
                            }
                        }
                        () = tokio::time::sleep(pause) => {}
                    }
                }
                Action::Done(report) => return *report,
            }
        }
    }

    /// One call. It takes 5 seconds at most, and one attempt.
    async fn write(&self, write: &Write) -> WriteResult {
        let result = match write.act {
            Act::ReplaceRoute => self.replace_route(write).await,
            Act::CreateRoute => self.create_route(write).await,
            Act::DeleteRoute => self.delete_route(write).await,
        };
        match result {
            Ok(()) => WriteResult::Replaced,
            Err(Some(failure)) => failure.into_write_result(),
            Err(None) => WriteResult::Failed(WriteFailure {
                kind: FailureKind::NotAccepted,
                code: "UnknownTarget".to_owned(),
                message: "this version knows no parameter for it".to_owned(),
            }),
        }
    }

    async fn replace_route(&self, write: &Write) -> Result<(), Option<Failure>> {
        let call = destined!(self.ec2.replace_route().route_table_id(write.key.table.as_str()), write);
        let call = pointed!(call, write);
        call.send().await.map(drop).map_err(|error| Some(Failure::new(&error)))
    }

    async fn create_route(&self, write: &Write) -> Result<(), Option<Failure>> {
        let call = destined!(self.ec2.create_route().route_table_id(write.key.table.as_str()), write);
        let call = pointed!(call, write);
        call.send().await.map(drop).map_err(|error| Some(Failure::new(&error)))
    }

    async fn delete_route(&self, write: &Write) -> Result<(), Option<Failure>> {
        let call = destined!(self.ec2.delete_route().route_table_id(write.key.table.as_str()), write);
        call.send().await.map(drop).map_err(|error| Some(Failure::new(&error)))
    }
}

/// What a route shall point at, and which parameter names it.
fn target(write: &Write) -> Option<(TargetKind, String)> {
    let target = write.to.as_ref()?;
    Some((TargetKind::of(target)?, target.to_string()))
}
