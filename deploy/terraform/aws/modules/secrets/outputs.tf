output "arns" {
  description = "The secrets: name of the variable to ARN."
  value       = { for name, secret in aws_secretsmanager_secret.this : name => secret.arn }
}

