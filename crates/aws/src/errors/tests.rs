use std::time::Duration;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_ec2::error::{ConnectorError, ErrorMetadata, SdkError};
use aws_sdk_ec2::operation::replace_route::ReplaceRouteError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;

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

fn answer(status: u16, date: Option<&str>) -> HttpResponse {
    let mut response = HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::empty());
    if let Some(date) = date {
        response.headers_mut().insert("date", date.to_owned());
    }
    response
}

fn refused(code: &str) -> ReplaceRouteError {
    ReplaceRouteError::generic(ErrorMetadata::builder().code(code).message("no").build())
}

#[test]
fn a_write_whose_acknowledgement_cannot_be_read_may_have_been_made() {
    let garbled = ReplaceRouteError::unhandled("error parsing XML: no root element");
    let result = Failure::new(&SdkError::service_error(garbled, answer(200, None))).into_write_result();
    let WriteResult::NoReply(message) = result else { panic!("{result:?}") };
    assert!(message.starts_with("UnreadableAnswer: ") && message.contains("no root element"), "{message}");
}

#[test]
fn a_refusal_is_put_down_to_the_clock_only_if_the_answer_bears_another_time() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000); // Tue, 14 Nov 2023 22:13:20 GMT
    let table = [
        ("RequestExpired", Some("Tue, 14 Nov 2023 22:23:20 GMT"), Some(-600)),
        ("AuthFailure", Some("Tue, 14 Nov 2023 22:03:20 GMT"), Some(600)),
        ("RequestExpired", Some("Tue, 14 Nov 2023 22:16:00 GMT"), None),
        ("RequestExpired", Some("yesterday"), None),
        ("RequestExpired", None, None),
        ("UnauthorizedOperation", Some("Tue, 14 Nov 2023 22:23:20 GMT"), None),
    ];
    for (code, date, expected) in table {
        let failure = Failure::answered(400, Some(code), None).dated(date, now);
        assert_eq!(failure.clock_ahead, expected, "{code} {date:?}");
        assert_eq!(failure.is_transient(), expected.is_some(), "{code} {date:?}");
    }
}

#[test]
fn expired_credentials_and_a_clock_that_is_off_are_told_apart() {
    let told = |date| {
        let error = SdkError::service_error(refused("RequestExpired"), answer(400, date));
        Failure::new(&error).into_observe_failure("ec2:DescribeRouteTables", &region()).message
    };
    assert_eq!(
        told(None),
        "the credentials for ec2:DescribeRouteTables have expired (RequestExpired: no): sign in again or set new ones; \
         those of a role are renewed by AWS"
    );
    let clock = told(Some("Mon, 01 Jan 2300 00:00:00 GMT"));
    assert!(
        clock.starts_with("the clock here is ") && clock.contains(" minutes behind that of EC2, "),
        "{clock}"
    );
}

#[test]
fn a_page_of_html_as_a_message_is_told_in_one_line_of_bounded_length() {
    let page = "<p>\n".repeat(1 << 20);
    let failure = Failure::answered(403, Some(&page), Some(&page));
    let cause = failure.cause();
    assert!(cause.len() < 12_000 && !cause.contains('\n'), "{} bytes", cause.len());
}

#[test]
fn an_encoded_authorization_message_is_kept_whole() {
    let encoded = "x".repeat(10_240);
    let failure = Failure::answered(403, Some("UnauthorizedOperation"), Some(&encoded));
    assert_eq!(failure.message, encoded);
}
