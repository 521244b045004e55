//! What the role of hopover must be allowed to do.

/// The IAM actions behind every call of this crate, and no others.
///
/// The first three are what the original's role had, less `ec2:CreateRoute` and `ec2:DeleteRoute`. `sns:Publish` is needed
/// only where a topic is configured. The describe actions take no resource; `ec2:ReplaceRoute` takes the route table's ARN.
/// Manifests under `deploy/` are tested against this list.
pub const PERMISSIONS: &[&str] =
    &["ec2:DescribeInstances", "ec2:DescribeRouteTables", "ec2:ReplaceRoute", "sns:Publish"];

/// The IAM actions behind a restore beyond [`PERMISSIONS`], for the operator who restores. The deployed role has neither:
/// what cannot delete a route cannot lose one. `ec2:DeleteRoute` is needed only for `--all`.
pub const RESTORE_PERMISSIONS: &[&str] = &["ec2:CreateRoute", "ec2:DeleteRoute"];

/// The IAM actions behind a live drill, for the operator who plays it; the role of hopover needs none of them beyond
/// [`PERMISSIONS`]. `ec2:DescribeVpcs` may be missing: then the VPC has no name.
pub const DRILL_PERMISSIONS: &[&str] = &[
    "ec2:DescribeInstances",
    "ec2:DescribeRouteTables",
    "ec2:DescribeVpcs",
    "ec2:StartInstances",
    "ec2:StopInstances",
];

/// What `hopover init` and `hopover doctor` read beyond [`PERMISSIONS`], for the operator who runs them. The role of hopover
/// needs none of it; a part that is denied is reported as unknown.
pub const SURVEY_PERMISSIONS: &[&str] = &[
    "ec2:DescribeAddresses",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:GetManagedPrefixListEntries",
    "events:ListRules",
    "events:ListTargetsByRule",
    "sns:ListSubscriptionsByTopic",
];

/// What `hopover deploy` itself calls beyond [`PERMISSIONS`] and [`SURVEY_PERMISSIONS`], for the operator who deploys. S3 asks
/// `s3:ListBucket` of who looks whether a bucket or an object is there. `sts:GetCallerIdentity` needs no permission. What
/// CloudFormation does in the operator's name is in [`STACK_PERMISSIONS`].
pub const DEPLOY_PERMISSIONS: &[&str] = &[
    "cloudformation:CreateStack",
    "cloudformation:DeleteStack",
    "cloudformation:DescribeStackEvents",
    "cloudformation:DescribeStacks",
    "cloudformation:GetTemplate",
    "cloudformation:ListStackResources",
    "cloudformation:TagResource",
    "cloudformation:UpdateStack",
    "s3:CreateBucket",
    "s3:GetObject",
    "s3:ListBucket",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutObject",
];

/// What `hopover destroy` calls.
pub const DESTROY_PERMISSIONS: &[&str] = &[
    "cloudformation:DeleteStack",
    "cloudformation:DescribeStackEvents",
    "cloudformation:DescribeStacks",
    "cloudformation:ListStackResources",
    "ec2:DescribeInstances",
    "ec2:DescribeRouteTables",
];
