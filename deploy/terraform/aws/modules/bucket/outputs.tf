output "name" {
  description = "The bucket's name."
  value       = aws_s3_bucket.this.bucket
}

output "arn" {
  description = "The bucket."
  value       = aws_s3_bucket.this.arn
}

output "url" {
  description = "The address for a lake or a pipe of leat.yml."
  value       = "s3://${aws_s3_bucket.this.bucket}/${var.prefix}"
}

