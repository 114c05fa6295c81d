variable "name" {
  description = "The schedule's name."
  type        = string
}

variable "expression" {
  description = "When: cron(15 5 * * ? *) or rate(1 hour)."
  type        = string
}

variable "timezone" {
  description = "The time zone of a cron expression."
  type        = string
  default     = "UTC"
}

variable "enabled" {
  description = "Whether it starts anything."
  type        = bool
  default     = true
}

variable "cluster_arn" {
  description = "The cluster."
  type        = string
}

variable "task_definition_arn" {
  description = "The task definition, with its revision."
  type        = string
}

variable "task_definition_arn_without_revision" {
  description = "The task definition without its revision."
  type        = string
}

variable "subnet_ids" {
  description = "The subnets to run in."
  type        = list(string)
}

variable "security_group_ids" {
  description = "The security groups to run in."
  type        = list(string)
}

variable "role_arns" {
  description = "The roles that a task is started with and runs under."
  type        = list(string)
}

variable "attempts_max" {
  description = "How often a start that AWS refused is tried again."
  type        = number
  default     = 3
}

