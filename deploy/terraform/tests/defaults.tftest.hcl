# What comes of the variables that must be said, and nothing else.

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

run "the_function_is_what_was_measured" {
  assert {
    condition = (
      aws_lambda_function.this.function_name == "hopover" &&
      aws_lambda_function.this.runtime == "provided.al2023" &&
      aws_lambda_function.this.handler == "bootstrap" &&
      aws_lambda_function.this.architectures == tolist(["arm64"]) &&
      aws_lambda_function.this.memory_size == 512 &&
      aws_lambda_function.this.timeout == 60 &&
      aws_lambda_function.this.reserved_concurrent_executions == 1
    )
    error_message = "the function differs from the one that was measured"
  }

  assert {
    condition     = aws_lambda_function.this.source_code_hash == filebase64sha256("tests/code.zip")
    error_message = "a new zip file would not be seen"
  }

  assert {
    condition     = length(aws_lambda_function.this.vpc_config) == 0
    error_message = "the function must not depend on the routes that it repairs"
  }

  assert {
    condition = (
      aws_lambda_function.this.logging_config[0].log_format == "JSON" &&
      aws_lambda_function.this.logging_config[0].log_group == "/aws/lambda/hopover" &&
      aws_cloudwatch_log_group.this.retention_in_days == 365
    )
    error_message = "the log is another"
  }
}

run "four_variables_are_the_configuration" {
  assert {
    condition = aws_lambda_function.this.environment[0].variables == tomap({
      HOPOVER_TOPIC_ARN = "arn:aws:sns:eu-central-1:123456789012:a-topic"
      region            = "eu-central-1"
      vpcid             = "vpc-main"
      host1eni          = "eni-a"
      host2eni          = "eni-b"
    })
    error_message = "the function's environment is another"
  }
}

run "every_state_of_both_instances_starts_it_and_so_does_every_minute" {
  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.state_changes.event_pattern) == {
      source      = ["aws.ec2"]
      detail-type = ["EC2 Instance State-change Notification"]
      detail      = { instance-id = ["i-a", "i-b"] }
    }
    error_message = "the pattern leaves something out, or lets something in"
  }

  assert {
    condition = (
      aws_cloudwatch_event_target.state_changes.arn == aws_lambda_function.this.arn &&
      aws_cloudwatch_event_target.state_changes.retry_policy[0].maximum_event_age_in_seconds == 300 &&
      aws_cloudwatch_event_target.state_changes.retry_policy[0].maximum_retry_attempts == 20 &&
      aws_cloudwatch_event_target.state_changes.dead_letter_config[0].arn == aws_sqs_queue.dead_letters.arn
    )
    error_message = "an event that cannot be delivered takes another way"
  }

  assert {
    condition = (
      aws_cloudwatch_event_rule.sweep.schedule_expression == "rate(1 minute)" &&
      aws_cloudwatch_event_target.sweep.arn == aws_lambda_alias.sweep.arn &&
      aws_lambda_alias.sweep.function_version == "$LATEST"
    )
    error_message = "the sweep is another"
  }
}

run "what_fails_is_told_and_kept_and_a_sweep_is_left_to_the_next" {
  assert {
    condition = (
      aws_lambda_function_event_invoke_config.events.maximum_retry_attempts == 2 &&
      aws_lambda_function_event_invoke_config.events.destination_config[0].on_failure[0].destination == aws_sns_topic.this.arn &&
      length(aws_lambda_function_event_invoke_config.events.destination_config[0].on_success) == 0 &&
      aws_lambda_function_event_invoke_config.sweeps.maximum_retry_attempts == 0 &&
      length(aws_lambda_function_event_invoke_config.sweeps.destination_config) == 0
    )
    error_message = "a failed run takes another way"
  }

  assert {
    condition = jsondecode(aws_sns_topic_subscription.failed_events.filter_policy) == {
      requestContext = { condition = ["RetriesExhausted", "EventAgeExceeded"] }
    } && aws_sns_topic_subscription.failed_events.filter_policy_scope == "MessageBody"
    error_message = "other messages than failed events go on to the queue"
  }

  assert {
    condition     = aws_sns_topic_subscription.mail.endpoint == "night@example.com"
    error_message = "somebody else is mailed"
  }
}

run "the_role_may_do_what_hopover_policy_prints" {
  assert {
    condition = jsondecode(aws_iam_role_policy.this.policy).Statement == [
      {
        Sid       = "SeeInstancesAndRoutes"
        Effect    = "Allow"
        Action    = ["ec2:DescribeInstances", "ec2:DescribeRouteTables"]
        Resource  = ["*"]
        Condition = { StringEquals = { "ec2:Region" = ["eu-central-1"] } }
      },
      {
        Sid       = "MoveRoutesOfTheVpc"
        Effect    = "Allow"
        Action    = ["ec2:ReplaceRoute"]
        Resource  = ["arn:aws:ec2:eu-central-1:123456789012:route-table/*"]
        Condition = { ArnEquals = { "ec2:Vpc" = ["arn:aws:ec2:eu-central-1:123456789012:vpc/vpc-main"] } }
      },
      {
        Sid      = "TellPeople"
        Effect   = "Allow"
        Action   = ["sns:Publish"]
        Resource = ["arn:aws:sns:eu-central-1:123456789012:a-topic"]
      },
      {
        Sid      = "WriteItsOwnLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/hopover:*"]
      },
    ]
    error_message = "the role may do something else"
  }
}

run "six_alarms_reach_the_topic" {
  assert {
    condition = toset([for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_name]) == toset([
      "hopover-errors", "hopover-throttles", "hopover-dead-letters", "hopover-no-healthy-next-hop",
      "hopover-standby-down", "hopover-blind",
    ])
    error_message = "there are other alarms"
  }

  assert {
    condition = alltrue([
      for alarm in aws_cloudwatch_metric_alarm.this :
      alarm.alarm_actions == toset([aws_sns_topic.this.arn]) && alarm.ok_actions == alarm.alarm_actions
    ])
    error_message = "an alarm tells somebody else"
  }

  assert {
    condition     = length(jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets[4].properties.alarms) == 6
    error_message = "the dashboard does not show every alarm"
  }
}

run "both_test_events_are_made_with_their_registry" {
  assert {
    condition = (
      length(aws_schemas_registry.test_events) == 1 &&
      aws_schemas_schema.test_events[0].registry_name == "lambda-testevent-schemas" &&
      aws_schemas_schema.test_events[0].name == "_hopover-schema"
    )
    error_message = "the console would not find them"
  }

  assert {
    condition = {
      for name, example in jsondecode(aws_schemas_schema.test_events[0].content).components.examples :
      name => example.value.detail
      } == {
      member-1-fails = { instance-id = "i-a", state = "stopped" }
      member-2-fails = { instance-id = "i-b", state = "stopped" }
    }
    error_message = "the test events are others"
  }
}

run "the_outputs_say_what_to_do_next" {
  assert {
    condition = (
      strcontains(output.step1_confirm_the_mail, "night@example.com") &&
      startswith(output.step2_sweep, "aws lambda invoke --region eu-central-1 --function-name hopover ") &&
      startswith(output.step3_test_events, "https://eu-central-1.console.aws.amazon.com/lambda/home") &&
      output.function_name == "hopover" &&
      output.topic_arn == aws_sns_topic.this.arn &&
      output.dead_letter_queue == aws_sqs_queue.dead_letters.url
    )
    error_message = "an output is wrong"
  }
}
