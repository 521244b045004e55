//! The template that is shipped, deployed with the SDK.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use aws_sdk_cloudformation::types::{Capability, Parameter};
use aws_sdk_cloudformation::{Client, config as cloudformation, error::DisplayErrorContext};
use aws_sdk_s3::primitives::ByteStream;

use crate::cloud::{Cloud, PATIENCE, bucket, package};
use crate::world::{Appliance, REGION, World};

/// What the stack is called in tests, and with it the function and the topic.
pub const NAME: &str = "hopover";

/// The bucket with the code.
const BUCKET: &str = "code";

/// The parameters of a stack, by name.
pub type Parameters = BTreeMap<String, String>;

/// A stack.
pub struct Stack {
    runtime: tokio::runtime::Runtime,
    client: Client,
}

/// The template, as it is shipped.
pub fn template() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/cloudformation/hopover.yaml");
    std::fs::read_to_string(file).expect("the template")
}

/// What a pair must say, and nothing that has a default but for the code.
pub fn parameters(world: &World, first: &Appliance, second: &Appliance) -> Parameters {
    [
        ("VpcId", world.vpc.as_str()),
        ("Host1Eni", &first.interface),
        ("Instance1Id", &first.instance),
        ("Host2Eni", &second.interface),
        ("Instance2Id", &second.instance),
        ("NotificationEmail", "operators@example.com"),
        ("CodeBucket", BUCKET),
        ("CodeKey", package::KEY),
        ("Architecture", package::ARCHITECTURE),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

impl Stack {
    /// Uploads the code and creates the stack; ends when it is complete.
    pub fn deploy(cloud: &Cloud, parameters: &Parameters) -> Self {
        let stack = Self::begun(cloud);
        let status = stack.create(&template(), parameters);
        assert_eq!(status, "CREATE_COMPLETE", "{:#?}", stack.reasons());
        stack
    }

    /// Uploads the code; the stack is not there yet.
    pub fn begun(cloud: &Cloud) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(upload(cloud));
        let config = cloudformation::Builder::new()
            .behavior_version(cloudformation::BehaviorVersion::latest())
            .endpoint_url(&cloud.url)
            .region(cloudformation::Region::new(REGION))
            .credentials_provider(cloudformation::Credentials::new("test", "test", None, None, "test"))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build();
        Self { runtime, client: Client::from_conf(config) }
    }

    /// Creates it, and gives the status in which that ends.
    pub fn create(&self, template: &str, parameters: &Parameters) -> String {
        let call = self.client.create_stack().stack_name(NAME).template_body(template);
        let call = call.set_parameters(Some(given(parameters))).capabilities(Capability::CapabilityIam);
        self.runtime.block_on(call.send()).unwrap_or_else(|error| panic!("{}", DisplayErrorContext(error)));
        self.end()
    }

    /// Updates it, and gives the status in which that ends.
    ///
    /// # Errors
    ///
    /// Why it does not even begin, in AWS's words.
    pub fn update(&self, template: &str, parameters: &Parameters) -> Result<String, String> {
        let call = self.client.update_stack().stack_name(NAME).template_body(template);
        let call = call.set_parameters(Some(given(parameters))).capabilities(Capability::CapabilityIam);
        match self.runtime.block_on(call.send()) {
            Ok(_) => Ok(self.end()),
            Err(error) => {
                let error = error.into_service_error();
                Err(error.meta().message().map_or_else(|| format!("{error:?}"), str::to_owned))
            }
        }
    }

    /// Deletes it; ends when it is gone.
    pub fn delete(&self) {
        self.runtime
            .block_on(self.client.delete_stack().stack_name(NAME).send())
            .expect("its deletion begins");
        let start = Instant::now();
        while self.runtime.block_on(self.client.describe_stacks().stack_name(NAME).send()).is_ok() {
            assert!(start.elapsed() < PATIENCE, "{:#?}", self.reasons());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until it is neither created nor changed, and gives the status.
    fn end(&self) -> String {
        let start = Instant::now();
        loop {
            let status = self.described().stack_status.expect("a status").as_str().to_owned();
            if !status.ends_with("IN_PROGRESS") {
                return status;
            }
            assert!(start.elapsed() < PATIENCE, "{status} for {:?}", start.elapsed());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn described(&self) -> aws_sdk_cloudformation::types::Stack {
        let call = self.client.describe_stacks().stack_name(NAME);
        let answer = self.runtime.block_on(call.send()).expect("the stack is described");
        answer.stacks.into_iter().flatten().next().expect("the stack")
    }

    /// What went wrong, one line a resource, the first first.
    pub fn reasons(&self) -> Vec<String> {
        let call = self.client.describe_stack_events().stack_name(NAME);
        let answer = self.runtime.block_on(call.send()).expect("its events");
        let failed = answer.stack_events().iter().rev().filter(|event| {
            event.resource_status().is_some_and(|status| status.as_str().ends_with("FAILED"))
        });
        failed
            .map(|event| {
                let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
                format!("{}: {}", text(event.logical_resource_id()), text(event.resource_status_reason()))
            })
            .collect()
    }

    /// An output.
    pub fn output(&self, key: &str) -> String {
        let outputs = self.described().outputs.unwrap_or_default();
        let output = outputs.into_iter().find(|output| output.output_key() == Some(key));
        output.and_then(|output| output.output_value).unwrap_or_else(|| panic!("no output {key}"))
    }

    /// The physical id of a resource.
    pub fn resource(&self, logical: &str) -> String {
        let call = self.client.describe_stack_resource().stack_name(NAME).logical_resource_id(logical);
        let answer = self.runtime.block_on(call.send()).expect("the resource is described");
        answer.stack_resource_detail.and_then(|found| found.physical_resource_id).expect("its id")
    }

    /// The physical ids of all resources, by logical id.
    pub fn resources(&self) -> BTreeMap<String, String> {
        let call = self.client.describe_stack_resources().stack_name(NAME);
        let answer = self.runtime.block_on(call.send()).expect("the resources are described");
        let id = |value: Option<String>| value.expect("an id");
        answer
            .stack_resources
            .into_iter()
            .flatten()
            .map(|resource| (id(resource.logical_resource_id), id(resource.physical_resource_id)))
            .collect()
    }
}

fn given(parameters: &Parameters) -> Vec<Parameter> {
    let one = |(name, value): (&String, &String)| {
        Parameter::builder().parameter_key(name).parameter_value(value).build()
    };
    parameters.iter().map(one).collect()
}

/// Puts the function's zip into a bucket of its own.
async fn upload(cloud: &Cloud) {
    bucket::make(cloud, bucket::OURS, BUCKET, REGION).await;
    let zip = std::fs::read(package::zip()).expect("the zip");
    let call = bucket::client(cloud, bucket::OURS, REGION).put_object().bucket(BUCKET).key(package::KEY);
    call.body(ByteStream::from(zip)).send().await.expect("uploaded");
}
