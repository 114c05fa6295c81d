variable "project" {
  description = "The project's name: the beginning of every name."
  type        = string
  default     = "leat"
}

variable "region" {
  description = "The AWS region."
  type        = string
}

variable "availability_zones" {
  description = "The zones to spread over: two or more."
  type        = list(string)
}

variable "cidr" {
  description = "The VPC's addresses."
  type        = string
  default     = "10.40.0.0/16"
}

variable "single_nat" {
  description = "One NAT gateway for all zones instead of one a zone."
  type        = bool
  default     = true
}

variable "postgres_cidrs" {
  description = "PostgreSQL servers outside the VPC that tasks may reach: name to CIDR."
  type        = map(string)
  default     = {}
}

variable "image_tag" {
  description = "The tag of the image to run; the workflow passes the commit."
  type        = string
}

variable "run_command" {
  description = "What the scheduled task does."
  type        = list(string)
  default     = ["run", "--live", "--log-format", "json"]
}

variable "schedule" {
  description = "When it does it."
  type        = string
  default     = "cron(15 5 * * ? *)"
}

variable "timezone" {
  description = "The time zone of the schedule."
  type        = string
  default     = "UTC"
}

variable "schedule_enabled" {
  description = "Whether the schedule starts anything."
  type        = bool
  default     = true
}

variable "serve" {
  description = "Whether `leat serve` is kept running. It has schedules of its own: with it, switch this schedule off."
  type        = bool
  default     = false
}

variable "cpu" {
  description = "Units of CPU of a task: 1024 is one."
  type        = number
  default     = 1024
}

variable "memory" {
  description = "Memory of a task in MiB."
  type        = number
  default     = 2048
}

variable "environment" {
  description = "Variables of the tasks that are no secrets."
  type        = map(string)
  default     = {}
}

variable "secret_names" {
  description = "Variables of the tasks that are secrets; their values are put into Secrets Manager by hand."
  type        = set(string)
}

variable "bucket" {
  description = "The name of the bucket that files land in: unique in all of AWS."
  type        = string
}

variable "landing_prefix" {
  description = "Where in it, with a slash at the end."
  type        = string
  default     = "landing/"
}

variable "buffer_seconds" {
  description = "The delivery stream writes a file when its first record has waited so long."
  type        = number
  default     = 30
}

variable "buffer_megabytes" {
  description = "... or when this much is held."
  type        = number
  default     = 10
}

variable "log_days" {
  description = "How long logs stay, in days."
  type        = number
  default     = 30
}

variable "alarm_emails" {
  description = "Who is told of alarms."
  type        = set(string)
  default     = []
}

variable "github_repository" {
  description = "The repository whose workflows deploy, as OWNER/NAME."
  type        = string
}

variable "github_provider_arn" {
  description = "GitHub's OpenID Connect provider: output of bootstrap/."
  type        = string
}

variable "snowflake" {
  description = "Where a pipe of Snowflake loads the landed files instead of one of Leat's; null where it does not."
  type = object({
    external_id  = string           # any text that both sides know
    user_arn     = optional(string) # output iam_user_arn of ../snowflake, known after its first apply
    pipe_channel = optional(string) # output pipe_channel of ../snowflake
  })
  default = null
}

variable "single_environment" {
  description = "Lets the default workspace be used; otherwise each environment is a workspace of its own."
  type        = bool
  default     = false
}
