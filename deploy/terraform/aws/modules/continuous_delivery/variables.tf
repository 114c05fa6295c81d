variable "name" {
  description = "Prefix of the role's name."
  type        = string
}

variable "repository" {
  description = "The GitHub repository, as OWNER/NAME."
  type        = string
}

variable "environment" {
  description = "The environment of that repository whose jobs may use the role."
  type        = string
}

variable "provider_arn" {
  description = "GitHub's OpenID Connect provider in this account (bootstrap makes it)."
  type        = string
}

variable "image_repository_arn" {
  description = "The repository that images are pushed to."
  type        = string
}

variable "cluster_arn" {
  description = "The cluster."
  type        = string
}

variable "service_arn" {
  description = "The service that is deployed."
  type        = string
}

variable "task_definition_arns_without_revision" {
  description = "The tasks that may be run."
  type        = list(string)
}

variable "role_arns" {
  description = "The roles that those tasks use."
  type        = list(string)
}

