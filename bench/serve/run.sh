#!/bin/sh
# See task.md. SECONDS_LONG says how long it listens (60).
set -eu
root=$(cd "$(dirname -- "$0")/../.." && pwd)
bin=${LEAT_BIN_DIR:-$root/build/release/bin}
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill -9 "$server" 2>/dev/null; rm -rf "$work"' EXIT
cd "$work"
mkdir data
printf 'id\n1\n' >data/one.csv
{
  printf 'name: many\ntarget: duckdb\ntargets: {duckdb: {type: duckdb, path: many.duckdb}}\n'
  printf 'connections: {orders: {source: {type: files, url: "data/*.csv", stream: orders}, streams: {orders: {mode: append}}}}\n'
  printf 'schedules:\n'
  for i in 1 2 3 4 5; do printf '  s%s: {cron: "%s-59/10 * * * * *", select: ["fqn:orders.*"]}\n' "$i" "$((i * 2 - 1))"; done
  for i in $(seq 6 1000); do printf '  s%s: {cron: "%s 0 29 2 *", timezone: Europe/Berlin}\n' "$i" "$((i % 60))"; done
} >leat.yml
"$bin/leat" run >/dev/null 2>&1
long=${SECONDS_LONG:-60}
"$bin/leat" --log-format json serve --port 0 --pages-port 0 >events.jsonl 2>&1 &
server=$!
timeout "$long" tail -f /dev/null --pid=$server || true
ticks=$(awk '{print $14 + $15}' /proc/$server/stat)
printf 'memory %s kB, processor %s ticks of 10 ms in %s s\n' "$(awk '/VmRSS/ {print $2}' /proc/$server/status)" "$ticks" "$long"
kill -9 $server
wait $server 2>/dev/null || true
python3 - events.jsonl <<'PY'
import datetime, json, sys
ticks, late = {}, []
parse = lambda text: datetime.datetime.fromisoformat(text.replace('Z', '+00:00'))
for line in open(sys.argv[1]):
    if not line.startswith('{'):
        continue
    event = json.loads(line)
    if event['event'] == 'tick_decided' and event['outcome'] == 'queued':
        ticks[event['job']] = parse(event['tick'])
    if event['event'] == 'job_started' and event['attempt'] == 1 and event['job'] in ticks:
        late.append((parse(event['at']) - ticks[event['job']]).total_seconds() * 1000)
late.sort()
if late:
    print(f'{len(late)} jobs: p50 {late[len(late) // 2]:.1f} ms, p99 {late[min(len(late) - 1, len(late) * 99 // 100)]:.1f} ms')
PY
