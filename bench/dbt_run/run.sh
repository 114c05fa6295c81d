#!/bin/sh
# Measures dbt_run (see task.md). BENCH_RUNS changes how often.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH= cd -- "$here/../.." && pwd)
[ -n "${LEAT_TEST_POSTGRES:-}" ] || exec "$root/scripts/with_postgres.sh" "$0"
task=dbt_run
. "$root/bench/measuring.sh"
peer=${LEAT_DBT:-$deps/dbt/bin/dbt}
command -v node >/dev/null || { skip 'the whole task' 'node is not installed'; exit 0; }
make_source
port=$(printf '%s' "$LEAT_TEST_POSTGRES" | sed -E 's#.*:([0-9]+)/.*#\1#')
mkdir "$work/bin"
ln -s "$bin/leat" "$work/bin/dbt"
dbt=$work/bin/dbt
# In memory where it can be: ext4 makes files slowly where thousands have just gone.
projects=$(mktemp -d /dev/shm/leat-bench.XXXXXX 2>/dev/null) || projects=$work
trap 'finish; rm -rf "$projects"' EXIT
node "$here/make_projects.mjs" "$projects" "$work/mesh.duckdb"
postgres="{type: postgres, host: 127.0.0.1, port: $port, user: postgres, pass: x, dbname: source, schema: built, threads: 4}"
{
  printf 'views: {target: dev, outputs: {dev: %s}}\n' "$postgres"
  printf 'tables: {target: dev, outputs: {dev: {type: duckdb, path: %s/tables.duckdb, threads: 4}}}\n' "$work"
  printf 'seed: {target: duckdb, outputs: {duckdb: {type: duckdb, path: %s/seed.duckdb, threads: 4}, postgres: %s}}\n' "$work" "$postgres"
} >"$work/profiles.yml"
export DBT_PROFILES_DIR="$work"
drop() { sql 'drop schema if exists built cascade; drop schema if exists alone cascade'; }

run_views() { drop; cd "$projects/views"; measured views "$dbt" run; }
run_views_alone() { drop; measured views_alone psql -qX "$url" -f "$projects/views.sql"; }
run_views
[ "$(sql "select count(*) from pg_views where schemaname = 'built'")" = 2000 ] || fail 'there are not 2,000 views' 'a wrong result has no speed'
rm "$work/views.times"
in_turn views views_alone
run_tables() { rm -f "$work"/tables.duckdb*; cd "$projects/tables"; measured tables "$dbt" run; }
run_tables_alone() { rm -f "$work"/alone.duckdb*; measured tables_alone "$bin/bench_duckdb" "$work/alone.duckdb" "$(cat "$projects/tables.sql")"; }
run_tables
[ "$("$bin/bench_duckdb" "$work/tables.duckdb" "select count(*) from duckdb_tables() where schema_name = 'main'")" = 500 ] || fail 'there are not 500 tables' 'a wrong result has no speed'
rm "$work/tables.times"
run_peer_tables() { rm -f "$work"/tables.duckdb*; cd "$projects/tables"; measured peer_tables "$peer" run; }
run_mesh() {
  rm -rf "$work"/mesh.duckdb* "$projects/mesh/.cache"
  measured mesh env HOME="$work" "$peers/sqlmesh/bin/sqlmesh" -p "$projects/mesh" plan --auto-apply --no-prompts
  [ "$("$bin/bench_duckdb" "$work/mesh.duckdb" "select count(*) from duckdb_views() where schema_name = 'built'")" = 500 ] || fail 'SQLMesh has not built 500 tables' 'a wrong result has no speed'
}
tools='tables tables_alone'
[ ! -x "$peer" ] || tools="$tools peer_tables"
! has sqlmesh || tools="$tools mesh"
in_turn $tools
rows=$(($(wc -l <"$projects/seed/seeds/big.csv") - 1))
seed() { # NAME PROGRAM TARGET
  drop
  rm -f "$work"/seed.duckdb*
  cd "$projects/seed"
  measured "$1" "$2" seed --target "$3"
  case $3 in
    duckdb) found=$("$bin/bench_duckdb" "$work/seed.duckdb" 'select count(*) from main.big') ;;
    *) found=$(sql 'select count(*) from built.big') ;;
  esac
  [ "$found" = "$rows" ] || fail "$1 has $found of $rows rows" 'a wrong result has no speed'
}
run_seed_duckdb() { seed seed_duckdb "$dbt" duckdb; }
run_seed_postgres() { seed seed_postgres "$dbt" postgres; }
run_peer_duckdb() { seed peer_duckdb "$peer" duckdb; }
run_peer_postgres() { seed peer_postgres "$peer" postgres; }
run_reader() { rm -f "$work"/reader.duckdb*; measured reader "$bin/bench_duckdb" "$work/reader.duckdb" "create table big as from read_csv('$projects/seed/seeds/big.csv')"; }
tools='seed_duckdb reader seed_postgres'
if [ -x "$peer" ]; then tools="$tools peer_duckdb peer_postgres"; else skip 'dbt-core' 'scripts/setup_dbt.sh installs it'; fi
in_turn $tools
cd "$root"
heading 'statements of a project'
row '2,000 views on PostgreSQL' views
row '`psql` with the same statements' views_alone views
row '500 tables in DuckDB' tables
row 'libduckdb with the same statements' tables_alone tables
row 'dbt-core' peer_tables tables
row 'SQLMesh, `plan --auto-apply`' mesh tables
heading "a seed of 7 MB, $rows rows"
row 'into PostgreSQL' seed_postgres
row 'dbt-core' peer_postgres seed_postgres
row 'into DuckDB' seed_duckdb
row 'dbt-core' peer_duckdb seed_duckdb
row "DuckDB's own reader of CSV into a table" reader seed_duckdb
goal 'CPU of the engine for a view' "$(calculate "$(middle views 3) / 2")" under 1 ms
goal '500 tables, beside libduckdb' "$(ratio tables tables_alone)" 'at most' 1.3 x
[ ! -s "$work/peer_postgres.times" ] || goal 'a seed into PostgreSQL, beside dbt-core' "$(ratio peer_postgres seed_postgres)" 'at least' 100 x
[ ! -s "$work/peer_duckdb.times" ] || {
  goal 'a seed into DuckDB, beside dbt-core' "$(ratio peer_duckdb seed_duckdb)" 'at least' 100 x
  goal "a seed into DuckDB, beside DuckDB's own reader" "$(ratio seed_duckdb reader)" 'at most' 2 x
}
ahead '500 tables, beside dbt-core' peer_tables tables
ahead '500 tables, beside SQLMesh' mesh tables
printf '\n'
versions sqlmesh
goals
