#!/bin/sh
# Measures dbt_parse (see task.md). BENCH_RUNS changes how often.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH= cd -- "$here/../.." && pwd)
task=dbt_parse
. "$root/bench/measuring.sh"
peer=${LEAT_DBT:-$deps/dbt/bin/dbt}
peer2=${LEAT_DBT_2:-$deps/dbt_2/bin/dbt}
command -v node >/dev/null || { skip 'the whole task' 'node is not installed'; exit 0; }
mkdir "$work/bin"
ln -s "$bin/leat" "$work/bin/dbt"
printf 'many:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: %s/many.duckdb, threads: 4}\n' "$work" >"$work/profiles.yml"
export DBT_PROFILES_DIR="$work"
node "$here/make_project.mjs" "$work/tests" 2000 3
node "$here/make_project.mjs" "$work/models" 10000 0
nodes() { node -e 'const m = JSON.parse(require("fs").readFileSync("target/manifest.json")); console.log(Object.keys(m.nodes).length)'; }
measure() { # WHO PROGRAM PROJECT: with artifacts of nobody else
  who=$1 dbt=$2 project=$3
  cd "$work/$project"
  while due "$who.cold.$project"; do
    rm -rf target logs
    measured "$who.cold.$project" "$dbt" parse
  done
  [ "$who" = leat ] && nodes >"$work/$project.nodes" || [ "$(nodes)" = "$(cat "$work/$project.nodes")" ] || fail "$dbt finds $(nodes) nodes, Leat $(cat "$work/$project.nodes")" 'a wrong result has no speed'
  while due "$who.again.$project"; do measured "$who.again.$project" "$dbt" parse; done
  # Compiling asks dbt Core 2's driver for the warehouse, which it fetches from elsewhere.
  [ "$project" = tests ] || [ "$who" = peer2 ] || while due "$who.one.models"; do measured "$who.one.models" "$dbt" compile --select model_7777; done
}
for project in tests models; do
  measure leat "$work/bin/dbt" $project
  if [ -x "$peer" ]; then measure peer "$peer" $project; else skip 'dbt-core' 'scripts/setup_dbt.sh installs it'; fi
  if [ -x "$peer2" ]; then measure peer2 "$peer2" $project; else skip 'dbt Core 2' 'scripts/setup_dbt.sh installs it'; fi
done
cd "$root"
all_of() { # WHAT PART GOAL
  heading "$1"
  row 'Leat' "leat.$2"
  row 'dbt-core 1' "peer.$2" "leat.$2"
  row 'dbt Core 2' "peer2.$2" "leat.$2"
  [ ! -s "$work/peer.$2.times" ] || goal "$1, beside dbt-core 1" "$(ratio "peer.$2" "leat.$2")" 'at least' "$3" x
  ahead "$1, beside dbt Core 2" "peer2.$2" "leat.$2"
}
all_of '2,000 models and 6,000 tests, cold' cold.tests 50
all_of '2,000 models and 6,000 tests, again' again.tests 100
all_of '10,000 models, cold' cold.models 50
all_of '10,000 models, again' again.models 100
all_of 'one of 10,000 compiled' one.models 100
goal 'one of 10,000 compiled' "$(middle leat.one.models 1)" 'at most' 0.1 s
goal 'memory' "$(largest leat.cold.models)" under 200 MB
printf '\ndbt-core %s, dbt-duckdb %s, dbt Core %s.\n' "$(python_version "$deps/dbt" dbt-core)" "$(python_version "$deps/dbt" dbt-duckdb)" "$(python_version "$deps/dbt_2" dbt-core)"
goals
