//! What the role of the deployed function may do, and nothing else: an IAM policy for a configuration. And what a person needs
//! to deploy it.
//!
//! IAM can neither restrict the destination of `ReplaceRoute` nor its new target; [`crate::check`] does.

mod deployer;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::config::{Config, TopicArn};
use crate::id::{Region, VpcId};

pub use deployer::Workshop;

/// Where the function stands, and what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: String,
    /// The account's number; `*` where it is not known.
    pub account: String,
    /// The function's region.
    pub region: Region,
    /// The function's name.
    pub function: String,
    /// Where it sends messages, and where the platform reports what became of an event.
    pub topic: Option<TopicArn>,
}

/// An IAM policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Policy {
    /// Of the policy language.
    pub version: &'static str,
    /// What is allowed.
    pub statement: Vec<Statement>,
}

/// One thing that is allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Statement {
    /// Its name.
    pub sid: &'static str,
    /// Always `Allow`: all else is denied anyway.
    pub effect: &'static str,
    /// What.
    pub action: Vec<&'static str>,
    /// On what.
    pub resource: Vec<String>,
    /// By operator and key: one of these values.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub condition: BTreeMap<&'static str, BTreeMap<&'static str, Vec<String>>>,
}

/// What Lambda needs of the role to write the log. Every other action of the policy is one that hopover calls.
pub const LOG_ACTIONS: [&str; 2] = ["logs:CreateLogStream", "logs:PutLogEvents"];

impl Policy {
    /// The policy that this configuration needs.
    pub fn of(config: &Config, at: &Deployment) -> Self {
        let Deployment { partition, account, .. } = at;
        // Sets, since groups may share a VPC. EC2 lists what one may see in whole regions only.
        let regions: BTreeSet<_> = config.groups.iter().map(|group| &group.region).collect();
        let vpcs: BTreeSet<_> = config.groups.iter().map(|group| (&group.region, &group.vpc)).collect();
        let vpc_arn =
            |(region, vpc): &(&Region, &VpcId)| format!("arn:{partition}:ec2:{region}:{account}:vpc/{vpc}");
        let mut statement = vec![
            allow(
                "SeeInstancesAndRoutes",
                &["ec2:DescribeInstances", "ec2:DescribeRouteTables"],
                ["*".to_owned()],
            )
            .only_if("StringEquals", "ec2:Region", regions.iter().map(ToString::to_string)),
            allow(
                "MoveRoutesOfTheVpc",
                &["ec2:ReplaceRoute"],
                regions.iter().map(|region| format!("arn:{partition}:ec2:{region}:{account}:route-table/*")),
            )
            .only_if("ArnEquals", "ec2:Vpc", vpcs.iter().map(vpc_arn)),
        ];
        if let Some(topic) = &at.topic {
            statement.push(allow("TellPeople", &["sns:Publish"], [topic.as_str().to_owned()]));
        }
        let (region, function) = (&at.region, &at.function);
        statement.push(allow(
            "WriteItsOwnLog",
            &LOG_ACTIONS,
            [format!("arn:{partition}:logs:{region}:{account}:log-group:/aws/lambda/{function}:*")],
        ));
        Self { version: "2012-10-17", statement }
    }

    /// Every action that it allows.
    pub fn actions(&self) -> BTreeSet<&'static str> {
        self.statement.iter().flat_map(|statement| &statement.action).copied().collect()
    }
}

fn allow(
    sid: &'static str,
    action: &[&'static str],
    resource: impl IntoIterator<Item = String>,
) -> Statement {
    Statement {
        sid,
        effect: "Allow",
        action: action.to_vec(),
        resource: resource.into_iter().collect(),
        condition: BTreeMap::new(),
    }
}

impl Statement {
    fn only_if(
        mut self,
        operator: &'static str,
        key: &'static str,
        values: impl IntoIterator<Item = String>,
    ) -> Self {
        self.condition.entry(operator).or_default().insert(key, values.into_iter().collect());
        self
    }
}

#[cfg(test)]
mod tests;
