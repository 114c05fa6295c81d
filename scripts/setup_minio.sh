#!/bin/sh
# Builds MinIO, a real S3 server for the tests, from the Go module proxy into .deps/minio. A second run does nothing.
# Exits with 0 also where it can't be had: tests that want it then skip with a plain message.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
deps=${LEAT_DEPS:-$root/.deps}
version=v0.0.0-20260212201848-7aac2a2c5b7c
[ "$(cat "$deps/minio/.version" 2>/dev/null)" = "$version" ] && exit 0
skip() { printf 'setup: MinIO is left out: %s\n' "$1"; exit 0; }
go=$(command -v go || true)
[ -n "$go" ] || { [ -x /usr/local/go/bin/go ] && go=/usr/local/go/bin/go; }
[ -n "$go" ] || skip 'go is not installed (apt-get install golang-go, 1.24 or newer)'
mkdir -p "$deps/minio"
printf 'setup: building MinIO %s from the Go module proxy (some minutes)\n' "$version"
GOBIN="$deps/minio" GOFLAGS= CGO_ENABLED=0 "$go" install -p 2 -ldflags='-s -w' "github.com/minio/minio@$version" \
  >"$deps/minio/build.log" 2>&1 || skip "it could not be built, see $deps/minio/build.log"
printf '%s' "$version" >"$deps/minio/.version"
