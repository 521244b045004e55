//! What the role of a deployed function may do, read and changed through IAM.

use serde_json::Value;

use crate::call;
use crate::cloud::Cloud;
use crate::cloud::stack::Stack;

/// The role, with the one policy that the template gives it.
pub struct Role<'a> {
    cloud: &'a Cloud,
    name: String,
}

/// What the template calls the role's policy.
const POLICY: &str = "hopover";

impl<'a> Role<'a> {
    /// The role of a stack.
    pub fn of(cloud: &'a Cloud, stack: &Stack) -> Self {
        Self { cloud, name: stack.resource("Role") }
    }

    /// Its policy.
    pub fn policy(&self) -> Value {
        let asked = [("Action", "GetRolePolicy"), ("RoleName", &self.name), ("PolicyName", POLICY)];
        let answer = call::query(&self.cloud.url, "iam", &asked);
        serde_json::from_str(&percent_decoded(call::element(&answer, "PolicyDocument"))).expect("a policy")
    }

    /// Replaces its policy.
    pub fn give(&self, policy: &Value) {
        let policy = policy.to_string();
        let asked = [
            ("Action", "PutRolePolicy"),
            ("RoleName", &self.name),
            ("PolicyName", POLICY),
            ("PolicyDocument", &policy),
        ];
        call::query(&self.cloud.url, "iam", &asked);
    }
}

/// IAM answers policies percent-encoded.
fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        let (code, behind) = after.split_at(2);
        bytes.push(u8::from_str_radix(code, 16).expect("two hexadecimal digits"));
        rest = behind;
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).expect("text")
}
