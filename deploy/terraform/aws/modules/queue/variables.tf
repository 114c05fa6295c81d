variable "name" {
  description = "The queue's name."
  type        = string
}

variable "bucket_name" {
  description = "The bucket that may tell it of new files."
  type        = string
}

variable "deliveries_max" {
  description = "How often an event is handed out before it goes to the dead letters."
  type        = number
  default     = 5
}

