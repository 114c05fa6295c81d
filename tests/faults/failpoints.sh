#!/bin/sh
# The program dies (or fails) at every failpoint, in a first load and in one that brings changes; after a rerun all
# tables, states and the page equal those of an undisturbed run, and nothing is left over.
. "$(dirname -- "$0")/../acceptance/acceptance.sh"
# What a lake and its pipes pass is killed in tests/faults/lake.sh.
# What follows the changes of a database is killed in tests/replication/recipes.sh.
failpoints=${FAILPOINTS:-$(sed -n 's/^LEAT_FAILPOINT(\([a-z_]*\),.*/\1/p' "$root/src/base/failpoints.def" | grep -v '^lake_\|^pipe_\|^spool_\|^together_\|^changes_\|^tick_\|^job_')}

change_source() { # the same rows change in the same way each time it is asked for
  curl -sf -X POST "$SODA_URL/__soda/change?dataset=x2n5-8w5q&rows=50&seed=7&now=2030-01-01T06:00:00.000Z" >/dev/null
  curl -sf -X POST "$SODA_URL/__soda/add?dataset=x2n5-8w5q&rows=5&seed=7&now=2030-01-01T06:00:00.000Z" >/dev/null
}
# What two runs must agree on: rows, states, which relations there are (no staging left), the page.
dump_all() {
  dump_tables
  leat query --format csv "select connection, stream, state from _leat.state order by 1, 2"
  leat query --format csv "select table_schema, table_name from information_schema.tables where table_schema not in ('information_schema', 'pg_catalog') order by 1, 2"
  leat query --format csv "select count(*), count(distinct crime_id) from raw.crimes"
  find site -type f | sort
}
# A fresh project, or one that stands where the first load of an undisturbed run ended.
fresh_project() { # empty|loaded
  cd "$work"
  rm -rf "$work/project"
  if [ "$1" = empty ]; then fresh_database; else fresh_database "${database}_loaded"; fi
  if [ "$1" = empty ]; then new_project "$work/project"; else cp -R "$work/loaded" "$work/project"; fi
  cd "$work/project"
}
try() { # FAILPOINT ACTION empty|loaded
  fresh_project "$3"
  code=0
  LEAT_FAILPOINTS="$1=$2" "$bin/leat" run >"$work/failed.txt" 2>&1 || code=$?
  case $2 in kill*) wanted=137 ;; *) wanted=1 ;; esac
  if [ "$code" != "$wanted" ]; then
    printf 'WRONG %s=%s on an %s project was not passed (exit %s):\n' "$1" "$2" "$3" "$code"
    tail -5 "$work/failed.txt"
    failures=$((failures + 1))
    return 0
  fi
  client_died
  leat run >"$work/rerun.txt" 2>&1 || { tail -20 "$work/rerun.txt"; failures=$((failures + 1)); return 0; }
  dump_all >"$work/rerun.dump"
  expect "$3, $1=$2" "$(cksum <"$work/$3.dump")" "$(cksum <"$work/rerun.dump")"
  cmp -s "$work/$3.dump" "$work/rerun.dump" || diff "$work/$3.dump" "$work/rerun.dump" | head -10
}

[ "$target" != postgres ] || trap 'drop_database; admin_psql -c "drop database if exists ${database}_loaded" >/dev/null 2>&1; cleanup' EXIT
start_soda --generate "x2n5-8w5q=crimes:4000" --generate z8bn-74gv=stations --generate htai-wnw4=wards

fresh_project empty
leat run >"$work/first.txt" 2>&1 || { cat "$work/first.txt"; exit 1; }
dump_all >"$work/empty.dump"
cp -R "$work/project" "$work/loaded"
case $target in
postgres) admin_psql -c "create database ${database}_loaded template $database" ;;
snowflake) snowflake_order end_sessions; snowflake_order "clone_database?name=$database&as=${database}_loaded" ;;
esac
for failpoint in $failpoints; do
  try "$failpoint" kill empty
  case $failpoint in sync_* | load_*) try "$failpoint" kill@4 empty ;; dbt_*) try "$failpoint" kill@9 empty ;; esac
  # What fails without dying takes the same way on all warehouses; the slowest needs not take it, too.
  [ "$target" = snowflake ] || try "$failpoint" error empty
done

change_source
fresh_project loaded
leat run >"$work/second.txt" 2>&1 || { cat "$work/second.txt"; exit 1; }
dump_all >"$work/loaded.dump"
for failpoint in $failpoints; do try "$failpoint" kill loaded; done
finish
