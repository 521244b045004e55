# What starts the function: every state of both instances, and a sweep every minute.

resource "aws_cloudwatch_event_rule" "state_changes" {
  name        = "${var.name}-state-changes"
  description = "hopover: every state of ${var.instance1_id} and ${var.instance2_id}, running too, since that repairs what both left behind"

  event_pattern = jsonencode({
    source      = ["aws.ec2"]
    detail-type = ["EC2 Instance State-change Notification"]
    detail      = { instance-id = [var.instance1_id, var.instance2_id] }
  })
}

resource "aws_cloudwatch_event_target" "state_changes" {
  rule      = aws_cloudwatch_event_rule.state_changes.name
  target_id = "hopover"
  arn       = aws_lambda_function.this.arn

  # An event that is older says nothing that the sweep does not see.
  retry_policy {
    maximum_event_age_in_seconds = 300
    maximum_retry_attempts       = 20
  }

  dead_letter_config {
    arn = aws_sqs_queue.dead_letters.arn
  }
}

resource "aws_lambda_permission" "state_changes" {
  statement_id   = "state-changes"
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.this.function_name
  principal      = "events.amazonaws.com"
  source_arn     = aws_cloudwatch_event_rule.state_changes.arn
  source_account = local.account
}

resource "aws_cloudwatch_event_rule" "sweep" {
  name                = "${var.name}-sweep"
  description         = "hopover: looks every minute, since EC2's events are best effort"
  schedule_expression = "rate(1 minute)"
}

resource "aws_cloudwatch_event_target" "sweep" {
  rule      = aws_cloudwatch_event_rule.sweep.name
  target_id = "hopover"
  arn       = aws_lambda_alias.sweep.arn

  retry_policy {
    maximum_event_age_in_seconds = 60
    maximum_retry_attempts       = 1
  }
}

# The same code by another name: what one sweep could not do is left to the next, and hopover tells of it once an hour. Under
# the function's own name Lambda would try each again, mail each, and leave each as a dead letter.
resource "aws_lambda_alias" "sweep" {
  name             = "sweep"
  description      = "The function as the sweep invokes it"
  function_name    = aws_lambda_function.this.function_name
  function_version = "$LATEST"
}

resource "aws_lambda_permission" "sweep" {
  statement_id   = "sweep"
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.this.function_name
  qualifier      = aws_lambda_alias.sweep.name
  principal      = "events.amazonaws.com"
  source_arn     = aws_cloudwatch_event_rule.sweep.arn
  source_account = local.account
}
