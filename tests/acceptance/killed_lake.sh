#!/bin/sh
# kill -9 at random moments of a load through a lake and a pipe, then a rerun each time: files that count and final
# rows equal those of an undisturbed run. KILLS, SEED and ROWS as in killed.sh.
. "$(dirname -- "$0")/acceptance.sh"
kills=${KILLS:-4}
rows=${ROWS:-2000}
seed=${SEED:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}
printf 'seed %s\n' "$seed"
start_soda --generate "x2n5-8w5q=crimes:$rows" --generate z8bn-74gv=stations --generate htai-wnw4=wards
project() { # FOLDER
  mkdir -p "$1/connectors"
  cp "$root/examples/chicago-crime/connectors/chicago.yaml" "$1/connectors/"
  cat >"$1/leat.yml" <<YML
name: killed_lake
target: duckdb
targets:
  duckdb: {type: duckdb, path: .leat/warehouse.duckdb}
  postgres: {type: postgres, url: "\${LEAT_POSTGRES_URL:-}"}
  lake: {type: lake, url: "$1/lake", format: parquet, buffer_size: 256KB}
connections:
  chicago:
    source:
      type: declarative
      manifest: connectors/chicago.yaml
      config: {base_url: "\${SODA_URL}", app_token: ""}
    destination: lake
    streams:
      crimes: {mode: append, rename: {":id": crime_id, ":version": version}, drop: [":@*", ":created_at"]}
pipes:
  crimes:
    {lake: lake, stream: chicago.crimes, schema: raw, table: crimes, into: columns, mode: append_dedup,
     primary_key: [crime_id], commit_size: 100KB}
YML
}
dump() {
  leat query --format csv --limit 10000000 \
    "select crime_id, version, date_of_occurrence, block, beat, x_coordinate from raw.crimes order by 1"
  leat query --format csv "select count(*) from _leat.dead_letters"
}
project "$work/undisturbed"
cd "$work/undisturbed"
started=$(date +%s%N)
leat run >"$work/undisturbed.txt" 2>&1 || { cat "$work/undisturbed.txt"; exit 1; }
took_ms=$((($(date +%s%N) - started) / 1000000))
dump >"$work/undisturbed.csv"
expect 'rows' "$rows" "$(value 'select count(*) from raw.crimes')"
printf 'an undisturbed run takes %s ms\n' "$took_ms"
for round in $(seq "$kills"); do
  rm -rf "$work/project"
  project "$work/project"
  cd "$work/project"
  fresh_database
  seed=$(((seed * 1103515245 + 12345) % 2147483648))
  after_ms=$((seed % took_ms))
  "$bin/leat" run >"$work/killed.txt" 2>&1 &
  pid=$!
  timeout "$(printf '%d.%03d' $((after_ms / 1000)) $((after_ms % 1000)))" tail -f /dev/null --pid="$pid" || true
  kill -9 "$pid" 2>/dev/null || true # a run that was quicker is simply whole
  wait "$pid" 2>/dev/null || true
  leat run >"$work/rerun.txt" 2>&1 || { cat "$work/rerun.txt"; failures=$((failures + 1)); break; }
  dump >"$work/rerun.csv"
  expect "round $round, killed after $after_ms ms" "$(cksum <"$work/undisturbed.csv")" "$(cksum <"$work/rerun.csv")"
done
finish
