use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::Span;
use crate::config::{Config, text};
use crate::group::Group;
use crate::id::{PathName, StackName};
use crate::testing::{World, group, id};

/// Two members with one interface each and nothing else to be said.
fn plain() -> Group {
    let mut group = group(&["A", "B"]);
    for member in &mut group.members {
        let interface = id(&format!("eni-{}", member.name.as_str().to_lowercase()));
        member.interfaces = BTreeMap::from([(PathName::single(), interface)]);
    }
    group
}

fn told(group: &Group, wish: &Wish) -> BTreeMap<&'static str, String> {
    given(group, &[id("i-a"), id("i-b")], wish, &id("hopover")).unwrap()
}

// What the template is told.

#[test]
fn what_a_pair_of_single_interfaces_is_needs_no_text() {
    let mut group = plain();
    assert!(!needs_text(&group));
    group.preempt = Some(id("B"));
    group.failback_delay = Span::from_secs(60);
    assert!(!needs_text(&group));
    let told = told(&group, &Wish::default());
    assert_eq!(
        (&*told["Preempt"], &*told["FailbackDelaySeconds"], &*told["Configuration"]),
        ("host2", "60", "")
    );
    assert_eq!((&*told["Host1Eni"], &*told["Host2Name"], &*told["Instance2Id"]), ("eni-a", "B", "i-b"));
}

#[test]
fn what_the_simple_parameters_cannot_say_is_handed_over_as_text() {
    type Turn = fn(&mut Group);
    let turns: [(&str, Turn); 6] = [
        ("two paths", |group| *group = crate::testing::group(&["A", "B"])),
        ("a path with a name", |group| {
            for member in &mut group.members {
                let interface = member.interfaces.pop_first().unwrap().1;
                member.interfaces.insert(id("lan"), interface);
            }
        }),
        ("home", |group| group.home = BTreeMap::from([(id("rtb-a"), id("A"))])),
        ("exclude", |group| group.exclude = BTreeSet::from([id("rtb-x")])),
        ("a delay without preempt", |group| group.failback_delay = Span::from_secs(1)),
        ("a delay that the parameter does not take", |group| {
            group.preempt = Some(id("A"));
            group.failback_delay = Span::from_secs(86_401);
        }),
    ];
    for (what, turn) in turns {
        let mut group = plain();
        turn(&mut group);
        assert!(needs_text(&group), "{what}");
        let told = told(&group, &Wish::default());
        let read = Config::from_toml("told", &told["Configuration"]).unwrap();
        assert_eq!(*read.groups[0], group, "{what}");
        let delay: i64 = told["FailbackDelaySeconds"].parse().unwrap();
        assert!((0..=86_400).contains(&delay), "{what}: {delay}");
    }
}

#[test]
fn what_is_not_asked_for_is_not_said() {
    let told = told(&plain(), &Wish::default());
    let unsaid = OPTIONAL.iter().chain(&["CodeBucket", "CodeKey", "CodeVersion", "Architecture"]);
    assert!(unsaid.clone().all(|name| !told.contains_key(*name)), "{told:?}");
    let wish = Wish {
        code: Some(Code {
            bucket: id("code"),
            key: "hopover/0.zip".to_owned(),
            architecture: Architecture::X86_64,
        }),
        email: Some(id("night@example.com")),
        notify_every_run: Some(true),
        reserved_concurrency: Some(0),
        test_events: Some(TestEvents::Exists),
        log_retention_days: Some(30),
    };
    let told = self::told(&plain(), &wish);
    let said: Vec<_> = unsaid.map(|name| told[name].as_str()).collect();
    let expected = ["night@example.com", "true", "0", "exists", "30", "code", "hopover/0.zip", "", "x86_64"];
    assert_eq!(said, expected);
}

#[test]
fn a_text_as_large_as_the_environment_is_taken_and_one_more_table_is_not() {
    let mut group = group(&["A", "B"]);
    let told = |group: &Group| given(group, &[id("i-a"), id("i-b")], &Wish::default(), &id("hopover"));
    let last = (0..).find_map(|n| {
        group.exclude.insert(id(&format!("rtb-{n:017}")));
        told(&group).err()
    });
    let Some(NotDeployable::TooLarge { bytes, .. }) = last else { panic!("{last:?}") };
    assert!((MOST_BYTES + 1..MOST_BYTES + 30).contains(&bytes), "one table takes 25: {bytes}");
    assert!(last.unwrap().is_of_the_configuration());
    let taken = group.exclude.pop_last().map(|_| told(&group).unwrap()).unwrap();
    assert!(taken["Configuration"].len() <= 4_096, "one parameter holds no more");
}

#[test]
fn the_text_counts_as_the_platform_counts_it() {
    let text = text(&group(&["A", "B"]));
    let escaped = serde_json::json!(text).to_string();
    assert_eq!(
        escaped.len(),
        text.len() + 2 + text.matches('\n').count(),
        "nothing but line ends is escaped"
    );
}

// Whom the events are of.

#[test]
fn each_member_is_the_instance_that_holds_its_interfaces() {
    let world = World::of(&["A", "B"]);
    assert_eq!(machines(&world.group, &world.seen).unwrap(), [id("i-a"), id("i-b")]);
}

#[test]
fn a_member_whose_interface_nobody_holds_is_refused_by_name() {
    let mut world = World::of(&["A", "B"]);
    world.seen.instances.as_mut().unwrap().get_mut(&id("i-b")).unwrap().interfaces.pop();
    let refused = machines(&world.group, &world.seen).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "interface eni-b-wan of B is attached to no instance: attach it, or name the interface that B has now"
    );
    assert!(!refused.is_of_the_configuration());
}

#[test]
fn a_member_on_two_instances_and_two_members_on_one_are_refused() {
    let mut world = World::of(&["A", "B"]);
    let all = world.seen.instances.as_mut().unwrap();
    let wan = all.get_mut(&id("i-b")).unwrap().interfaces.pop().unwrap();
    let mut third = all[&id("i-b")].clone();
    (third.id, third.interfaces) = (id("i-c"), vec![wan]);
    all.insert(id("i-c"), third);
    assert!(matches!(machines(&world.group, &world.seen), Err(NotDeployable::Spread { .. })));

    let mut world = World::of(&["A", "B"]);
    let all = world.seen.instances.as_mut().unwrap();
    let of_b = all.remove(&id("i-b")).unwrap().interfaces;
    all.get_mut(&id("i-a")).unwrap().interfaces.extend(of_b);
    assert!(matches!(machines(&world.group, &world.seen), Err(NotDeployable::Same { .. })));
}

#[test]
fn three_members_are_more_than_the_template_knows() {
    let world = World::of(&["A", "B", "C"]);
    let refused = machines(&world.group, &world.seen).unwrap_err();
    assert!(refused.is_of_the_configuration() && refused.to_string().contains("3 members"), "{refused}");
}

// The stack that is there.

fn standing(parameters: &[(&str, &str)]) -> Standing {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Standing {
        id: "arn".to_owned(),
        status: "CREATE_COMPLETE".to_owned(),
        reason: None,
        description: None,
        tags: BTreeMap::from([(TAG.to_owned(), "0.1.0".to_owned())]),
        parameters: parameters.iter().map(owned).collect(),
        outputs: Vec::new(),
    }
}

#[test]
fn every_status_of_a_stack_has_its_meaning() {
    use State::{Gone, Leaving, Remains, Stands as Is, Stuck, UnderWay, Unmade};
    for (status, state) in [
        ("CREATE_IN_PROGRESS", UnderWay),
        ("CREATE_FAILED", Remains),
        ("CREATE_COMPLETE", Is(Stands::AsAsked)),
        ("ROLLBACK_IN_PROGRESS", UnderWay),
        ("ROLLBACK_FAILED", Remains),
        ("ROLLBACK_COMPLETE", Remains),
        ("DELETE_IN_PROGRESS", Leaving),
        ("DELETE_FAILED", Remains),
        ("DELETE_COMPLETE", Gone),
        ("UPDATE_IN_PROGRESS", UnderWay),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", UnderWay),
        ("UPDATE_COMPLETE", Is(Stands::AsAsked)),
        ("UPDATE_FAILED", Is(Stands::AsBefore)),
        ("UPDATE_ROLLBACK_IN_PROGRESS", UnderWay),
        ("UPDATE_ROLLBACK_FAILED", Stuck),
        ("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", UnderWay),
        ("UPDATE_ROLLBACK_COMPLETE", Is(Stands::AsBefore)),
        ("REVIEW_IN_PROGRESS", Unmade),
        ("IMPORT_IN_PROGRESS", UnderWay),
        ("IMPORT_COMPLETE", Is(Stands::AsAsked)),
        ("IMPORT_ROLLBACK_IN_PROGRESS", UnderWay),
        ("IMPORT_ROLLBACK_FAILED", Stuck),
        ("IMPORT_ROLLBACK_COMPLETE", Is(Stands::AsBefore)),
    ] {
        assert_eq!(state_of(status), state, "{status}");
    }
}

#[test]
fn a_stack_is_ours_by_its_tag_or_by_what_its_template_says() {
    let tagged = standing(&[]);
    let mut by_hand = standing(&[]);
    by_hand.tags.clear();
    assert!(is_ours(&tagged) && !is_ours(&by_hand));
    by_hand.description = Some("hopover: VPC routes that follow the healthy one".to_owned());
    assert!(is_ours(&by_hand));
    by_hand.description = Some("a network, with hopover: in it".to_owned());
    assert!(!is_ours(&by_hand));
}

#[test]
fn a_stack_of_other_appliances_is_told_from_one_that_only_changed() {
    let group = plain();
    let of = |vpc, name, eni| {
        let stack =
            standing(&[("VpcId", vpc), ("GroupName", name), ("Host1Eni", eni), ("Host2Eni", "eni-old")]);
        is_for_others(&stack, &group)
    };
    assert_eq!(of("vpc-main", "vaer", "eni-a"), None);
    assert_eq!(of("vpc-main", "renamed", "eni-b"), None, "one of them is still there");
    assert_eq!(of("vpc-main", "vaer", "eni-replaced"), None, "both were replaced");
    assert_eq!(of("vpc-main", "branch", "eni-c").as_deref(), Some("group branch in vpc-main"));
    assert_eq!(of("vpc-other", "vaer", "eni-a").as_deref(), Some("group vaer in vpc-other"));
}

#[test]
fn the_same_again_changes_nothing() {
    let told = told(&plain(), &Wish::default());
    let as_told: Vec<_> = told.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut stack = standing(&as_told);
    assert_eq!(changes(&stack, "a\r\nb\n", &told, "a\nb", "0.1.0"), []);
    // A template of before did not know the parameter.
    stack.parameters.remove("Configuration");
    assert_eq!(changes(&stack, "a\nb", &told, "a\nb", "0.1.0"), []);
}

#[test]
fn what_an_update_changes_is_told_with_before_and_after() {
    let told = told(&plain(), &Wish { email: Some(id("new@example.com")), ..Wish::default() });
    let as_told: Vec<_> = told.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut stack = standing(&as_told);
    stack.parameters.insert("NotificationEmail".to_owned(), "old@example.com".to_owned());
    stack.parameters.insert("Configuration".to_owned(), "[[group]]\nname = 'x'\n".to_owned());
    stack.parameters.insert("LogRetentionDays".to_owned(), "7".to_owned());
    let told: Vec<_> = changes(&stack, "a", &told, "b", "0.2.0")
        .into_iter()
        .map(|change| (change.what, change.from.unwrap_or_default(), change.to.unwrap_or_default()))
        .collect();
    let expected = [
        ("template", "", ""),
        ("version", "0.1.0", "0.2.0"),
        ("Configuration", "", ""),
        ("NotificationEmail", "old@example.com", "new@example.com"),
    ];
    assert_eq!(told, expected.map(|(what, from, to)| (what.to_owned(), from.to_owned(), to.to_owned())));
}

// What became of it.

fn event(resource: &str, status: &str, reason: &str) -> StackEvent {
    let kind = if resource == "hopover" { "AWS::CloudFormation::Stack" } else { "AWS::Any::Thing" };
    StackEvent {
        id: format!("{resource} {status}"),
        resource: resource.to_owned(),
        kind: kind.to_owned(),
        status: status.to_owned(),
        reason: Some(reason.to_owned()).filter(|reason| !reason.is_empty()),
    }
}

#[test]
fn the_first_failure_is_neither_the_stacks_nor_one_that_was_called_off() {
    let all = [
        event("hopover", "CREATE_IN_PROGRESS", "User Initiated"),
        event("Topic", "CREATE_COMPLETE", ""),
        event("hopover", "CREATE_FAILED", "The following resource(s) failed to create: [Role, Function]."),
        event("Role", "CREATE_FAILED", "Resource creation cancelled"),
        event("Function", "CREATE_FAILED", "it is broken"),
        event("Queue", "CREATE_FAILED", "it is broken too"),
    ];
    assert_eq!(first_failure(&all).map(|event| event.resource.as_str()), Some("Function"));
    assert_eq!(first_failure(&all[..2]), None);
    assert_eq!(
        first_failure(&all[..4]).map(|event| event.resource.as_str()),
        Some("hopover"),
        "better than nothing"
    );
}

#[test]
fn known_failures_come_with_what_helps() {
    for (resource, reason, helps) in [
        (
            "Function",
            "Resource handler returned message: \"Specified ReservedConcurrentExecutions for function decreases account's \
             UnreservedConcurrentExecution below its minimum value of [10]. (Service: Lambda, Status Code: 400)\"",
            Some(Advice::ReserveNone),
        ),
        (
            "TestEventSchemas",
            "Registry with name lambda-testevent-schemas already exists.",
            Some(Advice::RegistryExists),
        ),
        (
            "TestEvents",
            "Registry lambda-testevent-schemas does not exist. (NotFoundException)",
            Some(Advice::NoRegistry),
        ),
        ("Topic", "hopover already exists in stack arn:aws:cloudformation:…", Some(Advice::OtherName)),
        (
            "Role",
            "API: iam:CreateRole User: arn:aws:iam::123456789012:user/x is not authorized to perform: iam:CreateRole",
            Some(Advice::Allow),
        ),
        ("Function", "The runtime parameter is not supported", None),
    ] {
        assert_eq!(advice(&event(resource, "CREATE_FAILED", reason)), helps, "{reason}");
    }
}

// What it makes and costs.

#[test]
fn the_names_are_those_of_the_stack() {
    let stack: StackName = id("edge");
    let all = made(&stack, &plain(), Some(&id("night@example.com")), LOG_DAYS, TestEvents::None);
    assert!(all.iter().flat_map(|made| &made.names).all(|name| name.contains("edge")), "{all:?}");
    assert!(all.iter().any(|made| made.why.contains("night@example.com")));
    assert!(all.iter().all(|made| made.what != "test events"));
}

#[test]
fn the_cost_is_the_sum_of_its_parts_and_is_mostly_the_dashboard() {
    let cost = cost(Architecture::Arm64, 5_000_000, 365);
    let sum: f64 = cost.lines.iter().map(|line| line.dollars).sum();
    assert!((sum - cost.dollars_a_month).abs() < 1e-9);
    assert_eq!(cost.lines[0].what, "dashboard");
    assert!((5.2..5.5).contains(&cost.dollars_a_month), "{}", cost.dollars_a_month);
    assert!(cost.dollars_beyond_the_free_tier < 0.01, "{}", cost.dollars_beyond_the_free_tier);
    assert!(cost.lines.is_sorted_by(|a, b| a.dollars >= b.dollars));
}

#[test]
fn run_time_on_x86_costs_a_quarter_more() {
    let of = |architecture| {
        let cost = cost(architecture, 0, 365);
        cost.lines.into_iter().find(|line| line.what == "run time").unwrap()
    };
    let (arm, x86) = (of(Architecture::Arm64), of(Architecture::X86_64));
    assert!((x86.dollars / arm.dollars - 1.25).abs() < 1e-3);
    assert_eq!(arm.how, "43,800 runs x 0.5 s x 0.5 GB x 0.0000133334");
    assert!((arm.dollars - 0.146).abs() < 1e-3, "{}", arm.dollars);
}
