use std::collections::BTreeSet;

use crate::doctor::testing::{ready, security_group};
use crate::observation::InstanceState;
use crate::survey::Unread;
use crate::testing::id;

#[test]
fn an_interface_of_another_vpc_is_a_problem() {
    let mut scene = ready();
    scene.card("eni-b-lan").vpc = id("vpc-other");
    assert_eq!(scene.says("vpc"), "problem: B lan (eni-b-lan) is in vpc-other, the group in vpc-main");
}

#[test]
fn an_interface_that_does_not_exist_is_said_once() {
    let mut scene = ready();
    scene.survey.interfaces.as_mut().unwrap().remove(&id("eni-b-lan"));
    assert_eq!(scene.says("vpc"), "problem: B lan (eni-b-lan) does not exist in vpc-main of eu-central-1");
    assert_eq!(scene.amiss().len(), 1);
}

#[test]
fn two_members_in_one_zone_are_a_warning() {
    let mut scene = ready();
    scene.machine("i-b").zone = Some("eu-central-1a".to_owned());
    assert_eq!(scene.says("zones"), "warning: A, B are all in eu-central-1a");
}

#[test]
fn a_stopped_standby_is_a_problem_that_starting_it_mends() {
    let mut scene = ready();
    scene.machine("i-b").state = InstanceState::Stopped;
    assert_eq!(scene.says("running"), "problem: B (i-b) is stopped");
    assert_eq!(scene.mend("running"), "aws ec2 start-instances --instance-ids i-b --region eu-central-1");
    scene.machine("i-b").state = InstanceState::Pending;
    assert_eq!(scene.says("running"), "warning: B (i-b) is pending");
}

#[test]
fn a_detached_interface_is_a_problem_that_names_the_instance_of_the_others() {
    let mut scene = ready();
    scene.card("eni-b-lan").attachment = None;
    assert_eq!(scene.says("attached"), "problem: B lan (eni-b-lan) is attached to nothing");
    assert_eq!(
        scene.mend("attached"),
        "aws ec2 attach-network-interface --network-interface-id eni-b-lan --instance-id i-b --device-index NUMBER \
         --region eu-central-1"
    );
    assert_eq!(scene.says("running"), "ok: A (i-a), B (i-b)");
}

#[test]
fn a_member_on_two_instances_is_a_problem() {
    let mut scene = ready();
    scene.card("eni-b-lan").attachment.as_mut().unwrap().instance = id("i-a");
    assert_eq!(scene.says("attached"), "problem: the interfaces of B are on i-a, i-b");
}

#[test]
fn a_check_that_is_on_is_a_problem_with_the_command_that_switches_it_off() {
    let mut scene = ready();
    scene.card("eni-b-lan").source_dest_check = Some(true);
    scene.card("eni-b-wan").source_dest_check = None;
    assert_eq!(
        scene.says("source-dest-check"),
        "problem: it is on for B lan (eni-b-lan)\nunknown: EC2 does not say how it is for B wan (eni-b-wan)"
    );
    assert_eq!(
        scene.mend("source-dest-check"),
        "aws ec2 modify-network-interface-attribute --network-interface-id eni-b-lan --no-source-dest-check \
         --region eu-central-1"
    );
}

#[test]
fn a_public_address_that_is_not_elastic_is_a_problem() {
    let mut scene = ready();
    scene.card("eni-b-wan").public[0].elastic = Some(false);
    assert_eq!(scene.says("elastic-ip"), "problem: 203.0.113.b of B (eni-b-wan) is not one");
    assert!(scene.mend("elastic-ip").starts_with("aws ec2 allocate-address --domain vpc"));
    scene.card("eni-b-wan").public[0].elastic = None;
    assert_eq!(scene.says("elastic-ip"), "unknown: whether 203.0.113.b of B is one could not be read");
}

#[test]
fn one_member_without_a_public_address_is_a_warning_and_all_without_are_fine() {
    let mut scene = ready();
    scene.card("eni-b-wan").public.clear();
    assert_eq!(scene.says("elastic-ip"), "warning: B has no public address, and others have");
    scene.card("eni-a-wan").public.clear();
    assert_eq!(scene.says("elastic-ip"), "ok: no member has a public address, so there is none to lose");
}

#[test]
fn an_address_on_an_interface_outside_of_the_paths_counts() {
    let mut scene = ready();
    let mut extra = scene.card("eni-b-wan").clone();
    extra.id = id("eni-b-management");
    scene.card("eni-b-wan").public.clear();
    scene.survey.interfaces.as_mut().unwrap().insert(extra.id.clone(), extra);
    assert_eq!(scene.says("elastic-ip"), "ok: A 203.0.113.a, B 203.0.113.b");
}

#[test]
fn what_one_member_lets_through_and_the_other_does_not_is_listed_with_both_directions() {
    let mut scene = ready();
    let groups = scene.survey.security_groups.as_mut().unwrap();
    groups.insert("sg-b".to_owned(), security_group("sg-b", &["10.0.0.0/9"]));
    scene.card("eni-a-wan").security_groups = BTreeSet::new();
    scene.card("eni-b-wan").security_groups = BTreeSet::new();
    assert_eq!(
        scene.says("security-groups"),
        "warning: A lan lets through what B lan does not: in tcp 443 from 10.0.0.0/8\n\
         warning: B lan lets through what A lan does not: in tcp 443 from 10.0.0.0/9"
    );
    assert_eq!(
        scene.mend("security-groups").lines().next(),
        Some(
            "aws ec2 modify-network-interface-attribute --network-interface-id eni-b-lan --groups sg-a sg-b \
             --region eu-central-1"
        )
    );
}

#[test]
fn a_group_that_was_not_in_the_answer_leaves_the_comparison_unknown() {
    let mut scene = ready();
    scene.survey.security_groups.as_mut().unwrap().remove("sg-b");
    assert_eq!(
        scene.says("security-groups"),
        "unknown: the security groups could not be read, because sg-b is not in the answer"
    );
    scene.survey.security_groups = Err(Unread::because("no"));
    assert_eq!(scene.says("security-groups"), "unknown: the security groups could not be read, because no");
}
