use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_ec2::error::{ConnectorError, SdkError};
use aws_sdk_ec2::operation::replace_route::ReplaceRouteError;

use super::*;

fn region() -> Region {
    "eu-central-1".parse().unwrap()
}

#[test]
fn every_documented_code_has_its_meaning() {
    use FailureKind::*;
    use Meaning::*;
    let table = [
        (503, Some("RequestLimitExceeded"), Throttled),
        (400, Some("Throttling"), Throttled),
        (400, Some("ThrottlingException"), Throttled),
        (400, Some("RequestThrottled"), Throttled),
        (503, Some("RequestThrottledException"), Throttled),
        (503, Some("SlowDown"), Throttled),
        (429, None, Throttled),
        (403, Some("UnauthorizedOperation"), Refused(Denied)),
        (403, Some("AccessDenied"), Refused(Denied)),
        (400, Some("AccessDeniedException"), Refused(Denied)),
        (403, Some("AuthorizationError"), Refused(Denied)),
        (401, Some("AuthFailure"), Refused(Credentials)),
        (400, Some("ExpiredToken"), Refused(Credentials)),
        (400, Some("RequestExpired"), Refused(Credentials)),
        (403, Some("InvalidClientTokenId"), Refused(Credentials)),
        (403, Some("SignatureDoesNotMatch"), Refused(Credentials)),
        (400, Some("InvalidRouteTableID.NotFound"), Refused(NoSuchTable)),
        (400, Some("InvalidRouteTableId.NotFound"), Refused(NoSuchTable)),
        (400, Some("InvalidRouteTableID.Malformed"), Refused(NoSuchTable)),
        (400, Some("InvalidRouteTableId.Malformed"), Refused(NoSuchTable)),
        (400, Some("InvalidRoute.NotFound"), Refused(NoSuchRoute)),
        (400, Some("InvalidPrefixListID.NotFound"), Refused(NoSuchRoute)),
        (400, Some("InvalidNetworkInterfaceID.NotFound"), Refused(NoSuchInterface)),
        (400, Some("InvalidNetworkInterfaceId.Malformed"), Refused(NoSuchInterface)),
        (400, Some("InvalidParameterValue"), Refused(NotAccepted)),
        (400, Some("InvalidParameterCombination"), Refused(NotAccepted)),
        (500, Some("InternalError"), NoReply),
        (500, Some("InternalFailure"), NoReply),
        (503, Some("Unavailable"), NoReply),
        (503, Some("ServiceUnavailable"), NoReply),
        (400, Some("RequestTimeout"), NoReply),
        (500, None, NoReply),
        (502, None, NoReply),
        (504, None, NoReply),
        (501, None, Refused(Other)),
        (400, Some("NewerThanThisVersion"), Refused(Other)),
        (403, None, Refused(Other)),
    ];
    for (status, code, expected) in table {
        assert_eq!(meaning(status, code), expected, "{status} {code:?}");
    }
}

#[test]
fn only_throttling_and_missing_answers_are_worth_a_further_look() {
    for (code, transient) in
        [("RequestLimitExceeded", true), ("InternalError", true), ("UnauthorizedOperation", false)]
    {
        let failure = Failure::answered(400, Some(code), None)
            .into_observe_failure("ec2:DescribeRouteTables", &region());
        assert_eq!(failure.transient, transient, "{code}");
    }
}

#[test]
fn a_denied_look_names_the_permission_and_what_to_do() {
    let failure = Failure::answered(403, Some("UnauthorizedOperation"), Some("You are not authorized."))
        .into_observe_failure("ec2:DescribeRouteTables", &region());
    assert_eq!(
        failure.message,
        "ec2:DescribeRouteTables is denied (UnauthorizedOperation: You are not authorized.): \
         allow it to the role that hopover runs under"
    );
}

#[test]
fn a_refused_write_keeps_the_code_and_message_of_ec2() {
    let result = Failure::answered(400, Some("InvalidRoute.NotFound"), Some("no route")).into_write_result();
    let failure = WriteFailure {
        kind: FailureKind::NoSuchRoute,
        code: "InvalidRoute.NotFound".into(),
        message: "no route".into(),
    };
    assert_eq!(result, WriteResult::Failed(failure));
}

#[test]
fn a_write_refused_for_its_rate_was_not_made_but_one_after_a_fault_may_have_been() {
    let throttled = Failure::answered(503, Some("RequestLimitExceeded"), None).into_write_result();
    assert_eq!(throttled, WriteResult::Throttled);
    let fault = Failure::answered(503, Some("Unavailable"), Some("try later")).into_write_result();
    assert_eq!(fault, WriteResult::NoReply("Unavailable: try later".into()));
}

#[test]
fn a_write_that_timed_out_may_have_been_made() {
    let error: SdkError<ReplaceRouteError> = SdkError::timeout_error("no answer after 5s");
    let failure = Failure::new(&error);
    assert!(failure.timed_out);
    assert_eq!(failure.into_write_result(), WriteResult::NoReply("Timeout: no answer after 5s".into()));
}

#[test]
fn a_connection_that_breaks_leaves_a_write_open() {
    let error: SdkError<ReplaceRouteError> =
        SdkError::dispatch_failure(ConnectorError::io("reset by peer".into()));
    let WriteResult::NoReply(message) = Failure::new(&error).into_write_result() else { panic!("not open") };
    assert!(message.starts_with("NoConnection: ") && message.contains("reset by peer"), "{message}");
}

#[test]
fn missing_credentials_are_told_from_a_missing_connection() {
    let missing = CredentialsError::not_loaded("no providers in chain provided credentials");
    let error: SdkError<ReplaceRouteError> =
        SdkError::dispatch_failure(ConnectorError::other(missing.into(), None));
    let failure = Failure::new(&error);
    assert_eq!(
        (failure.meaning, failure.code.as_str()),
        (Meaning::Refused(FailureKind::Credentials), "NoCredentials")
    );
    let told = failure.into_observe_failure("ec2:DescribeRouteTables", &region());
    assert!(!told.transient && told.message.contains("AWS_PROFILE"), "{told}");
}
