//! The role of the template may do what the code needs, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use hopover_aws::{DEPLOY_PERMISSIONS, DESTROY_PERMISSIONS, PERMISSIONS, SURVEY_PERMISSIONS};
use hopover_core::config::Config;
use hopover_core::policy::{Deployment, LOG_ACTIONS, Policy, Workshop};
use serde_json::Value;

use crate::iam::{Request, allows};
use crate::stack::{ACCOUNT, NAME, PLACES, Place, Stack};

/// Every form of the configuration that the template can make.
const FORMS: [&[(&str, &str)]; 3] = [&[], &[("GroupName", "edge")], &[("Preempt", "host2")]];

/// What `hopover policy` prints for the configuration that the function gets.
fn printed((partition, region): Place, config: &Config) -> Value {
    let at = Deployment {
        partition: partition.to_owned(),
        account: ACCOUNT.to_owned(),
        region: region.parse().unwrap(),
        function: NAME.to_owned(),
        topic: config.topic.clone(),
    };
    serde_json::to_value(Policy::of(config, &at)).unwrap()
}

fn shipped(stack: &Stack) -> Value {
    let policies = &stack.properties("Role")["Policies"];
    assert_eq!(policies.as_array().map(Vec::len), Some(1));
    policies[0]["PolicyDocument"].clone()
}

#[test]
fn the_role_has_the_policy_that_hopover_prints_in_every_partition() {
    for place in PLACES {
        for form in FORMS {
            let stack = Stack::new(place, form);
            let config = crate::shape::configuration(&stack);
            assert_eq!(shipped(&stack), printed(place, &config), "{place:?} {form:?}");
            assert!(stack.properties("Role").get("ManagedPolicyArns").is_none());
        }
    }
}

#[test]
fn the_policy_lists_what_the_code_calls_and_the_log_and_nothing_else() {
    let stack = Stack::new(PLACES[0], &[]);
    let statements = shipped(&stack)["Statement"].as_array().unwrap().clone();
    let actions = statements.iter().flat_map(|statement| statement["Action"].as_array().unwrap().clone());
    let allowed: BTreeSet<_> = actions.map(|action| action.as_str().unwrap().to_owned()).collect();
    let called: BTreeSet<_> =
        PERMISSIONS.iter().chain(&LOG_ACTIONS).map(|action| (*action).to_owned()).collect();
    assert_eq!(allowed, called);
}

/// A call on a route table, as EC2 describes it to IAM.
fn on_table(action: &str, (partition, region): Place, vpc: &str) -> Request {
    let arn = |what: &str| format!("arn:{partition}:ec2:{region}:{ACCOUNT}:{what}");
    Request {
        action: action.to_owned(),
        resource: arn("route-table/rtb-0123456789abcdef0"),
        context: BTreeMap::from([
            ("ec2:Region".to_owned(), region.to_owned()),
            ("ec2:RouteTableID".to_owned(), "rtb-0123456789abcdef0".to_owned()),
            ("ec2:Vpc".to_owned(), arn(&format!("vpc/{vpc}"))),
        ]),
    }
}

/// A call that IAM knows no resource of.
fn describe(action: &str, region: &str) -> Request {
    Request {
        action: action.to_owned(),
        resource: "*".to_owned(),
        context: BTreeMap::from([("ec2:Region".to_owned(), region.to_owned())]),
    }
}

fn on(action: &str, resource: String) -> Request {
    Request { action: action.to_owned(), resource, context: BTreeMap::new() }
}

#[test]
fn by_the_rules_of_iam_it_moves_routes_of_its_vpc_and_can_do_nothing_else() {
    for place @ (partition, region) in PLACES {
        let policy = shipped(&Stack::new(place, &[]));
        let arn = |service: &str, what: &str| format!("arn:{partition}:{service}:{region}:{ACCOUNT}:{what}");
        let elsewhere = (partition, "xx-other-1");
        let allowed = [
            describe("ec2:DescribeInstances", region),
            describe("ec2:DescribeRouteTables", region),
            on_table("ec2:ReplaceRoute", place, "vpc-main"),
            on("sns:Publish", arn("sns", "hopover")),
            on("logs:CreateLogStream", arn("logs", "log-group:/aws/lambda/hopover:log-stream:a")),
            on("logs:PutLogEvents", arn("logs", "log-group:/aws/lambda/hopover:log-stream:a")),
        ];
        for request in allowed {
            assert!(allows(&policy, &request), "should be allowed: {request:?}");
        }
        let mut without_vpc = on_table("ec2:ReplaceRoute", place, "vpc-main");
        without_vpc.context.remove("ec2:Vpc");
        let mut other_account = on_table("ec2:ReplaceRoute", place, "vpc-main");
        other_account.resource = other_account.resource.replace(ACCOUNT, "210987654321");
        let denied = [
            on_table("ec2:ReplaceRoute", place, "vpc-other"),
            on_table("ec2:ReplaceRoute", place, "vpc-main-2"),
            on_table("ec2:ReplaceRoute", elsewhere, "vpc-main"),
            without_vpc,
            other_account,
            on_table("ec2:CreateRoute", place, "vpc-main"),
            on_table("ec2:DeleteRoute", place, "vpc-main"),
            on_table("ec2:DeleteRouteTable", place, "vpc-main"),
            on_table("ec2:ReplaceRouteTableAssociation", place, "vpc-main"),
            describe("ec2:DescribeInstances", "xx-other-1"),
            describe("ec2:DescribeSubnets", region),
            describe("ec2:StopInstances", region),
            on("sns:Publish", arn("sns", "somebody-elses")),
            on("sns:DeleteTopic", arn("sns", "hopover")),
            on("logs:PutLogEvents", arn("logs", "log-group:/aws/lambda/hopover-2:log-stream:a")),
            on("logs:CreateLogGroup", arn("logs", "log-group:/aws/lambda/hopover")),
            on("iam:PassRole", format!("arn:{partition}:iam::{ACCOUNT}:role/admin")),
        ];
        for request in denied {
            assert!(!allows(&policy, &request), "should be denied: {request:?}");
        }
    }
}

/// What whoever deploys the stack of the tests needs.
fn deployer() -> Policy {
    let [(partition, region), ..] = PLACES;
    Policy::of_deployer(&Workshop {
        partition: partition.to_owned(),
        account: "123456789012".to_owned(),
        region: region.parse().unwrap(),
        stack: "hopover".parse().unwrap(),
        bucket: None,
    })
}

#[test]
fn whoever_deploys_may_call_what_deploy_and_destroy_call() {
    let allowed = deployer().actions();
    // Moving routes and writing messages is the function's business.
    let reads = PERMISSIONS.iter().filter(|action| action.contains(":Describe"));
    for action in DEPLOY_PERMISSIONS.iter().chain(DESTROY_PERMISSIONS).chain(SURVEY_PERMISSIONS).chain(reads)
    {
        assert!(allowed.contains(action), "{action}");
    }
    for action in PERMISSIONS.iter().filter(|action| !action.contains(":Describe")) {
        assert!(!allowed.contains(action), "{action}");
    }
}

#[test]
fn whoever_deploys_may_make_and_delete_every_kind_of_thing_in_the_template() {
    let allowed = deployer().actions();
    let of = |service: &str, verbs: &[&str]| {
        allowed.iter().any(|action| verbs.iter().any(|verb| action.starts_with(&format!("{service}:{verb}"))))
    };
    for (service, kind) in Stack::kinds() {
        let service = match service.as_str() {
            "EventSchemas" => "schemas".to_owned(),
            other => other.to_lowercase(),
        };
        assert!(of(&service, &["Create", "Put", "Add", "Subscribe", "SetQueue"]), "{service} {kind}");
        assert!(of(&service, &["Delete", "Remove", "Unsubscribe"]), "{service} {kind}");
    }
}

#[test]
fn of_names_that_are_known_whoever_deploys_may_touch_no_other() {
    for statement in deployer().statement {
        for resource in &statement.resource {
            let is_named = ["hopover", "lambda-testevent-schemas"].iter().any(|name| resource.contains(name));
            let is_look = statement.action.iter().all(|action| {
                let verb = action.split(':').nth(1).unwrap();
                ["Describe", "Get", "List", "Unsubscribe"].iter().any(|look| verb.starts_with(look))
            });
            assert!(is_named || is_look, "{} on {resource}", statement.sid);
        }
    }
}
