#!/bin/sh
# Measures dbt_parse (see task.md). BENCH_RUNS sets how often Leat and dbt Core 2 run; dbt-core 1 runs once.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH= cd -- "$here/../.." && pwd)
bin=${LEAT_BIN_DIR:-$root/build/${PRESET:-release}/bin}
peer=${LEAT_DBT:-${LEAT_DEPS:-$root/.deps}/dbt/bin/dbt}
peer2=${LEAT_DBT_2:-${LEAT_DEPS:-$root/.deps}/dbt_2/bin/dbt}
runs=${BENCH_RUNS:-3}
command -v node >/dev/null || { echo 'dbt_parse: skipped, node is not installed'; exit 0; }
work=$(mktemp -d "${TMPDIR:-/tmp}/leat-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
mkdir "$work/bin"
ln -s "$bin/leat" "$work/bin/dbt"
printf 'many:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: %s/many.duckdb, threads: 4}\n' "$work" >"$work/profiles.yml"
export DBT_PROFILES_DIR="$work" DBT_SEND_ANONYMOUS_USAGE_STATS=false
node "$here/make_project.mjs" "$work/tests" 2000 3
node "$here/make_project.mjs" "$work/models" 10000 0

# take NAME RUNS CMD...: seconds (median) and MB (largest) of a command.
take() {
  name=$1 times=$2
  shift 2
  : >"$work/$name.times"
  for _ in $(seq "$times"); do
    [ "${clean:-}" = no ] || rm -rf target logs
    "$bin/bench_measure" "$work/one" "$@" >"$work/out" 2>&1 || { tail -5 "$work/out" >&2; exit 1; }
    cat "$work/one" >>"$work/$name.times"
  done
}
seconds() { sort -n "$work/$1.times" | awk '{t[NR] = $1} END {print t[int((NR + 1) / 2)]}'; }
megabytes() { awk '$2 > m {m = $2} END {printf "%.0f", m / 1024}' "$work/$1.times"; }
nodes() { node -e 'const m = JSON.parse(require("fs").readFileSync("target/manifest.json")); console.log(Object.keys(m.nodes).length)'; }
told() { # NAME: seconds, MB, and how many times longer than Leat, of a program that was measured
  if [ -s "$work/$1_$2.times" ]; then
    printf ' %s | %s | %.0f |' "$(seconds "$1_$2")" "$(megabytes "$1_$2")" \
      "$(echo "$(seconds "$1_$2") $(seconds "leat_$2")" | awk '{print $1 / $2}')"
  else
    printf ' | | |'
  fi
}
row() { printf '| %s | %s | %s |%s%s\n' "$1" "$(seconds "leat_$2")" "$(megabytes "leat_$2")" "$(told peer "$2")" "$(told peer2 "$2")"; }
same() { [ "$2" = "$(nodes)" ] || { echo "dbt_parse: Leat finds $2 nodes and $1 $(nodes)" >&2; exit 1; }; }
measure() { # WHO RUNS PROGRAM PROJECT NODES
  take "$1_cold_$4" "$2" "$3" parse
  [ -z "$5" ] || same "$3" "$5"
  clean=no take "$1_again_$4" "$2" "$3" parse
  # Compiling asks dbt Core 2's driver for the warehouse, which it fetches from elsewhere.
  [ "$4" = tests ] || [ "$1" = peer2 ] || clean=no take "$1_one" "$2" "$3" compile --select model_7777
}
for project in tests models; do
  cd "$work/$project"
  measure leat "$runs" "$work/bin/dbt" $project ''
  found=$(nodes)
  [ ! -x "$peer" ] || measure peer 1 "$peer" $project "$found"
  [ ! -x "$peer2" ] || measure peer2 "$runs" "$peer2" $project "$found"
done
echo '| dbt_parse | Leat, s | MB | dbt-core 1, s | MB | times faster | dbt Core 2, s | MB | times faster |'
echo '|---|---|---|---|---|---|---|---|---|'
row '2,000 models, 6,000 tests, cold' cold_tests
row 'again' again_tests
row '10,000 models, cold' cold_models
row 'again' again_models
row 'one of 10,000, compiled' one
