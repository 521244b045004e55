//! What `hopover deploy` and `hopover destroy` ask of AWS: who is asking, a bucket for the code, and a stack.

mod bucket;
mod follow;
mod said;
mod stack;

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use hopover_core::id::Region;
use hopover_core::observation::ObserveFailure;

use crate::client::{Clients, sdk_region};
use crate::errors::Failure;

pub use bucket::{Bucket, BucketError};
pub use follow::{Ended, Pace};
pub use stack::TEMPLATE;

/// How long a call may take, with what the SDK tries again by itself. Nobody's routes wait for it.
const CALL_TIMEOUT: Duration = Duration::from_mins(1);

/// How long an upload may take: the code, over a thin line.
const UPLOAD_TIMEOUT: Duration = Duration::from_mins(10);

/// How often the SDK makes a call that was throttled or got no answer.
const ATTEMPTS: u32 = 5;

/// CloudFormation, S3 and STS in one region. Other than in a pass, the SDK tries again by itself.
#[derive(Debug, Clone)]
pub struct Deployer {
    stacks: aws_sdk_cloudformation::Client,
    s3: aws_sdk_s3::Client,
    sts: aws_sdk_sts::Client,
    region: Region,
}

impl Clients {
    /// What a deployment in a region needs.
    pub fn deployer(&self, region: &Region) -> Deployer {
        let base = self
            .base
            .to_builder()
            .region(sdk_region(region))
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
            .timeout_config(TimeoutConfig::builder().operation_timeout(CALL_TIMEOUT).build())
            .build();
        Deployer {
            stacks: aws_sdk_cloudformation::Client::new(&base),
            s3: aws_sdk_s3::Client::new(&base),
            sts: aws_sdk_sts::Client::new(&base),
            region: region.clone(),
        }
    }
}

impl Deployer {
    /// Asks STS whose credentials these are, and gives the number of the account. It needs no permission.
    ///
    /// # Errors
    ///
    /// If there are none that are valid, or there is no answer.
    pub async fn account(&self) -> Result<String, ObserveFailure> {
        let answer = self.sts.get_caller_identity().send().await;
        let answer = answer.map_err(|error| self.unseen(&Failure::new(&error), "sts:GetCallerIdentity"))?;
        answer.account.ok_or_else(|| ObserveFailure {
            message: "the answer to sts:GetCallerIdentity names no account".to_owned(),
            transient: false,
        })
    }
}
