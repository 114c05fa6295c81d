output "arn" {
  description = "The queue."
  value       = aws_sqs_queue.this.arn
  depends_on  = [aws_sqs_queue_policy.from_bucket] # S3 tries the queue when a notification is set up
}

output "url" {
  description = "queue_url of a pipe in leat.yml."
  value       = aws_sqs_queue.this.url
}

output "name" {
  description = "The queue's name."
  value       = aws_sqs_queue.this.name
}

output "dead_name" {
  description = "The name of the queue of dead letters."
  value       = aws_sqs_queue.dead.name
}

