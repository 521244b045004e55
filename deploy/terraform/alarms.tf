# Alarms, all of them to the topic, and once more when they are over.

locals {
  ours = {
    Function = aws_lambda_function.this.function_name
    Group    = var.group_name
  }

  alarms = {
    errors = {
      description = "A run of hopover ended as failed. Its log says why; it is tried again by itself."
      namespace   = "AWS/Lambda"
      metric      = "Errors"
      dimensions  = { FunctionName = aws_lambda_function.this.function_name }
      statistic   = "Sum"
      minutes     = 1
      comparison  = "GreaterThanOrEqualToThreshold"
      threshold   = 1
      missing     = "notBreaching"
    }
    throttles = {
      description = "Lambda held events back for five minutes on end. A few are in order while a failover runs: one is handled at a time."
      namespace   = "AWS/Lambda"
      metric      = "Throttles"
      dimensions  = { FunctionName = aws_lambda_function.this.function_name }
      statistic   = "Sum"
      minutes     = 5
      comparison  = "GreaterThanOrEqualToThreshold"
      threshold   = 1
      missing     = "notBreaching"
    }
    dead-letters = {
      description = "Events failed for good or could not be delivered. Read them, see what `hopover status` says, and purge the queue."
      namespace   = "AWS/SQS"
      metric      = "ApproximateNumberOfMessagesVisible"
      dimensions  = { QueueName = aws_sqs_queue.dead_letters.name }
      statistic   = "Maximum"
      minutes     = 1
      comparison  = "GreaterThanOrEqualToThreshold"
      threshold   = 1
      missing     = "notBreaching"
    }
    no-healthy-next-hop = {
      description = "Routes stand on an appliance that is down, and no other is up. Bring one back: its routes are repaired by themselves."
      namespace   = "hopover"
      metric      = "RoutesStuck"
      dimensions  = local.ours
      statistic   = "Maximum"
      minutes     = 1
      comparison  = "GreaterThanOrEqualToThreshold"
      threshold   = 1
      missing     = "ignore"
    }
    standby-down = {
      description = "For more than 10 minutes one appliance has been down. There is no redundancy until it is back."
      namespace   = "hopover"
      metric      = "MembersUp"
      dimensions  = local.ours
      statistic   = "Maximum"
      minutes     = 10
      comparison  = "LessThanThreshold"
      threshold   = 2
      missing     = "ignore"
    }
    # The others are silent if nothing runs at all.
    blind = {
      description = "For 5 minutes hopover has not seen the appliances. See its log. With no lines there: the rule of the sweep is off, or the role may not write the log (logs:CreateLogStream, logs:PutLogEvents)."
      namespace   = "hopover"
      metric      = "MembersUp"
      dimensions  = local.ours
      statistic   = "SampleCount"
      minutes     = 5
      comparison  = "LessThanThreshold"
      threshold   = 1
      missing     = "breaching"
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  period              = 60
  evaluation_periods  = each.value.minutes
  threshold           = each.value.threshold
  comparison_operator = each.value.comparison
  treat_missing_data  = each.value.missing
  alarm_actions       = [aws_sns_topic.this.arn]
  ok_actions          = [aws_sns_topic.this.arn]

  # What says that nothing is seen begins when there is something that looks.
  depends_on = [aws_cloudwatch_event_target.sweep, aws_lambda_permission.sweep]
}
