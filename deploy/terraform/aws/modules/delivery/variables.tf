variable "name" {
  description = "The delivery stream's name: stream of a firehose target in leat.yml."
  type        = string
}

variable "bucket_arn" {
  description = "The bucket it delivers to."
  type        = string
}

variable "prefix" {
  description = "Where in it, with a slash at the end."
  type        = string
  default     = "landing/"
}

variable "buffer_seconds" {
  description = "A file is delivered when its first record has waited so long."
  type        = number
  default     = 30
}

variable "buffer_megabytes" {
  description = "... or when this much is held."
  type        = number
  default     = 10
}

variable "log_days" {
  description = "How long its errors stay in the log, in days."
  type        = number
  default     = 30
}

