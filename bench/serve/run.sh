#!/bin/sh
# See task.md. SECONDS_LONG says how long it listens to ticks (60), IDLE_LONG to nothing (20), ASSETS how many models
# there are (9999). Prints a line a measure with its limit; exits with 1 where one is not kept.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH= cd -- "$here/../.." && pwd)
task=serve
. "$root/bench/measuring.sh"
unset LEAT_LOG   # its events are what is measured
before=${BEFORE:-}   # such as `chrt -r 5`, on a machine that has other work
server=
trap '[ -z "$server" ] || kill -9 "$server" 2>/dev/null; finish' EXIT
cd "$work"
assets=${ASSETS:-9999}
python3 - "$assets" <<'PY'
import os, sys
os.makedirs('big/models'), os.makedirs('big/data'), os.makedirs('small/models'), os.makedirs('small/data')
head = '''name: {name}
target: duckdb
threads: 1
targets: {{duckdb: {{type: duckdb, path: w.duckdb}}}}
connections: {{orders: {{source: {{type: files, url: "data/*.csv", stream: orders}}, streams: {{orders: {{mode: append}}}}}}}}
dbt: {{project: .}}
serve: {{jobs: {{workers: 4}}}}
'''
def project(folder, models, schedules):
    open(f'{folder}/data/one.csv', 'w').write('id\n1\n')
    open(f'{folder}/dbt_project.yml', 'w').write(f'name: {folder}\nversion: "1.0"\nprofile: x\n')
    for i in range(models):
        above = f"select * from {{{{ ref('m{i // 10 - 1}') }}}}" if i >= 10 and folder == 'big' else 'select 1 as one'
        open(f'{folder}/models/m{i}.sql', 'w').write(above + '\n')
    open(f'{folder}/leat.yml', 'w').write(head.format(name=folder) + schedules)
far = ''.join(f'  s{i}: {{cron: "{i % 60} {i // 60 % 24} 29 2 *", timezone: Europe/Berlin}}\n' for i in range(6, 1001))
soon = ''.join(f'  s{i}: {{cron: "{i * 2 - 1}-59/10 * * * * *", select: ["fqn:orders.*"]}}\n' for i in range(1, 6))
project('big', int(sys.argv[1]), 'schedules:\n' + far)
open('big/soon.yml', 'w').write(soon)
project('small', 10, 'schedules: {nightly: {cron: "0 3 29 2 *"}}\n')
PY
hold() { goal "$1" "$2" under "$3" "$4"; } # WHAT VALUE LIMIT UNIT
start() { # FOLDER
  $before "$bin/leat" --project "$work/$1" --log-format json serve --port 0 --pages-port 0 >"$work/$1.jsonl" 2>&1 &
  server=$!
  for _ in $(seq 600); do
    grep -q '^jobs and API at ' "$work/$1.jsonl" && return 0
    timeout 0.1 tail -f /dev/null --pid=$server || true
  done
  cat "$work/$1.jsonl"
  exit 1
}
end() { kill "$1" "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; server=; }
pass() { timeout "$1" tail -f /dev/null --pid=$server || true; }
ticks() { awk '{print $14 + $15}' "/proc/$server/stat"; }
memory() { awk '/VmRSS/ {printf "%.1f", $2 / 1024}' "/proc/$server/status"; }
idle=${IDLE_LONG:-20}
start small
pass 2
used=$(ticks); pass "$idle"; used=$(($(ticks) - used))
hold "processor while idle, small project" "$(awk "BEGIN {printf \"%.2f\", $used / $idle}")" 1 %
hold "memory while idle, small project" "$(memory)" 60 MB
end -TERM
start big
pass 2
used=$(ticks); pass "$idle"; used=$(($(ticks) - used))
hold "processor while idle, 1,000 schedules" "$(awk "BEGIN {printf \"%.2f\", $used / $idle}")" 1 %
cat "$work/big/soon.yml" >>"$work/big/leat.yml"   # read again while it runs
pass "${SECONDS_LONG:-60}"
hold "memory after jobs, 10,000 assets" "$(memory)" 200 MB
"$bin/leat" --project "$work/big" jobs add "fqn:orders.*" --priority 9 >/dev/null
for _ in $(seq 100); do
  [ "$(sqlite3 "$work/big/.leat/queue.db" "select count(*) from jobs where status = 'running'")" -gt 0 ] && break
done
end -9
cp "$work/big.jsonl" "$work/ticks.jsonl"
printf '%s\n' "$(date -u +%s.%N)" >"$work/restart.txt"
start big
pass 2
end -9
python3 - "$work" >"$work/figures.txt" <<'PY'
import datetime, json, sys
work = sys.argv[1]
parse = lambda text: datetime.datetime.fromisoformat(text.replace('Z', '+00:00')).timestamp()
def events(name):
    for line in open(f'{work}/{name}.jsonl'):
        if line.startswith('{'):
            yield json.loads(line)
ticks, late = {}, []
for event in events('ticks'):
    if event['event'] == 'tick_decided' and event['outcome'] == 'queued':
        ticks[event['job']] = parse(event['tick'])
    if event['event'] == 'job_started' and event['attempt'] == 1 and event['job'] in ticks:
        late.append((parse(event['at']) - ticks[event['job']]) * 1000)
late.sort()
print(len(late), f'{late[len(late) // 2]:.1f}', f'{late[min(len(late) - 1, len(late) * 99 // 100)]:.1f}')
restart = float(open(f'{work}/restart.txt').read())
seen = [parse(e['at']) for e in events('big') if e['event'] == 'job_orphaned']
print(f'{seen[0] - restart:.2f}' if seen else 'none')
PY
{ read -r count median worst; read -r orphan; } <"$work/figures.txt"
hold "from a tick to its job's start, p50 of $count" "$median" 50 ms
hold "from a tick to its job's start, p99" "$worst" 100 ms
[ "$orphan" = none ] && printf '\nNo job was at work at the kill: its orphan is not measured.\n' || hold "from restart to the orphan's classification" "$orphan" 1 s
for _ in 1 2 3; do $before "$bin/leat" --project "$work/small" --log-format json run --no-skip --exclude "fqn:orders.*" >"$work/run.jsonl"; done
python3 - "$work" >"$work/figures.txt" <<'PY'
import json, sys
steps, took = [], 0
for line in open(sys.argv[1] + '/run.jsonl'):
    if line.startswith('{'):
        event = json.loads(line)
        if event['event'] == 'node_finished':
            steps.append(event['took_ms'])
        if event['event'] == 'run_finished':
            took = event['took_ms']
print(len(steps), took - sum(steps))
PY
read -r count over <"$work/figures.txt"
hold "a run of $count trivial steps, beyond its steps" "$over" 100 ms
# What one step more costs, all that it does included: a run of 110 against one of 10.
for i in $(seq 10 109); do echo 'select 1 as one' >"$work/small/models/m$i.sql"; done
for _ in 1 2 3; do $before "$bin/leat" --project "$work/small" --log-format json run --no-skip --exclude "fqn:orders.*" >"$work/more.jsonl"; done
python3 - "$work" >"$work/figures.txt" <<'PY'
import json, sys
def read(name):
    steps, took = [], 0
    for line in open(f'{sys.argv[1]}/{name}.jsonl'):
        if line.startswith('{'):
            event = json.loads(line)
            if event['event'] == 'node_finished':
                steps.append(event['took_ms'])
            if event['event'] == 'run_finished':
                took = event['took_ms']
    return len(steps), sum(steps), took
few, few_steps, few_took = read('run')
more, more_steps, more_took = read('more')
print(f'{((more_took - more_steps) - (few_took - few_steps)) / (more - few):.2f}', f'{(more_took - few_took) / (more - few):.2f}')
PY
read -r over whole <"$work/figures.txt"
hold "a step, beyond its own work" "$over" 2 ms
printf '\nA step costs %s ms more, its work (a view in DuckDB) included.\n' "$whole"
goals
