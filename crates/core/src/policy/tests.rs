use super::*;

fn deployment() -> Deployment {
    Deployment {
        partition: "aws-cn".to_owned(),
        account: "123456789012".to_owned(),
        region: "cn-northwest-1".parse().unwrap(),
        function: "hopover".to_owned(),
        topic: None,
    }
}

fn config(groups: &[(&str, &str)]) -> Config {
    let group = |(at, (region, vpc)): (usize, &(&str, &str))| {
        format!(
            "[[group]]\nname = \"g{at}\"\nregion = \"{region}\"\nvpc = \"{vpc}\"\n\
             member = [{{ name = \"A\", interface = \"eni-a-{at}\" }}, {{ name = \"B\", interface = \"eni-b-{at}\" }}]\n"
        )
    };
    Config::from_toml("test", &groups.iter().enumerate().map(group).collect::<String>()).unwrap()
}

#[test]
fn a_policy_reads_as_iam_wants_it() {
    let mut at = deployment();
    at.topic = Some("arn:aws-cn:sns:cn-northwest-1:123456789012:hopover".parse().unwrap());
    let policy = Policy::of(&config(&[("cn-northwest-1", "vpc-main")]), &at);
    let expected = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "SeeInstancesAndRoutes",
      "Effect": "Allow",
      "Action": [
        "ec2:DescribeInstances",
        "ec2:DescribeRouteTables"
      ],
      "Resource": [
        "*"
      ],
      "Condition": {
        "StringEquals": {
          "ec2:Region": [
            "cn-northwest-1"
          ]
        }
      }
    },
    {
      "Sid": "MoveRoutesOfTheVpc",
      "Effect": "Allow",
      "Action": [
        "ec2:ReplaceRoute"
      ],
      "Resource": [
        "arn:aws-cn:ec2:cn-northwest-1:123456789012:route-table/*"
      ],
      "Condition": {
        "ArnEquals": {
          "ec2:Vpc": [
            "arn:aws-cn:ec2:cn-northwest-1:123456789012:vpc/vpc-main"
          ]
        }
      }
    },
    {
      "Sid": "TellPeople",
      "Effect": "Allow",
      "Action": [
        "sns:Publish"
      ],
      "Resource": [
        "arn:aws-cn:sns:cn-northwest-1:123456789012:hopover"
      ]
    },
    {
      "Sid": "WriteItsOwnLog",
      "Effect": "Allow",
      "Action": [
        "logs:CreateLogStream",
        "logs:PutLogEvents"
      ],
      "Resource": [
        "arn:aws-cn:logs:cn-northwest-1:123456789012:log-group:/aws/lambda/hopover:*"
      ]
    }
  ]
}"#;
    assert_eq!(serde_json::to_string_pretty(&policy).unwrap(), expected);
}

#[test]
fn what_is_not_deployed_is_not_allowed() {
    let policy = Policy::of(&config(&[("cn-northwest-1", "vpc-main")]), &deployment());
    let sids: Vec<_> = policy.statement.iter().map(|statement| statement.sid).collect();
    assert_eq!(sids, ["SeeInstancesAndRoutes", "MoveRoutesOfTheVpc", "WriteItsOwnLog"]);
}

#[test]
fn groups_that_share_a_vpc_name_it_once_and_each_region_is_named() {
    let groups = [("cn-northwest-1", "vpc-a"), ("cn-northwest-1", "vpc-a"), ("cn-north-1", "vpc-b")];
    let policy = Policy::of(&config(&groups), &deployment());
    assert_eq!(policy.statement[0].condition["StringEquals"]["ec2:Region"], ["cn-north-1", "cn-northwest-1"]);
    assert_eq!(
        policy.statement[1].condition["ArnEquals"]["ec2:Vpc"],
        [
            "arn:aws-cn:ec2:cn-north-1:123456789012:vpc/vpc-b",
            "arn:aws-cn:ec2:cn-northwest-1:123456789012:vpc/vpc-a"
        ]
    );
}

#[test]
fn nothing_can_be_created_or_deleted_but_a_stream_of_its_log() {
    let policy = Policy::of(&config(&[("cn-northwest-1", "vpc-main")]), &deployment());
    let strong = |action: &&str| ["Create", "Delete", "*"].iter().any(|word| action.contains(word));
    let strong: Vec<_> = policy.actions().into_iter().filter(strong).collect();
    assert_eq!(strong, ["logs:CreateLogStream"]);
}
