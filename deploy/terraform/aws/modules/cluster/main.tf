resource "aws_ecs_cluster" "this" {
  name = var.name

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_ecs_cluster_capacity_providers" "this" {
  cluster_name       = aws_ecs_cluster.this.name
  capacity_providers = ["FARGATE"]

  default_capacity_provider_strategy {
    capacity_provider = "FARGATE"
    weight            = 1
  }
}

resource "aws_cloudwatch_log_group" "runs" {
  name              = "/leat/${var.name}/runs"
  retention_in_days = var.log_days
}

resource "aws_cloudwatch_log_group" "service" {
  name              = "/leat/${var.name}/service"
  retention_in_days = var.log_days
}
