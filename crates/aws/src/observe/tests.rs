use super::*;

fn remedy_for(status: u16, code: Option<&str>, message: &str) -> Remedy {
    remedy(&Failure::answered(status, code, Some(message)))
}

#[test]
fn an_endpoint_that_does_not_know_the_interface_filter_is_asked_by_vpc_for_good() {
    let for_good = Remedy::AskByVpc { for_good: true };
    // moto's server: a page of HTML.
    assert_eq!(remedy_for(500, None, "Internal Server Error"), for_good);
    // LocalStack, and moto's exception where it is passed on.
    let text = "The filter 'network-interface.network-interface-id' for DescribeInstances has not been implemented yet";
    assert_eq!(remedy_for(500, Some("InternalError"), text), for_good);
    assert_eq!(remedy_for(501, Some("InternalFailure"), text), for_good);
    assert_eq!(remedy_for(400, Some("FilterNotImplementedError"), ""), for_good);
    assert_eq!(remedy_for(400, Some("InvalidParameterValue"), "The filter is invalid"), for_good);
}

#[test]
fn a_passing_fault_of_ec2_does_not_change_the_question_for_good() {
    let fault = remedy_for(500, Some("InternalError"), "An internal error has occurred");
    assert_eq!(fault, Remedy::AskByVpc { for_good: false });
    assert_eq!(remedy_for(503, Some("Unavailable"), "try again"), Remedy::AskAgain);
}

#[test]
fn what_asking_at_once_cannot_mend_is_left_to_the_pass() {
    assert_eq!(remedy_for(503, Some("RequestLimitExceeded"), "Request limit exceeded."), Remedy::None);
    assert_eq!(remedy_for(403, Some("UnauthorizedOperation"), "You are not authorized."), Remedy::None);
    let timeout = Failure { timed_out: true, status: None, ..Failure::answered(504, None, None) };
    assert_eq!(remedy(&timeout), Remedy::None);
}
