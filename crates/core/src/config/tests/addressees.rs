//! Whom an event is for.

use super::*;
use crate::observation::InstanceState;
use crate::testing::{event, order};

fn groups_for(trigger: &Trigger) -> Result<Vec<String>, String> {
    whole()
        .groups_for(trigger)
        .map(|groups| groups.iter().map(|group| group.name.to_string()).collect())
        .map_err(|error| error.to_string())
}

fn event_from(region: &str) -> Trigger {
    let mut change = event("A", InstanceState::Stopping);
    change.region = id(region);
    Trigger::StateChange(change)
}

#[test]
fn a_sweep_is_for_every_group() {
    assert_eq!(groups_for(&Trigger::Sweep).unwrap(), ["edge", "firewall"]);
}

#[test]
fn an_event_is_for_the_groups_of_its_region() {
    assert_eq!(groups_for(&event_from("cn-northwest-1")).unwrap(), ["edge"]);
    assert_eq!(groups_for(&event_from("cn-north-1")).unwrap(), ["firewall"]);
}

#[test]
fn an_event_of_another_region_says_which_are_configured() {
    assert_eq!(
        groups_for(&event_from("eu-central-1")).unwrap_err(),
        "the event is from region eu-central-1, but the configuration is for cn-north-1, cn-northwest-1: \
         send it to the function in eu-central-1, or correct the region"
    );
}

#[test]
fn an_order_is_for_its_group_and_one_of_its_members() {
    let mut order = order("B");
    assert_eq!(
        groups_for(&Trigger::Order(order.clone())).unwrap_err(),
        "the order is for group vaer, which is not configured: expected one of edge, firewall"
    );
    order.group = id("edge");
    assert_eq!(groups_for(&Trigger::Order(order.clone())).unwrap(), ["edge"]);
    order.to = id("two");
    assert_eq!(
        groups_for(&Trigger::Order(order)).unwrap_err(),
        "the order moves routes to two, which is no member of edge: expected one of A, B"
    );
}

#[test]
fn of_many_configured_names_a_refusal_lists_a_few() {
    let group = |n: usize| {
        format!(
            "[[group]]\nname = \"g{n:02}\"\nregion = \"eu-central-1\"\nvpc = \"vpc-a\"\n\
             [[group.member]]\nname = \"A\"\ninterface = \"eni-a{n}\"\n\
             [[group.member]]\nname = \"B\"\ninterface = \"eni-b{n}\"\n"
        )
    };
    let groups = (0..100).map(group).collect::<Vec<_>>().concat();
    let config = Config::from_toml("hopover.toml", &groups).unwrap();
    let told = config.groups_for(&Trigger::Order(order("B"))).unwrap_err().to_string();
    assert!(
        told.ends_with(
            "expected one of g00, g01, g02, g03, g04, g05, g06, g07, g08, g09, g10, g11, g12, g13, \
        g14, g15, g16, g17, g18, g19 and 80 more"
        ),
        "{told}"
    );
}
