# What Leat needs in Snowflake: a database with its schemas, a warehouse that sleeps, a role with no more than that, a
# user with a key pair, and, where files land in S3, the way from there into LANDING.
locals {
  name  = upper("${var.project}_${terraform.workspace}")
  lands = var.landing_url == null ? 0 : 1
}

resource "snowflake_database" "this" {
  name    = local.name
  comment = "Made by Terraform; rows are Leat's"
}

resource "snowflake_schema" "this" {
  for_each = var.schemas
  database = snowflake_database.this.name
  name     = each.key
}

resource "snowflake_resource_monitor" "this" {
  name            = local.name
  credit_quota    = var.credits_max
  notify_triggers = [80]
  suspend_trigger = 100
}

resource "snowflake_warehouse" "this" {
  name                = local.name
  warehouse_size      = var.warehouse_size
  auto_suspend        = 60
  auto_resume         = "true"
  initially_suspended = true
  resource_monitor    = snowflake_resource_monitor.this.fully_qualified_name
}

resource "snowflake_account_role" "this" {
  name    = local.name
  comment = "Loads and builds ${local.name}"
}

resource "snowflake_service_user" "this" {
  name              = local.name
  rsa_public_key    = var.rsa_public_key
  default_role      = snowflake_account_role.this.name
  default_warehouse = snowflake_warehouse.this.name
}

resource "snowflake_grant_account_role" "this" {
  role_name = snowflake_account_role.this.name
  user_name = snowflake_service_user.this.name
}

resource "snowflake_grant_privileges_to_account_role" "warehouse" {
  account_role_name = snowflake_account_role.this.name
  privileges        = ["USAGE"]

  on_account_object {
    object_type = "WAREHOUSE"
    object_name = snowflake_warehouse.this.fully_qualified_name
  }
}

# Leat makes its bookkeeping (_leat) and dbt's schemas itself.
resource "snowflake_grant_privileges_to_account_role" "database" {
  account_role_name = snowflake_account_role.this.name
  privileges        = ["CREATE SCHEMA", "USAGE"]

  on_account_object {
    object_type = "DATABASE"
    object_name = snowflake_database.this.fully_qualified_name
  }
}

resource "snowflake_grant_privileges_to_account_role" "schemas" {
  for_each          = snowflake_schema.this
  account_role_name = snowflake_account_role.this.name
  privileges        = ["CREATE STAGE", "CREATE TABLE", "CREATE VIEW", "MODIFY", "USAGE"]

  on_schema {
    schema_name = each.value.fully_qualified_name
  }
}

# ---- files in S3, loaded by Snowflake itself ---------------------------------------------------------------------

resource "snowflake_storage_integration_aws" "landing" {
  count                     = local.lands
  name                      = "${local.name}_LANDING"
  enabled                   = true
  storage_provider          = "S3"
  storage_allowed_locations = [var.landing_url]
  storage_aws_role_arn      = var.storage_role_arn
  storage_aws_external_id   = var.external_id
}

resource "snowflake_stage_external_s3" "landing" {
  count               = local.lands
  name                = "FILES"
  database            = snowflake_database.this.name
  schema              = snowflake_schema.this["LANDING"].name
  url                 = var.landing_url
  storage_integration = snowflake_storage_integration_aws.landing[0].name
}

resource "snowflake_table" "landing" {
  count    = local.lands
  name     = "RECORDS"
  database = snowflake_database.this.name
  schema   = snowflake_schema.this["LANDING"].name

  column {
    name = "INGESTION_TIME"
    type = "TIMESTAMP_NTZ(9)"
  }

  column {
    name = "CONTENT"
    type = "VARIANT"
  }

  column {
    name = "FILE_PATH"
    type = "VARCHAR(16777216)"
  }
}

resource "snowflake_grant_privileges_to_account_role" "landing" {
  count             = local.lands
  account_role_name = snowflake_account_role.this.name
  privileges        = ["SELECT"]

  on_schema_object {
    object_type = "TABLE"
    object_name = snowflake_table.landing[0].fully_qualified_name
  }
}

resource "snowflake_pipe" "landing" {
  count       = local.lands
  name        = "RECORDS"
  database    = snowflake_database.this.name
  schema      = snowflake_schema.this["LANDING"].name
  auto_ingest = true
  comment     = "Each new file of ${var.landing_url}, once"
  copy_statement = join(" ", [
    "COPY INTO ${snowflake_table.landing[0].fully_qualified_name}",
    "FROM (SELECT SYSDATE(), $1, METADATA$FILENAME FROM @${snowflake_stage_external_s3.landing[0].fully_qualified_name})",
    "FILE_FORMAT = (TYPE = JSON)",
  ])

  lifecycle {
    replace_triggered_by = [snowflake_stage_external_s3.landing]
  }
}
