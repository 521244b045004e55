# The function and its log.

resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_117:A function inside the VPC would need the very routes that it repairs.
  #checkov:skip=CKV_AWS_116:What fails goes to the topic, and from there to the queue (failed_events).
  #checkov:skip=CKV_AWS_173:The environment names the VPC and two interfaces. There is no secret to encrypt.
  #checkov:skip=CKV_AWS_50:Tracing would need permissions that moving routes does not. The function counts its own steps.
  #checkov:skip=CKV_AWS_272:Signing needs a profile of the account's own. The zip file is known by its SHA-256.
  function_name = var.name
  description   = "hopover: keeps the routes of ${var.vpc_id} on the healthy one of ${var.host1_name} and ${var.host2_name}"
  role          = aws_iam_role.this.arn

  runtime       = "provided.al2023"
  handler       = "bootstrap"
  architectures = [var.architecture]
  # TLS and credentials are work for the processor, and processor time follows memory.
  memory_size                    = 512
  timeout                        = 60
  reserved_concurrent_executions = var.reserved_concurrency == 0 ? null : var.reserved_concurrency

  filename          = var.code_file
  source_code_hash  = var.code_file == null ? null : filebase64sha256(var.code_file)
  s3_bucket         = var.code_bucket
  s3_key            = var.code_bucket == null ? null : var.code_key
  s3_object_version = var.code_bucket == null || var.code_version == "" ? null : var.code_version

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.this.name
  }

  environment {
    variables = local.environment
  }

  # From its first run on it writes its log and sees the routes.
  depends_on = [aws_iam_role_policy.this]
}

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_158:CloudWatch encrypts logs with its own key. They name routes and instances, no secrets.
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
}
