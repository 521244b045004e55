//! Who tells hopover, and whom hopover tells.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{Check, Finding, Patient, Verdict, argument, count, some};
use crate::config::TopicArn;
use crate::health::list;
use crate::id::{InstanceId, Region};
use crate::observation::InstanceState;
use crate::pattern::matches;
use crate::survey::{EventRule, Subscription};

const EVENT_RULE: Check = Check {
    name: "event-rule",
    why: "without the event, a failure is seen by the next sweep at the earliest, or by nobody",
};

/// What the events of a group's instances come to.
struct Heard<'a> {
    /// The rules that let an event through, are enabled, and invoke something.
    rules: BTreeMap<&'a str, &'a EventRule>,
    /// The events that no such rule lets through.
    missed: BTreeSet<(InstanceState, InstanceId)>,
    /// Rules that would, but are disabled.
    disabled: BTreeSet<&'a str>,
    /// Rules that would, but invoke nothing.
    idle: BTreeSet<&'a str>,
    /// Rules that cannot be judged, and why.
    unclear: BTreeMap<&'a str, String>,
}

pub(super) fn event_rule(on: &Patient) -> Vec<Finding> {
    let rules = match &on.survey.event_rules {
        Ok(rules) => rules,
        Err(unread) => return vec![EVENT_RULE.unknown("the rules of the event bus", unread)],
    };
    let instances: BTreeMap<_, _> = on
        .group
        .members
        .iter()
        .filter_map(|member| Some((on.machine(member)?.id.clone(), &member.name)))
        .collect();
    if instances.is_empty() {
        let parts = on.survey.instances.as_ref().map(drop).and(on.survey.interfaces.as_ref().map(drop));
        if let Err(unread) = parts {
            return vec![EVENT_RULE.unknown("the instances", unread)];
        }
        return vec![EVENT_RULE.found(Verdict::Unknown, "no instance of the group is known")];
    }
    let heard = hear(on, rules, &instances.keys());
    if heard.missed.is_empty() {
        let rules: Vec<_> = heard.rules.values().map(|rule| described(rule)).collect();
        return vec![EVENT_RULE.ok(format!(
            "all states of {} reach {}",
            list(instances.values()),
            some(&rules, 2)
        ))];
    }
    if !heard.unclear.is_empty() {
        let rules: Vec<_> = heard.unclear.iter().map(|(name, why)| format!("{name}: {why}")).collect();
        return vec![EVENT_RULE.found(Verdict::Unknown, some(&rules, 2))];
    }
    let region = on.region();
    if !heard.disabled.is_empty() && heard.rules.is_empty() {
        let enable = heard
            .disabled
            .iter()
            .map(|name| format!("aws events enable-rule --name {} --region {region}", argument(name)));
        let what = format!("disabled: {}", list(&heard.disabled));
        return vec![EVENT_RULE.problem(what).mended_by(enable)];
    }
    let target = heard.rules.values().find_map(|rule| rule.targets.as_ref().ok()?.first());
    if heard.rules.is_empty() && !heard.idle.is_empty() {
        let add = heard.idle.iter().map(|name| put_targets(name, target, region));
        let what = format!("without a target: {}", list(&heard.idle));
        return vec![EVENT_RULE.problem(what).mended_by(add)];
    }
    let name = format!("hopover-{}", on.group.name);
    let mend = [
        format!(
            "aws events put-rule --name {name} --event-pattern {} --region {region}",
            argument(&pattern(instances.keys()).to_string())
        ),
        put_targets(&name, target, region),
    ];
    vec![missed(&heard, &instances).mended_by(mend)]
}

/// What nobody hears, as a finding. Without `running`, two members that were both down are repaired by the sweep alone.
fn missed(heard: &Heard, instances: &BTreeMap<InstanceId, &crate::id::MemberName>) -> Finding {
    if heard.rules.is_empty() {
        return EVENT_RULE.problem("no rule of the default event bus lets the instances' events through");
    }
    let rules = list(heard.rules.keys());
    let mut states: BTreeMap<&InstanceId, Vec<InstanceState>> = BTreeMap::new();
    for (state, instance) in &heard.missed {
        states.entry(instance).or_default().push(*state);
    }
    let each = states.iter().map(|(instance, states)| {
        let member = instances.get(*instance).map(ToString::to_string).unwrap_or_default();
        if states.len() == InstanceState::ALL.len() {
            format!("anything of {member} ({instance})")
        } else {
            format!("{} of {member}", list(states))
        }
    });
    let what = format!("{rules} does not let through {}", each.collect::<Vec<_>>().join(", "));
    if heard.missed.iter().all(|(state, _)| *state == InstanceState::Running) {
        EVENT_RULE.warning(what)
    } else {
        EVENT_RULE.problem(what)
    }
}

fn hear<'a, 'i>(
    on: &Patient,
    rules: &'a [EventRule],
    instances: &(impl Iterator<Item = &'i InstanceId> + Clone),
) -> Heard<'a> {
    let events = || instances.clone().flat_map(|id| InstanceState::ALL.map(|state| (state, id.clone())));
    let mut heard = Heard {
        rules: BTreeMap::new(),
        missed: events().collect(),
        disabled: BTreeSet::new(),
        idle: BTreeSet::new(),
        unclear: BTreeMap::new(),
    };
    for rule in rules {
        let Some(pattern) = &rule.pattern else { continue };
        for (state, instance) in events() {
            let event = state_change(on.region(), on.survey.account.as_deref(), &instance, state);
            match matches(pattern, &event) {
                Ok(false) => {}
                Err(unsupported) => {
                    heard.unclear.insert(&rule.name, unsupported.to_string());
                }
                Ok(true) if !rule.enabled => {
                    heard.disabled.insert(&rule.name);
                }
                Ok(true) if rule.targets.as_ref().is_ok_and(BTreeSet::is_empty) => {
                    heard.idle.insert(&rule.name);
                }
                Ok(true) => {
                    heard.rules.insert(&rule.name, rule);
                    heard.missed.remove(&(state, instance));
                }
            }
        }
    }
    heard
}

/// "hopover (to lambda hopover)".
fn described(rule: &EventRule) -> String {
    match &rule.targets {
        Ok(targets) if !targets.is_empty() => {
            let names: Vec<_> = targets.iter().map(|arn| short(arn)).collect();
            format!("{} by rule {}", some(&names, 2), rule.name)
        }
        Ok(_) => format!("rule {}", rule.name),
        Err(unread) => format!("rule {}, whose targets could not be read, because {}", rule.name, unread.why),
    }
}

/// "lambda hopover" of `arn:aws:lambda:eu-central-1:123456789012:function:hopover`.
fn short(arn: &str) -> String {
    let parts: Vec<_> = arn.splitn(6, ':').collect();
    match parts[..] {
        [_, _, service, _, _, name] => {
            format!("{service} {}", crate::excerpt::excerpt(name.trim_start_matches("function:"), 60))
        }
        _ => crate::excerpt::excerpt(arn, 60),
    }
}

fn put_targets(rule: &str, target: Option<&String>, region: &Region) -> String {
    format!(
        "aws events put-targets --rule {} --targets Id=hopover,Arn={} --region {region}",
        argument(rule),
        argument(target.map_or("FUNCTION", String::as_str))
    )
}

/// The pattern that lets all states of these instances through.
fn pattern<'i>(instances: impl Iterator<Item = &'i InstanceId>) -> Value {
    json!({
        "source": ["aws.ec2"],
        "detail-type": ["EC2 Instance State-change Notification"],
        "detail": { "instance-id": instances.collect::<Vec<_>>() },
    })
}

/// An event as EC2 emits it.
fn state_change(
    region: &Region,
    account: Option<&str>,
    instance: &InstanceId,
    state: InstanceState,
) -> Value {
    let account = account.unwrap_or_default();
    json!({
        "version": "0",
        "id": "00000000-0000-4000-8000-000000000000",
        "detail-type": "EC2 Instance State-change Notification",
        "source": "aws.ec2",
        "account": account,
        "time": "2026-01-01T00:00:00Z",
        "region": region,
        "resources": [format!("arn:{}:ec2:{region}:{account}:instance/{instance}", region.partition())],
        "detail": { "instance-id": instance, "state": state },
    })
}

/// True if a rule lets an event of one of these instances through.
pub fn concerns<'i>(
    rule: &EventRule,
    region: &Region,
    account: Option<&str>,
    mut instances: impl Iterator<Item = &'i InstanceId>,
) -> bool {
    let Some(pattern) = &rule.pattern else { return false };
    instances.any(|instance| {
        InstanceState::ALL
            .iter()
            .any(|state| matches(pattern, &state_change(region, account, instance, *state)) == Ok(true))
    })
}

const SWEEP: Check = Check {
    name: "sweep",
    why: "EC2's events are best effort: a scheduled look repairs what a lost one left behind",
};

pub(super) fn sweep(on: &Patient) -> Vec<Finding> {
    let rules = match &on.survey.event_rules {
        Ok(rules) => rules,
        Err(unread) => return vec![SWEEP.unknown("the rules of the event bus", unread)],
    };
    let instances: Vec<_> =
        on.group.members.iter().filter_map(|member| on.machine(member)).map(|machine| &machine.id).collect();
    let heard = hear(on, rules, &instances.iter().copied());
    let functions: BTreeSet<_> =
        heard.rules.values().filter_map(|rule| rule.targets.as_ref().ok()).flatten().collect();
    // By an alias it is the same function, with other retries.
    let is_one = |arn: &str| functions.iter().any(|function| unqualified(function) == unqualified(arn));
    if functions.is_empty() {
        // That no event reaches hopover is said already.
        return Vec::new();
    }
    let is_sweep = |rule: &&EventRule| {
        let reaches = rule.targets.as_ref().is_ok_and(|targets| targets.iter().any(|arn| is_one(arn)));
        rule.schedule.is_some() && rule.enabled && reaches
    };
    if let Some(rule) = rules.iter().find(is_sweep) {
        return vec![SWEEP.ok(format!(
            "{} by rule {}",
            rule.schedule.as_deref().unwrap_or_default(),
            rule.name
        ))];
    }
    let (name, region) = (format!("hopover-{}-sweep", on.group.name), on.region());
    vec![SWEEP.warning("no scheduled rule of the default event bus invokes what the events do").mended_by([
        format!("aws events put-rule --name {name} --schedule-expression 'rate(1 minute)' --region {region}"),
        put_targets(&name, functions.first().copied(), region),
    ])]
}

/// The queue of the templates, to which the topic hands on events that failed for good: nobody reads there what it tells.
fn is_for_failed_events(subscription: &Subscription, topic: &TopicArn) -> bool {
    let queue = format!("{}-dead-letters", topic.as_str()).replacen(":sns:", ":sqs:", 1);
    subscription.protocol == "sqs" && subscription.endpoint == queue
}

/// The ARN of a function without version or alias; any other as it is.
fn unqualified(arn: &str) -> &str {
    let parts: Vec<_> = arn.split(':').collect();
    match parts[..] {
        ["arn", _, "lambda", _, _, "function", _, qualifier] => &arn[..arn.len() - qualifier.len() - 1],
        _ => arn,
    }
}

const TOPIC: Check = Check {
    name: "topic",
    why: "after a failover that nobody hears of, the group is left without a standby",
};

pub(super) fn topic(on: &Patient) -> Vec<Finding> {
    let Some(topic) = on.topic else {
        return vec![TOPIC.warning("none is configured: nobody is told of a failover").mended_by([
            format!("aws sns create-topic --name hopover --region {}", on.region()),
            "# in hopover.toml, above the first [[group]]:".to_owned(),
            format!("topic = \"arn:{}:sns:{}:ACCOUNT:hopover\"", on.region().partition(), on.region()),
        ])];
    };
    let subscriptions = match &on.survey.subscriptions {
        Some(Ok(subscriptions)) => subscriptions,
        Some(Err(unread)) => return vec![TOPIC.unknown("its subscriptions", unread)],
        None => return vec![TOPIC.found(Verdict::Unknown, "its subscriptions were not asked for")],
    };
    let name = |confirmed| {
        let some = subscriptions.iter().filter(|subscription| !is_for_failed_events(subscription, topic));
        let some = some.filter(move |subscription| subscription.confirmed == confirmed);
        some.map(|s| format!("{} {}", s.protocol, crate::excerpt::excerpt(&s.endpoint, 80)))
            .collect::<Vec<_>>()
    };
    let (confirmed, pending) = (name(true), name(false));
    let region = topic.as_str().split(':').nth(3).unwrap_or_default();
    let subscribe = format!(
        "aws sns subscribe --topic-arn {topic} --protocol email --notification-endpoint ADDRESS --region {region}",
        topic = topic.as_str()
    );
    let follow_the_link =
        || ["# follow the link in the mail from SNS; to have it sent again:".to_owned(), subscribe.clone()];
    match (confirmed.is_empty(), pending.is_empty()) {
        (true, true) => vec![
            TOPIC
                .problem("it has no subscription")
                .mended_by([subscribe.clone(), "# then follow the link in the mail".to_owned()]),
        ],
        (true, false) => vec![
            TOPIC
                .problem(format!("no subscription is confirmed: {}", some(&pending, 3)))
                .mended_by(follow_the_link()),
        ],
        (false, is_all) => {
            let mut found = vec![TOPIC.ok(format!(
                "{}: {}",
                count(confirmed.len(), "confirmed subscription"),
                some(&confirmed, 3)
            ))];
            if !is_all {
                found.push(
                    TOPIC
                        .warning(format!("not confirmed yet: {}", some(&pending, 3)))
                        .mended_by(follow_the_link()),
                );
            }
            found
        }
    }
}
