#!/bin/sh
# Planted mistakes in the models of an example: each is found before anything runs, and none where there is none.
# LEAT_MISTAKES says how many (20), LEAT_EXAMPLES in which examples (chicago-crime): the whole proof is
# LEAT_MISTAKES=100 LEAT_EXAMPLES='chicago-crime des-moines-weather sf-dispatch sf-fire'.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
bin=${LEAT_BIN_DIR:-$root/build/release/bin}
target=${1:-duckdb}
skip() { printf 'skipped: %s\n' "$1"; exit 77; }
command -v node >/dev/null || skip 'node is not installed'
work=$(mktemp -d)
database=leat_mistakes_$$
cleanup() {
  [ "$target" != postgres ] || psql -qX "$LEAT_TEST_POSTGRES" -c "drop database if exists $database with (force)" >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap cleanup EXIT
export NO_COLOR=1
if [ "$target" = postgres ]; then
  [ -n "${LEAT_TEST_POSTGRES:-}" ] || skip 'LEAT_TEST_POSTGRES is not set (scripts/with_postgres.sh sets it)'
  psql -qX "$LEAT_TEST_POSTGRES" -c "create database $database"
  LEAT_POSTGRES_URL=$(printf '%s' "$LEAT_TEST_POSTGRES" | sed -E "s#/[^/?]*(\\?|\$)#/$database\\1#")
  export LEAT_POSTGRES_URL
fi
failures=0
for example in ${LEAT_EXAMPLES:-chicago-crime}; do
  cp -r "$root/examples/$example" "$work/"
  (cd "$work/$example" && "$bin/leat" run --target "$target" >run.txt 2>&1) || { cat "$work/$example/run.txt"; exit 1; }
  # What stands in the warehouse is not touched.
  before=$(cat "$work/$example"/.leat/*.duckdb 2>/dev/null | cksum)
  node "$root/tests/dbt/mistakes.mjs" "$bin/leat" "$work/$example" "$target" "${LEAT_MISTAKES:-20}" "${LEAT_SEED:-1}" || failures=1
  [ "$before" = "$(cat "$work/$example"/.leat/*.duckdb 2>/dev/null | cksum)" ] || { echo 'WRONG the warehouse was written'; failures=1; }
done
exit $failures
