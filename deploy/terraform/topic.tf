# Who is told.

resource "aws_sns_topic" "this" {
  #checkov:skip=CKV_AWS_26:Alarms cannot publish under SNS's own key. Messages name routes and instances, no secrets.
  name         = var.name
  display_name = "hopover"
}

# It waits until the link in the mail is clicked.
resource "aws_sns_topic_subscription" "mail" {
  topic_arn = aws_sns_topic.this.arn
  protocol  = "email"
  endpoint  = var.notification_email
}
