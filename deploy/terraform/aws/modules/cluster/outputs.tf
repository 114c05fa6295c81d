output "arn" {
  description = "The cluster."
  value       = aws_ecs_cluster.this.arn
}

output "name" {
  description = "The cluster's name."
  value       = aws_ecs_cluster.this.name
}

output "log_groups" {
  description = "The log groups of runs and of the service: name and ARN."
  value = {
    runs    = { name = aws_cloudwatch_log_group.runs.name, arn = aws_cloudwatch_log_group.runs.arn }
    service = { name = aws_cloudwatch_log_group.service.name, arn = aws_cloudwatch_log_group.service.arn }
  }
}

