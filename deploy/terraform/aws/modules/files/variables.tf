variable "name" {
  description = "The file system's name."
  type        = string
}

variable "vpc_id" {
  description = "The VPC."
  type        = string
}

variable "subnet_ids" {
  description = "Where tasks mount it from: one subnet a zone."
  type        = list(string)
}

variable "task_security_group_id" {
  description = "Who may mount it."
  type        = string
}

