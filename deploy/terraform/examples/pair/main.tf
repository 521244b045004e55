# Two appliances that exist, the routes that point at them, and hopover. The VPC, its tables and the instances are made
# elsewhere; they come in as variables.

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0"
    }
  }
}

# Credentials come from the environment (AWS_PROFILE, a role), never from here.
provider "aws" {
  region = var.region
}

module "hopover" {
  source = "../.."

  vpc_id       = var.vpc_id
  host1_eni    = var.appliance_a.interface
  instance1_id = var.appliance_a.instance
  host2_eni    = var.appliance_b.interface
  instance2_id = var.appliance_b.instance

  group_name = "edge"
  host1_name = "A"
  host2_name = "B"

  notification_email = var.notification_email
  code_file          = var.code_file
  architecture       = "x86_64"
}

# A default route in each private table. It begins at A; from then on hopover says where it points.
resource "aws_route" "default" {
  for_each = var.private_route_tables

  route_table_id         = each.value
  destination_cidr_block = "0.0.0.0/0"
  network_interface_id   = var.appliance_a.interface

  lifecycle {
    ignore_changes = [network_interface_id]
  }
}

# The branches, a whole prefix list in one route.
resource "aws_route" "branches" {
  for_each = var.private_route_tables

  route_table_id             = each.value
  destination_prefix_list_id = var.branches_prefix_list
  network_interface_id       = var.appliance_a.interface

  lifecycle {
    ignore_changes = [network_interface_id]
  }
}
