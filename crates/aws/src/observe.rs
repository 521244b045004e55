//! One look at a VPC: two calls side by side, every page of both.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use aws_sdk_ec2::types::{self as sdk, Filter, Reservation};
use futures::{FutureExt, TryFutureExt};
use hopover_core::group::Group;
use hopover_core::id::{InstanceId, RouteTableId, VpcId};
use hopover_core::observation::{Instance, Observation, ObserveFailure};
use hopover_core::route::RouteTable;
use hopover_core::write::FailureKind;

use crate::client::Aws;
use crate::convert;
use crate::errors::{Failure, Meaning};

/// The largest page of `DescribeInstances`.
const INSTANCES_A_PAGE: i32 = 1000;

/// The largest page of `DescribeRouteTables`.
const TABLES_A_PAGE: i32 = 100;

/// More pages than any VPC fills: 200 route tables is its quota, and a hundred times as much may be granted.
const MOST_PAGES: usize = 200;

/// The filter that asks for just the instances that matter.
const BY_INTERFACE: &str = "network-interface.network-interface-id";

/// The filter that any EC2 endpoint knows.
const BY_VPC: &str = "vpc-id";

impl Aws {
    /// Looks at a group's instances and at the route tables of its VPC.
    ///
    /// Instances that cannot be read are a part of the observation, because routes can be judged without them.
    ///
    /// # Errors
    ///
    /// If the route tables cannot be read: with the IAM action, EC2's error code, and what to do.
    pub async fn observe(&self, group: &Group) -> Result<Observation, ObserveFailure> {
        // Without tables there is nothing to decide, so that failure does not wait for the instances.
        let (instances, tables) =
            futures::try_join!(self.instances(group).map(Ok::<_, Failure>), self.route_tables(group))
                .map_err(|failure| failure.into_observe_failure("ec2:DescribeRouteTables", &self.region))?;
        Ok(Observation { instances, tables })
    }

    async fn route_tables(&self, group: &Group) -> Result<BTreeMap<RouteTableId, RouteTable>, Failure> {
        Ok(convert::route_tables(self.describe_route_tables(&group.vpc).await?, &group.vpc))
    }

    /// The route tables of a VPC as EC2 shows them, every page.
    pub(crate) async fn describe_route_tables(&self, vpc: &VpcId) -> Result<Vec<sdk::RouteTable>, Failure> {
        let filter = Filter::builder().name(BY_VPC).values(vpc.as_str()).build();
        let call = self.ec2.describe_route_tables().filters(filter);
        let mut pages = call.into_paginator().page_size(TABLES_A_PAGE).stop_on_duplicate_token(false).send();
        let (mut tables, mut read) = (Vec::new(), 0);
        while let Some(page) = pages.try_next().await.map_err(|error| Failure::new(&error))? {
            one_more(&mut read)?;
            tables.extend(page.route_tables.unwrap_or_default());
        }
        Ok(tables)
    }

    /// The instances that hold an interface of the group.
    pub(crate) async fn instances(
        &self,
        group: &Group,
    ) -> Result<BTreeMap<InstanceId, Instance>, ObserveFailure> {
        let interfaces = || group.next_hops().map(|hop| hop.interface.to_string()).collect();
        let found = if self.asks_by_vpc.load(Ordering::Relaxed) {
            self.describe_instances(BY_VPC, vec![group.vpc.to_string()]).await
        } else {
            self.describe_instances(BY_INTERFACE, interfaces())
                .or_else(|failure| async {
                    match remedy(&failure) {
                        Remedy::AskByVpc { for_good } => {
                            self.instances_by_vpc(group, failure, for_good).await
                        }
                        Remedy::AskAgain => self.describe_instances(BY_INTERFACE, interfaces()).await,
                        Remedy::None => Err(failure),
                    }
                })
                .await
        };
        found
            .map(|reservations| convert::instances(reservations, group))
            .map_err(|failure| failure.into_observe_failure("ec2:DescribeInstances", &self.region))
    }

    /// Asks by VPC because the question by interface failed. If this fails too, the first failure is the one to tell.
    async fn instances_by_vpc(
        &self,
        group: &Group,
        failure: Failure,
        for_good: bool,
    ) -> Result<Vec<Reservation>, Failure> {
        let found =
            self.describe_instances(BY_VPC, vec![group.vpc.to_string()]).await.map_err(|_| failure)?;
        if for_good {
            tracing::debug!(region = %self.region, "this endpoint does not know {BY_INTERFACE}: asking by VPC from now on");
            self.asks_by_vpc.store(true, Ordering::Relaxed);
        }
        Ok(found)
    }

    async fn describe_instances(
        &self,
        filter: &str,
        values: Vec<String>,
    ) -> Result<Vec<Reservation>, Failure> {
        let filter = Filter::builder().name(filter).set_values(Some(values)).build();
        let call = self.ec2.describe_instances().filters(filter);
        let mut pages =
            call.into_paginator().page_size(INSTANCES_A_PAGE).stop_on_duplicate_token(false).send();
        let (mut reservations, mut read) = (Vec::new(), 0);
        while let Some(page) = pages.try_next().await.map_err(|error| Failure::new(&error))? {
            one_more(&mut read)?;
            reservations.extend(page.reservations.unwrap_or_default());
        }
        Ok(reservations)
    }
}

/// Counts one more page. Pages without end are a failure: what was read till then is not the whole, and must not be taken
/// for it. (By default, the SDK's paginator ends without a word at a token that it has just had.)
fn one_more(pages: &mut usize) -> Result<(), Failure> {
    *pages += 1;
    if *pages > MOST_PAGES { Err(Failure::endless(MOST_PAGES)) } else { Ok(()) }
}

/// What is done at once about a failed question for instances. All further patience is the pass's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Remedy {
    /// Ask by VPC, now or for good.
    AskByVpc { for_good: bool },
    /// Ask the same once more.
    AskAgain,
    /// Nothing helps at once.
    None,
}

fn remedy(failure: &Failure) -> Remedy {
    if does_not_know_the_filter(failure) {
        Remedy::AskByVpc { for_good: true }
    } else if failure.status == Some(500) {
        // On EC2 that passes. On something that imitates EC2 it may not: the other question serves both.
        Remedy::AskByVpc { for_good: false }
    } else if failure.meaning == Meaning::NoReply && !failure.timed_out {
        Remedy::AskAgain
    } else {
        Remedy::None
    }
}

/// True if the endpoint is not EC2, and does not implement the interface filter.
///
/// moto's server answers 500 with a page of HTML; EC2's own errors always carry a code. `LocalStack` answers 500 or 501 with a
/// message that something is not implemented. The filter is the only parameter that could be invalid.
fn does_not_know_the_filter(failure: &Failure) -> bool {
    let mentions =
        |text: &str| text.to_ascii_lowercase().replace([' ', '_', '-'], "").contains("implemented");
    match failure.status {
        Some(501) => true,
        Some(500) if !failure.has_code => true,
        Some(_) => {
            failure.meaning == Meaning::Refused(FailureKind::NotAccepted)
                || mentions(&failure.code)
                || mentions(&failure.message)
        }
        None => false,
    }
}

#[cfg(test)]
mod tests;
