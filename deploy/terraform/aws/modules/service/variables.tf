variable "name" {
  description = "The service's name."
  type        = string
}

variable "cluster_arn" {
  description = "The cluster."
  type        = string
}

variable "task_definition_arn" {
  description = "The task definition."
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

variable "task_count" {
  description = "1, or 0 to stop it: two would write one embedded warehouse."
  type        = number
  default     = 1
}

