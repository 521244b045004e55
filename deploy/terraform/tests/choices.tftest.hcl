# What an operator may choose, and what comes of it.

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

run "names_and_preferences_reach_the_function_as_text" {
  variables {
    group_name             = "edge"
    host1_name             = "left"
    host2_name             = "right"
    preempt                = "host2"
    failback_delay_seconds = 60
  }

  assert {
    condition = aws_lambda_function.this.environment[0].variables == tomap({
      HOPOVER_TOPIC_ARN = "arn:aws:sns:eu-central-1:123456789012:a-topic"
      HOPOVER_CONFIG    = <<-EOT
        [[group]]
        name = "edge"
        region = "eu-central-1"
        vpc = "vpc-main"
        failback_delay_seconds = 60
        preempt = "right"

        [[group.member]]
        name = "left"
        interface = "eni-a"

        [[group.member]]
        name = "right"
        interface = "eni-b"
      EOT
    })
    error_message = "the function's environment is another"
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["blind"].dimensions == tomap({ Function = "hopover", Group = "edge" })
    error_message = "the alarms watch a group of another name"
  }
}

run "a_name_alone_prefers_nobody" {
  variables {
    host1_name = "left"
  }

  assert {
    condition     = !strcontains(aws_lambda_function.this.environment[0].variables["HOPOVER_CONFIG"], "preempt")
    error_message = "somebody is preferred"
  }
}

run "a_whole_configuration_is_handed_on_as_it_is" {
  variables {
    configuration = "# all of it\n"
    group_name    = "edge"
  }

  assert {
    condition = aws_lambda_function.this.environment[0].variables == tomap({
      HOPOVER_TOPIC_ARN = "arn:aws:sns:eu-central-1:123456789012:a-topic"
      HOPOVER_CONFIG    = "# all of it\n"
    })
    error_message = "the function's environment is another"
  }
}

run "nothing_is_reserved_where_the_account_may_not" {
  command = plan

  variables {
    reserved_concurrency = 0
  }

  assert {
    condition     = aws_lambda_function.this.reserved_concurrent_executions == null
    error_message = "something is reserved"
  }
}

run "a_registry_that_exists_is_used" {
  variables {
    test_event_registry = "exists"
  }

  assert {
    condition = (
      length(aws_schemas_registry.test_events) == 0 &&
      aws_schemas_schema.test_events[0].registry_name == "lambda-testevent-schemas"
    )
    error_message = "the registry that exists is not used"
  }
}

run "without_a_registry_there_are_no_test_events" {
  command = plan

  variables {
    test_event_registry = "none"
  }

  assert {
    condition     = length(aws_schemas_registry.test_events) == 0 && length(aws_schemas_schema.test_events) == 0
    error_message = "there are test events"
  }
}

run "every_run_is_told_to_those_who_want_it" {
  variables {
    notify_every_run = true
  }

  assert {
    condition = (
      aws_lambda_function_event_invoke_config.events.destination_config[0].on_success[0].destination == aws_sns_topic.this.arn
    )
    error_message = "a run that ended well is not told"
  }
}

run "the_code_may_come_from_a_bucket" {
  command = plan

  variables {
    code_file    = null
    code_bucket  = "a-bucket"
    code_version = "3"
    architecture = "x86_64"
  }

  assert {
    condition = (
      aws_lambda_function.this.filename == null &&
      aws_lambda_function.this.s3_bucket == "a-bucket" &&
      aws_lambda_function.this.s3_key == "hopover.zip" &&
      aws_lambda_function.this.s3_object_version == "3" &&
      aws_lambda_function.this.architectures == tolist(["x86_64"])
    )
    error_message = "the code is another"
  }
}

run "everything_begins_with_the_name" {
  variables {
    name = "north"
  }

  assert {
    condition = (
      aws_lambda_function.this.function_name == "north" &&
      aws_cloudwatch_log_group.this.name == "/aws/lambda/north" &&
      aws_sns_topic.this.name == "north" &&
      aws_sqs_queue.dead_letters.name == "north-dead-letters" &&
      aws_iam_role.this.name_prefix == "north-" &&
      aws_cloudwatch_event_rule.sweep.name == "north-sweep" &&
      aws_cloudwatch_event_rule.state_changes.name == "north-state-changes" &&
      aws_cloudwatch_dashboard.this.dashboard_name == "north-eu-central-1" &&
      aws_cloudwatch_metric_alarm.this["blind"].alarm_name == "north-blind"
    )
    error_message = "two deployments in one region would get into each other's way"
  }
}
