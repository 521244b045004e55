//! What a failed call means, and what a person can do about it.

use std::error::Error;
use std::time::SystemTime;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use hopover_core::excerpt::excerpt;
use hopover_core::id::Region;
use hopover_core::observation::ObserveFailure;
use hopover_core::write::{FailureKind, WriteFailure, WriteResult};

use crate::whole::NotWhole;

/// What a failed call means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// Refused for its rate, not carried out.
    Throttled,
    /// No answer, or a fault of the service: it may or may not have been carried out.
    NoReply,
    /// Refused for good.
    Refused(FailureKind),
}

/// The meaning of an answer that is an error, by its HTTP status and its error code.
///
/// Codes are compared without regard to case: EC2 spells `InvalidRouteTableID.NotFound` and `InvalidRouteTableId.Malformed`.
/// Source: "Error codes for the Amazon EC2 API", and the throttling codes of the SDKs.
pub(crate) fn meaning(status: u16, code: Option<&str>) -> Meaning {
    match code.unwrap_or_default().to_ascii_lowercase().as_str() {
        "requestlimitexceeded"
        | "throttling"
        | "throttled"
        | "throttlingexception"
        | "throttledexception"
        | "requestthrottled"
        | "requestthrottledexception"
        | "ec2throttledexception"
        | "toomanyrequestsexception"
        | "bandwidthlimitexceeded"
        | "slowdown"
        | "priorrequestnotcomplete" => Meaning::Throttled,
        "unauthorizedoperation"
        | "unauthorized"
        | "accessdenied"
        | "accessdeniedexception"
        | "authorizationerror"
        | "authorizationerrorexception"
        | "kmsaccessdenied"
        | "kmsaccessdeniedexception" => Meaning::Refused(FailureKind::Denied),
        "authfailure"
        | "expiredtoken"
        | "expiredtokenexception"
        | "requestexpired"
        | "requesttimetooskewed"
        | "invalidclienttokenid"
        | "invalidaccesskeyid"
        | "invalidtoken"
        | "invalidsecuritytoken"
        | "unrecognizedclientexception"
        | "signaturedoesnotmatch"
        | "incompletesignature"
        | "missingauthenticationtoken"
        | "missingauthenticationtokenexception"
        | "tokenrefreshrequired" => Meaning::Refused(FailureKind::Credentials),
        "invalidroutetableid.notfound" | "invalidroutetableid.malformed" => {
            Meaning::Refused(FailureKind::NoSuchTable)
        }
        // The destination of such a route is the prefix list.
        "invalidroute.notfound"
        | "invalidroute.malformed"
        | "invalidprefixlistid.notfound"
        | "invalidprefixlistid.malformed" => Meaning::Refused(FailureKind::NoSuchRoute),
        "invalidnetworkinterfaceid.notfound"
        | "invalidnetworkinterfaceid.malformed"
        | "invalidnetworkinterface.notfound" => Meaning::Refused(FailureKind::NoSuchInterface),
        "invalidparametervalue"
        | "invalidparametercombination"
        | "invalidparameter"
        | "invalidparameterexception"
        | "missingparameter"
        | "unknownparameter"
        | "validationerror"
        | "invalidroute.invalidstate"
        | "invalidinstanceid"
        | "incorrectstate"
        | "incorrectinstancestate"
        | "operationnotpermitted"
        | "unsupported"
        | "unsupportedoperation" => Meaning::Refused(FailureKind::NotAccepted),
        "requesttimeout" | "requesttimeoutexception" | "internalerror" | "internalfailure" => {
            Meaning::NoReply
        }
        _ if status == 429 => Meaning::Throttled,
        // "Not implemented" will not be so the next time either.
        _ if status >= 500 && status != 501 => Meaning::NoReply,
        _ => Meaning::Refused(FailureKind::Other),
    }
}

/// The most that is kept of a service's error code, in characters.
const LONGEST_CODE: usize = 100;

/// The most that is kept of a message, in characters. An encoded authorization message can be decoded only as a whole, and
/// has 10,240 at most (`DecodeAuthorizationMessage`, STS).
const LONGEST_MESSAGE: usize = 11_000;

/// A failed call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) meaning: Meaning,
    /// The HTTP status, if there was an answer.
    pub(crate) status: Option<u16>,
    /// The service's error code, if there was one; else a word of ours.
    pub(crate) code: String,
    /// The service's message, or what is known instead.
    pub(crate) message: String,
    /// True if the answer was in the service's own form: with an error code.
    pub(crate) has_code: bool,
    /// True if the call took as long as it may.
    pub(crate) timed_out: bool,
    /// By how many seconds our clock is ahead of the service's, if the call was refused because of that.
    pub(crate) clock_ahead: Option<i64>,
}

/// From how many seconds on a refused signature is put down to our clock. AWS wants a request within five minutes of its
/// time stamp ("Elements of an AWS API request signature", IAM) or within fifteen (`RequestExpired` in "Common errors", EC2).
/// Four is where the SDK draws the line.
const CLOCK_IS_OFF: i64 = 4 * 60;

impl Failure {
    /// Reads the SDK's error.
    pub(crate) fn new<E>(error: &SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        if let Some(missing) = find::<CredentialsError>(error) {
            return Self::of_credentials(missing);
        }
        let unanswered = |meaning, code: &str, timed_out| Self {
            meaning,
            status: None,
            code: code.to_owned(),
            message: excerpt(&reason(error), LONGEST_MESSAGE),
            has_code: false,
            timed_out,
            clock_ahead: None,
        };
        match error {
            // The service has done it, and what it says about it cannot be read.
            SdkError::ServiceError(answer) if answer.raw().status().is_success() => {
                let status = Some(answer.raw().status().as_u16());
                Self { status, ..unanswered(Meaning::NoReply, "UnreadableAnswer", false) }
            }
            SdkError::ServiceError(answer) => {
                let (status, code) = (answer.raw().status().as_u16(), answer.err().code());
                let date = answer.raw().headers().get("date");
                Self::answered(status, code, answer.err().message()).dated(date, SystemTime::now())
            }
            SdkError::ResponseError(answer) => {
                let status = Some(answer.raw().status().as_u16());
                Self { status, ..unanswered(Meaning::NoReply, "UnreadableAnswer", false) }
            }
            SdkError::TimeoutError(_) => unanswered(Meaning::NoReply, "Timeout", true),
            SdkError::DispatchFailure(failure) if failure.is_timeout() => {
                unanswered(Meaning::NoReply, "Timeout", true)
            }
            SdkError::DispatchFailure(_) => unanswered(Meaning::NoReply, "NoConnection", false),
            // Nothing was sent.
            _ => unanswered(Meaning::Refused(FailureKind::Other), "NotSent", false),
        }
    }

    /// An answer that is an error.
    pub(crate) fn answered(status: u16, code: Option<&str>, message: Option<&str>) -> Self {
        Self {
            meaning: meaning(status, code),
            status: Some(status),
            code: code.map_or_else(|| format!("HTTP {status}"), |code| excerpt(code, LONGEST_CODE)),
            message: excerpt(message.unwrap_or("the answer does not say why"), LONGEST_MESSAGE),
            has_code: code.is_some(),
            timed_out: false,
            clock_ahead: None,
        }
    }

    /// The same, with what the service's clock said (the `Date` of the answer) when ours said `now`.
    fn dated(self, date: Option<&str>, now: SystemTime) -> Self {
        let service = date.and_then(|date| DateTime::from_str(date, Format::HttpDate).ok());
        let ahead = service.map(|service| DateTime::from(now).secs() - service.secs());
        let is_to_blame = |ahead: &i64| {
            self.meaning == Meaning::Refused(FailureKind::Credentials) && ahead.abs() > CLOCK_IS_OFF
        };
        Self { clock_ahead: ahead.filter(is_to_blame), ..self }
    }

    /// Pages that do not end. They would not do so at the next look either.
    pub(crate) fn endless(pages: usize) -> Self {
        let message = format!("{pages} pages, and more to come");
        Self {
            meaning: Meaning::Refused(FailureKind::Other),
            code: "EndlessAnswer".to_owned(),
            message,
            status: None,
            ..Self::answered(200, None, None)
        }
    }

    fn of_credentials(error: &CredentialsError) -> Self {
        let (meaning, code, message) = match error {
            CredentialsError::CredentialsNotLoaded(_) => (
                Meaning::Refused(FailureKind::Credentials),
                "NoCredentials",
                "none are in the environment, a profile or a role".to_owned(),
            ),
            // Whoever hands them out may answer the next time.
            CredentialsError::ProviderTimedOut(_) => (Meaning::NoReply, "CredentialsTimeout", chain(error)),
            _ => (Meaning::Refused(FailureKind::Credentials), "BadCredentials", chain(error)),
        };
        let code = code.to_owned();
        Self { meaning, status: None, code, message, has_code: false, timed_out: false, clock_ahead: None }
    }

    /// True if the same call may succeed a little later. From an answer that it gets, the SDK learns how far the clocks are
    /// apart, and signs the next call with the service's time.
    pub(crate) fn is_transient(&self) -> bool {
        matches!(self.meaning, Meaning::Throttled | Meaning::NoReply) || self.clock_ahead.is_some()
    }

    /// What it says to a pass about a write.
    pub(crate) fn into_write_result(self) -> WriteResult {
        match self.meaning {
            Meaning::Throttled => WriteResult::Throttled,
            Meaning::NoReply => WriteResult::NoReply(self.cause()),
            Meaning::Refused(kind) => {
                WriteResult::Failed(WriteFailure { kind, code: self.code, message: self.message })
            }
        }
    }

    /// What it says to a pass about a look. `action` is the IAM action of the call.
    pub(crate) fn into_observe_failure(self, action: &str, region: &Region) -> ObserveFailure {
        let cause = self.cause();
        let message = match self.meaning {
            Meaning::Refused(FailureKind::Denied) => {
                format!("{action} is denied ({cause}): allow it to the role that hopover runs under")
            }
            Meaning::Refused(FailureKind::Credentials) => self.about_credentials(action, &cause),
            Meaning::Throttled => format!("EC2 in {region} throttles {action} ({cause})"),
            Meaning::NoReply => match self.status {
                None => format!(
                    "no answer to {action} ({cause}): if it lasts, check the way to the EC2 endpoint in {region}"
                ),
                Some(200..300) => format!(
                    "the answer to {action} makes no sense ({cause}): if it lasts, check what stands on the way to the \
                     EC2 endpoint in {region}"
                ),
                Some(_) => {
                    format!("EC2 in {region} fails at {action} ({cause}): if it lasts, see AWS's health")
                }
            },
            Meaning::Refused(_) => format!("EC2 in {region} refuses {action} ({cause})"),
        };
        ObserveFailure { message, transient: self.is_transient() }
    }

    fn about_credentials(&self, action: &str, cause: &str) -> String {
        if let Some(ahead) = self.clock_ahead {
            let (minutes, side) = ((ahead.abs() + 30) / 60, if ahead > 0 { "ahead of" } else { "behind" });
            return format!(
                "the clock here is {minutes} minutes {side} that of EC2, which refuses {action} for it ({cause}): set the \
                 clock"
            );
        }
        if is_expiry(&self.code) {
            return format!(
                "the credentials for {action} have expired ({cause}): sign in again or set new ones; those of a role are \
                 renewed by AWS"
            );
        }
        format!(
            "no valid credentials for {action} ({cause}): give the function a role, or set AWS_PROFILE, or \
             AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        )
    }

    /// Code and message.
    pub(crate) fn cause(&self) -> String {
        format!("{}: {}", self.code, self.message)
    }
}

/// Whether a code says that credentials were good once. EC2 answers `RequestExpired` for temporary ones that have expired,
/// and for a time stamp that is too old.
fn is_expiry(code: &str) -> bool {
    ["RequestExpired", "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"]
        .iter()
        .any(|expiry| expiry.eq_ignore_ascii_case(code))
}

/// An error and those behind it.
fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// The first error of that type in the chain.
fn find<'e, T: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e T> {
    causes(error).find_map(|error| error.downcast_ref())
}

/// Why a call without a readable answer failed.
fn reason(error: &(dyn Error + 'static)) -> String {
    // Our own reason says it all. What the SDK puts around it is about the SDK.
    match find::<NotWhole>(error) {
        Some(ours) => ours.to_string(),
        None => error.source().map_or_else(|| error.to_string(), chain),
    }
}

/// Every error of the chain in one line.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut parts: Vec<_> = causes(error).map(ToString::to_string).collect();
    parts.dedup();
    parts.join(": ")
}

#[cfg(test)]
mod tests;
