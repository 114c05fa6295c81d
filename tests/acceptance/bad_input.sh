#!/bin/sh
# Bad input: each a clear error that names file, line and field (or URL), and nothing half-loaded.
. "$(dirname -- "$0")/acceptance.sh"
start_soda --generate "x2n5-8w5q=crimes:2000" --generate z8bn-74gv=stations --generate htai-wnw4=wards --require-token right-token
export APP_TOKEN=right-token

fails() { # WHAT CODE PLACE COMMAND...
  what=$1 code=$2 place=$3
  shift 3
  if "$@" >"$work/said.txt" 2>&1; then
    printf 'WRONG %s: it did not fail\n' "$what"
    failures=$((failures + 1))
  fi
  expect_text "$what" "$code" "$work/said.txt"
  expect_text "$what" "$place" "$work/said.txt"
  if grep -q right-token "$work/said.txt"; then
    printf 'WRONG %s: the token is printed\n' "$what"
    failures=$((failures + 1))
  fi
}
rows() { value "select count(*) from raw.crimes" 2>/dev/null || echo none; }
project() { rm -rf "$work/project"; new_project "$work/project"; cd "$work/project"; fresh_database; }

project
printf 'streams:\n  - [1, 2\n' >>connectors/chicago.yaml
fails 'broken YAML' LEAT-DOC-001 connectors/chicago.yaml: leat sync chicago
expect 'nothing loaded' none "$(rows)"

project
sed -i 's/type: OffsetIncrement/type: OffsetIncrment/' connectors/chicago.yaml
line=$(grep -n OffsetIncrment connectors/chicago.yaml | head -1 | cut -d: -f1)
fails 'unknown component type' LEAT-SOURCE-001 "connectors/chicago.yaml:$line:" leat sync chicago
expect_text 'unknown component type' OffsetIncrement "$work/said.txt"

project
fails 'wrong token' LEAT-HTTP-401 x2n5-8w5q env APP_TOKEN=wrong-token "$bin/leat" sync chicago
expect 'nothing loaded' none "$(rows)"

project
fails 'unreachable host' LEAT-HTTP-001 127.0.0.1:9 env LEAT_CLOCK=2026-11-20T00:00:00Z SODA_URL=http://127.0.0.1:9 "$bin/leat" sync chicago
expect 'nothing loaded' none "$(rows)"

project
curl -sf -X POST "$SODA_URL/__soda/garbage?next=50&match=limit" >/dev/null
fails 'a page that is not JSON' LEAT-SOURCE-002 /resource/ leat sync chicago --stream crimes
expect 'nothing loaded' none "$(rows)"
curl -sf -X POST "$SODA_URL/__soda/reset" >/dev/null

project
id=$(curl -sfG -H 'X-App-Token: right-token' "$SODA_URL/resource/x2n5-8w5q.json" --data-urlencode '$select=:id' --data-urlencode '$limit=1' | sed 's/.*"\(row-[^"]*\)".*/\1/')
curl -sf -X POST "$SODA_URL/__soda/set?dataset=x2n5-8w5q&id=$id&column=ward&value=forty" >"$work/set.json"
leat sync chicago >"$work/said.txt" 2>&1 || { cat "$work/said.txt"; failures=$((failures + 1)); }
expect 'a value that does not fit: the other rows are there' 1999 "$(rows)"
expect 'its row is a dead letter' 1 "$(value "select count(*) from _leat.dead_letters where field = 'ward' and reason <> '' and record like '%$id%'")"
curl -sf -X POST "$SODA_URL/__soda/set?dataset=x2n5-8w5q&id=$id&column=ward&value=40" >/dev/null

project
leat sync chicago >/dev/null 2>&1
mkdir -p models/broken
printf 'select no_such_column from {{ ref("stg_crimes") }}\n' >models/broken/bad_model.sql
printf 'select * from {{ ref("bad_model") }}\n' >models/broken/below_bad_model.sql
fails 'a model with a SQL error' LEAT-DBT-004 bad_model leat dbt build
expect_text 'its downstream' 'below_bad_model' "$work/said.txt"
expect 'the rest is built' 22 "$(value 'select count(*) from reports.police_rank_by_arrest')"

if [ "$target" = duckdb ]; then
  project
  leat sync chicago --stream police_stations >/dev/null 2>&1
  # A first process holds the file while its source is slow.
  curl -sf -X POST "$SODA_URL/__soda/delay?next=20&ms=3000" >/dev/null
  "$bin/leat" sync chicago --stream crimes >"$work/holder.txt" 2>&1 &
  holder=$!
  for _ in $(seq 100); do
    lsof=$(ls -l "/proc/$holder/fd" 2>/dev/null | grep -c warehouse.duckdb || true)
    [ "${lsof:-0}" -gt 0 ] && break
    pause
  done
  fails 'a locked DuckDB file' LEAT-WAREHOUSE-003 warehouse.duckdb leat query 'select 1'
  kill "$holder" 2>/dev/null || true
  wait "$holder" 2>/dev/null || true
  curl -sf -X POST "$SODA_URL/__soda/reset" >/dev/null

  project
  # A disk of half a megabyte, where mounting one is allowed.
  mkdir -p "$work/small"
  if mount -t tmpfs -o size=512k tmpfs "$work/small" 2>/dev/null; then
    sed -i "s#path: .leat/warehouse.duckdb#path: $work/small/warehouse.duckdb#" leat.yml
    fails 'disk full' LEAT-WAREHOUSE-004 warehouse.duckdb leat sync chicago --stream crimes
    mount -o remount,size=100m "$work/small"
    leat sync chicago --stream crimes >"$work/said.txt" 2>&1 || { cat "$work/said.txt"; failures=$((failures + 1)); }
    expect 'with room again the load is whole' 2000 "$(rows)"
    umount "$work/small"
  else
    printf 'skipped: disk full (mounting a small disk is not allowed here)\n'
  fi
fi
finish
