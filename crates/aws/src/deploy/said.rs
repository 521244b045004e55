//! What is said of a call that failed.

use hopover_core::excerpt::excerpt;
use hopover_core::observation::ObserveFailure;
use hopover_core::write::FailureKind;

use super::Deployer;
use crate::errors::{Failure, Meaning};
use crate::operate::OperateError;

/// The most of a service's words that a line tells, in characters. Denials carry encoded messages of thousands.
const LONGEST_WORDS: usize = 500;

impl Deployer {
    /// A look that failed.
    pub(super) fn unseen(&self, failure: &Failure, action: &str) -> ObserveFailure {
        ObserveFailure { message: self.said(failure, action), transient: failure.is_transient() }
    }

    /// An act that was not carried out.
    pub(super) fn undone(&self, failure: &Failure, action: &str) -> OperateError {
        OperateError { message: self.said(failure, action), transient: failure.is_transient() }
    }

    fn said(&self, failure: &Failure, action: &str) -> String {
        let cause = excerpt(&failure.cause(), LONGEST_WORDS);
        match failure.meaning {
            Meaning::Refused(FailureKind::Denied) => format!(
                "{action} is denied ({cause}): allow it to whoever deploys; `hopover policy --deployer` prints what that takes"
            ),
            Meaning::Refused(FailureKind::Credentials) => {
                failure.clone().into_observe_failure(action, &self.region).message
            }
            Meaning::Throttled => {
                format!("{} in {} throttles {action} ({cause})", service(action), self.region)
            }
            Meaning::NoReply if failure.status.is_none() => format!(
                "no answer to {action} ({cause}): if it lasts, check the way to the endpoint of {} in {}",
                service(action),
                self.region
            ),
            Meaning::NoReply => {
                format!(
                    "{} in {} fails at {action} ({cause}): if it lasts, see AWS's health",
                    service(action),
                    self.region
                )
            }
            Meaning::Refused(_) => {
                format!("{} in {} refuses {action} ({cause})", service(action), self.region)
            }
        }
    }
}

/// The service of an IAM action, as people write it.
fn service(action: &str) -> &str {
    match action.split(':').next() {
        Some("cloudformation") => "CloudFormation",
        Some("s3") => "S3",
        Some("sts") => "STS",
        _ => "AWS",
    }
}
