//! What the role of hopover must be allowed to do.

/// The IAM actions behind every call of this crate, and no others.
///
/// The first three are what the original's role had, less `ec2:CreateRoute` and `ec2:DeleteRoute`. `sns:Publish` is needed
/// only where a topic is configured. The describe actions take no resource; `ec2:ReplaceRoute` takes the route table's ARN.
/// Manifests under `deploy/` are tested against this list.
pub const PERMISSIONS: &[&str] =
    &["ec2:DescribeInstances", "ec2:DescribeRouteTables", "ec2:ReplaceRoute", "sns:Publish"];
