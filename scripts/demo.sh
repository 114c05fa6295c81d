#!/bin/sh
# Runs examples/chicago-crime end to end: API -> raw -> staging -> marts -> reports -> page.
# LIVE=1 asks the city's API instead of the stand-in; TARGET=postgres loads PostgreSQL instead of DuckDB.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root/examples/chicago-crime"
printf 'demo: running the pipeline of examples/chicago-crime\n'
"$root/build/release/bin/leat" run ${LIVE:+--live} ${TARGET:+--target "$TARGET"}
printf '\ndemo: the report is here, open it in a browser:\n  file://%s/site/index.html\n' "$PWD"
