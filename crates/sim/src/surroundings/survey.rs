//! The wide look at an embedded VPC.

use std::collections::{BTreeMap, BTreeSet};

use hopover_core::group::Group;
use hopover_core::observation::InstanceState;
use hopover_core::survey::{
    Attachment, Card, EventRule, Grant, Machine, Part, Permission, PublicAddress, Rule, SecurityGroup,
    Subscription, Survey, TableFacts, Unread, Way,
};

use super::{EventRuleNotes, InterfaceNotes, RuleNote, Surroundings};
use crate::call::Call;
use crate::cloud::{Cloud, SimInterface};
use crate::fault::Harm;

impl Cloud {
    /// Everything that stands in the region, as an operator sees it. Calls that always meet a fault meet it here too; no
    /// fault is used up.
    pub fn survey(&self) -> Survey {
        let around = self.surroundings.as_deref();
        let instances = self.refused(Call::DescribeInstances);
        Survey {
            account: around.map(|around| around.account.clone()),
            instances: instances.map_or_else(|| Ok(self.machines()), Err),
            interfaces: Ok(self.cards()),
            tables: self.refused(Call::DescribeRouteTables).map_or_else(|| Ok(self.table_facts()), Err),
            subnets: told(around).map(|around| around.subnets.clone()),
            security_groups: told(around).map(security_groups),
            ..Survey::unread(self.region.clone())
        }
    }

    /// The same with what concerns one group: permissions, rules, the topic.
    pub fn survey_of(&self, group: &Group) -> Survey {
        let around = self.surroundings.as_deref();
        let mut survey = self.survey();
        survey.permissions = self.permissions(group);
        survey.event_rules = told(around).map(|around| around.event_rules.iter().map(event_rule).collect());
        survey.subscriptions = Some(told(around).map(|around| {
            let subscription = |s: &super::SubscriptionNotes| Subscription {
                protocol: s.protocol.clone(),
                endpoint: s.endpoint.clone(),
                confirmed: s.confirmed,
            };
            around.subscriptions.iter().map(subscription).collect()
        }));
        if let Some(around) = around {
            survey.prefix_lists = around.prefix_lists.iter().map(|(id, n)| (id.clone(), Ok(*n))).collect();
        }
        survey
    }

    fn machines(&self) -> BTreeMap<hopover_core::id::InstanceId, Machine> {
        let machine = |instance: &crate::cloud::SimInstance| Machine {
            id: instance.id.clone(),
            name: Some(instance.name.clone()),
            state: instance.state,
            zone: Some(instance.zone.clone()),
        };
        self.instances().map(|instance| (instance.id.clone(), machine(instance))).collect()
    }

    fn cards(&self) -> BTreeMap<hopover_core::id::InterfaceId, Card> {
        self.interfaces().map(|interface| (interface.id.clone(), self.card(interface))).collect()
    }

    fn card(&self, interface: &SimInterface) -> Card {
        let nothing = InterfaceNotes::default();
        let notes = self.surroundings.as_ref().and_then(|around| around.interfaces.get(&interface.id));
        let notes = notes.unwrap_or(&nothing);
        let holder = interface.attached_to.as_ref().and_then(|id| self.instance(id.as_str()));
        let elastic = notes.elastic_ip.iter().map(|address| (address, true));
        // Lost when the instance stops, and not given again to one with several interfaces.
        let runs = holder.is_some_and(|holder| holder.state == InstanceState::Running);
        let lent = notes.public_ip.iter().filter(|_| runs).map(|address| (address, false));
        Card {
            id: interface.id.clone(),
            name: notes.name.clone(),
            description: notes.description.clone(),
            vpc: interface.vpc.clone(),
            subnet: notes.subnet.clone(),
            zone: holder.map(|holder| holder.zone.clone()),
            attachment: interface.attached_to.clone().map(|instance| Attachment {
                instance,
                device_index: notes.device_index,
                settled: true,
            }),
            source_dest_check: Some(interface.source_dest_check),
            public: elastic
                .chain(lent)
                .map(|(address, elastic)| PublicAddress { address: address.clone(), elastic: Some(elastic) })
                .collect(),
            security_groups: notes.security_groups.clone(),
        }
    }

    fn table_facts(&self) -> BTreeMap<hopover_core::id::RouteTableId, TableFacts> {
        let facts = |table: hopover_core::route::RouteTable| {
            let notes = self.surroundings.as_ref().and_then(|around| around.tables.get(&table.id));
            let mut notes = notes.cloned().unwrap_or_default();
            if self.is_edge(&table.id) && notes.gateways.is_empty() {
                notes.gateways = BTreeSet::from(["gateway".to_owned()]);
            }
            TableFacts {
                tags: notes.tags,
                subnets: notes.subnets,
                gateways: notes.gateways,
                main: false,
                table,
            }
        };
        self.tables().map(|table| (table.id.clone(), facts(table))).collect()
    }

    fn permissions(&self, group: &Group) -> Vec<Permission> {
        let asked = |action, call, on: Option<hopover_core::id::RouteTableId>| {
            let harm = self.standing_harm(call, on.as_ref());
            Permission { action, grant: grant(harm), on }
        };
        let ours = |table: &hopover_core::route::RouteTable| {
            table.routes.iter().any(|route| group.holder(table, route).is_some())
        };
        let mut permissions = vec![
            asked("ec2:DescribeInstances", Call::DescribeInstances, None),
            asked("ec2:DescribeRouteTables", Call::DescribeRouteTables, None),
        ];
        for table in self.tables().filter(ours) {
            permissions.push(asked("ec2:ReplaceRoute", Call::ReplaceRoute, Some(table.id)));
        }
        permissions
    }

    /// Why a call that reads gets no answer now, if it always does.
    fn refused(&self, call: Call) -> Option<Unread> {
        // The calls are named as EC2 names them.
        let action = format!("ec2:{call:?}");
        Some(Unread::because(match self.standing_harm(call, None)? {
            Harm::Deny => format!("{action} is denied"),
            Harm::Throttle => format!("EC2 throttles {action}"),
            _ => format!("there was no answer to {action}"),
        }))
    }

    /// What such a call always meets now.
    fn standing_harm(&self, call: Call, table: Option<&hopover_core::id::RouteTableId>) -> Option<&Harm> {
        let stands = self.faults.iter().find(|fault| {
            fault.call == call
                && (fault.table.is_none() || fault.table.as_ref() == table)
                && fault.chance == 100
                && fault.after == 0
                && fault.times != Some(0)
        });
        stands.map(|fault| &fault.harm)
    }
}

fn grant(harm: Option<&Harm>) -> Grant {
    match harm {
        Some(Harm::Deny) => Grant::Denied(
            "UnauthorizedOperation: You are not authorized to perform this operation.".to_owned(),
        ),
        Some(Harm::Throttle) => Grant::Unknown("EC2 throttles it".to_owned()),
        Some(Harm::ServiceError | Harm::LoseRequest | Harm::LoseReply) => {
            Grant::Unknown("there was no answer".to_owned())
        }
        Some(Harm::TableVanishes(_) | Harm::InterfaceVanishes(_)) | None => Grant::Granted,
    }
}

fn told(around: Option<&Surroundings>) -> Part<&Surroundings> {
    around.ok_or_else(|| Unread::because("the file of this VPC does not say"))
}

fn security_groups(around: &Surroundings) -> BTreeMap<String, SecurityGroup> {
    let rule = |note: &RuleNote| Rule {
        way: if note.out { Way::Out } else { Way::In },
        protocol: note.protocol.clone(),
        ports: note.ports,
        peer: note.peer.clone(),
    };
    let group = |id: &String, rules: &Vec<RuleNote>| SecurityGroup {
        id: id.clone(),
        name: None,
        rules: rules.iter().map(rule).collect(),
    };
    around.security_groups.iter().map(|(id, rules)| (id.clone(), group(id, rules))).collect()
}

fn event_rule(notes: &EventRuleNotes) -> EventRule {
    EventRule {
        name: notes.name.clone(),
        enabled: notes.enabled,
        pattern: notes.pattern.clone(),
        schedule: notes.schedule.clone(),
        targets: Ok(notes.targets.clone()),
    }
}
