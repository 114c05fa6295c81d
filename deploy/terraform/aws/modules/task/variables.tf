variable "name" {
  description = "The task's name."
  type        = string
}

variable "image" {
  description = "The image, with its tag or digest."
  type        = string
}

variable "command" {
  description = "Leat's words, such as [\"run\", \"--live\", \"--log-format\", \"json\"]."
  type        = list(string)
}

variable "cpu" {
  description = "Units of CPU: 1024 is one."
  type        = number
  default     = 1024
}

variable "memory" {
  description = "Memory in MiB."
  type        = number
  default     = 2048
}

variable "environment" {
  description = "Variables of the environment that are no secrets."
  type        = map(string)
  default     = {}
}

variable "secrets" {
  description = "Variables of the environment that are secrets: name to the secret's ARN."
  type        = map(string)
  default     = {}
}

variable "ports" {
  description = "The ports that it answers at: name to number."
  type        = map(number)
  default     = {}
}

variable "health_port" {
  description = "The port whose /health is asked; null where nothing is served."
  type        = number
  default     = null
}

variable "execution_role_arn" {
  description = "The role that starts it."
  type        = string
}

variable "task_role_arn" {
  description = "The role that it runs under."
  type        = string
}

variable "log_group_name" {
  description = "Where it writes."
  type        = string
}

variable "file_system_id" {
  description = "The file system that keeps /project/.leat."
  type        = string
}

variable "access_point_id" {
  description = "The access point to mount it by."
  type        = string
}

