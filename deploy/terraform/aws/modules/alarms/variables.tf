variable "name" {
  description = "Prefix of the alarms' names."
  type        = string
}

variable "emails" {
  description = "Who is told; each address must confirm."
  type        = set(string)
}

variable "cluster_arn" {
  description = "The cluster whose stopped tasks are looked at."
  type        = string
}

variable "cluster_name" {
  description = "The cluster's name."
  type        = string
}

variable "service_name" {
  description = "The service that must run; null where there is none."
  type        = string
  default     = null
}

variable "schedule_group_name" {
  description = "The schedule's group."
  type        = string
}

variable "queue_name" {
  description = "The queue of new files."
  type        = string
}

variable "dead_queue_names" {
  description = "Queues in which nothing should lie: what for to name."
  type        = map(string)
}

variable "delivery_stream_name" {
  description = "The delivery stream."
  type        = string
}

variable "log_group_name" {
  description = "The log of runs, in JSON."
  type        = string
}

variable "files_wait_max" {
  description = "How long a new file may wait, in seconds."
  type        = number
  default     = 3600
}

