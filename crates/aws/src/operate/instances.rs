//! Stops and starts instances for a live drill, and nothing else.

use hopover_core::id::{InstanceId, VpcId};
use hopover_core::write::FailureKind;

use crate::client::Aws;
use crate::errors::{Failure, Meaning};

/// An instance that was not told what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct OperateError {
    /// What happened, and what to do about it.
    pub message: String,
    /// True if asking again may help. Stopping what stops already, and starting what starts already, changes nothing.
    pub transient: bool,
}

impl Aws {
    /// Asks EC2 to stop an instance. That takes a while; [`Aws::observe`] shows how far it is.
    ///
    /// # Errors
    ///
    /// If EC2 did not say yes. It may have done it all the same if there was no answer.
    pub async fn stop_instance(&self, instance: &InstanceId) -> Result<(), OperateError> {
        let call = self.ec2.stop_instances().instance_ids(instance.as_str());
        let answer = call.send().await.map(drop);
        answer.map_err(|error| self.not_operated(Failure::new(&error), "ec2:StopInstances"))
    }

    /// Asks EC2 to start an instance that is stopped.
    ///
    /// # Errors
    ///
    /// As for [`Aws::stop_instance`].
    pub async fn start_instance(&self, instance: &InstanceId) -> Result<(), OperateError> {
        let call = self.ec2.start_instances().instance_ids(instance.as_str());
        let answer = call.send().await.map(drop);
        answer.map_err(|error| self.not_operated(Failure::new(&error), "ec2:StartInstances"))
    }

    /// The `Name` of a VPC, if it has one and it may be read.
    pub async fn vpc_name(&self, vpc: &VpcId) -> Option<String> {
        let answer = self.ec2.describe_vpcs().vpc_ids(vpc.as_str()).send().await.ok()?;
        let tag = answer.vpcs().first()?.tags().iter().find(|tag| tag.key() == Some("Name"))?;
        tag.value().filter(|name| !name.is_empty()).map(str::to_owned)
    }

    fn not_operated(&self, failure: Failure, action: &str) -> OperateError {
        let transient = failure.is_transient();
        let message = match failure.meaning {
            Meaning::Refused(FailureKind::Denied) => format!(
                "{action} is denied ({}): allow it to whoever drills; the deployed function does not need it",
                failure.cause()
            ),
            // EC2 has none of the type just now, in that zone: the instance stays stopped.
            _ if failure.code.starts_with("InsufficientInstanceCapacity") => {
                format!(
                    "EC2 has no room for the instance just now ({}): try again in a few minutes",
                    failure.cause()
                )
            }
            _ => failure.into_observe_failure(action, &self.region).message,
        };
        OperateError { message, transient }
    }
}
