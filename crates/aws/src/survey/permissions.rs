//! What the credentials may do, asked with EC2's own `DryRun`: it changes nothing.

use std::collections::BTreeMap;

use aws_sdk_ec2::config::http::HttpResponse;
use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use hopover_core::excerpt::excerpt;
use hopover_core::group::Group;
use hopover_core::id::RouteTableId;
use hopover_core::route::{Destination, Route, Target};
use hopover_core::survey::{Grant, Permission, TableFacts};
use hopover_core::write::FailureKind;

use super::LONGEST_WORDS;
use crate::client::Aws;
use crate::errors::{Failure, Meaning};

/// How many tables are asked for. A dry run may take a token of the very bucket that a failover lives on; this many are back
/// after two seconds.
const MOST_TABLES: usize = 10;

/// What EC2 answers to a dry run that is allowed.
const ALLOWED: &str = "DryRunOperation";

impl Aws {
    /// Asks for every permission that the function needs of EC2.
    pub(super) async fn permissions(
        &self,
        group: &Group,
        tables: Option<&BTreeMap<RouteTableId, TableFacts>>,
    ) -> Vec<Permission> {
        let instances = async { grant(self.ec2.describe_instances().dry_run(true).send().await) };
        let route_tables = async { grant(self.ec2.describe_route_tables().dry_run(true).send().await) };
        let ours = tables.into_iter().flat_map(BTreeMap::values).filter_map(|facts| {
            let ours = |route: &&Route| group.holder(&facts.table, route).is_some();
            Some((&facts.table.id, facts.table.routes.iter().find(ours)?))
        });
        let replace = ours.take(MOST_TABLES).map(async |(table, route)| Permission {
            action: "ec2:ReplaceRoute",
            on: Some(table.clone()),
            grant: self.may_replace(table, route).await,
        });
        let (instances, route_tables, replace) =
            futures::join!(instances, route_tables, futures::future::join_all(replace));
        let mut permissions = vec![
            Permission { action: "ec2:DescribeInstances", on: None, grant: instances },
            Permission { action: "ec2:DescribeRouteTables", on: None, grant: route_tables },
        ];
        permissions.extend(replace);
        permissions
    }

    /// The route keeps the target that it has: even an endpoint that does not know `DryRun` would change nothing.
    async fn may_replace(&self, table: &RouteTableId, route: &Route) -> Grant {
        let Target::Interface(interface) = &route.target else {
            return Grant::Unknown("the route points at no interface".to_owned());
        };
        let call = self
            .ec2
            .replace_route()
            .dry_run(true)
            .route_table_id(table.as_str())
            .network_interface_id(interface.as_str());
        let call = match &route.destination {
            Destination::Ipv4(cidr) => call.destination_cidr_block(cidr),
            Destination::Ipv6(cidr) => call.destination_ipv6_cidr_block(cidr),
            Destination::PrefixList(list) => call.destination_prefix_list_id(list.as_str()),
        };
        grant(call.send().await)
    }
}

/// What an answer to a dry run says. One that succeeds was carried out, and so was allowed.
pub(super) fn grant<T, E>(answer: Result<T, SdkError<E, HttpResponse>>) -> Grant
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let Err(error) = answer else {
        return Grant::Granted;
    };
    let failure = Failure::new(&error);
    let words = excerpt(&failure.cause(), LONGEST_WORDS);
    if failure.code == ALLOWED {
        return Grant::Granted;
    }
    match failure.meaning {
        Meaning::Refused(FailureKind::Denied) => Grant::Denied(words),
        _ => Grant::Unknown(words),
    }
}
