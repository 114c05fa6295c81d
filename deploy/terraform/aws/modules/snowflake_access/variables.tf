variable "name" {
  description = "The role's name."
  type        = string
}

variable "bucket_arn" {
  description = "The bucket that Snowflake reads."
  type        = string
}

variable "prefix" {
  description = "What it reads of it, with a slash at the end."
  type        = string
}

variable "snowflake_user_arn" {
  description = "Snowflake's own AWS user: output iam_user_arn of ../snowflake. Null at first: nobody may use the role then."
  type        = string
  default     = null
}

variable "external_id" {
  description = "The external id that Snowflake presents: external_id of ../snowflake."
  type        = string
}

