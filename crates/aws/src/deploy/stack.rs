//! One stack: looked at, made, updated, deleted.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_cloudformation::types::{Capability, Parameter, StackEvent as SdkEvent, Tag, TemplateStage};
use hopover_core::excerpt::excerpt;
use hopover_core::id::StackName;
use hopover_core::observation::ObserveFailure;
use hopover_core::stack::{Output, StackEvent, Standing, TAG, asks_for};

use super::Deployer;
use crate::errors::Failure;
use crate::operate::OperateError;

/// The template of every stack, as it is shipped.
pub const TEMPLATE: &str = include_str!("../../../../deploy/cloudformation/hopover.yaml");

/// The most that is kept of what a stack says, in characters.
const LONGEST_TEXT: usize = 5_000;

/// The most that is kept of a reason, in characters.
const LONGEST_REASON: usize = 1_000;

/// More pages of events or resources than one stack of ours has in years.
const MOST_PAGES: usize = 200;

/// What is said of every parameter.
type Said<'a> = &'a BTreeMap<&'static str, String>;

impl Deployer {
    /// The stack of that name, or with that ARN; `None` if there is none. By its ARN one that is gone is still found.
    ///
    /// # Errors
    ///
    /// If CloudFormation does not say.
    pub async fn stack(&self, name: &str) -> Result<Option<Standing>, ObserveFailure> {
        match self.stacks.describe_stacks().stack_name(name).send().await {
            Ok(answer) => Ok(answer.stacks().first().map(standing)),
            Err(error) if is_no_stack(&error) => Ok(None),
            Err(error) => Err(self.unseen(&Failure::new(&error), "cloudformation:DescribeStacks")),
        }
    }

    /// The template of a stack, as it was handed over.
    ///
    /// # Errors
    ///
    /// If it may not be read.
    pub async fn template(&self, stack: &str) -> Result<String, ObserveFailure> {
        let call = self.stacks.get_template().stack_name(stack).template_stage(TemplateStage::Original);
        let answer = call.send().await;
        let answer =
            answer.map_err(|error| self.unseen(&Failure::new(&error), "cloudformation:GetTemplate"))?;
        Ok(answer.template_body.unwrap_or_default())
    }

    /// Begins to make a stack; returns its ARN. `token` names the attempt: the same one again begins nothing new.
    ///
    /// # Errors
    ///
    /// If it was not begun.
    pub async fn create(
        &self,
        name: &StackName,
        said: Said<'_>,
        version: &str,
        token: &str,
    ) -> Result<String, OperateError> {
        let call = self
            .stacks
            .create_stack()
            .stack_name(name.as_str())
            .template_body(TEMPLATE)
            .set_parameters(Some(said.iter().map(|(name, value)| parameter(name, value)).collect()))
            .capabilities(Capability::CapabilityIam)
            .tags(tag(TAG, version))
            .client_request_token(token);
        let answer = call.send().await;
        let answer =
            answer.map_err(|error| self.undone(&Failure::new(&error), "cloudformation:CreateStack"))?;
        Ok(answer.stack_id.unwrap_or_else(|| name.to_string()))
    }

    /// Begins to update a stack. What is not said stays as it is. False if there was nothing to do.
    ///
    /// # Errors
    ///
    /// If it was not begun.
    pub async fn update(
        &self,
        stack: &Standing,
        said: Said<'_>,
        version: &str,
        token: &str,
    ) -> Result<bool, OperateError> {
        let kept = stack.parameters.keys().filter(|name| !said.contains_key(name.as_str()));
        // What a template of before asked for and ours does not would be refused.
        let kept = kept.filter(|name| asks_for(TEMPLATE, name));
        let kept = kept.map(|name| Parameter::builder().parameter_key(name).use_previous_value(true).build());
        let parameters = said.iter().map(|(name, value)| parameter(name, value)).chain(kept).collect();
        let call = self
            .stacks
            .update_stack()
            .stack_name(&stack.id)
            .template_body(TEMPLATE)
            .set_parameters(Some(parameters))
            .capabilities(Capability::CapabilityIam)
            .set_tags(Some(tags(stack, version)))
            .client_request_token(token);
        match call.send().await {
            Ok(_) => Ok(true),
            Err(error) if says(&error, "No updates are to be performed") => Ok(false),
            Err(error) => Err(self.undone(&Failure::new(&error), "cloudformation:UpdateStack")),
        }
    }

    /// Begins to delete a stack, by its ARN.
    ///
    /// # Errors
    ///
    /// If it was not begun.
    pub async fn delete(&self, stack: &str, token: &str) -> Result<(), OperateError> {
        let call = self.stacks.delete_stack().stack_name(stack).client_request_token(token);
        let answer = call.send().await.map(drop);
        answer.map_err(|error| self.undone(&Failure::new(&error), "cloudformation:DeleteStack"))
    }

    /// The names in the template, types and ids of what a stack has, as far as that may be read.
    ///
    /// # Errors
    ///
    /// If CloudFormation does not say.
    pub async fn resources(&self, stack: &str) -> Result<Vec<[String; 3]>, ObserveFailure> {
        let mut pages = self.stacks.list_stack_resources().stack_name(stack).into_paginator().send();
        let mut all = Vec::new();
        for _ in 0..MOST_PAGES {
            let page = pages.try_next().await;
            let page = page
                .map_err(|error| self.unseen(&Failure::new(&error), "cloudformation:ListStackResources"))?;
            let Some(page) = page else { break };
            all.extend(page.stack_resource_summaries().iter().filter_map(|found| {
                let is_gone = found.resource_status().is_some_and(|s| s.as_str() == "DELETE_COMPLETE");
                let text = |field: Option<&str>| excerpt(field.unwrap_or_default(), LONGEST_REASON);
                (!is_gone).then(|| {
                    [
                        text(found.logical_resource_id()),
                        text(found.resource_type()),
                        text(found.physical_resource_id()),
                    ]
                })
            }));
        }
        Ok(all)
    }

    /// The events of a stack since one of them, in the order of time. Without one: all.
    ///
    /// # Errors
    ///
    /// If CloudFormation does not say.
    pub(super) async fn events_since(
        &self,
        stack: &str,
        last: Option<&str>,
    ) -> Result<Vec<StackEvent>, ObserveFailure> {
        let mut pages = self.stacks.describe_stack_events().stack_name(stack).into_paginator().send();
        let mut all = Vec::new();
        'pages: for _ in 0..MOST_PAGES {
            let page = pages.try_next().await;
            let page = page
                .map_err(|error| self.unseen(&Failure::new(&error), "cloudformation:DescribeStackEvents"))?;
            let Some(page) = page else { break };
            // The newest comes first.
            for found in page.stack_events() {
                if last.is_some_and(|last| found.event_id() == Some(last)) {
                    break 'pages;
                }
                all.push(event(found));
            }
        }
        all.reverse();
        Ok(all)
    }

    /// The newest event of a stack.
    ///
    /// # Errors
    ///
    /// If CloudFormation does not say.
    pub async fn last_event(&self, stack: &str) -> Result<Option<String>, ObserveFailure> {
        let answer = self.stacks.describe_stack_events().stack_name(stack).send().await;
        let answer = answer
            .map_err(|error| self.unseen(&Failure::new(&error), "cloudformation:DescribeStackEvents"))?;
        Ok(answer.stack_events().first().and_then(SdkEvent::event_id).map(str::to_owned))
    }
}

/// The stack's tags, with ours. An update that names some takes the others away, and they may be somebody's.
fn tags(stack: &Standing, version: &str) -> Vec<Tag> {
    let theirs = stack.tags.iter().filter(|(name, _)| *name != TAG && !name.starts_with("aws:"));
    theirs.map(|(name, value)| tag(name, value)).chain([tag(TAG, version)]).collect()
}

fn tag(name: &str, value: &str) -> Tag {
    Tag::builder().key(name).value(value).build()
}

fn parameter(name: &str, value: &str) -> Parameter {
    Parameter::builder().parameter_key(name).parameter_value(value).build()
}

fn standing(found: &aws_sdk_cloudformation::types::Stack) -> Standing {
    let text = |field: Option<&str>| field.map(|text| excerpt(text, LONGEST_TEXT));
    let pair = |name: Option<&str>, value: Option<&str>| {
        Some((name?.to_owned(), value.unwrap_or_default().to_owned()))
    };
    Standing {
        id: found.stack_id().or(found.stack_name()).unwrap_or_default().to_owned(),
        status: found.stack_status().map_or("?", |status| status.as_str()).to_owned(),
        reason: text(found.stack_status_reason()),
        description: text(found.description()),
        tags: found.tags().iter().filter_map(|tag| pair(tag.key(), tag.value())).collect(),
        parameters: found
            .parameters()
            .iter()
            .filter_map(|said| pair(said.parameter_key(), said.parameter_value()))
            .collect(),
        outputs: found
            .outputs()
            .iter()
            .map(|output| Output {
                name: text(output.output_key()).unwrap_or_default(),
                description: text(output.description()).unwrap_or_default(),
                value: text(output.output_value()).unwrap_or_default(),
            })
            .collect(),
    }
}

fn event(found: &SdkEvent) -> StackEvent {
    let text =
        |field: Option<&str>| field.map(|text| excerpt(text, LONGEST_REASON)).filter(|text| !text.is_empty());
    StackEvent {
        id: found.event_id().unwrap_or_default().to_owned(),
        resource: text(found.logical_resource_id()).unwrap_or_default(),
        kind: text(found.resource_type()).unwrap_or_default(),
        status: found.resource_status().map_or("?", |status| status.as_str()).to_owned(),
        reason: text(found.resource_status_reason()),
    }
}

/// CloudFormation has one code for what is wrong and what is not there.
fn is_no_stack<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    says(error, "does not exist")
}

fn says<E: ProvideErrorMetadata>(error: &SdkError<E>, words: &str) -> bool {
    let answer = error.as_service_error();
    answer.is_some_and(|answer| {
        answer.code() == Some("ValidationError")
            && answer.message().is_some_and(|message| message.contains(words))
    })
}
