# Leat on AWS: a network without public tasks, an image, a run on a schedule (or `leat serve`), a lake that Firehose
# delivers to, secrets, logs and alarms. One workspace an environment: terraform workspace select -or-create prod
locals {
  name           = "${var.project}-${terraform.workspace}"
  landing_queue  = try(var.snowflake.pipe_channel, null)
  task_role_arns = [module.permissions.execution_role_arn, module.permissions.task_role_arn]
  environment = merge({
    LEAT_LAKE_URL        = module.bucket.url
    LEAT_QUEUE_URL       = module.queue.url
    LEAT_DELIVERY_STREAM = module.delivery.name
  }, var.environment)
}

check "workspace" {
  assert {
    condition     = terraform.workspace != "default" || var.single_environment
    error_message = "Choose an environment: terraform workspace select -or-create dev"
  }
}

module "network" {
  source             = "./modules/network"
  name               = local.name
  cidr               = var.cidr
  availability_zones = var.availability_zones
  single_nat         = var.single_nat
  postgres_cidrs     = var.postgres_cidrs
}

module "registry" {
  source = "./modules/registry"
  name   = local.name
}

module "cluster" {
  source   = "./modules/cluster"
  name     = local.name
  log_days = var.log_days
}

module "files" {
  source                 = "./modules/files"
  name                   = local.name
  vpc_id                 = module.network.vpc_id
  subnet_ids             = module.network.private_subnet_ids
  task_security_group_id = module.network.task_security_group_id
}

module "queue" {
  source      = "./modules/queue"
  name        = "${local.name}-files"
  bucket_name = var.bucket
}

module "bucket" {
  source    = "./modules/bucket"
  name      = var.bucket
  prefix    = var.landing_prefix
  queue_arn = coalesce(local.landing_queue, module.queue.arn)
}

module "delivery" {
  source           = "./modules/delivery"
  name             = "${local.name}-records"
  bucket_arn       = module.bucket.arn
  prefix           = var.landing_prefix
  buffer_seconds   = var.buffer_seconds
  buffer_megabytes = var.buffer_megabytes
  log_days         = var.log_days
}

module "secrets" {
  source = "./modules/secrets"
  prefix = "${var.project}/${terraform.workspace}"
  names  = var.secret_names
}

module "permissions" {
  source              = "./modules/permissions"
  name                = local.name
  repository_arn      = module.registry.arn
  secret_arns         = values(module.secrets.arns)
  log_group_arns      = [for group in module.cluster.log_groups : group.arn]
  file_system_arn     = module.files.file_system_arn
  access_point_arn    = module.files.access_point_arn
  bucket_arn          = module.bucket.arn
  prefix              = var.landing_prefix
  queue_arn           = module.queue.arn
  delivery_stream_arn = module.delivery.arn
}

module "run" {
  source             = "./modules/task"
  name               = "${local.name}-run"
  image              = "${module.registry.url}:${var.image_tag}"
  command            = var.run_command
  cpu                = var.cpu
  memory             = var.memory
  environment        = local.environment
  secrets            = module.secrets.arns
  execution_role_arn = module.permissions.execution_role_arn
  task_role_arn      = module.permissions.task_role_arn
  log_group_name     = module.cluster.log_groups.runs.name
  file_system_id     = module.files.file_system_id
  access_point_id    = module.files.access_point_id
}

module "schedule" {
  source                               = "./modules/schedule"
  name                                 = "${local.name}-run"
  expression                           = var.schedule
  timezone                             = var.timezone
  enabled                              = var.schedule_enabled
  cluster_arn                          = module.cluster.arn
  task_definition_arn                  = module.run.arn
  task_definition_arn_without_revision = module.run.arn_without_revision
  subnet_ids                           = module.network.private_subnet_ids
  security_group_ids                   = [module.network.task_security_group_id]
  role_arns                            = local.task_role_arns
}

module "serve" {
  source             = "./modules/task"
  name               = "${local.name}-serve"
  image              = "${module.registry.url}:${var.image_tag}"
  command            = ["serve", "--live", "--host", "0.0.0.0", "--port", "8080", "--pages-port", "8081", "--sql-port", "5433", "--log-format", "json"]
  cpu                = var.cpu
  memory             = var.memory
  environment        = local.environment
  secrets            = module.secrets.arns
  ports              = { console = 8080, pages = 8081, sql = 5433 }
  health_port        = 8080
  execution_role_arn = module.permissions.execution_role_arn
  task_role_arn      = module.permissions.task_role_arn
  log_group_name     = module.cluster.log_groups.service.name
  file_system_id     = module.files.file_system_id
  access_point_id    = module.files.access_point_id
}

module "service" {
  source              = "./modules/service"
  name                = "${local.name}-serve"
  cluster_arn         = module.cluster.arn
  task_definition_arn = module.serve.arn
  subnet_ids          = module.network.private_subnet_ids
  security_group_ids  = [module.network.task_security_group_id]
  task_count          = var.serve ? 1 : 0
}

module "alarms" {
  source               = "./modules/alarms"
  name                 = local.name
  emails               = var.alarm_emails
  cluster_arn          = module.cluster.arn
  cluster_name         = module.cluster.name
  service_name         = var.serve ? module.service.name : null
  schedule_group_name  = module.schedule.group_name
  queue_name           = module.queue.name
  dead_queue_names     = { files = module.queue.dead_name, starts = module.schedule.dead_name }
  delivery_stream_name = module.delivery.name
  log_group_name       = module.cluster.log_groups.runs.name
}

module "continuous_delivery" {
  source                                = "./modules/continuous_delivery"
  name                                  = local.name
  repository                            = var.github_repository
  environment                           = terraform.workspace
  provider_arn                          = var.github_provider_arn
  image_repository_arn                  = module.registry.arn
  cluster_arn                           = module.cluster.arn
  service_arn                           = module.service.arn
  task_definition_arns_without_revision = [module.run.arn_without_revision, module.serve.arn_without_revision]
  role_arns                             = local.task_role_arns
}

module "snowflake_access" {
  count              = var.snowflake == null ? 0 : 1
  source             = "./modules/snowflake_access"
  name               = "${local.name}-snowflake"
  bucket_arn         = module.bucket.arn
  prefix             = var.landing_prefix
  snowflake_user_arn = try(var.snowflake.user_arn, null)
  external_id        = try(var.snowflake.external_id, "")
}
