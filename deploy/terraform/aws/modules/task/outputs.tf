output "arn" {
  description = "The task definition, with its revision."
  value       = aws_ecs_task_definition.this.arn
}

output "family" {
  description = "The task definition without its revision."
  value       = aws_ecs_task_definition.this.family
}

output "arn_without_revision" {
  description = "The task definition without its revision, as an ARN."
  value       = aws_ecs_task_definition.this.arn_without_revision
}

