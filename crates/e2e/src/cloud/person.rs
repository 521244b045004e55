//! Somebody with credentials of their own, who may do what a policy says.

use serde_json::Value;

use crate::call;
use crate::cloud::Cloud;

/// A user of the account.
pub struct Person<'a> {
    cloud: &'a Cloud,
    name: &'a str,
    /// The id of their access key.
    pub key: String,
    /// Its secret.
    pub secret: String,
}

impl<'a> Person<'a> {
    /// Makes a user with an access key, who may do nothing yet.
    pub fn new(cloud: &'a Cloud, name: &'a str) -> Self {
        call::query(&cloud.url, "iam", &[("Action", "CreateUser"), ("UserName", name)]);
        let made = call::query(&cloud.url, "iam", &[("Action", "CreateAccessKey"), ("UserName", name)]);
        let [key, secret] =
            ["AccessKeyId", "SecretAccessKey"].map(|name| call::element(&made, name).to_owned());
        Self { cloud, name, key, secret }
    }

    /// What they may do from now on.
    pub fn may(&self, policy: &Value) {
        let policy = policy.to_string();
        let asked = [
            ("Action", "PutUserPolicy"),
            ("UserName", self.name),
            ("PolicyName", "policy"),
            ("PolicyDocument", &policy),
        ];
        call::query(&self.cloud.url, "iam", &asked);
    }
}
