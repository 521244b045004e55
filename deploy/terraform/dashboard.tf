# What it does, on one page.

locals {
  of_group = ["Function", aws_lambda_function.this.function_name, "Group", var.group_name]
  above    = [".", ".", ".", "."]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = "${var.name}-${local.region}"

  dashboard_body = jsonencode({
    widgets = [
      {
        type = "metric", x = 0, y = 0, width = 6, height = 6
        properties = {
          title   = "Members up", view = "timeSeries", region = local.region, period = 60, stat = "Minimum"
          yAxis   = { left = { min = 0, max = 2 } }
          metrics = [concat(["hopover", "MembersUp"], local.of_group)]
        }
      },
      {
        type = "metric", x = 6, y = 0, width = 9, height = 6
        properties = {
          title = "Routes", view = "timeSeries", region = local.region, period = 60, stat = "Sum"
          metrics = [
            concat(["hopover", "RoutesMoved"], local.of_group, [{ label = "moved" }]),
            concat([".", "RoutesFailed"], local.above, [{ label = "failed" }]),
            concat([".", "RoutesStuck"], local.above, [{ label = "no healthy next hop", stat = "Maximum" }]),
          ]
        }
      },
      {
        type = "log", x = 15, y = 0, width = 9, height = 6
        properties = {
          title = "Last sweeps", view = "table", region = local.region
          query = "SOURCE '${aws_cloudwatch_log_group.this.name}' | filter Trigger = 'sweep' | fields @timestamp, Group, MembersUp | sort @timestamp desc | limit 5"
        }
      },
      {
        type = "metric", x = 0, y = 6, width = 15, height = 6
        properties = {
          title = "Failover time (ms)", view = "timeSeries", region = local.region, period = 60, stat = "Maximum"
          metrics = [
            concat(["hopover", "FailoverSinceEvent"], local.of_group, [{ label = "event to last route" }]),
            concat([".", "FailoverDetection"], local.above, [{ label = "event to begin" }]),
            concat([".", "FailoverTime"], local.above, [{ label = "begin to last route" }]),
            concat([".", "FailoverObserve"], local.above, [{ label = "observe" }]),
            concat([".", "FailoverApply"], local.above, [{ label = "apply" }]),
            concat([".", "FailoverVerify"], local.above, [{ label = "verify" }]),
          ]
        }
      },
      {
        type = "alarm", x = 15, y = 6, width = 9, height = 6
        properties = {
          title = "Alarms"
          alarms = [
            for name in ["errors", "throttles", "dead-letters", "no-healthy-next-hop", "standby-down", "blind"] :
            aws_cloudwatch_metric_alarm.this[name].arn
          ]
        }
      },
    ]
  })
}
