variable "name" {
  description = "The cluster's name."
  type        = string
}

variable "log_days" {
  description = "How long logs stay, in days."
  type        = number
  default     = 30
}

