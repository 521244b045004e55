//! Buckets of S3.

use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use aws_sdk_s3::{Client, config};

use crate::cloud::Cloud;

/// The account that the lab's people are in, by a key of its root.
pub(super) const OURS: &str = "test";

/// S3 for an account: a key that is an account's id is one of that account's root.
pub(super) fn client(cloud: &Cloud, account: &str, region: &str) -> Client {
    let config = config::Builder::new()
        .behavior_version(config::BehaviorVersion::latest())
        .endpoint_url(&cloud.url)
        .region(config::Region::new(region.to_owned()))
        .credentials_provider(config::Credentials::new(account, "test", None, None, "test"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    Client::from_conf(config)
}

pub(super) async fn make(cloud: &Cloud, account: &str, bucket: &str, region: &str) {
    let there = BucketLocationConstraint::from(region);
    let there = CreateBucketConfiguration::builder().location_constraint(there).build();
    let call =
        client(cloud, account, region).create_bucket().bucket(bucket).create_bucket_configuration(there);
    call.send().await.expect("a bucket");
}
