//! The route tables of a VPC in full, for a backup and a restore.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_ec2::types as sdk;
use futures::FutureExt as _;
use futures::future::join_all;
use hopover_core::group::Group;
use hopover_core::id::{RouteTableId, VpcId};
use hopover_core::observation::ObserveFailure;
use hopover_core::tables::{Associated, Association, Look, Tables};

use crate::client::Aws;
use crate::convert;

impl Aws {
    /// Reads every route table of a VPC, with what each is associated with.
    ///
    /// # Errors
    ///
    /// As [`Aws::observe`].
    pub async fn look_at_tables(&self, vpc: &VpcId) -> Result<Tables, ObserveFailure> {
        let tables = self
            .describe_route_tables(vpc)
            .await
            .map_err(|failure| failure.into_observe_failure("ec2:DescribeRouteTables", &self.region))?;
        let associations = associations(&tables);
        let of_ec2: BTreeMap<_, _> = tables.iter().filter_map(count_of_routes).collect();
        let tables = convert::route_tables(tables, vpc);
        let unnamed = tables.values().filter_map(|table| {
            let unnamed = of_ec2.get(table.id.as_str())?.saturating_sub(table.routes.len());
            (unnamed > 0).then(|| (table.id.clone(), unnamed))
        });
        Ok(Tables { unnamed: unnamed.collect(), tables, associations })
    }

    /// Reads the tables of a VPC in full and the instances of its groups, side by side.
    ///
    /// # Errors
    ///
    /// If the tables cannot be read. Instances that cannot be are a part of the look.
    pub async fn look_in_full(&self, vpc: &VpcId, groups: &[Arc<Group>]) -> Result<Look, ObserveFailure> {
        let instances = join_all(groups.iter().map(|group| self.instances(group)));
        let (instances, tables) =
            futures::try_join!(instances.map(Ok::<_, ObserveFailure>), self.look_at_tables(vpc))?;
        let instances: Result<Vec<_>, _> = instances.into_iter().collect();
        Ok(Look { instances: instances.map(|found| found.into_iter().flatten().collect()), tables })
    }
}

fn count_of_routes(table: &sdk::RouteTable) -> Option<(String, usize)> {
    Some((table.route_table_id()?.to_owned(), table.routes().len()))
}

fn associations(tables: &[sdk::RouteTable]) -> BTreeMap<RouteTableId, Vec<Association>> {
    let of = |table: &sdk::RouteTable| -> Option<(RouteTableId, Vec<Association>)> {
        let with: Vec<_> = table.associations().iter().filter_map(association).collect();
        let id = table.route_table_id()?.parse().ok()?;
        (!with.is_empty()).then_some((id, with))
    };
    tables.iter().filter_map(of).collect()
}

/// `None` for one that is on its way out, and for one with something that this version does not know.
fn association(found: &sdk::RouteTableAssociation) -> Option<Association> {
    let is_over =
        found.association_state().and_then(sdk::RouteTableAssociationState::state).is_some_and(|state| {
            matches!(
                state,
                sdk::RouteTableAssociationStateCode::Disassociating
                    | sdk::RouteTableAssociationStateCode::Disassociated
                    | sdk::RouteTableAssociationStateCode::Failed
            )
        });
    let with = match (found.subnet_id(), found.gateway_id(), found.main()) {
        (Some(subnet), ..) => Associated::Subnet(subnet.to_owned()),
        (None, Some(gateway), _) => Associated::Gateway(gateway.to_owned()),
        (None, None, Some(true)) => Associated::Main,
        (None, None, _) => return None,
    };
    let id = found.route_table_association_id().map(str::to_owned);
    (!is_over).then_some(Association { id, with })
}
