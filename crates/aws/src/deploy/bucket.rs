//! The bucket that the function's code is put into. Every call names the account that must own it.

use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    BucketLocationConstraint, ChecksumAlgorithm, CreateBucketConfiguration, PublicAccessBlockConfiguration,
};
use hopover_core::id::BucketName;
use hopover_core::observation::ObserveFailure;
use hopover_core::write::FailureKind;

use super::{Deployer, UPLOAD_TIMEOUT};
use crate::errors::{Failure, Meaning};
use crate::operate::OperateError;

/// The region whose buckets are made without naming one. Source: `CreateBucket`, S3.
const REGION_WITHOUT_A_NAME: &str = "us-east-1";

/// How a bucket stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bucket {
    /// It is this account's, in this region.
    Ours,
    /// There is none of that name.
    Missing,
    /// It is somebody else's, or not for these credentials.
    NotOurs,
    /// It is in another region, from which a function here cannot take its code.
    Elsewhere(String),
}

/// A bucket that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BucketError {
    /// It is not ours.
    #[error(
        "bucket {0} belongs to another account, or these credentials may not see it: name one of your own with --bucket"
    )]
    NotOurs(BucketName),
    /// It is in the wrong place.
    #[error(
        "bucket {bucket} is in {region}, and Lambda takes code from its own region only: name one there with --bucket"
    )]
    Elsewhere {
        /// The bucket.
        bucket: BucketName,
        /// Where it is.
        region: String,
    },
    /// It was not made, or not filled.
    #[error(transparent)]
    Call(#[from] OperateError),
}

impl Deployer {
    /// Looks for a bucket.
    ///
    /// # Errors
    ///
    /// If S3 does not say.
    pub async fn bucket(&self, bucket: &BucketName, account: &str) -> Result<Bucket, ObserveFailure> {
        let call = self.s3.head_bucket().bucket(bucket.as_str()).expected_bucket_owner(account);
        match call.send().await {
            Ok(answer) => Ok(match answer.bucket_region() {
                Some(region) if region != self.region.as_str() => Bucket::Elsewhere(region.to_owned()),
                _ => Bucket::Ours,
            }),
            Err(error) => {
                // A HEAD has no body: status and headers are all that is said.
                let header = |name| {
                    let raw = error.raw_response()?;
                    raw.headers().get(name).map(str::to_owned)
                };
                let failure = Failure::new(&error);
                match (failure.status, header("x-amz-bucket-region")) {
                    (Some(404), _) => Ok(Bucket::Missing),
                    (Some(301 | 400), Some(region)) if region != self.region.as_str() => {
                        Ok(Bucket::Elsewhere(region))
                    }
                    (Some(403), _) if failure.meaning != Meaning::Refused(FailureKind::Credentials) => {
                        Ok(Bucket::NotOurs)
                    }
                    _ => Err(self.unseen(&failure, "s3:ListBucket")),
                }
            }
        }
    }

    /// Makes a private bucket in this region.
    ///
    /// # Errors
    ///
    /// If it is somebody else's by now, or was not made.
    pub async fn make_bucket(&self, bucket: &BucketName, account: &str) -> Result<(), BucketError> {
        let mut call = self.s3.create_bucket().bucket(bucket.as_str());
        if self.region.as_str() != REGION_WITHOUT_A_NAME {
            let there = BucketLocationConstraint::from(self.region.as_str());
            let configuration = CreateBucketConfiguration::builder().location_constraint(there).build();
            call = call.create_bucket_configuration(configuration);
        }
        if let Err(error) = call.send().await {
            let failure = Failure::new(&error);
            match failure.code.as_str() {
                // The answer to an attempt before was lost.
                "BucketAlreadyOwnedByYou" => {}
                "BucketAlreadyExists" => return Err(BucketError::NotOurs(bucket.clone())),
                _ => return Err(self.undone(&failure, "s3:CreateBucket").into()),
            }
        }
        let block = PublicAccessBlockConfiguration::builder()
            .block_public_acls(true)
            .ignore_public_acls(true)
            .block_public_policy(true)
            .restrict_public_buckets(true)
            .build();
        let call = self.s3.put_public_access_block().bucket(bucket.as_str()).expected_bucket_owner(account);
        let answer = call.public_access_block_configuration(block).send().await;
        answer.map_err(|error| self.undone(&Failure::new(&error), "s3:PutBucketPublicAccessBlock"))?;
        Ok(())
    }

    /// Whether the bucket holds an object of that name and size. What may not be looked at counts as not there.
    pub async fn has_code(&self, bucket: &BucketName, key: &str, bytes: usize, account: &str) -> bool {
        let call = self.s3.head_object().bucket(bucket.as_str()).key(key).expected_bucket_owner(account);
        let answer = call.send().await;
        answer.is_ok_and(|found| found.content_length().and_then(|n| usize::try_from(n).ok()) == Some(bytes))
    }

    /// Puts the code into the bucket, checked on its way by a checksum.
    ///
    /// # Errors
    ///
    /// If it is not there for certain.
    pub async fn upload(
        &self,
        bucket: &BucketName,
        key: &str,
        code: Vec<u8>,
        account: &str,
    ) -> Result<(), BucketError> {
        let patience =
            aws_config::timeout::TimeoutConfig::builder().operation_timeout(UPLOAD_TIMEOUT).build();
        let call = self
            .s3
            .put_object()
            .bucket(bucket.as_str())
            .key(key)
            .expected_bucket_owner(account)
            .checksum_algorithm(ChecksumAlgorithm::Sha256)
            .content_type("application/zip")
            .body(ByteStream::from(code));
        let call =
            call.customize().config_override(aws_sdk_s3::config::Builder::new().timeout_config(patience));
        call.send().await.map(drop).map_err(|error| self.not_uploaded(&error, bucket))
    }

    fn not_uploaded<E>(&self, error: &SdkError<E>, bucket: &BucketName) -> BucketError
    where
        E: aws_sdk_s3::error::ProvideErrorMetadata + std::error::Error + 'static,
    {
        let failure = Failure::new(error);
        let is_denied = failure.meaning == Meaning::Refused(FailureKind::Denied);
        let error = self.undone(&failure, "s3:PutObject");
        if is_denied {
            let message = format!("{} (bucket {bucket})", error.message);
            return OperateError { message, ..error }.into();
        }
        error.into()
    }
}
