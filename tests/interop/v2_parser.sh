#!/bin/sh
# dbt-core 1.12 with Leat as its parser (`--use-v2-parser --v2-parser "leat dbt parse"`): v2_parser.sh [PROJECT…] builds
# each project with dbt's own parser and with Leat's and compares what became of each node, what `ls` lists, and what an
# operation and the catalogue say. Without a project: those of tests/dbt/projects that need no second package.
# Needs scripts/setup_dbt.sh.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
bin=${LEAT_BIN_DIR:-$root/build/release/bin}
deps=${LEAT_DEPS:-$root/.deps}
dbt=$deps/dbt_1_12/bin/dbt
[ -x "$dbt" ] || { printf 'skipped: dbt-core 1.12 is not installed (scripts/setup_dbt.sh installs it from PyPI)\n'; exit 77; }
[ $# -gt 0 ] || set -- "$root/tests/dbt/projects/shapes"
work=$(mktemp -d "${TMPDIR:-/tmp}/leat-v2.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
export DBT_PROFILES_DIR="$work" DBT_SEND_ANONYMOUS_USAGE_STATS=false NO_COLOR=1
wrong=0
differs() { printf 'v2_parser: %s: %s differs\n' "$1" "$2" >&2; diff "$work/own/$2" "$work/leat/$2" | head -10 >&2 || true; wrong=1; }
look() { # SIDE PROJECT PARSER-ARGUMENTS…
  side=$1 project=$2
  shift 2
  rm -rf "$work/run" "$work/warehouse.duckdb" "$work/$side"
  mkdir "$work/$side"
  cp -r "$project" "$work/run"
  rm -rf "$work/run/target"
  cd "$work/run"
  # The reference may fail as well: what counts is that both end alike.
  "$dbt" "$@" build >"$work/$side.log" 2>&1 || true
  "$deps/dbt_1_12/bin/python" -c 'import json
for each in sorted(json.load(open("target/run_results.json"))["results"], key=lambda each: each["unique_id"]):
    print(each["unique_id"], each["status"], each["failures"])' >"$work/$side/results"
  "$dbt" "$@" -q ls 2>/dev/null | LC_ALL=C sort >"$work/$side/ls"
  "$dbt" "$@" docs generate >>"$work/$side.log" 2>&1 || true
  "$deps/dbt_1_12/bin/python" -c 'import json
catalog = json.load(open("target/catalog.json"))
for each in sorted(catalog["nodes"]): print(each, *sorted(catalog["nodes"][each]["columns"]))' >"$work/$side/catalog"
  cd "$work"
}
for project; do
  name=$(basename "$project")
  profile=$(sed -nE "s/^profile: *[\"']?([A-Za-z0-9_]+).*/\1/p" "$project/dbt_project.yml")
  printf '%s:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: %s/warehouse.duckdb, schema: main, threads: 2}\n' \
    "${profile:-dev}" "$work" >"$work/profiles.yml"
  look own "$project"
  look leat "$project" --use-v2-parser --v2-parser "$bin/leat dbt parse"
  grep -q 'Delegating parse to v2 parser' "$work/leat.log" || { printf 'v2_parser: %s: Leat was not asked\n' "$name" >&2; wrong=1; }
  for each in results ls catalog; do cmp -s "$work/own/$each" "$work/leat/$each" || differs "$name" "$each"; done
  printf '%s: %s nodes built, %s listed, the same with both parsers\n' "$name" "$(wc -l <"$work/leat/results")" "$(wc -l <"$work/leat/ls")"
done

# A mistake is told through dbt, as an error, and nothing runs.
rm -rf "$work/run"
cp -r "$1" "$work/run"
printf 'select * from {{ ref("no_such_model") }}\n' >"$work/run/models/broken.sql"
cd "$work/run"
if "$dbt" --use-v2-parser --v2-parser "$bin/leat dbt parse" ls >"$work/broken.log" 2>&1; then
  printf 'v2_parser: a missing model is not noticed\n' >&2
  wrong=1
fi
grep -q 'ERROR.*no_such_model' "$work/broken.log" || { printf 'v2_parser: the error does not reach dbt as one:\n' >&2; cat "$work/broken.log" >&2; wrong=1; }
exit "$wrong"
