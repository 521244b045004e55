# What the function may do.

resource "aws_iam_role" "this" {
  # Names of roles are the whole account's, and there may be a deployment in each region.
  name_prefix = "${var.name}-"
  description = "hopover: moves routes of ${var.vpc_id}, and nothing else"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

# What `hopover policy` prints, and a test compares: no more than the function calls, nothing that creates or deletes.
resource "aws_iam_role_policy" "this" {
  name = "hopover"
  role = aws_iam_role.this.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "SeeInstancesAndRoutes"
        Effect    = "Allow"
        Action    = ["ec2:DescribeInstances", "ec2:DescribeRouteTables"]
        Resource  = ["*"]
        Condition = { StringEquals = { "ec2:Region" = [local.region] } }
      },
      {
        Sid      = "MoveRoutesOfTheVpc"
        Effect   = "Allow"
        Action   = ["ec2:ReplaceRoute"]
        Resource = ["arn:${local.partition}:ec2:${local.region}:${local.account}:route-table/*"]
        Condition = {
          ArnEquals = { "ec2:Vpc" = ["arn:${local.partition}:ec2:${local.region}:${local.account}:vpc/${var.vpc_id}"] }
        }
      },
      {
        Sid      = "TellPeople"
        Effect   = "Allow"
        Action   = ["sns:Publish"]
        Resource = [aws_sns_topic.this.arn]
      },
      {
        Sid      = "WriteItsOwnLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/lambda/${var.name}:*"]
      },
    ]
  })
}
