use hopover_core::Span;
use hopover_core::doctor::{Finding, Verdict, examine};
use hopover_core::id::InterfaceId;
use hopover_core::survey::Grant;

use crate::call::Call;
use crate::cloud::Cloud;
use crate::example::{cloud, config, epoch, known};
use crate::fault::{Fault, Harm};
use crate::file::World;

fn amiss(cloud: &Cloud) -> Vec<&'static str> {
    let config = config();
    let group = &config.groups[0];
    let findings = examine(group, &cloud.survey_of(group), config.topic.as_ref());
    let amiss = |finding: Finding| (finding.verdict != Verdict::Ok).then_some(finding.check);
    findings.into_iter().filter_map(amiss).collect()
}

#[test]
fn the_example_is_ready_to_fail_over() {
    assert_eq!(amiss(&cloud(Span::ZERO, true)), [""; 0]);
}

#[test]
fn what_stands_around_the_routes_survives_its_file() {
    let before = cloud(Span::ZERO, true);
    let text = serde_json::to_string(&World::of(&before, epoch(), 1)).unwrap();
    let after = World::from_json(&text).unwrap().cloud().unwrap();
    assert_eq!(after.surroundings, before.surroundings);
    assert_eq!(amiss(&after), [""; 0]);
}

#[test]
fn a_file_that_says_nothing_of_it_is_read_and_leaves_it_unknown() {
    let mut before = cloud(Span::ZERO, true);
    before.surroundings = None;
    let text = serde_json::to_string(&World::of(&before, epoch(), 1)).unwrap();
    assert!(!text.contains("surroundings"));
    let after = World::from_json(&text).unwrap().cloud().unwrap();
    assert_eq!(amiss(&after), ["security-groups", "event-rule", "sweep", "topic"]);
}

#[test]
fn a_standing_denial_is_a_missing_permission_and_is_not_used_up() {
    let mut cloud = cloud(Span::ZERO, true);
    let once = Fault::always(Call::ReplaceRoute, Harm::Deny).on(known("rtb-edge")).times(1);
    cloud.faults.push(once);
    for _ in 0..2 {
        let survey = cloud.survey_of(&config().groups[0]);
        let denied = survey.permissions.iter().filter(|one| matches!(one.grant, Grant::Denied(_)));
        let denied: Vec<_> = denied.filter_map(|one| one.on.as_ref()).map(ToString::to_string).collect();
        assert_eq!(denied, ["rtb-edge"]);
    }
}

#[test]
fn what_changes_in_the_vpc_is_seen() {
    let mut cloud = cloud(Span::ZERO, true);
    let interface: InterfaceId = known("eni-b-lan");
    cloud.set_source_dest_check(epoch(), &interface, true);
    assert_eq!(amiss(&cloud), ["source-dest-check"]);
    cloud.attach(epoch(), &interface, None);
    assert_eq!(amiss(&cloud), ["attached", "source-dest-check"]);
}
