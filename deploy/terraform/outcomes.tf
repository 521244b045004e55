# What becomes of an event.

resource "aws_lambda_function_event_invoke_config" "events" {
  function_name = aws_lambda_function.this.function_name
  qualifier     = "$LATEST"
  # Lambda tries again after one minute and after two more.
  maximum_event_age_in_seconds = 600
  maximum_retry_attempts       = 2

  destination_config {
    on_failure {
      destination = aws_sns_topic.this.arn
    }

    dynamic "on_success" {
      for_each = var.notify_every_run ? [aws_sns_topic.this.arn] : []
      content {
        destination = on_success.value
      }
    }
  }
}

resource "aws_lambda_function_event_invoke_config" "sweeps" {
  function_name                = aws_lambda_function.this.function_name
  qualifier                    = aws_lambda_alias.sweep.name
  maximum_event_age_in_seconds = 60
  maximum_retry_attempts       = 0
}

resource "aws_sqs_queue" "dead_letters" {
  #checkov:skip=CKV_AWS_27:SQS encrypts it with its own key, and EventBridge could not write under the one that the check wants.
  name                      = "${var.name}-dead-letters"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
}

resource "aws_sqs_queue_policy" "dead_letters" {
  queue_url = aws_sqs_queue.dead_letters.url

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "EventsThatCouldNotBeDelivered"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = aws_sqs_queue.dead_letters.arn
        Condition = { ArnEquals = { "aws:SourceArn" = aws_cloudwatch_event_rule.state_changes.arn } }
      },
      {
        Sid       = "EventsThatFailed"
        Effect    = "Allow"
        Principal = { Service = "sns.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = aws_sqs_queue.dead_letters.arn
        Condition = { ArnEquals = { "aws:SourceArn" = aws_sns_topic.this.arn } }
      },
    ]
  })
}

# Lambda has one destination for a failure. The topic hands it on, as Lambda writes it: `requestPayload` is the event.
resource "aws_sns_topic_subscription" "failed_events" {
  topic_arn            = aws_sns_topic.this.arn
  protocol             = "sqs"
  endpoint             = aws_sqs_queue.dead_letters.arn
  raw_message_delivery = true
  filter_policy_scope  = "MessageBody"

  filter_policy = jsonencode({
    requestContext = { condition = ["RetriesExhausted", "EventAgeExceeded"] }
  })
}
