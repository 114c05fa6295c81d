#!/bin/sh
# What `leat serve` does besides schedules: a backfill of windows, a sensor of files, a webhook, leat.yml read again, an
# alert that is told and recovers, two jobs at once, a backup while it runs and put back, a drain at the end.
. "$(dirname -- "$0")/serve.sh"
for tool in curl sqlite3 python3; do
  command -v $tool >/dev/null || { echo "skipped: $tool is not installed"; exit 77; }
done
new_project
# A receiver of alerts: what is posted to it is appended to a file, a line each.
cat >"$work/receiver.py" <<'PY'
import http.server, sys
class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length']))
        with open(sys.argv[1], 'ab') as file:
            file.write(body + b'\n')
        self.send_response(200)
        self.end_headers()
    def log_message(self, *words):
        pass
server = http.server.HTTPServer(('127.0.0.1', 0), Receiver)
print(server.server_port, flush=True)
server.serve_forever()
PY
: >"$work/alerts.txt"
python3 "$work/receiver.py" "$work/alerts.txt" >"$work/port.txt" &
receiver=$!
trap 'stop_server -KILL; kill $receiver 2>/dev/null || true; rm -rf "$work"' EXIT
for _ in $(seq 100); do [ -s "$work/port.txt" ] && break; pause 0.1 $receiver; done
cat >>"$work/project/leat.yml" <<YML
dbt: {project: .}
threads: 1
partitions: {days: {window: day, start: 2026-01-01, end: 2026-01-05, select: [by_day]}}
sensors:
  pushed: {type: webhook, secret: "hook-s3cret", select: [plain]}
alerts: {routes: {ops: {type: webhook, url: "http://127.0.0.1:$(cat "$work/port.txt")/in", group: 0s}}}
serve: {jobs: {workers: 2, drain: 20s}}
YML
printf 'name: shop\nversion: "1.0"\nprofile: shop\nmodels: {shop: {+materialized: table}}\n' >"$work/project/dbt_project.yml"
mkdir -p "$work/project/models"
cat >"$work/project/models/by_day.sql" <<'SQL'
{{ config(materialized='incremental') }}
select '{{ var("partition_start", "none") }}' as window_start
SQL
echo 'select 1 as one' >"$work/project/models/plain.sql"
echo "select count(*) as n from range(4000000000) t(i) where i % 7 = 3" >"$work/project/models/long.sql"
echo "select * from {{ ref('plain') }} where no_such_column = 1" >"$work/project/models/broken.sql"
leat() { "$bin/leat" --project "$work/project" "$@"; }
queue() { sqlite3 "$work/project/.leat/queue.db" "$1"; }
api() { path=$1; shift; curl -s "$url/api/leat/v1$path" "$@"; }
wait_for() { # WHAT SECONDS CONDITION...
  what=$1 tries=$(($2 * 10)); shift 2
  for _ in $(seq $tries); do "$@" && return 0; pause 0.1 "$server"; done
  fail "$what did not come"
  tail -5 "$work/serve.txt"
}
ended() { [ "$(queue "select count(*) from jobs where status in ('queued', 'running')")" = 0 ]; }
is() { [ "$(queue "$2")" = "$1" ]; }
leat run plain >"$work/first.txt" 2>&1 || { cat "$work/first.txt"; exit 1; }
start_server
url=${url%/}

expect "a dry run tells what a backfill would do" 4 \
  "$(api /backfills -d '{"partitions":"days","dry_run":true}' | member runs)"
api /backfills -d '{"partitions":"days","retries":0}' >"$work/backfill.json"
wait_for "the backfill's end" 60 ended
expect "each window has its run, in order" "2026-01-01T00:00:00Z 2026-01-02T00:00:00Z 2026-01-03T00:00:00Z 2026-01-04T00:00:00Z" \
  "$(leat query --format csv "select string_agg(window_start, ' ' order by window_start) from by_day" | tail -1)"
expect "the grid tells that they are done" 4 "$(api /partitions/days | grep -o '"state":"succeeded"' | wc -l)"
expect "what is done is left out" 0 "$(api /backfills -d '{"partitions":"days","dry_run":true}' | member runs)"

expect "a webhook without its secret is refused" 401 "$(curl -s -o /dev/null -w '%{http_code}' -d '{}' "$url/api/leat/v1/hooks/pushed")"
job=$(api /hooks/pushed -d '{}' -H 'Authorization: Bearer hook-s3cret' -H 'Idempotency-Key: a1' | member id)
expect "the same call again is the same job" "$job" \
  "$(api /hooks/pushed -d '{}' -H 'Authorization: Bearer hook-s3cret' -H 'Idempotency-Key: a1' | member id)"
wait_for "the webhook's job" 60 is succeeded "select status from jobs where id = ${job:-0}"

# A sensor is added while the server runs.
sed -i 's/^sensors:/sensors:\n  drops: {type: files, url: "data\/*.csv", every: 1s, select: ["fqn:orders.*"]}/' "$work/project/leat.yml"
wait_for "the new sensor's first look" 60 is 1 "select count(*) from sensors where name = 'drops'"
printf 'id,day,amount\n3,2026-01-03,30\n' >"$work/project/data/two.csv"
wait_for "the sensor's job" 60 is succeeded "select status from jobs where kind = 'sensor' and name = 'drops' order by id desc limit 1"
expect "what was dropped is loaded" 3 "$(leat query --format csv 'select count(*) from raw.orders' | tail -1)"
echo 'schedules: {x: {cron: "99 * * * *"}}' >"$work/wrong.yml"
cat "$work/project/leat.yml" "$work/wrong.yml" >"$work/both.yml"
cp "$work/project/leat.yml" "$work/good.yml"
cp "$work/both.yml" "$work/project/leat.yml"
wait_for "the refusal of a wrong leat.yml" 20 grep -q 'project refused' "$work/serve.txt"
cp "$work/good.yml" "$work/project/leat.yml"
expect "the server goes on by what it was" 200 "$(curl -s -o /dev/null -w '%{http_code}' "$url/api/leat/v1/sensors")"

leat jobs add broken >/dev/null
wait_for "the alert of a job that fails" 60 grep -q '"status":"open"' "$work/alerts.txt"
expect "it has the error's code" 1 "$(grep -c '"code":"LEAT-DBT-0' "$work/alerts.txt")"
echo "select * from {{ ref('plain') }}" >"$work/project/models/broken.sql"
leat jobs add broken >/dev/null
wait_for "the alert's end" 60 grep -q '"status":"recovered"' "$work/alerts.txt"
api /silences -d '{"kind":"failure","subject":"brok*","minutes":60}' >/dev/null
echo "select no_such_column from {{ ref('plain') }}" >"$work/project/models/broken.sql"
told=$(wc -l <"$work/alerts.txt")
leat jobs add broken >/dev/null
wait_for "the alert that is silenced" 60 is failed "select status from jobs where name = 'broken' order by id desc limit 1"
expect "a silence is kept" 1 "$(leat alerts silences | grep -c 'brok')"
expect "nobody is told of what is silenced" "$told" "$(wc -l <"$work/alerts.txt")"

# A long job and a short one, of different assets: the short one does not wait.
leat jobs add long >/dev/null
wait_for "the long job's start" 30 is 1 "select count(*) from jobs where status = 'running' and name = 'long'"
leat jobs add plain >/dev/null
wait_for "a job beside the long one" 60 is succeeded "select status from jobs where name = 'plain' and kind = 'manual'"
expect "the long one is still at work" running "$(queue "select status from jobs where name = 'long'")"
leat jobs cancel "$(queue "select id from jobs where name = 'long'")"
wait_for "the long job's end" 30 is cancelled "select status from jobs where name = 'long'"

leat backup "$work/backups" >"$work/backup.txt" || { cat "$work/backup.txt"; fail "the backup"; }
copy=$(echo "$work/backups"/shop-*)
expect "a backup holds the stores and the warehouse" "alerts.db leat.db leat.yml manifest.json queue.db warehouse.duckdb " \
  "$(ls "$copy" | tr '\n' ' ')"
leat backup --restore "$copy" >"$work/refused.txt" 2>&1 && fail "a backup was put back under a running server"

# At its end the server gives a job at work its time.
echo "select count(*) as n from range(60000000) t(i) where i % 7 = 3" >"$work/project/models/long.sql"
leat jobs add long >/dev/null
wait_for "the job before the end" 30 is 1 "select count(*) from jobs where status = 'running' and name = 'long'"
stop_server
expect "the job was given its time" succeeded "$(queue "select status from jobs where name = 'long' order by id desc limit 1")"
leat query 'drop table raw.orders' >/dev/null 2>&1 || true
rm -f "$work/project/shop.duckdb"
leat backup --restore "$copy" >/dev/null
expect "what was put back is whole" 3 "$(leat query --format csv 'select count(*) from raw.orders' | tail -1)"
finish
