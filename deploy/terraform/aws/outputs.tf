output "image_repository" {
  description = "Where to push images."
  value       = module.registry.url
}

output "deploy_role_arn" {
  description = "AWS_DEPLOY_ROLE of the GitHub environment."
  value       = module.continuous_delivery.role_arn
}

output "cluster" {
  description = "The cluster's name."
  value       = module.cluster.name
}

output "service" {
  description = "The service's name."
  value       = module.service.name
}

output "run_task" {
  description = "The task that runs the project once: aws ecs run-task --task-definition."
  value       = module.run.family
}

output "private_subnet_ids" {
  description = "Where it runs."
  value       = module.network.private_subnet_ids
}

output "task_security_group_id" {
  description = "The security group it runs in."
  value       = module.network.task_security_group_id
}

output "public_addresses" {
  description = "The addresses that sources see."
  value       = module.network.public_addresses
}

output "lake_url" {
  description = "LEAT_LAKE_URL: the address of a lake or a pipe in leat.yml."
  value       = module.bucket.url
}

output "queue_url" {
  description = "LEAT_QUEUE_URL: queue_url of a pipe in leat.yml."
  value       = module.queue.url
}

output "delivery_stream" {
  description = "LEAT_DELIVERY_STREAM: stream of a firehose target in leat.yml."
  value       = module.delivery.name
}

output "secret_arns" {
  description = "The secrets whose values are to be put in."
  value       = module.secrets.arns
}

output "alarm_topic_arn" {
  description = "Where alarms go."
  value       = module.alarms.topic_arn
}

output "snowflake_role_arn" {
  description = "storage_role_arn of ../snowflake."
  value       = one(module.snowflake_access[*].role_arn)
}

