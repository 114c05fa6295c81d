variable "name" {
  description = "Prefix of the roles' names."
  type        = string
}

variable "repository_arn" {
  description = "The repository that images are pulled from."
  type        = string
}

variable "secret_arns" {
  description = "The secrets that tasks may read."
  type        = list(string)
}

variable "log_group_arns" {
  description = "The log groups that tasks write to."
  type        = list(string)
}

variable "file_system_arn" {
  description = "The file system that tasks mount."
  type        = string
}

variable "access_point_arn" {
  description = "The access point that they mount it by."
  type        = string
}

variable "bucket_arn" {
  description = "The bucket that lakes and pipes use."
  type        = string
}

variable "prefix" {
  description = "What they use of it."
  type        = string
  default     = "landing/"
}

variable "queue_arn" {
  description = "The queue that pipes read."
  type        = string
}

variable "delivery_stream_arn" {
  description = "The delivery stream that records go to."
  type        = string
}

