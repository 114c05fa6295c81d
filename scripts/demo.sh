#!/bin/sh
# Runs an example end to end, from its source to its page: EXAMPLE names it (chicago-crime).
# LIVE=1 asks the real source instead of the stand-in; TARGET=postgres loads PostgreSQL instead of DuckDB.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
example=${EXAMPLE:-chicago-crime}
if [ ! -f "$root/examples/$example/leat.yml" ]; then
  printf 'demo: there is no example %s; there are:\n' "$example" >&2
  for file in "$root"/examples/*/leat.yml; do basename "$(dirname "$file")" >&2; done
  exit 2
fi
cd "$root/examples/$example"
printf 'demo: running the pipeline of examples/%s\n' "$example"
"${LEAT:-$root/build/release/bin/leat}" run ${LIVE:+--live} ${TARGET:+--target "$TARGET"}
printf '\ndemo: the report is here, open it in a browser:\n  file://%s/site/index.html\n' "$PWD"
