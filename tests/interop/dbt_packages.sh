#!/bin/sh
# dbt_packages.sh FOLDER: builds the integration tests of dbt packages with dbt and with Leat, on DuckDB and on
# PostgreSQL, compares what became of each node, and prints a table for docs/compatibility.md.
#
# FOLDER holds clones of dbt-utils, dbt-date, dbt-expectations, dbt-audit-helper and dbt-codegen; what is missing is
# left out. Needs scripts/setup_dbt.sh and runs inside scripts/with_postgres.sh. Exit code 77 means skipped, 1 that a
# node passes in dbt and not here.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
bin=${LEAT_BIN_DIR:-$root/build/release/bin}
dbt=${LEAT_DBT:-${LEAT_DEPS:-$root/.deps}/dbt/bin/dbt}
folder=${1:-${LEAT_DBT_PACKAGES:-}}
[ -x "$dbt" ] || { printf 'skipped: dbt is not installed (scripts/setup_dbt.sh)\n'; exit 77; }
[ -d "$folder" ] || { printf 'skipped: no folder of dbt packages is named\n'; exit 77; }
[ -n "${LEAT_TEST_POSTGRES:-}" ] || exec "$root/scripts/with_postgres.sh" "$0" "$@"
folder=$(CDPATH= cd -- "$folder" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/leat-interop.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
mkdir "$work/bin"
ln -s "$bin/leat" "$work/bin/dbt" # under this name it is dbt
PGHOST=127.0.0.1 PGPORT=$(printf '%s' "$LEAT_TEST_POSTGRES" | sed -E 's#.*:([0-9]+)/.*#\1#')
export PGHOST PGPORT NO_COLOR=1
cat >"$work/profiles.yml" <<'YML'
integration_tests:
  target: duckdb
  outputs:
    duckdb: {type: duckdb, path: "{{ env_var('INTEROP_DUCKDB') }}", schema: dbt_utils, threads: 4}
    postgres: {type: postgres, host: "{{ env_var('PGHOST') }}", port: "{{ env_var('PGPORT') | as_number }}", user: postgres, pass: x, dbname: interop, schema: dbt_utils, threads: 4}
YML

# build WHO PROGRAM PROJECT ADAPTER NAME: seeds and builds from an empty database; leaves WHO.json and WHO.ms
build() {
  who=$1 program=$2 adapter=$4
  export INTEROP_DUCKDB="$work/interop.duckdb"
  rm -rf "$INTEROP_DUCKDB" "$INTEROP_DUCKDB.wal" "$3/target"
  psql -qX "$LEAT_TEST_POSTGRES" -c 'drop database if exists interop with (force)' -c 'create database interop' 2>/dev/null
  started=$(date +%s%N)
  for verb in seed build; do
    (cd "$3" && timeout 600 "$program" "$verb" --target "$adapter" --profiles-dir "$work") >"$work/$who.$verb.txt" 2>&1 || true
  done
  printf '%s' $((($(date +%s%N) - started) / 1000000)) >"$work/$who.ms"
  cp "$3/target/run_results.json" "$work/$who.json" 2>/dev/null || printf '{"results": []}' >"$work/$who.json"
}
# A line a node: its id and what became of it.
statuses() {
  "$(dirname -- "$dbt")/python" -c 'import json, sys
for each in json.load(open(sys.argv[1]))["results"]: print(each["unique_id"], each["status"])' "$1" | sort
}

wrong=0
printf '| package | engine | nodes that pass in dbt | of them here | dbt, s | Leat, s |\n|---|---|---|---|---|---|\n'
for package in dbt-utils dbt-date dbt-expectations dbt-audit-helper dbt-codegen; do
  [ -d "$folder/$package/integration_tests" ] || { printf 'skipped: %s is not in %s\n' "$package" "$folder" >&2; continue; }
  cp -r "$folder/$package" "$work/$package"
  project=$work/$package/integration_tests
  rm -rf "$project/dbt_packages"
  mkdir "$project/dbt_packages"
  ln -s ../.. "$project/dbt_packages/$(sed -nE "s/^name: *[\"']?([a-z_]+).*/\1/p" "$work/$package/dbt_project.yml")"
  [ -d "$folder/dbt-utils" ] && [ "$package" != dbt-utils ] && ln -s "$folder/dbt-utils" "$project/dbt_packages/dbt_utils"
  [ -d "$folder/dbt-date" ] && [ "$package" = dbt-expectations ] && ln -s "$folder/dbt-date" "$project/dbt_packages/dbt_date"
  for adapter in duckdb postgres; do
    build dbt "$dbt" "$project" "$adapter"
    build leat "$work/bin/dbt" "$project" "$adapter"
    statuses "$work/dbt.json" | grep -E ' (success|pass|warn)$' | cut -d' ' -f1 >"$work/dbt.good" || true
    statuses "$work/leat.json" | grep -E ' (success|pass|warn)$' | cut -d' ' -f1 >"$work/leat.good" || true
    both=$(comm -12 "$work/dbt.good" "$work/leat.good" | wc -l)
    all=$(wc -l <"$work/dbt.good")
    awk -v p="$package" -v a="$adapter" -v n="$all" -v b="$both" -v d="$(cat "$work/dbt.ms")" -v l="$(cat "$work/leat.ms")" \
      'BEGIN { printf "| %s | %s | %d | %d | %.1f | %.1f |\n", p, a, n, b, d / 1000, l / 1000 }'
    comm -23 "$work/dbt.good" "$work/leat.good" | sed 's/^/passes in dbt only: /' >&2
    [ "$both" = "$all" ] || wrong=1
  done
done
exit "$wrong"
