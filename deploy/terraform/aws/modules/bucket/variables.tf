variable "name" {
  description = "The bucket's name: unique in all of AWS."
  type        = string
}

variable "prefix" {
  description = "Where landed files lie, with a slash at the end."
  type        = string
  default     = "landing/"
}

variable "queue_arn" {
  description = "The SQS queue that is told of each new file below the prefix: Leat's own, or that of a Snowflake pipe."
  type        = string
}

variable "versions_kept_days" {
  description = "How long overwritten and deleted files can be had back, in days."
  type        = number
  default     = 30
}

