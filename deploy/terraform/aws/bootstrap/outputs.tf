output "state_bucket" {
  description = "bucket of backend.hcl."
  value       = aws_s3_bucket.state.bucket
}

output "github_provider_arn" {
  description = "github_provider_arn of the environments."
  value       = aws_iam_openid_connect_provider.github.arn
}

output "terraform_role_arns" {
  description = "AWS_TERRAFORM_ROLE of each GitHub environment."
  value       = { for name, role in aws_iam_role.terraform : name => role.arn }
}

