#!/bin/sh
# with_minio.sh CMD ARGS...: runs a command beside a temporary MinIO of its own, which is gone afterwards.
#
# The command finds it in LEAT_TEST_S3 (http://127.0.0.1:PORT), with the keys in AWS_ACCESS_KEY_ID and
# AWS_SECRET_ACCESS_KEY and a bucket `leat-test`; the exit code is the command's. LEAT_MINIO_PID is the server's.
# Without MinIO (scripts/setup_minio.sh) the command runs without LEAT_TEST_S3, so that its tests skip.
set -u
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
minio=${LEAT_MINIO:-${LEAT_DEPS:-$root/.deps}/minio/minio}
[ $# -gt 0 ] || { printf 'with_minio: no command was given\n' >&2; exit 125; }
[ -n "${LEAT_TEST_S3:-}" ] && exec "$@"
[ -x "$minio" ] || { printf 'with_minio: MinIO is not installed (scripts/setup_minio.sh)\n' >&2; exec "$@"; }
work=$(mktemp -d "${TMPDIR:-/tmp}/leat-minio.XXXXXX")
mkdir -p "$work/data/leat-test"
export AWS_ACCESS_KEY_ID=leat-test-key AWS_SECRET_ACCESS_KEY=leat-test-secret-value AWS_EC2_METADATA_DISABLED=true
pid=
stop() { [ -z "$pid" ] || { kill "$pid" 2>/dev/null; wait "$pid" 2>/dev/null; }; rm -rf "$work"; }
trap stop EXIT
trap 'exit 130' INT TERM
attempt=0
while :; do
  port=$((($$ * 37 + attempt * 101) % 20000 + 30000))
  MINIO_ROOT_USER=$AWS_ACCESS_KEY_ID MINIO_ROOT_PASSWORD=$AWS_SECRET_ACCESS_KEY MINIO_BROWSER=off MINIO_UPDATE=off \
    "$minio" server --quiet --address "127.0.0.1:$port" "$work/data" >"$work/log" 2>&1 &
  pid=$!
  for _ in $(seq 100); do
    kill -0 "$pid" 2>/dev/null || break
    curl -sf -o /dev/null "http://127.0.0.1:$port/minio/health/ready" && break 2
    timeout 0.1 tail -f /dev/null
  done
  kill "$pid" 2>/dev/null
  attempt=$((attempt + 1))
  [ $attempt -lt 5 ] || { cat "$work/log" >&2; printf 'with_minio: MinIO did not start\n' >&2; exit 125; }
done
export LEAT_TEST_S3="http://127.0.0.1:$port" LEAT_MINIO_PID="$pid"
"$@"
