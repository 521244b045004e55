# What to click and run next, and what to refer to.

output "step1_confirm_the_mail" {
  description = "First"
  value       = "Click the link in the mail that SNS has sent to ${var.notification_email}: without it nobody is told anything."
}

output "step2_sweep" {
  description = "Then let it look once; it moves nothing unless an appliance is down"
  value       = "aws lambda invoke --region ${local.region} --function-name ${aws_lambda_function.this.function_name} --cli-binary-format raw-in-base64-out --payload '{\"source\":\"hopover\",\"detail-type\":\"Sweep\"}' /dev/stdout"
}

output "step3_test_events" {
  description = "Then play a failure: the events member-1-fails and member-2-fails move real routes, and stop no instance"
  value       = "https://${local.region}.${local.console}/lambda/home?region=${local.region}#/functions/${aws_lambda_function.this.function_name}?tab=testing"
}

output "dashboard" {
  description = "What it does"
  value       = "https://${local.region}.${local.console}/cloudwatch/home?region=${local.region}#dashboards/dashboard/${aws_cloudwatch_dashboard.this.dashboard_name}"
}

output "log" {
  description = "Its story, as it happens"
  value       = "aws logs tail ${aws_cloudwatch_log_group.this.name} --region ${local.region} --follow"
}

output "function_name" {
  description = "The function"
  value       = aws_lambda_function.this.function_name
}

output "topic_arn" {
  description = "More people can be told by subscribing to this topic"
  value       = aws_sns_topic.this.arn
}

output "dead_letter_queue" {
  description = "Where events are that failed for good"
  value       = aws_sqs_queue.dead_letters.url
}
