# Every ARN and every address is of the partition that it is deployed in.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  vpc_id             = "vpc-main"
  host1_eni          = "eni-a"
  instance1_id       = "i-a"
  host2_eni          = "eni-b"
  instance2_id       = "i-b"
  notification_email = "night@example.com"
  code_file          = "tests/code.zip"
}

run "china" {
  override_data {
    target = data.aws_partition.this
    values = { partition = "aws-cn" }
  }
  override_data {
    target = data.aws_region.this
    values = { region = "cn-northwest-1" }
  }
  override_resource {
    target = aws_sns_topic.this
    values = { arn = "arn:aws-cn:sns:cn-northwest-1:123456789012:hopover" }
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Resource[0]] == [
      "*",
      "arn:aws-cn:ec2:cn-northwest-1:123456789012:route-table/*",
      "arn:aws-cn:sns:cn-northwest-1:123456789012:hopover",
      "arn:aws-cn:logs:cn-northwest-1:123456789012:log-group:/aws/lambda/hopover:*",
    ]
    error_message = "a resource of the policy is in another partition"
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.this.policy).Statement[1].Condition == {
      ArnEquals = { "ec2:Vpc" = ["arn:aws-cn:ec2:cn-northwest-1:123456789012:vpc/vpc-main"] }
    }
    error_message = "the VPC is in another partition"
  }

  assert {
    condition     = !strcontains(aws_schemas_schema.test_events[0].content, "arn:aws:")
    error_message = "a test event is of another partition"
  }

  assert {
    condition = (
      startswith(output.dashboard, "https://cn-northwest-1.console.amazonaws.cn/cloudwatch/home?region=cn-northwest-1#") &&
      startswith(output.step3_test_events, "https://cn-northwest-1.console.amazonaws.cn/lambda/home?region=cn-northwest-1#")
    )
    error_message = "the console is elsewhere"
  }
}

run "gov_cloud" {
  override_data {
    target = data.aws_partition.this
    values = { partition = "aws-us-gov" }
  }
  override_data {
    target = data.aws_region.this
    values = { region = "us-gov-west-1" }
  }

  assert {
    condition = (
      jsondecode(aws_iam_role_policy.this.policy).Statement[1].Resource == ["arn:aws-us-gov:ec2:us-gov-west-1:123456789012:route-table/*"]
    )
    error_message = "a resource of the policy is in another partition"
  }

  assert {
    condition     = startswith(output.dashboard, "https://us-gov-west-1.console.amazonaws-us-gov.com/")
    error_message = "the console is elsewhere"
  }
}
