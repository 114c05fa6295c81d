output "database" {
  description = "SNOWFLAKE_DATABASE."
  value       = snowflake_database.this.name
}

output "warehouse" {
  description = "SNOWFLAKE_WAREHOUSE."
  value       = snowflake_warehouse.this.name
}

output "role" {
  description = "The role of Leat's user."
  value       = snowflake_account_role.this.name
}

output "user" {
  description = "SNOWFLAKE_USER."
  value       = snowflake_service_user.this.name
}

output "iam_user_arn" {
  description = "user_arn of the snowflake variable of ../aws."
  value       = one(snowflake_storage_integration_aws.landing[*].describe_output[0].iam_user_arn)
}

output "pipe_channel" {
  description = "pipe_channel of the snowflake variable of ../aws."
  value       = one(snowflake_pipe.landing[*].notification_channel)
}

