//! What stands in the account once the stack does.

use serde::Serialize;

use super::parameters::TestEvents;
use crate::group::Group;
use crate::id::{EmailAddress, StackName};

/// One kind of thing that the stack makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Made {
    /// In a word or two.
    pub what: &'static str,
    /// What each is called. `…` is what CloudFormation makes up.
    pub names: Vec<String>,
    /// What it is for.
    pub why: String,
}

/// How many days the template keeps a log that nobody has said anything about.
pub const LOG_DAYS: u16 = 365;

/// How many days a log may be kept. Source: `PutRetentionPolicy`, CloudWatch Logs; the template has the same.
pub const LOG_RETENTIONS: [u16; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/// The outputs of the template, in the order in which they help.
pub const OUTPUTS: [&str; 8] = [
    "Step1ConfirmTheMail",
    "Step2Sweep",
    "Step3TestEvents",
    "Dashboard",
    "Log",
    "FunctionName",
    "TopicArn",
    "DeadLetterQueue",
];

/// The type of the only resource that outlives the stack: others in the region may use it by then.
pub const KEPT: &str = "AWS::EventSchemas::Registry";

/// Resources of the template beside the test events and their registry.
const RESOURCES: usize = 22;

/// How many resources a creation makes.
pub fn resources(test_events: TestEvents) -> usize {
    RESOURCES
        + match test_events {
            TestEvents::Create => 2,
            TestEvents::Exists => 1,
            TestEvents::None => 0,
        }
}

/// Everything that the stack makes, in the order in which a person asks for it.
pub fn made(
    stack: &StackName,
    group: &Group,
    email: Option<&EmailAddress>,
    log_days: u16,
    test_events: TestEvents,
) -> Vec<Made> {
    let one = |what, name: String, why: String| Made { what, names: vec![name], why };
    let members: Vec<_> = group.members.iter().map(|member| member.name.as_str()).collect();
    let members = members.join(" and ");
    let alarms = ["errors", "throttles", "dead-letters", "no-healthy-next-hop", "standby-down", "blind"];
    let email = email.map_or("who subscribed before".to_owned(), ToString::to_string);
    let mut all = vec![
        one("function", stack.to_string(), format!("moves the routes of {} between {members}", group.vpc)),
        one(
            "role",
            format!("{stack}-Role-…"),
            "sees instances and routes, replaces routes of this VPC; creates and deletes none".to_owned(),
        ),
        Made {
            what: "rules",
            names: vec![format!("{stack}-StateChanges-…"), format!("{stack}-Sweep-…")],
            why: format!("start it whenever {members} change state, and every minute"),
        },
        one("topic", stack.to_string(), format!("mails {email}")),
        one(
            "queue",
            format!("{stack}-dead-letters"),
            "keeps events that failed for good, 14 days".to_owned(),
        ),
        Made {
            what: "alarms",
            names: alarms.map(|alarm| format!("{stack}-{alarm}")).into(),
            why: "tell the topic".to_owned(),
        },
        one("dashboard", format!("{stack}-{}", group.region), "shows what it did".to_owned()),
        one("log", format!("/aws/lambda/{stack}"), format!("is kept for {log_days} days")),
    ];
    if test_events != TestEvents::None {
        all.push(one(
            "test events",
            format!("_{stack}-schema"),
            "play the failure of each member in the Lambda console".to_owned(),
        ));
    }
    all
}
