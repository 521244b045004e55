//! An AWS account, through the SDK.

use std::collections::BTreeMap;

use hopover_aws::{Aws, Clients, Clock, Deployer};
use hopover_core::config::{Config, TopicArn};
use hopover_core::fact::Fact;
use hopover_core::group::Group;
use hopover_core::observation::{Observation, ObserveFailure};
use hopover_core::survey::Survey;
use hopover_core::trigger::Trigger;
use hopover_core::{Span, Timestamp};
use serde_json::Value;
use tokio::runtime::Runtime;

use super::Ended;
use crate::failure::Failure;

/// The account that the SDK's environment leads to.
pub(crate) struct Account {
    config: Config,
    clients: Clients,
    runtime: Runtime,
}

impl Account {
    pub(super) fn open(config: Config) -> Result<Self, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Failure::Unexpected(error.to_string()))?;
        let clients = runtime.block_on(Clients::connect(&config));
        Ok(Self { config, clients, runtime })
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    #[expect(
        clippy::unused_self,
        reason = "the embedded VPC has a time of its own, and both are asked alike"
    )]
    pub(super) fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    /// EC2 where a group is.
    pub(crate) fn ec2(&self, group: &Group) -> Aws {
        self.clients.of(&group.region)
    }

    /// The `Name` of a group's VPC, if it has one and it may be read.
    pub(crate) fn vpc_name(&self, group: &Group) -> Option<String> {
        self.runtime.block_on(self.ec2(group).vpc_name(&group.vpc))
    }

    /// Waits for a call.
    pub(crate) fn wait_for<T>(&self, call: impl Future<Output = T>) -> T {
        self.runtime.block_on(call)
    }

    /// Does something, unless the operator presses Ctrl-C before it is done: then `None`, and what was under way is dropped.
    pub(crate) fn unless_interrupted<T>(
        &self,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<Option<T>, Failure> {
        self.runtime.block_on(async {
            tokio::select! {
                biased;
                pressed = tokio::signal::ctrl_c() => match pressed {
                    Ok(()) => Ok(None),
                    Err(error) => Err(Failure::Unexpected(error.to_string())),
                },
                done = work => done.map(Some),
            }
        })
    }

    pub(super) fn observe(&self, group: &Group) -> Result<Observation, ObserveFailure> {
        self.runtime.block_on(self.clients.of(&group.region).observe(group))
    }

    /// What makes buckets and stacks where a group is.
    pub(crate) fn deployer(&self, group: &Group) -> Deployer {
        self.clients.deployer(&group.region)
    }

    /// What the group depends on, with a topic that the configuration does not know.
    pub(crate) fn survey_with(&self, group: &Group, topic: &TopicArn) -> Survey {
        self.runtime.block_on(self.clients.survey(group, Some(topic)))
    }

    /// What the group depends on.
    pub(super) fn survey(&self, group: &Group) -> Survey {
        self.runtime.block_on(self.clients.survey(group, self.config.topic.as_ref()))
    }

    pub(super) fn run(
        &self,
        event: &Value,
        time_limit: u32,
        tell: &mut dyn FnMut(&Fact),
    ) -> Result<Ended, Failure> {
        let trigger = Trigger::from_value(event)?;
        self.runtime.block_on(async {
            let clock = Clock::new();
            let deadline = clock.now() + Span::from_secs(i64::from(time_limit));
            let mut tell = |_: &Group, fact: &Fact| tell(fact);
            tokio::select! {
                report = hopover_aws::run(
                    &self.clients, &self.config, trigger, &clock, deadline, BTreeMap::new(), &mut tell,
                ) => Ok(Ended::Report(Box::new(report?))),
                pressed = tokio::signal::ctrl_c() => match pressed {
                    Ok(()) => Ok(Ended::Interrupted),
                    Err(error) => Err(Failure::Unexpected(error.to_string())),
                },
            }
        })
    }
}
