#!/bin/sh
# The checks of deploy/ find the mistakes that people make: each is made in a copy, and must be told.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH= cd -- "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
makes() { # FILE SED-EXPRESSION WHAT-IS-TOLD
  rm -rf "$work/terraform"
  cp -r "$root/deploy/terraform" "$work/terraform"
  sed -i "$2" "$work/terraform/$1"
  cmp -s "$work/terraform/$1" "$root/deploy/terraform/$1" && { printf 'FAILED: nothing changed: %s\n' "$2"; status=1; }
  if python3 "$here/check_terraform.py" "$work/terraform" >"$work/out" 2>&1; then
    printf 'FAILED: not seen: %s\n' "$2"
    status=1
  elif ! grep -q "$3" "$work/out"; then
    printf 'FAILED: told otherwise: %s\n' "$2"
    cat "$work/out"
    status=1
  fi
}
makes aws/modules/network/main.tf 's/availability_zone = each.key/availability_zon = each.key/' 'takes no availability_zon'
makes aws/modules/queue/main.tf '/queue_url = aws_sqs_queue/d' 'needs queue_url'
makes aws/modules/bucket/main.tf 's/aws_s3_bucket.this.id/aws_s3_bucket.that.id/' 'aws_s3_bucket.that is not declared'
makes aws/main.tf 's/= var.single_nat/= var.singel_nat/' 'var.singel_nat is not declared'
makes aws/main.tf '/bucket_name = var.bucket/d' 'module queue needs bucket_name'
makes aws/main.tf 's/module.queue.dead_name/module.queue.dead/' 'has no output dead'
makes aws/modules/permissions/main.tf 's/resources = \[var.queue_arn\]/resources = ["*"]/' 'on every resource'
makes aws/modules/permissions/main.tf 's/"sqs:DeleteMessage"/"sqs:*"/' 'a wildcard among the actions'
makes aws/modules/registry/main.tf 's/^}$//' 'is not closed'
makes aws/variables.tf 's/^variable "cpu"/variable "cpus"/' 'variable cpus is not used'
makes aws/environments/prod.tfvars.example '/^bucket /d' 'bucket is missing'
makes snowflake/main.tf 's/warehouse_size  */size = /' 'takes no size'
[ "$status" = 0 ] && printf 'twelve mistakes, all told\n'
exit "$status"
