//! The appliances themselves.

use std::collections::{BTreeMap, BTreeSet};

use super::{Check, Finding, Patient, named, some};
use crate::health::list;
use crate::observation::InstanceState;

const SAME_VPC: Check = Check { name: "vpc", why: "a route can only point at an interface of its own VPC" };

pub(super) fn same_vpc(on: &Patient) -> Vec<Finding> {
    let cards = match on.cards() {
        Ok(cards) => cards,
        Err(unread) => return vec![SAME_VPC.unknown("the interfaces", unread)],
    };
    let troubles = cards.iter().filter_map(|(hop, card)| match card {
        // Then that it is on no instance is what can be said of it.
        None if on.survey.unattached.is_err() => None,
        None => Some(
            SAME_VPC
                .problem(format!("{} does not exist in {} of {}", named(hop), on.group.vpc, on.region()))
                .mended_by([format!("hopover init --force --region {}", on.region())]),
        ),
        Some(card) if card.vpc != on.group.vpc => Some(
            SAME_VPC
                .problem(format!("{} is in {}, the group in {}", named(hop), card.vpc, on.group.vpc))
                .mended_by([format!("hopover init --force --region {}", on.region())]),
        ),
        Some(_) => None,
    });
    SAME_VPC.unless(troubles.collect(), || format!("every interface is in {}", on.group.vpc))
}

const ZONES: Check = Check { name: "zones", why: "the failure of one zone would take every member with it" };

pub(super) fn different_zones(on: &Patient) -> Vec<Finding> {
    let mut zones: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for member in &on.group.members {
        let of_interface = || member.interfaces.values().find_map(|id| on.survey.card(id)?.zone.as_deref());
        let zone = on.machine(member).and_then(|machine| machine.zone.as_deref()).or_else(of_interface);
        let Some(zone) = zone else {
            let unread = on.survey.instances.as_ref().err().or(on.survey.interfaces.as_ref().err());
            let what = format!("the zone of {}", member.name);
            return vec![match unread {
                Some(unread) => ZONES.unknown(&what, unread),
                None => ZONES.found(super::Verdict::Unknown, format!("{what} is not known")),
            }];
        };
        zones.entry(zone).or_default().push(member.name.as_str());
    }
    if let [(zone, members)] = zones.iter().collect::<Vec<_>>()[..] {
        return vec![ZONES.warning(format!("{} are all in {zone}", list(members)))];
    }
    let places = zones.iter().map(|(zone, members)| format!("{} in {zone}", list(members)));
    vec![ZONES.ok(places.collect::<Vec<_>>().join(", "))]
}

const RUNNING: Check = Check { name: "running", why: "only a running instance forwards, and can take over" };

pub(super) fn running(on: &Patient) -> Vec<Finding> {
    if let Err(unread) = on.survey.instances.as_ref().map(drop).and(on.survey.interfaces.as_ref().map(drop)) {
        return vec![RUNNING.unknown("the instances", unread)];
    }
    let troubles = on.group.members.iter().filter_map(|member| {
        let Some(machine) = on.machine(member) else {
            return Some(RUNNING.problem(format!("no instance holds an interface of {}", member.name)));
        };
        let what = format!("{} ({}) is {}", member.name, machine.id, machine.state);
        match machine.state {
            InstanceState::Running => None,
            InstanceState::Pending => Some(RUNNING.warning(what)),
            InstanceState::Stopping | InstanceState::Stopped => {
                Some(RUNNING.problem(what).mended_by([format!(
                    "aws ec2 start-instances --instance-ids {} --region {}",
                    machine.id,
                    on.region()
                )]))
            }
            InstanceState::ShuttingDown | InstanceState::Terminated => Some(RUNNING.problem(what)),
        }
    });
    let running = || {
        let machines = on
            .group
            .members
            .iter()
            .filter_map(|member| Some(format!("{} ({})", member.name, on.machine(member)?.id)));
        list(machines)
    };
    RUNNING.unless(troubles.collect(), running)
}

const ATTACHED: Check = Check {
    name: "attached",
    why: "EC2 drops what follows a route to an interface that is attached to nothing",
};

pub(super) fn attached(on: &Patient) -> Vec<Finding> {
    let cards = match on.cards() {
        Ok(cards) => cards,
        Err(unread) => return vec![ATTACHED.unknown("the interfaces", unread)],
    };
    let partial = on.survey.unattached.is_err();
    let troubles = cards.iter().filter_map(|(hop, card)| {
        let Some(card) = card else {
            let what = format!("{} is on no instance of {}, or does not exist", named(hop), on.group.vpc);
            return partial.then(|| ATTACHED.problem(what));
        };
        match &card.attachment {
            None => {
                let member = on.group.member(&hop.member);
                let instance = member.and_then(|member| on.machine(member));
                let instance =
                    instance.map_or_else(|| "INSTANCE".to_owned(), |machine| machine.id.to_string());
                Some(ATTACHED.problem(format!("{} is attached to nothing", named(hop))).mended_by([format!(
                    "aws ec2 attach-network-interface --network-interface-id {} --instance-id {instance} \
                     --device-index NUMBER --region {}",
                    card.id,
                    on.region()
                )]))
            }
            Some(attachment) if !attachment.settled => {
                Some(ATTACHED.warning(format!("{} is just being attached or detached", named(hop))))
            }
            Some(_) => None,
        }
    });
    // A member whose interfaces are on two instances is none that fails as one.
    let split = on.group.members.iter().filter_map(|member| {
        let holders: BTreeSet<_> = member
            .interfaces
            .values()
            .filter_map(|id| Some(&on.survey.card(id)?.attachment.as_ref()?.instance))
            .collect();
        (holders.len() > 1)
            .then(|| ATTACHED.problem(format!("the interfaces of {} are on {}", member.name, list(holders))))
    });
    let missing = cards.iter().any(|(_, card)| card.is_none());
    let troubles: Vec<_> = troubles.chain(split).collect();
    if missing && troubles.is_empty() {
        // That they do not exist is said already.
        return Vec::new();
    }
    ATTACHED.unless(troubles, || super::count(cards.len(), "interface"))
}

const SOURCE_DEST: Check = Check {
    name: "source-dest-check",
    why: "with it on, EC2 drops whatever is not addressed to the appliance itself",
};

pub(super) fn source_dest_check(on: &Patient) -> Vec<Finding> {
    let cards = match on.cards() {
        Ok(cards) => cards,
        Err(unread) => return vec![SOURCE_DEST.unknown("the interfaces", unread)],
    };
    let mut unread = Vec::new();
    let mut troubles = Vec::new();
    for (hop, card) in &cards {
        match card.map(|card| card.source_dest_check) {
            Some(Some(true)) => troubles.push(
                SOURCE_DEST.problem(format!("it is on for {}", named(hop))).mended_by([format!(
                    "aws ec2 modify-network-interface-attribute --network-interface-id {} --no-source-dest-check \
                     --region {}",
                    hop.interface,
                    on.region()
                )]),
            ),
            Some(None) => unread.push(named(hop)),
            Some(Some(false)) | None => {}
        }
    }
    if !unread.is_empty() {
        let what = format!("EC2 does not say how it is for {}", some(&unread, 4));
        troubles.push(SOURCE_DEST.found(super::Verdict::Unknown, what));
    }
    SOURCE_DEST.unless(troubles, || "off on every interface".to_owned())
}

const PUBLIC: Check =
    Check { name: "elastic-ip", why: "a stopped instance loses a public address that is not an Elastic IP" };

pub(super) fn public_addresses(on: &Patient) -> Vec<Finding> {
    if let Err(unread) = &on.survey.interfaces {
        return vec![PUBLIC.unknown("the public addresses", unread)];
    }
    let (mut with, mut without, mut troubles) = (Vec::new(), Vec::new(), Vec::new());
    for member in &on.group.members {
        // The address may be on an interface that no route of the group points at.
        let instance = on.machine(member).map(|machine| &machine.id);
        let ours = |card: &&crate::survey::Card| {
            member.interfaces.values().any(|id| *id == card.id)
                || (instance.is_some() && card.attachment.as_ref().map(|held| &held.instance) == instance)
        };
        let cards = on.survey.interfaces.iter().flat_map(BTreeMap::values).filter(ours);
        let mut has = false;
        for (card, public) in cards.flat_map(|card| card.public.iter().map(move |public| (card, public))) {
            has = true;
            match public.elastic {
                Some(true) => with.push(format!("{} {}", member.name, public.address)),
                Some(false) => troubles.push(
                    PUBLIC
                        .problem(format!("{} of {} ({}) is not one", public.address, member.name, card.id))
                        .mended_by([
                            format!("aws ec2 allocate-address --domain vpc --region {}", on.region()),
                            format!(
                                "aws ec2 associate-address --allocation-id ALLOCATION --network-interface-id {} --region {}",
                                card.id,
                                on.region()
                            ),
                        ]),
                ),
                None => troubles.push(PUBLIC.found(
                    super::Verdict::Unknown,
                    format!("whether {} of {} is one could not be read", public.address, member.name),
                )),
            }
        }
        if !has {
            without.push((member, member.interfaces.values().next()));
        }
    }
    if without.len() == on.group.members.len() {
        return vec![PUBLIC.ok("no member has a public address, so there is none to lose")];
    }
    for (member, interface) in without {
        let trouble = PUBLIC.warning(format!("{} has no public address, and others have", member.name));
        let interface = interface.map_or_else(|| "INTERFACE".to_owned(), ToString::to_string);
        troubles.push(trouble.mended_by([
            format!("aws ec2 allocate-address --domain vpc --region {}", on.region()),
            format!(
                "aws ec2 associate-address --allocation-id ALLOCATION --network-interface-id {interface} --region {}",
                on.region()
            ),
        ]));
    }
    PUBLIC.unless(troubles, || with.join(", "))
}
