variable "organization_name" {
  description = "The organization's part of the account's name."
  type        = string
}

variable "account_name" {
  description = "The account's part of it."
  type        = string
}

variable "admin_role" {
  description = "The role that may make databases, roles, warehouses and integrations."
  type        = string
  default     = "ACCOUNTADMIN"
}

variable "project" {
  description = "The project's name: the beginning of every name."
  type        = string
  default     = "LEAT"
}

variable "schemas" {
  description = "The schemas of the database."
  type        = set(string)
  default     = ["RAW", "STAGING", "MARTS", "REPORTS", "LANDING"]
}

variable "warehouse_size" {
  description = "The size of the warehouse."
  type        = string
  default     = "XSMALL"
}

variable "credits_max" {
  description = "Credits a month after which the warehouse is stopped."
  type        = number
  default     = 50
}

variable "rsa_public_key" {
  description = "The public key of Leat's user, without its first and last line."
  type        = string
}

variable "landing_url" {
  description = "lake_url of ../aws; null where no files are loaded by a pipe of Snowflake."
  type        = string
  default     = null
}

variable "storage_role_arn" {
  description = "snowflake_role_arn of ../aws."
  type        = string
  default     = null
}

variable "external_id" {
  description = "external_id of the snowflake variable of ../aws."
  type        = string
  default     = null
}

