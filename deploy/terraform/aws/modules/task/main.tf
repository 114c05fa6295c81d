data "aws_region" "current" {}

locals {
  health = var.health_port == null ? null : {
    command = ["CMD", "/bin/bash", "-c", join(" && ", [
      "exec 3<>/dev/tcp/127.0.0.1/${var.health_port}",
      "printf 'GET /health HTTP/1.0\\r\\n\\r\\n' >&3",
      "grep -q '^HTTP/1[.][01] 200' <&3",
    ])]
    interval    = 30
    timeout     = 5
    retries     = 3
    startPeriod = 30
  }
}

resource "aws_ecs_task_definition" "this" {
  family                   = var.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.cpu
  memory                   = var.memory
  execution_role_arn       = var.execution_role_arn
  task_role_arn            = var.task_role_arn

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = "X86_64"
  }

  volume {
    name = "state"

    efs_volume_configuration {
      file_system_id     = var.file_system_id
      transit_encryption = "ENABLED"

      authorization_config {
        access_point_id = var.access_point_id
        iam             = "ENABLED"
      }
    }
  }

  container_definitions = jsonencode([{
    name      = "leat"
    image     = var.image
    command   = var.command
    essential = true
    user      = "10001:10001"
    # SIGTERM ends a run at its next batch; what was committed stays, the next run goes on from there.
    stopTimeout  = 120
    environment  = [for name, value in var.environment : { name = name, value = value }]
    secrets      = [for name, arn in var.secrets : { name = name, valueFrom = arn }]
    portMappings = [for name, port in var.ports : { name = name, containerPort = port, protocol = "tcp" }]
    mountPoints  = [{ sourceVolume = "state", containerPath = "/project/.leat", readOnly = false }]
    healthCheck  = local.health
    linuxParameters = {
      capabilities = { drop = ["ALL"] }
    }
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = var.log_group_name
        awslogs-region        = data.aws_region.current.region
        awslogs-stream-prefix = var.name
      }
    }
  }])
}
