output "group_name" {
  description = "The schedule's group: a dimension of its metrics."
  value       = aws_scheduler_schedule_group.this.name
}

output "dead_name" {
  description = "The name of the queue of starts that were refused."
  value       = aws_sqs_queue.dead.name
}

