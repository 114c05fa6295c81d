#!/bin/sh
# See task.md.
set -eu
root=$(cd "$(dirname -- "$0")/../.." && pwd)
LEAT_BIN_DIR=${LEAT_BIN_DIR:-$root/build/release/bin} LOAD_SECONDS=${LOAD_SECONDS:-20}
export LEAT_BIN_DIR LOAD_SECONDS
said=$("$root/tests/pgwire/load.sh") || { printf '%s\n' "$said"; exit 1; }
printf '%s\n' "$said"
printf '%s\n' "$said" | awk '/^p99 while/ && $6 > 3 {print "over the limit of 3"; exit 1}'
