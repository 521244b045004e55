//! What the role may do.

use std::collections::BTreeMap;

use super::{Check, Finding, Patient, Verdict, argument, count, some};
use crate::id::RouteTableId;
use crate::survey::Grant;

const PERMISSION: Check = Check {
    name: "permission",
    why: "asked with EC2's DryRun for whoever runs this: run it under the function's role to ask for that",
};

pub(super) fn granted(on: &Patient) -> Vec<Finding> {
    let mut actions: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for permission in &on.survey.permissions {
        actions.entry(permission.action).or_default().push(permission);
    }
    let mut found = Vec::new();
    for (action, permissions) in actions {
        let of_grant = |is: fn(&Grant) -> bool| {
            permissions.iter().filter(|p| is(&p.grant)).filter_map(|p| p.on.as_ref()).collect::<Vec<_>>()
        };
        let denied = of_grant(|grant| matches!(grant, Grant::Denied(_)));
        let granted = of_grant(|grant| matches!(grant, Grant::Granted));
        let first = |is: fn(&Grant) -> Option<&String>| permissions.iter().find_map(|p| is(&p.grant));
        let words = first(|grant| if let Grant::Denied(words) = grant { Some(words) } else { None });
        let doubt = first(|grant| if let Grant::Unknown(why) = grant { Some(why) } else { None });
        if let Some(words) = words {
            let places = if denied.is_empty() { String::new() } else { format!(" on {}", some(&denied, 4)) };
            found.push(
                PERMISSION
                    .problem(format!("{action} is denied{places}: {words}"))
                    .mended_by([allow(on, action, &denied)]),
            );
        }
        if let Some(why) = doubt {
            found.push(
                PERMISSION.found(Verdict::Unknown, format!("{action} could not be asked for, because {why}")),
            );
        }
        if words.is_none() && doubt.is_none() {
            let places = match granted.len() {
                0 => String::new(),
                1 => format!(" on {}", granted[0]),
                n => format!(" on {}", count(n, "table")),
            };
            found.push(PERMISSION.ok(format!("{action} is allowed{places}")));
        }
    }
    found
}

/// The command that allows an action to a role.
fn allow(on: &Patient, action: &str, tables: &[&RouteTableId]) -> String {
    let account = on.survey.account.as_deref().unwrap_or("*");
    let table = |id: &&RouteTableId| {
        format!("\"arn:{}:ec2:{}:{account}:route-table/{id}\"", on.region().partition(), on.region())
    };
    let resources = if tables.is_empty() {
        "\"*\"".to_owned()
    } else {
        format!("[{}]", tables.iter().map(table).collect::<Vec<_>>().join(","))
    };
    let policy = format!(
        "{{\"Version\":\"2012-10-17\",\"Statement\":[{{\"Effect\":\"Allow\",\"Action\":\"{action}\",\"Resource\":{resources}}}]}}"
    );
    format!(
        "aws iam put-role-policy --role-name ROLE --policy-name {} --policy-document {}",
        action.replace(':', "-"),
        argument(&policy)
    )
}
