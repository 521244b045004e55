//! Names of things: AWS resource ids and the names that operators give.
//!
//! Ids are checked when they are read, so that a value in the wrong place is found at the start and not at night.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::excerpt::quote;

/// A text that is not the id or name which it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} is not {what}: expected {expected}", quote(value))]
pub struct BadId {
    /// What was wanted, with its article: "a network interface id".
    pub what: &'static str,
    /// The text as it was given.
    pub value: String,
    /// What would be right.
    pub expected: &'static str,
}

/// Declares a checked text type. It is shared, not copied: ids travel through every step of a pass.
macro_rules! checked_text {
    ($(#[$doc:meta])* $name:ident, $what:literal, $expected:literal, $is_right:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadId;

            fn try_from(value: String) -> Result<Self, BadId> {
                let is_right: fn(&str) -> bool = $is_right;
                if is_right(&value) {
                    Ok(Self(value.into()))
                } else {
                    Err(BadId { what: $what, value, expected: $expected })
                }
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(value: &str) -> Result<Self, BadId> {
                Self::try_from(value.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0.as_ref().to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

/// A prefix, then lower-case letters, digits and hyphens. Hyphens are for worlds with readable ids (`eni-a-lan`).
fn has_prefix(value: &str, prefix: &str) -> bool {
    value.strip_prefix(prefix).is_some_and(|rest| {
        !rest.is_empty()
            && rest.len() <= 64
            && rest.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    })
}

/// Names travel into message subjects, which are ASCII and short (SNS: under 100 characters).
fn is_name(value: &str) -> bool {
    !value.is_empty()
        && value.len() <= 32
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

checked_text!(
    /// A VPC.
    VpcId, "a VPC id", "vpc- followed by letters and digits", |v| has_prefix(v, "vpc-")
);
checked_text!(
    /// An EC2 instance.
    InstanceId, "an instance id", "i- followed by letters and digits", |v| has_prefix(v, "i-")
);
checked_text!(
    /// A network interface.
    InterfaceId, "a network interface id", "eni- followed by letters and digits", |v| has_prefix(v, "eni-")
);
checked_text!(
    /// A route table.
    RouteTableId, "a route table id", "rtb- followed by letters and digits", |v| has_prefix(v, "rtb-")
);
checked_text!(
    /// A managed prefix list.
    PrefixListId, "a prefix list id", "pl- followed by letters and digits", |v| has_prefix(v, "pl-")
);
checked_text!(
    /// A region of any partition: `eu-central-1`, `cn-northwest-1`, `us-gov-west-1`.
    Region,
    "an AWS region",
    "a name such as eu-central-1 or cn-northwest-1",
    |v| {
        v.len() <= 32
            && v.split('-').count() >= 3
            && v.split('-').all(|part| {
                !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
            })
    }
);
checked_text!(
    /// The operator's name of a group.
    GroupName, "a group name", "1 to 32 ASCII letters, digits, '-', '_' or '.'", is_name
);
checked_text!(
    /// The operator's name of a member.
    MemberName, "a member name", "1 to 32 ASCII letters, digits, '-', '_' or '.'", is_name
);
checked_text!(
    /// A CloudFormation stack, after which the function in it is called: shorter than CloudFormation asks for, since Lambda
    /// allows no more.
    StackName,
    "a name for a stack",
    "1 to 64 ASCII letters, digits or '-', the first of them a letter",
    |v| {
        v.len() <= 64
            && v.starts_with(|first: char| first.is_ascii_alphabetic())
            && v.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    }
);
checked_text!(
    /// An S3 bucket. Names with dots are left out: TLS does not cover them.
    BucketName,
    "the name of a bucket",
    "3 to 63 lower-case letters, digits or '-', the first and the last no '-'",
    |v| {
        (3..=63).contains(&v.len())
            && v.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !v.starts_with('-')
            && !v.ends_with('-')
    }
);
checked_text!(
    /// Where a mail goes. No more is checked than SNS would refuse, and what the template does.
    EmailAddress,
    "an e-mail address",
    "one such as night@example.com",
    |v| {
        v.len() <= 320
            && !v.contains(|c: char| c.is_whitespace() || c.is_control())
            && v.split_once('@').is_some_and(|(name, domain)| {
                !name.is_empty()
                    && !domain.contains('@')
                    && domain.split_once('.').is_some_and(|(host, rest)| !host.is_empty() && !rest.is_empty())
            })
    }
);
checked_text!(
    /// A path: what one interface of every member is for, such as `lan` or `wan`.
    PathName, "a path name", "1 to 32 ASCII letters, digits, '-', '_' or '.'", is_name
);

impl Region {
    /// The AWS partition that it is in, which ARNs begin with.
    pub fn partition(&self) -> &'static str {
        match self.as_str() {
            name if name.starts_with("cn-") => "aws-cn",
            name if name.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        }
    }
}

impl PathName {
    /// The path of a member that has a single interface and names none.
    pub fn single() -> Self {
        Self("main".into())
    }
}

#[cfg(test)]
mod tests;
