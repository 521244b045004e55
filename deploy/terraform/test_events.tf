# Test events, in the Lambda console under Test > Event name > Shareable.

locals {
  registry = "lambda-testevent-schemas"
  failures = {
    member-1-fails = { id = "00000000-0000-4000-8000-000000000001", instance = var.instance1_id }
    member-2-fails = { id = "00000000-0000-4000-8000-000000000002", instance = var.instance2_id }
  }
}

# Others in the region may keep theirs there by the time this is destroyed: the README says how to leave it behind.
resource "aws_schemas_registry" "test_events" {
  count = var.test_event_registry == "create" ? 1 : 0

  name        = local.registry
  description = "Shareable test events of the Lambda console"
}

resource "aws_schemas_schema" "test_events" {
  count = var.test_event_registry == "none" ? 0 : 1

  registry_name = var.test_event_registry == "create" ? aws_schemas_registry.test_events[0].name : local.registry
  # The console looks for this very name.
  name = "_${aws_lambda_function.this.function_name}-schema"
  type = "OpenApi3"

  content = jsonencode({
    openapi = "3.0.0"
    info    = { version = "1.0.0", title = "Event" }
    paths   = {}
    components = {
      schemas = {
        Event = {
          type     = "object"
          required = ["version", "id", "source", "detail-type", "account", "region", "time", "resources", "detail"]
          properties = {
            version     = { type = "string" }
            id          = { type = "string" }
            source      = { type = "string" }
            detail-type = { type = "string" }
            account     = { type = "string" }
            region      = { type = "string" }
            time        = { type = "string", format = "date-time" }
            resources   = { type = "array", items = { type = "string" } }
            detail = {
              type     = "object"
              required = ["instance-id", "state"]
              properties = {
                instance-id = { type = "string" }
                state       = { type = "string" }
              }
            }
          }
        }
      }
      examples = {
        for name, failure in local.failures : name => {
          value = {
            version     = "0"
            id          = failure.id
            source      = "aws.ec2"
            detail-type = "EC2 Instance State-change Notification"
            account     = local.account
            region      = local.region
            time        = "2026-01-01T00:00:00Z"
            resources   = ["arn:${local.partition}:ec2:${local.region}:${local.account}:instance/${failure.instance}"]
            detail      = { instance-id = failure.instance, state = "stopped" }
          }
        }
      }
    }
  })
}
