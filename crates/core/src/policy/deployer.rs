//! What whoever runs `hopover deploy` and `hopover destroy` must be allowed.

use super::{Policy, Statement, allow};
use crate::id::{BucketName, Region, StackName};

/// Where somebody deploys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workshop {
    /// `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: String,
    /// The account's number; `*` where it is not known.
    pub account: String,
    /// The stack's region.
    pub region: Region,
    /// The stack.
    pub stack: StackName,
    /// The bucket for the code; `None` is the one that `deploy` makes.
    pub bucket: Option<BucketName>,
}

/// What `deploy` and `destroy` ask of a stack.
const STACK: [&str; 8] = [
    "cloudformation:CreateStack",
    "cloudformation:DeleteStack",
    "cloudformation:DescribeStackEvents",
    "cloudformation:DescribeStacks",
    "cloudformation:GetTemplate",
    "cloudformation:ListStackResources",
    "cloudformation:TagResource",
    "cloudformation:UpdateStack",
];

/// What is looked at before and after, by `doctor` too, and by CloudFormation to see whether the parameters exist.
const LOOK: [&str; 9] = [
    "ec2:DescribeAddresses",
    "ec2:DescribeInstances",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
    "events:ListRules",
    "events:ListTargetsByRule",
];

/// What CloudFormation does in the name of who deploys, by service and the resource that it takes. Source: the handlers in the
/// schemas of the CloudFormation registry, less what the template has no use for.
const MAKE: [(&str, &str, &[&str]); 9] = [
    (
        "TheFunction",
        "lambda:{region}:{account}:function:{stack}*",
        &[
            "lambda:AddPermission",
            "lambda:CreateAlias",
            "lambda:CreateFunction",
            "lambda:DeleteAlias",
            "lambda:DeleteFunction",
            "lambda:DeleteFunctionConcurrency",
            "lambda:DeleteFunctionEventInvokeConfig",
            "lambda:GetAlias",
            "lambda:GetFunction",
            "lambda:GetFunctionCodeSigningConfig",
            "lambda:GetFunctionConfiguration",
            "lambda:GetFunctionEventInvokeConfig",
            "lambda:GetFunctionRecursionConfig",
            "lambda:GetPolicy",
            "lambda:GetProvisionedConcurrencyConfig",
            "lambda:GetRuntimeManagementConfig",
            "lambda:ListTags",
            "lambda:PutFunctionConcurrency",
            "lambda:PutFunctionEventInvokeConfig",
            "lambda:RemovePermission",
            "lambda:TagResource",
            "lambda:UntagResource",
            "lambda:UpdateAlias",
            "lambda:UpdateFunctionCode",
            "lambda:UpdateFunctionConfiguration",
            "lambda:UpdateFunctionEventInvokeConfig",
        ],
    ),
    (
        "ItsRole",
        "iam::{account}:role/{stack}-*",
        &[
            "iam:CreateRole",
            "iam:DeleteRole",
            "iam:DeleteRolePolicy",
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:ListRolePolicies",
            "iam:PutRolePolicy",
            "iam:TagRole",
            "iam:UntagRole",
            "iam:UpdateAssumeRolePolicy",
            "iam:UpdateRole",
            "iam:UpdateRoleDescription",
        ],
    ),
    (
        "ItsRules",
        "events:{region}:{account}:rule/{stack}-*",
        &[
            "events:DeleteRule",
            "events:DescribeRule",
            "events:ListTagsForResource",
            "events:PutRule",
            "events:PutTargets",
            "events:RemoveTargets",
            "events:TagResource",
            "events:UntagResource",
        ],
    ),
    (
        "ItsTopic",
        "sns:{region}:{account}:{stack}",
        &[
            "sns:CreateTopic",
            "sns:DeleteTopic",
            "sns:GetDataProtectionPolicy",
            "sns:GetTopicAttributes",
            "sns:ListSubscriptionsByTopic",
            "sns:ListTagsForResource",
            "sns:SetTopicAttributes",
            "sns:Subscribe",
            "sns:TagResource",
            "sns:UntagResource",
        ],
    ),
    (
        "ItsQueue",
        "sqs:{region}:{account}:{stack}-dead-letters",
        &[
            "sqs:CreateQueue",
            "sqs:DeleteQueue",
            "sqs:GetQueueAttributes",
            "sqs:GetQueueUrl",
            "sqs:ListQueueTags",
            "sqs:SetQueueAttributes",
            "sqs:TagQueue",
            "sqs:UntagQueue",
        ],
    ),
    (
        "ItsAlarms",
        "cloudwatch:{region}:{account}:alarm:{stack}-*",
        &[
            "cloudwatch:DeleteAlarms",
            "cloudwatch:DescribeAlarms",
            "cloudwatch:ListTagsForResource",
            "cloudwatch:PutMetricAlarm",
            "cloudwatch:TagResource",
            "cloudwatch:UntagResource",
        ],
    ),
    (
        "ItsDashboard",
        "cloudwatch::{account}:dashboard/{stack}-*",
        &["cloudwatch:DeleteDashboards", "cloudwatch:GetDashboard", "cloudwatch:PutDashboard"],
    ),
    (
        "ItsLog",
        "logs:{region}:{account}:log-group:/aws/lambda/{stack}*",
        &[
            "logs:CreateLogGroup",
            "logs:DeleteLogGroup",
            "logs:DeleteRetentionPolicy",
            "logs:GetDataProtectionPolicy",
            "logs:ListTagsForResource",
            "logs:PutRetentionPolicy",
            "logs:TagResource",
            "logs:UntagResource",
        ],
    ),
    (
        "ItsTestEvents",
        "schemas:{region}:{account}:schema/lambda-testevent-schemas/_{stack}-schema",
        &[
            "schemas:CreateSchema",
            "schemas:DeleteSchema",
            "schemas:DescribeSchema",
            "schemas:ListTagsForResource",
            "schemas:TagResource",
            "schemas:UntagResource",
            "schemas:UpdateSchema",
        ],
    ),
];

/// What is asked of a bucket, and of the code in it.
const BUCKET: [&str; 3] = ["s3:CreateBucket", "s3:ListBucket", "s3:PutBucketPublicAccessBlock"];
const CODE: [&str; 2] = ["s3:GetObject", "s3:PutObject"];

/// The registry of test events is one for the region.
const REGISTRY: [&str; 4] = [
    "schemas:CreateRegistry",
    "schemas:DescribeRegistry",
    "schemas:ListTagsForResource",
    "schemas:TagResource",
];

/// What takes no resource, or is not found by one that does not exist yet.
const ANY: [&str; 4] = [
    "logs:DescribeIndexPolicies",
    "logs:DescribeLogGroups",
    "sns:GetSubscriptionAttributes",
    "sns:Unsubscribe",
];

impl Policy {
    /// What whoever deploys that stack there must be allowed, with what CloudFormation does in their name.
    pub fn of_deployer(at: &Workshop) -> Self {
        let Workshop { partition, account, region, stack, bucket } = at;
        let arn = |rest: &str| {
            let rest = rest.replace("{region}", region.as_str()).replace("{account}", account);
            format!("arn:{partition}:{}", rest.replace("{stack}", stack.as_str()))
        };
        let bucket =
            bucket.as_ref().map_or_else(|| format!("hopover-code-{account}-{region}"), ToString::to_string);
        let here = |statement: Statement| {
            statement.only_if("StringEquals", "aws:RequestedRegion", [region.to_string()])
        };
        let mut statement = vec![
            allow("TheStack", &STACK, [arn("cloudformation:{region}:{account}:stack/{stack}/*")]),
            allow("ItsBucket", &BUCKET, [arn(&format!("s3:::{bucket}"))]),
            allow("ItsCode", &CODE, [arn(&format!("s3:::{bucket}/hopover/*"))]),
            here(allow("LookAround", &LOOK, ["*".to_owned()])),
            // Those that AWS keeps are of another account.
            allow(
                "SeePrefixLists",
                &["ec2:GetManagedPrefixListEntries"],
                [arn("ec2:{region}:*:prefix-list/*")],
            ),
        ];
        statement.extend(MAKE.map(|(sid, resource, actions)| allow(sid, actions, [arn(resource)])));
        statement.extend([
            allow(
                "TheRegistryOfTestEvents",
                &REGISTRY,
                [arn("schemas:{region}:{account}:registry/lambda-testevent-schemas")],
            ),
            here(allow("WhatTakesNoName", &ANY, ["*".to_owned()])),
            allow("HandItsRoleToLambda", &["iam:PassRole"], [arn("iam::{account}:role/{stack}-*")]).only_if(
                "StringEquals",
                "iam:PassedToService",
                ["lambda.amazonaws.com".to_owned()],
            ),
        ]);
        Self { version: "2012-10-17", statement }
    }
}
