output "role_arn" {
  description = "storage_role_arn of ../snowflake."
  value       = aws_iam_role.this.arn
}

