//! One write.

use hopover_core::plan::RouteChange;
use hopover_core::route::Destination;
use hopover_core::write::WriteResult;

use crate::client::Aws;
use crate::errors::Failure;

impl Aws {
    /// Points one route at its new interface, with one `ReplaceRoute`.
    ///
    /// It takes 5 seconds at most, and one attempt: whether to try again is for the pass to decide.
    pub async fn replace(&self, change: &RouteChange) -> WriteResult {
        let call = self
            .ec2
            .replace_route()
            .route_table_id(change.key.table.as_str())
            .network_interface_id(change.to.interface.as_str());
        let call = match &change.key.destination {
            Destination::Ipv4(cidr) => call.destination_cidr_block(cidr),
            Destination::Ipv6(cidr) => call.destination_ipv6_cidr_block(cidr),
            Destination::PrefixList(list) => call.destination_prefix_list_id(list.as_str()),
        };
        match call.send().await {
            Ok(_) => WriteResult::Replaced,
            Err(error) => Failure::new(&error).into_write_result(),
        }
    }
}
