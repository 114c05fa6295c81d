variable "region" {
  description = "The region of the states."
  type        = string
}

variable "state_bucket" {
  description = "The bucket of the states: unique in all of AWS."
  type        = string
}

variable "github_repository" {
  description = "The repository whose workflows plan and apply, as OWNER/NAME."
  type        = string
}

variable "environments" {
  description = "Its environments: names of workspaces as well."
  type        = set(string)
  default     = ["dev", "prod"]
}

variable "terraform_policy_arns" {
  description = "The policies of the role that applies, such as one that your account's administrators wrote."
  type        = set(string)
}

