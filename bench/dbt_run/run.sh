#!/bin/sh
# Measures dbt_run (see task.md). BENCH_RUNS sets how often Leat runs; dbt-core runs once.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH= cd -- "$here/../.." && pwd)
[ -n "${LEAT_TEST_POSTGRES:-}" ] || exec "$root/scripts/with_postgres.sh" "$here/run.sh"
bin=${LEAT_BIN_DIR:-$root/build/${PRESET:-release}/bin}
peer=${LEAT_DBT:-${LEAT_DEPS:-$root/.deps}/dbt/bin/dbt}
runs=${BENCH_RUNS:-3}
command -v node >/dev/null || { echo 'dbt_run: skipped, node is not installed'; exit 0; }
work=$(mktemp -d "${TMPDIR:-/tmp}/leat-bench.XXXXXX")
database=leat_bench_$$
trap 'psql -qX "$LEAT_TEST_POSTGRES" -c "drop database if exists $database with (force)" >/dev/null 2>&1; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
psql -qX "$LEAT_TEST_POSTGRES" -c "create database $database"
port=$(printf '%s' "$LEAT_TEST_POSTGRES" | sed -E 's#.*:([0-9]+)/.*#\1#')
there="postgresql://postgres@127.0.0.1:$port/$database"
mkdir "$work/bin"
ln -s "$bin/leat" "$work/bin/dbt"
node "$here/make_projects.mjs" "$work"
postgres="{type: postgres, host: 127.0.0.1, port: $port, user: postgres, pass: x, dbname: $database, schema: built, threads: 4}"
{
  printf 'views: {target: dev, outputs: {dev: %s}}\n' "$postgres"
  printf 'tables: {target: dev, outputs: {dev: {type: duckdb, path: %s/tables.duckdb, threads: 4}}}\n' "$work"
  printf 'seed: {target: duckdb, outputs: {duckdb: {type: duckdb, path: %s/seed.duckdb, threads: 4}, postgres: %s}}\n' "$work" "$postgres"
} >"$work/profiles.yml"
export DBT_PROFILES_DIR="$work" DBT_SEND_ANONYMOUS_USAGE_STATS=false
# take NAME TIMES CMD...: "seconds KB cpu-seconds" of each run of a command.
take() {
  name=$1 times=$2
  shift 2
  : >"$work/$name.times"
  for _ in $(seq "$times"); do
    [ -z "${before:-}" ] || eval "$before"
    "$bin/bench_measure" "$work/one" "$@" >"$work/out" 2>&1 || { tail -5 "$work/out" >&2; exit 1; }
    cat "$work/one" >>"$work/$name.times"
  done
}
middle() { sort -n -k"$2" "$work/$1.times" | awk -v column="$2" '{t[NR] = $column} END {print t[int((NR + 1) / 2)]}'; }
drop='psql -qX "$there" -c "set client_min_messages to error" -c "drop schema if exists built cascade" -c "drop schema if exists alone cascade"'
cd "$work/views"
before=$drop take views "$runs" "$work/bin/dbt" run
[ "$(psql -qXAt "$there" -c "select count(*) from pg_views where schemaname = 'built'")" = 2000 ] || { echo 'dbt_run: there are not 2000 views' >&2; exit 1; }
before=$drop take views_alone "$runs" psql -qX "$there" -f "$work/views.sql"
cd "$work/tables"
before='rm -f "$work"/tables.duckdb*' take tables "$runs" "$work/bin/dbt" run
[ "$("$bin/bench_duckdb" "$work/tables.duckdb" 'select count(*) from duckdb_tables() where schema_name = '"'main'")" = 500 ] || { echo 'dbt_run: there are not 500 tables' >&2; exit 1; }
before='rm -f "$work"/alone.duckdb*' take tables_alone "$runs" "$bin/bench_duckdb" "$work/alone.duckdb" "$(cat "$work/tables.sql")"
cd "$work/seed"
for target in duckdb postgres; do
  before="$drop; rm -f $work/seed.duckdb*" take "seed_$target" "$runs" "$work/bin/dbt" seed --target "$target"
  [ ! -x "$peer" ] || before="$drop; rm -f $work/seed.duckdb*" take "peer_$target" 1 "$peer" seed --target "$target"
done
before=
row() { # LABEL NAME BESIDE
  if [ -s "$work/$3.times" ]; then
    printf '| %s | %s | %s | %s |\n' "$1" "$(middle "$2" 1)" "$(middle "$3" 1)" "$(echo "$(middle "$2" 1) $(middle "$3" 1)" | awk '{printf "%.2f", $1 / $2}')"
  else
    printf '| %s | %s | | |\n' "$1" "$(middle "$2" 1)"
  fi
}
echo '| dbt_run | Leat, s | beside it, s | ratio |'
echo '|---|---|---|---|'
row '2,000 views on PostgreSQL; psql' views views_alone
row '500 tables in DuckDB; libduckdb' tables tables_alone
row 'a seed of 7 MB into DuckDB; dbt-core' seed_duckdb peer_duckdb
row 'into PostgreSQL; dbt-core' seed_postgres peer_postgres
printf 'CPU of the engine a view: %s ms; a table: %s ms\n' "$(echo "$(middle views 3)" | awk '{printf "%.2f", $1 / 2}')" "$(echo "$(middle tables 3)" | awk '{printf "%.2f", $1 * 2}')"
