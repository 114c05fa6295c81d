output "name" {
  description = "The delivery stream's name."
  value       = aws_kinesis_firehose_delivery_stream.this.name
}

output "arn" {
  description = "The delivery stream."
  value       = aws_kinesis_firehose_delivery_stream.this.arn
}

