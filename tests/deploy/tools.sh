#!/bin/sh
# deploy/ under the programs by others that know its formats; those that are missing are told and left out.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
deploy=$root/deploy
tools=${LEAT_DEPS:-$root/.deps}/deploy
PATH=$tools/bin:$tools/venv/bin:$PATH
ran=0
status=0
look() { # NAME COMMAND...: runs it where the program is here
  name=$1
  shift
  if ! command -v "$name" >/dev/null 2>&1; then
    printf 'left out: %s is not here (scripts/setup_deploy.sh)\n' "$name"
    return 0
  fi
  ran=$((ran + 1))
  if "$@"; then printf 'ok: %s\n' "$name"; else printf 'FAILED: %s\n' "$name"; status=1; fi
}

hadolint_all() { hadolint "$deploy/docker/Dockerfile" && hadolint --ignore DL3006 "$deploy/docker/project.Dockerfile"; }
shellcheck_all() {
  shellcheck -S warning -e SC1007 "$root"/scripts/setup_deploy.sh "$root"/scripts/package.sh "$root"/scripts/runtime_packages.sh \
    "$root"/tests/deploy/*.sh
}
kubernetes_all() { # one process: its start costs more than its work
  kubernetes-validate --strict -k 1.31 "$deploy"/kubernetes/base/[!k]*.yaml "$deploy"/kubernetes/overlays/*/[!k]*.yaml \
    >/dev/null
}
terraform_all() {
  program=$1
  work=$(mktemp -d)
  cp -r "$deploy/terraform" "$work/terraform"
  CHECKPOINT_DISABLE=1 TF_CLI_CONFIG_FILE=/dev/null "$program" fmt -check -recursive "$work/terraform" || return 1
  # What comes behind needs the providers, which most machines that test have not.
  for folder in aws aws/bootstrap snowflake; do
    if TF_CLI_CONFIG_FILE=/dev/null TF_DATA_DIR="$work/data" timeout 60 "$program" -chdir="$work/terraform/$folder" \
      init -backend=false -input=false >"$work/init.log" 2>&1; then
      "$program" -chdir="$work/terraform/$folder" validate || return 1
    else
      printf 'left out: %s validate of %s: the providers can not be had here\n' "$program" "$folder"
      break
    fi
  done
  rm -rf "$work"
}
units_all() {
  # The programs and users of another machine are not here; all else counts.
  systemd-analyze verify --man=no "$deploy"/systemd/*.service "$deploy"/systemd/*.timer 2>&1 |
    grep -v 'is not executable' >"${TMPDIR:-/tmp}/units.$$" || true
  cat "${TMPDIR:-/tmp}/units.$$"
  [ ! -s "${TMPDIR:-/tmp}/units.$$" ]
  result=$?
  rm -f "${TMPDIR:-/tmp}/units.$$"
  return "$result"
}

look hadolint hadolint_all
look shellcheck shellcheck_all
look actionlint actionlint "$deploy"/github/workflows/lint.yml "$deploy"/github/workflows/pull_request.yml \
  "$deploy"/github/workflows/plan.yml "$deploy"/github/workflows/deploy.yml
look kubernetes-validate kubernetes_all
if command -v terraform >/dev/null 2>&1; then look terraform terraform_all terraform; else look tofu terraform_all tofu; fi
look systemd-analyze units_all
[ "$ran" -gt 0 ] || { printf 'skipped: none of the programs is here (scripts/setup_deploy.sh)\n'; exit 77; }
exit "$status"
