terraform {
  required_version = ">= 1.10"

  required_providers {
    snowflake = {
      source  = "snowflakedb/snowflake"
      version = "~> 2.20"
    }
  }

  # The same bucket as ../aws; see there.
  backend "s3" {
    key          = "leat/snowflake.tfstate"
    use_lockfile = true
    encrypt      = true
  }
}

# Who applies is told by the environment: SNOWFLAKE_USER, SNOWFLAKE_PRIVATE_KEY, SNOWFLAKE_AUTHENTICATOR=SNOWFLAKE_JWT.
provider "snowflake" {
  organization_name        = var.organization_name
  account_name             = var.account_name
  role                     = var.admin_role
  preview_features_enabled = ["snowflake_pipe_resource", "snowflake_table_resource"]
}
