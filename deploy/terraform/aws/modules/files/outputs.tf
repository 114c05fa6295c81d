output "file_system_id" {
  description = "The file system."
  value       = aws_efs_file_system.this.id
}

output "file_system_arn" {
  description = "The file system's ARN."
  value       = aws_efs_file_system.this.arn
}

output "access_point_id" {
  description = "What a task mounts."
  value       = aws_efs_access_point.this.id
}

output "access_point_arn" {
  description = "What a task's role may mount."
  value       = aws_efs_access_point.this.arn
}

