output "role_arn" {
  description = "AWS_DEPLOY_ROLE of the workflows."
  value       = aws_iam_role.this.arn
}

