# The parameters of deploy/cloudformation/hopover.yaml, and beside them `name` (there the stack's name) and `code_file`.

# ---- the two appliances ---------------------------------------------------------------------------------------------------

variable "vpc_id" {
  description = "The VPC whose routes follow the healthy appliance."
  type        = string

  validation {
    condition     = can(regex("^vpc-[0-9a-z-]+$", var.vpc_id))
    error_message = "vpc_id must be the id of a VPC, such as vpc-0123456789abcdef0."
  }
}

variable "host1_eni" {
  description = "The network interface of the first appliance that routes point at."
  type        = string

  validation {
    condition     = can(regex("^eni-[0-9a-z-]+$", var.host1_eni))
    error_message = "host1_eni must be the id of a network interface, such as eni-0123456789abcdef0."
  }
}

variable "instance1_id" {
  description = "The instance of the first appliance."
  type        = string

  validation {
    condition     = can(regex("^i-[0-9a-z-]+$", var.instance1_id))
    error_message = "instance1_id must be the id of an instance, such as i-0123456789abcdef0."
  }
}

variable "host2_eni" {
  description = "The network interface of the second appliance that routes point at."
  type        = string

  validation {
    condition     = can(regex("^eni-[0-9a-z-]+$", var.host2_eni))
    error_message = "host2_eni must be the id of a network interface, such as eni-0123456789abcdef0."
  }

  validation {
    condition     = var.host2_eni != var.host1_eni
    error_message = "host2_eni must be another interface than host1_eni: the first appliance's peer."
  }
}

variable "instance2_id" {
  description = "The instance of the second appliance."
  type        = string

  validation {
    condition     = can(regex("^i-[0-9a-z-]+$", var.instance2_id))
    error_message = "instance2_id must be the id of an instance, such as i-0123456789abcdef0."
  }

  validation {
    condition     = var.instance2_id != var.instance1_id
    error_message = "instance2_id must be another instance than instance1_id: the first appliance's peer."
  }
}

# ---- who is told ----------------------------------------------------------------------------------------------------------

variable "notification_email" {
  description = "Who is told of failovers and alarms. SNS sends a mail whose link must be clicked once."
  type        = string

  validation {
    condition     = can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", var.notification_email))
    error_message = "notification_email must be an e-mail address, such as night@example.com."
  }
}

variable "notify_every_run" {
  description = "Also mail the report of every event that ended well, as Lambda writes it (JSON)."
  type        = bool
  default     = false
  nullable    = false
}

# ---- the code: a file here, or an object in a bucket ----------------------------------------------------------------------

variable "code_file" {
  description = "The function's zip file on this machine. Either this or code_bucket."
  type        = string
  default     = null

  validation {
    condition     = (var.code_file == null) != (var.code_bucket == null)
    error_message = "Say where the zip file is: either code_file, a path on this machine, or code_bucket with code_key."
  }
}

variable "code_bucket" {
  description = "The S3 bucket, in this region, with the function's zip file. Either this or code_file."
  type        = string
  default     = null

  validation {
    condition     = var.code_bucket == null || can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.code_bucket))
    error_message = "code_bucket must be the name of a bucket: 3 to 63 small letters, digits, '.' or '-'."
  }
}

variable "code_key" {
  description = "The zip file in the bucket."
  type        = string
  default     = "hopover.zip"
  nullable    = false

  validation {
    condition     = length(var.code_key) >= 1
    error_message = "code_key must be the key of the zip file in code_bucket, such as hopover.zip."
  }
}

variable "code_version" {
  description = "The version of the zip file in a versioned bucket; empty for the newest."
  type        = string
  default     = ""
  nullable    = false
}

variable "architecture" {
  description = "What the zip file was built for."
  type        = string
  default     = "arm64"
  nullable    = false

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture must be arm64 or x86_64, as the zip file's name says."
  }
}

# ---- names and preferences ------------------------------------------------------------------------------------------------

variable "name" {
  description = "The name of the function, its topic and its log group; the others begin with it."
  type        = string
  default     = "hopover"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9-]{0,31}$", var.name))
    error_message = "name must be 1 to 32 ASCII letters, digits or '-', and begin with a letter."
  }
}

variable "group_name" {
  description = "What messages call the two appliances together."
  type        = string
  default     = "hopover"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9._-]{1,32}$", var.group_name))
    error_message = "group_name must be 1 to 32 ASCII letters, digits, '-', '_' or '.'."
  }
}

variable "host1_name" {
  description = "What messages call the first appliance."
  type        = string
  default     = "host1"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9._-]{1,32}$", var.host1_name))
    error_message = "host1_name must be 1 to 32 ASCII letters, digits, '-', '_' or '.'."
  }
}

variable "host2_name" {
  description = "What messages call the second appliance."
  type        = string
  default     = "host2"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9._-]{1,32}$", var.host2_name))
    error_message = "host2_name must be 1 to 32 ASCII letters, digits, '-', '_' or '.'."
  }

  validation {
    condition     = var.host2_name != var.host1_name
    error_message = "host2_name must differ from host1_name, or nobody could tell who is meant."
  }
}

variable "preempt" {
  description = "The appliance that gets every route back once it is well again. With none, routes stay until the next failure."
  type        = string
  default     = "none"
  nullable    = false

  validation {
    condition     = contains(["none", "host1", "host2"], var.preempt)
    error_message = "preempt must be none, host1 or host2 (not the appliance's own name)."
  }
}

variable "failback_delay_seconds" {
  description = "With preempt, how long its instance must have been up since its start."
  type        = number
  default     = 300
  nullable    = false

  validation {
    condition     = var.failback_delay_seconds >= 0 && var.failback_delay_seconds <= 86400 && floor(var.failback_delay_seconds) == var.failback_delay_seconds
    error_message = "failback_delay_seconds must be a whole number of seconds from 0 to 86400 (a day)."
  }
}

variable "configuration" {
  description = "The whole configuration (TOML) for what the variables above cannot say: several interfaces each, homes, tables that are left alone. It has one group, called group_name, in vpc_id. Empty: the variables say it."
  type        = string
  default     = ""
  nullable    = false
}

# ---- the account ----------------------------------------------------------------------------------------------------------

variable "reserved_concurrency" {
  description = "1 lets one event be handled at a time. 0 leaves it out, for accounts that may not reserve any (new ones)."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.reserved_concurrency >= 0 && floor(var.reserved_concurrency) == var.reserved_concurrency
    error_message = "reserved_concurrency must be a whole number: 1, or 0 to reserve none."
  }
}

variable "test_event_registry" {
  description = "Test events of the Lambda console live in the schema registry lambda-testevent-schemas, one for the whole region: create it, use the one that exists, or leave the two test events out (none)."
  type        = string
  default     = "create"
  nullable    = false

  validation {
    condition     = contains(["create", "exists", "none"], var.test_event_registry)
    error_message = "test_event_registry must be create, exists or none."
  }
}

variable "log_retention_days" {
  description = "How long the log is kept, in days."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be one that CloudWatch offers: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653."
  }
}
