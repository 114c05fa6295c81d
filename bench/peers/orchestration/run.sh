#!/bin/sh
# Measures orchestration (see task.md). IDLE_LONG (15), BENCH_RUNS, PEERS and PRESET change what is measured.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH= cd -- "$here/../../.." && pwd)
task=orchestration
. "$root/bench/measuring.sh"
idle=${IDLE_LONG:-15}
has dagster || exit 0   # says so
command -v sqlite3 >/dev/null || fail 'sqlite3 is not installed' 'apt-get install sqlite3'
now() { date +%s.%N; }
wait_until() { # WHAT CMD...
  what=$1
  shift
  for _ in $(seq 1000); do
    "$@" >/dev/null 2>&1 && return 0
    timeout 0.2 tail -f /dev/null || true
  done
  fail "$what did not come" 'look at the tools themselves'
}

mkdir -p "$work/project/models" "$work/home"
printf 'name: ten\ntarget: duckdb\ntargets: {duckdb: {type: duckdb, path: w.duckdb}}\ndbt: {project: .}\n' >"$work/project/leat.yml"
printf 'name: ten\nversion: "1.0"\nprofile: x\n' >"$work/project/dbt_project.yml"
for i in $(seq 10); do echo 'select 1 as one' >"$work/project/models/m$i.sql"; done
cp "$here/ten.py" "$work/ten.py"
cp "$here/ten.py" "$work/home/ten.py"
: >"$work/home/dagster.yaml"
export DAGSTER_HOME="$work/home" DAGSTER_DISABLE_TELEMETRY=1 PYTHONDONTWRITEBYTECODE=
PATH="$peers/dagster/bin:$PATH"
cd "$work"

# One run from the command line.
run_leat() { rm -rf "$work"/project/w.duckdb* "$work/project/.leat"; measured leat "$bin/leat" --project "$work/project" run --no-skip; }
run_dagster() { measured dagster dagster job execute -f ten.py -j ten; }
run_inside() { measured inside dagster job execute -f ten.py -j ten_inside; }
in_turn leat dagster inside

# Servers: how long until they answer, what they cost while nothing is to do, and how long a job takes through them.
"$bin/leat" --project "$work/project" --log-format json serve --port 0 --pages-port 0 >"$work/leat.log" 2>&1 &
leat=$!
started=$leat
begun=$(now)
wait_until 'leat serve' grep -q '^jobs and API at ' "$work/leat.log"
leat_ready=$(echo "$(now) $begun" | awk '{printf "%.1f", $1 - $2}')
python3 "$here/served.py" $leat 2 >/dev/null
leat_idle=$(python3 "$here/served.py" $leat "$idle")
: >"$work/leat_job.took"
for run in $(seq "$runs"); do
  begun=$(now)
  "$bin/leat" --project "$work/project" jobs add '*' >/dev/null
  done_of() { [ "$(sqlite3 "$work/project/.leat/queue.db" "select count(*) from jobs where status = 'succeeded'")" -ge "$run" ]; }
  wait_until "leat's job" done_of
  echo "$(now) $begun" | awk '{printf "%.2f\n", $1 - $2}' >>"$work/leat_job.took"
done
kill $leat && wait $leat 2>/dev/null || true
started=
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
begun=$(now)
# In a session of its own: when it ends it ends its whole group.
(cd "$work/home" && exec setsid dagster dev -f ten.py -p "$port" -h 127.0.0.1) >"$work/dagster.log" 2>&1 &
dagster=$!
started=$dagster
wait_until 'the web server of Dagster' curl -sf "http://127.0.0.1:$port/server_info"
dagster_ready=$(echo "$(now) $begun" | awk '{printf "%.1f", $1 - $2}')
timeout 5 tail -f /dev/null || true   # its processes start one another
dagster_idle=$(python3 "$here/served.py" $dagster "$idle")
: >"$work/dagster_job.took"
before=$(sqlite3 "$work/home/history/runs.db" "select count(*) from runs where status = 'SUCCESS'")
# Asked for as its pages ask, which costs no start of a command.
question='{"query": "mutation {launchRun(executionParams: {selector: {repositoryLocationName: \"ten.py\", repositoryName: \"__repository__\", jobName: \"ten\"}, runConfigData: {}}) {__typename}}"}'
for run in $(seq $((runs < 3 ? runs : 3))); do   # each is a matter of half a minute
  begun=$(now)
  curl -sf -H 'content-type: application/json' -d "$question" "http://127.0.0.1:$port/graphql" >"$work/launched"
  grep -q LaunchRunSuccess "$work/launched" || { cat "$work/launched" >&2; fail 'Dagster took no job' 'look at the line above'; }
  done_of() { [ "$(sqlite3 "$work/home/history/runs.db" "select count(*) from runs where status = 'SUCCESS'")" -ge $((before + run)) ]; }
  wait_until "Dagster's job" done_of
  echo "$(now) $begun" | awk '{printf "%.2f\n", $1 - $2}' >>"$work/dagster_job.took"
done
# Asked to end, it may wait for its daemon without an end.
kill -9 -- -$dagster && wait $dagster 2>/dev/null || true
started=
heading 'a job of ten steps that do nothing, from the command line'
row '`leat run` (ten views in DuckDB)' leat
row '`dagster job execute` (a process for each step, its default)' dagster leat
row '`dagster job execute`, in one process' inside leat
middle_of() { sort -n "$work/$1" | awk '{t[NR] = $1} END {print t[int((NR + 1) / 2)]}'; }
printf '\n| a server | ready after, s | processes | MB | %% of a core, idle | the job through it, s |\n|---|---|---|---|---|---|\n'
echo "$leat_idle" | awk -v r="$leat_ready" -v j="$(middle_of leat_job.took)" '{printf "| leat serve | %s | %s | %s | %s | %s |\n", r, $1, $2, $3, j}'
echo "$dagster_idle" | awk -v r="$dagster_ready" -v j="$(middle_of dagster_job.took)" '{printf "| dagster dev | %s | %s | %s | %s | %s |\n", r, $1, $2, $3, j}'
printf '\n'
versions dagster
ahead 'Dagster, a process for each step' dagster leat
ahead 'Dagster, in one process' inside leat
goal "a job through Dagster's server" "$(quotient "$(middle_of dagster_job.took)" "$(middle_of leat_job.took)")" over 1 x
goal "memory of Dagster's server, idle" "$(quotient "$(echo "$dagster_idle" | cut -d' ' -f2)" "$(echo "$leat_idle" | cut -d' ' -f2)")" over 1 x
goals
