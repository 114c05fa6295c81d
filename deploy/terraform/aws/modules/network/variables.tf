variable "name" {
  description = "Prefix of every name, such as leat-prod."
  type        = string
}

variable "cidr" {
  description = "The VPC's addresses."
  type        = string
  default     = "10.40.0.0/16"
}

variable "availability_zones" {
  description = "The zones to spread over: two or more."
  type        = list(string)
}

variable "single_nat" {
  description = "One NAT gateway for all zones (cheaper) instead of one a zone."
  type        = bool
  default     = true
}

variable "postgres_cidrs" {
  description = "PostgreSQL servers that tasks may reach on port 5432: name to CIDR."
  type        = map(string)
  default     = {}
}

