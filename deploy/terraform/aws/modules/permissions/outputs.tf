output "execution_role_arn" {
  description = "Starts tasks."
  value       = aws_iam_role.execution.arn
}

output "task_role_arn" {
  description = "What a task may do."
  value       = aws_iam_role.task.arn
}

