mod hearing;
mod members;
mod routes;

use super::testing::ready;
use super::*;
use crate::survey::{Grant, Survey, Unread};

#[test]
fn a_group_that_is_ready_has_nothing_amiss_and_a_line_for_every_check() {
    let scene = ready();
    assert_eq!(scene.amiss(), []);
    let checks: Vec<_> = scene.findings().iter().map(|finding| finding.check).collect();
    let expected = [
        "vpc",
        "zones",
        "running",
        "attached",
        "source-dest-check",
        "elastic-ip",
        "security-groups",
        "routes",
        "blackhole",
        "route-server",
        "terraform",
        "permission",
        "permission",
        "permission",
        "event-rule",
        "sweep",
        "topic",
        "failover-time",
    ];
    assert_eq!(checks, expected);
    assert!(scene.findings().iter().all(|finding| !finding.why.is_empty() && finding.mend.is_empty()));
}

#[test]
fn what_could_not_be_read_is_unknown_with_the_reason_and_never_a_problem() {
    let mut scene = ready();
    let why = || Unread::because("ec2:DescribeSecurityGroups is denied");
    scene.survey = Survey {
        instances: Err(why()),
        interfaces: Err(why()),
        tables: Err(why()),
        security_groups: Err(why()),
        event_rules: Err(why()),
        subscriptions: Some(Err(why())),
        ..Survey::unread(scene.group.region.clone())
    };
    let findings = scene.findings();
    assert!(findings.iter().all(|finding| finding.verdict == Verdict::Unknown), "{findings:#?}");
    assert!(
        findings.iter().all(|finding| finding.what.ends_with("because ec2:DescribeSecurityGroups is denied"))
    );
    assert!(findings.len() >= 13);
}

#[test]
fn whatever_single_part_could_not_be_read_no_problem_is_made_of_it() {
    let why = || Unread::because("it is denied");
    let blind: [fn(&mut Survey, Unread); 7] = [
        |survey, why| survey.instances = Err(why),
        |survey, why| survey.interfaces = Err(why),
        |survey, why| survey.unattached = Err(why),
        |survey, why| survey.tables = Err(why),
        |survey, why| survey.security_groups = Err(why),
        |survey, why| survey.event_rules = Err(why),
        |survey, why| survey.subscriptions = Some(Err(why)),
    ];
    for (at, blind) in blind.into_iter().enumerate() {
        let mut scene = ready();
        blind(&mut scene.survey, why());
        let amiss = scene.amiss();
        assert!(amiss.iter().all(|(_, verdict)| *verdict == Verdict::Unknown), "{at}: {amiss:?}");
    }
}

#[test]
fn where_only_attached_interfaces_are_known_a_missing_one_is_said_to_be_on_no_instance() {
    let mut scene = ready();
    scene.survey.unattached = Err(Unread::because("ec2:DescribeNetworkInterfaces is denied"));
    scene.survey.interfaces.as_mut().unwrap().remove(&crate::testing::id("eni-b-lan"));
    assert_eq!(scene.amiss(), [("attached", Verdict::Problem)]);
    assert_eq!(
        scene.says("attached"),
        "problem: B lan (eni-b-lan) is on no instance of vpc-main, or does not exist"
    );
}

#[test]
fn a_denied_permission_is_a_problem_that_a_policy_mends() {
    let mut scene = ready();
    scene.survey.permissions[2].grant = Grant::Denied("UnauthorizedOperation: no".to_owned());
    assert_eq!(
        scene.says("permission"),
        "ok: ec2:DescribeInstances is allowed\n\
         ok: ec2:DescribeRouteTables is allowed\n\
         problem: ec2:ReplaceRoute is denied on rtb-a: UnauthorizedOperation: no"
    );
    assert_eq!(
        scene.mend("permission"),
        "aws iam put-role-policy --role-name ROLE --policy-name ec2-ReplaceRoute --policy-document \
         '{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"ec2:ReplaceRoute\",\
         \"Resource\":[\"arn:aws:ec2:eu-central-1:123456789012:route-table/rtb-a\"]}]}'"
    );
}

#[test]
fn a_permission_without_an_answer_is_unknown() {
    let mut scene = ready();
    scene.survey.permissions[0].grant = Grant::Unknown("there was no answer".to_owned());
    assert_eq!(
        scene.says("permission").lines().next(),
        Some("unknown: ec2:DescribeInstances could not be asked for, because there was no answer")
    );
}

#[test]
fn what_others_wrote_cannot_break_out_of_a_command() {
    assert_eq!(argument("hopover-watch"), "hopover-watch");
    assert_eq!(argument("a b"), "'a b'");
    assert_eq!(argument("x'; rm -rf /; '"), r"'x'\''; rm -rf /; '\'''");
    assert_eq!(argument(""), "''");
}
