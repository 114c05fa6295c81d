# The places of secrets, never their values: those are put in by hand or by a pipeline, so that no state holds them.
#   aws secretsmanager put-secret-value --secret-id leat/prod/APP_TOKEN --secret-string file:///dev/stdin
resource "aws_secretsmanager_secret" "this" {
  for_each                = var.names
  name                    = "${var.prefix}/${each.key}"
  recovery_window_in_days = var.recovery_days
}
