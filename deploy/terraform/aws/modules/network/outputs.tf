output "vpc_id" {
  description = "The VPC."
  value       = aws_vpc.this.id
}

output "private_subnet_ids" {
  description = "The subnets that tasks run in."
  value       = [for subnet in aws_subnet.private : subnet.id]
}

output "task_security_group_id" {
  description = "The security group of tasks."
  value       = aws_security_group.tasks.id
}

output "public_addresses" {
  description = "The addresses that sources see: what their firewalls must let in."
  value       = [for address in aws_eip.nat : address.public_ip]
}

