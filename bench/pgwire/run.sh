#!/bin/sh
# Measures pgwire (see task.md): once, since each part takes LOAD_SECONDS (20).
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH= cd -- "$here/../.." && pwd)
task=pgwire
. "$root/bench/measuring.sh"
said=$(LEAT_BIN_DIR=$bin LOAD_SECONDS=${LOAD_SECONDS:-20} "$root/tests/pgwire/load.sh") || { printf '%s\n' "$said" >&2; fail 'a query failed' 'look at the lines above'; }
printf '%s\n' "$said" | sed 's/^/- /'
goal 'p99 while syncs commit, beside an idle server' "$(printf '%s\n' "$said" | awk '/^p99 while/ {print $6}')" 'at most' 3 x
goals
