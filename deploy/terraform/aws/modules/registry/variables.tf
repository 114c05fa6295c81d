variable "name" {
  description = "The repository's name."
  type        = string
}

variable "images_kept" {
  description = "How many images stay."
  type        = number
  default     = 20
}

