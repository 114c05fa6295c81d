#!/bin/sh
# Fire incidents through a delivery stream's buffer -> S3 -> pipe -> landing table -> flattened incremental model:
# every one arrives once, although the S3 server is killed twice, the delivery stream and the pipe once each, and one
# of twenty uploads fails, half of those after the server took it. ROWS chooses how many (the full run: 1000000).
. "$(dirname -- "$0")/acceptance.sh"
rows=${ROWS:-40000}
half=$((rows / 2))
minio=${LEAT_MINIO:-$root/.deps/minio/minio}
[ -x "$minio" ] || skip 'MinIO is not installed (scripts/setup_minio.sh)'
command -v node >/dev/null || skip 'node is not installed'
size=10MB; interval=30s
[ "$rows" -ge 500000 ] || { size=1MB; interval=1s; }
export AWS_ACCESS_KEY_ID=leat-test-key AWS_SECRET_ACCESS_KEY=leat-test-secret-value AWS_EC2_METADATA_DISABLED=true
minio_pid= proxy_pid= firehose_pid= pipe_pid= send_pid=
stop_all() {
  for pid in $send_pid $pipe_pid $firehose_pid $proxy_pid $minio_pid; do kill "$pid" 2>/dev/null || true; done
  cleanup
}
trap stop_all EXIT

until_true() { # COMMAND...: waits up to a minute
  for _ in $(seq 1200); do "$@" && return 0; pause; done
  printf 'WRONG waited in vain for: %s\n' "$*"; failures=$((failures + 1)); exit 1
}
minio_port=$(node -e 's=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})')
mkdir -p "$work/s3/leat-test"
start_minio() {
  MINIO_ROOT_USER=$AWS_ACCESS_KEY_ID MINIO_ROOT_PASSWORD=$AWS_SECRET_ACCESS_KEY MINIO_BROWSER=off MINIO_UPDATE=off \
    "$minio" server --quiet --address "127.0.0.1:$minio_port" "$work/s3" >>"$work/minio.log" 2>&1 &
  minio_pid=$!
  until_true curl -sf -o /dev/null "http://127.0.0.1:$minio_port/minio/health/ready"
}
kill_minio() { kill -9 "$minio_pid"; wait "$minio_pid" 2>/dev/null || true; start_minio; printf 'killed the S3 server\n'; }
start_minio
node "$root/tests/acceptance/fault_proxy.mjs" "$minio_port" 20 >"$work/proxy.out" &
proxy_pid=$!
until_true grep -q listening "$work/proxy.out"
endpoint=http://127.0.0.1:$(sed -n 's/^listening on //p' "$work/proxy.out")

firehose_port=0
start_firehose() {
  rm -f "$work/firehose.out" # the one before it said that it listens, too
  "$bin/leat" firehose --listen "127.0.0.1:$firehose_port" --to s3://leat-test/lake --endpoint "$endpoint" \
    --spool "$work/spool" --format jsonl.gz --buffer-size "$size" --buffer-interval "$interval" \
    --prefix 'incidents/ingestion_date=!{timestamp:yyyy-MM-dd}/hour=!{timestamp:HH}/' \
    >"$work/firehose.out" 2>>"$work/firehose.err" &
  firehose_pid=$!
  until_true grep -q listening "$work/firehose.out"
  firehose_port=$(sed -n 's/^listening on .*://p' "$work/firehose.out" | head -1)
}
start_firehose

mkdir -p "$work/project/models"
cd "$work/project"
cat >leat.yml <<YML
name: fire
target: duckdb
targets:
  duckdb: {type: duckdb, path: .leat/warehouse.duckdb}
  postgres: {type: postgres, url: "\${LEAT_POSTGRES_URL}"}
  lake: {type: lake, url: "s3://leat-test/lake", endpoint: "$endpoint"}
pipes:
  incidents: {lake: lake, stream: firehose.incidents, schema: landing, table: s3_landing_table, interval: 200ms, commit_size: 2MB}
dbt: {project: .}
YML
cat >dbt_project.yml <<YML
name: fire
profile: fire
version: "1.0"
model-paths: [models]
YML
cat >models/sources.yml <<YML
version: 2
sources: [{name: landing, schema: landing, tables: [{name: s3_landing_table}]}]
YML
fields=$(awk -v from=7 -v to=7 -f "$root/tests/acceptance/fire_rows.awk" | tr '{,' '\n\n' |
  sed -n 's/^"\([a-z_]*\)":.*/\1/p' | grep -v '^point$\|^type$\|^coordinates$\|^id$')
# DuckDB takes a document apart once for all its fields; PostgreSQL does so for each.
{
  printf "{{ config(materialized='incremental', unique_key='id') }}\n"
  printf "{%% set fields = ['id'"
  for field in $fields supervisor_district; do printf ", '%s'" "$field"; done
  cat <<'SQL'
] %}
with landed as (
  select file_path, ingestion_time, content,
    {% if target.type == 'duckdb' %}
    json_extract_string(content, [{% for field in fields %}'{{ field }}'{{ ", " if not loop.last }}{% endfor %}]) as held
    {% else %}
    array[{% for field in fields %}content ->> '{{ field }}'{{ ", " if not loop.last }}{% endfor %}] as held
    {% endif %}
  from {{ source('landing', 's3_landing_table') }}
  {% if is_incremental() %}
  where ingestion_time >= (select max(ingestion_time) from {{ this }}) - interval '1 hour'
  {% endif %}
)
select
  {% for field in fields %}held[{{ loop.index }}] as {{ field }},
  {% endfor %}
  cast(content -> 'point' -> 'coordinates' ->> 0 as double precision) as longitude,
  cast(content -> 'point' -> 'coordinates' ->> 1 as double precision) as latitude,
  file_path, ingestion_time
from landed
SQL
} >models/incidents.sql

send() { # FROM TO: in the background, as a job that may be asked for
  awk -v from="$1" -v to="$2" -f "$root/tests/acceptance/fire_rows.awk" >"$work/rows-$1.jsonl"
  "$bin/leat" firehose --send "$work/rows-$1.jsonl" --stream incidents --endpoint "http://127.0.0.1:$firehose_port" \
    --session "rows-$1" >"$work/send-$1.out" 2>&1 &
  send_pid=$!
}
spool_has() { [ "$(find "$work/spool" -name '*.log' -size +0 2>/dev/null | wc -l)" -ge 1 ] || ! kill -0 "$send_pid" 2>/dev/null; }
sent() { # FROM: waits for its end and tells
  wait "$send_pid" || { cat "$work/send-$1.out"; failures=$((failures + 1)); }
  send_pid=
  tail -1 "$work/send-$1.out"
}
delivered() { ! find "$work/spool" -name '*.log' -size +0 | grep -q .; }
wait_delivered() { for _ in $(seq 6000); do delivered && return 0; pause; done; printf 'WRONG not delivered\n'; exit 1; }

started=$(date +%s)
send 1 "$half"
until_true spool_has
kill -9 "$firehose_pid"; wait "$firehose_pid" 2>/dev/null || true
start_firehose
printf 'killed the delivery stream\n'
kill_minio
sent 1
wait_delivered
LEAT_FAILPOINTS=pipe_after_rows=kill@2 leat pipe --once >"$work/killed.txt" 2>&1 && printf 'WRONG the pipe was not killed\n'
leat run >"$work/run.txt" 2>&1 || { cat "$work/run.txt"; failures=$((failures + 1)); }
first=$(value 'select count(*) from landing.s3_landing_table')
expect 'rows landed after the first half' "$half" "$first"

"$bin/leat" pipe >"$work/pipe.txt" 2>&1 &
pipe_pid=$!
send $((half + 1)) "$rows"
until_true spool_has
kill_minio
sent $((half + 1))
wait_delivered
kill -9 "$pipe_pid"; wait "$pipe_pid" 2>/dev/null || true
pipe_pid=
printf 'killed the pipe\n'
for _ in 1 2 3; do leat pipe --once >"$work/last.txt" 2>&1 && break; done
leat run >"$work/run.txt" 2>&1 || { cat "$work/run.txt"; failures=$((failures + 1)); }
printf 'took %s s\n' $(($(date +%s) - started))

schema=$([ "$target" = postgres ] && printf public || printf main)
expect 'rows landed' "$rows" "$(value 'select count(*) from landing.s3_landing_table')"
expect 'rows flattened' "$rows" "$(value "select count(*) from $schema.incidents")"
expect 'ids' "$rows" "$(value "select count(distinct id) from $schema.incidents")"
wanted=$(awk -v n="$rows" 'BEGIN { for (i = 1; i <= n; i++) s += (i * 37) % 90000; printf "%.0f", s }')
expect 'the sum of a field' "$wanted" "$(value "select sum(cast(estimated_property_loss as bigint)) from $schema.incidents")"
expect 'records rejected' 0 "$(value 'select count(*) from _leat.dead_letters')"
kill "$proxy_pid"; wait "$proxy_pid" 2>/dev/null || true
tail -1 "$work/proxy.out"
proxy_pid=
finish
