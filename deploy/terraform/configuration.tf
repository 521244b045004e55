# What the function reads from its environment. Four variables say everything, unless something has a name or is preferred.

locals {
  needs_text = (
    var.preempt != "none" || var.group_name != "hopover" || var.host1_name != "host1" || var.host2_name != "host2"
  )

  preempt_line = {
    none  = ""
    host1 = "preempt = \"${var.host1_name}\""
    host2 = "preempt = \"${var.host2_name}\""
  }[var.preempt]

  text = <<-EOT
    [[group]]
    name = "${var.group_name}"
    region = "${local.region}"
    vpc = "${var.vpc_id}"
    failback_delay_seconds = ${var.failback_delay_seconds}
    ${local.preempt_line}

    [[group.member]]
    name = "${var.host1_name}"
    interface = "${var.host1_eni}"

    [[group.member]]
    name = "${var.host2_name}"
    interface = "${var.host2_eni}"
  EOT

  four_variables = {
    region   = local.region
    vpcid    = var.vpc_id
    host1eni = var.host1_eni
    host2eni = var.host2_eni
  }

  environment = merge(
    { HOPOVER_TOPIC_ARN = aws_sns_topic.this.arn },
    var.configuration != "" ? { HOPOVER_CONFIG = var.configuration } :
    local.needs_text ? { HOPOVER_CONFIG = local.text } : local.four_variables,
  )
}
