variable "region" {
  description = "The region of the VPC."
  type        = string
}

variable "vpc_id" {
  description = "The VPC."
  type        = string
}

variable "appliance_a" {
  description = "The first appliance: its instance, and its interface that routes point at."
  type        = object({ instance = string, interface = string })
}

variable "appliance_b" {
  description = "The second appliance, in another zone."
  type        = object({ instance = string, interface = string })
}

variable "private_route_tables" {
  description = "The route tables whose traffic goes through the appliances, by a name of yours."
  type        = map(string)
}

variable "branches_prefix_list" {
  description = "The prefix list with the networks of the branches."
  type        = string
}

variable "notification_email" {
  description = "Who is told."
  type        = string
}

variable "code_file" {
  description = "The function's zip file, as `cargo run -p hopover-package` makes it."
  type        = string
}
