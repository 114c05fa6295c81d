variable "prefix" {
  description = "What their names begin with, such as leat/prod."
  type        = string
}

variable "names" {
  description = "The variables of leat.yml that are secrets: APP_TOKEN, LEAT_POSTGRES_URL, SNOWFLAKE_PRIVATE_KEY."
  type        = set(string)
}

variable "recovery_days" {
  description = "How long a deleted secret can be had back, in days."
  type        = number
  default     = 7
}

