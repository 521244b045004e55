# What cannot be meant is refused before anything is made.

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

run "ids_of_something_else" {
  command = plan

  variables {
    vpc_id       = "main"
    host1_eni    = "i-a"
    instance1_id = "eni-a"
  }

  expect_failures = [
    var.vpc_id,
    var.host1_eni,
    var.instance1_id,
  ]
}

run "ids_of_something_else_for_the_peer" {
  command = plan

  variables {
    host2_eni    = "10.0.0.1"
    instance2_id = "eni-b"
  }

  expect_failures = [
    var.host2_eni,
    var.instance2_id,
  ]
}

run "one_appliance_twice" {
  command = plan

  variables {
    host2_eni    = "eni-a"
    instance2_id = "i-a"
    host1_name   = "a"
    host2_name   = "a"
  }

  expect_failures = [
    var.host2_eni,
    var.instance2_id,
    var.host2_name,
  ]
}

run "what_is_no_address" {
  command = plan

  variables {
    notification_email = "night"
  }

  expect_failures = [var.notification_email]
}

run "code_that_is_nowhere" {
  command = plan

  variables {
    code_file = null
  }

  expect_failures = [var.code_file]
}

run "code_in_two_places" {
  command = plan

  variables {
    code_bucket = "a-bucket"
  }

  expect_failures = [var.code_file]
}

run "code_that_cannot_be_found_or_run" {
  command = plan

  variables {
    code_file    = null
    code_bucket  = "A bucket"
    code_key     = ""
    architecture = "mips"
  }

  expect_failures = [
    var.code_bucket,
    var.code_key,
    var.architecture,
  ]
}

run "names_that_a_message_or_a_service_cannot_bear" {
  command = plan

  variables {
    name       = "hop.over"
    group_name = "the edge"
    host1_name = "a\"b"
  }

  expect_failures = [
    var.name,
    var.group_name,
    var.host1_name,
  ]
}

run "an_empty_second_name" {
  command = plan

  variables {
    host2_name = ""
  }

  expect_failures = [var.host2_name]
}

run "a_preference_for_a_name_and_a_delay_beyond_a_day" {
  command = plan

  variables {
    preempt                = "left"
    failback_delay_seconds = 86401
  }

  expect_failures = [
    var.preempt,
    var.failback_delay_seconds,
  ]
}

run "half_a_second" {
  command = plan

  variables {
    failback_delay_seconds = 0.5
  }

  expect_failures = [var.failback_delay_seconds]
}

run "what_the_account_does_not_know" {
  command = plan

  variables {
    reserved_concurrency = -1
    test_event_registry  = "maybe"
    log_retention_days   = 8
  }

  expect_failures = [
    var.reserved_concurrency,
    var.test_event_registry,
    var.log_retention_days,
  ]
}
