#!/bin/sh
# kill -9 of the server at random moments of a day's worth of scheduled runs, the day in some seconds: no tick is
# lost or doubled, every job succeeds once, the tables are those of an undisturbed day, no process is left.
# LEAT_SERVE_KILLS says how many (3), LEAT_SERVE_HOURS how many hours lie between two loads (3; a divisor of 24),
# LEAT_SERVE_SPEED how fast the day goes, SEED which moments.
. "$(dirname -- "$0")/serve.sh"
for tool in curl sqlite3; do
  command -v $tool >/dev/null || { echo "skipped: $tool is not installed"; exit 77; }
done
kills=${LEAT_SERVE_KILLS:-3}
hours=${LEAT_SERVE_HOURS:-3}
speed=${LEAT_SERVE_SPEED:-$((86400 / (kills + 5)))}
seed=${SEED:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}
printf 'seed %s, %s kills, a day in %s s\n' "$seed" "$kills" $((86400 / speed))
new_project
cat >>"$work/project/leat.yml" <<YML
dbt: {project: .}
schedules:
  load: {cron: "30 */$hours 28 3 *", timezone: Europe/Berlin, select: ["fqn:orders.*"], missed: all}
  daily: {cron: "7 */6 28 3 *", select: [days], missed: all, priority: 1}
  all: {cron: "30 5,17 28 3 *", timezone: America/New_York, missed: all}
YML
cat >"$work/project/dbt_project.yml" <<'YML'
name: shop
version: "1.0"
profile: shop
models: {shop: {+materialized: table}}
YML
mkdir -p "$work/project/models"
printf 'sources: [{name: raw, schema: raw, tables: [{name: orders}]}]\n' >"$work/project/models/sources.yml"
printf "select day, count(*) as orders, sum(amount) as amount from {{ source('raw', 'orders') }} group by day\n" \
  >"$work/project/models/days.sql"
# A clock that stands: the first server sees the schedules before the day begins.
export LEAT_CLOCK=2026-03-27T22:00:00Z
"$bin/leat" --project "$work/project" run >"$work/first.txt" 2>&1 || { cat "$work/first.txt"; exit 1; }
start_server
for _ in $(seq 300); do
  [ "$(sqlite3 "$work/project/.leat/queue.db" 'select count(*) from schedules' 2>/dev/null)" = 3 ] && break
  pause 0.1 "$server"
done
stop_server
LEAT_CLOCK="2026-03-27T22:00:00Z*$speed@$(date -u +%Y-%m-%dT%H:%M:%S.%3NZ)"
random() { seed=$(((seed * 1103515245 + 12345) % 2147483648)); printf '%s' $((seed / 7 % $1)); }
for round in $(seq "$kills"); do
  "$bin/leat" --project "$work/project" serve --port 0 --pages-port 0 >"$work/serve.txt" 2>&1 &
  server=$!
  printf 'id,day,amount\n%s,2026-02-%02d,%s\n' "$((round + 100))" "$((round % 28 + 1))" "$round" >"$work/project/data/.new"
  mv "$work/project/data/.new" "$work/project/data/round$round.csv"
  pause "$(random 2).$(printf '%03d' "$(random 1000)")" "$server"
  kill -0 "$server" 2>/dev/null || { cat "$work/serve.txt"; fail "round $round: the server ended by itself"; break; }
  stop_server -KILL
done
wanted=$((24 / hours + 6))
start_server
left() { sqlite3 "$work/project/.leat/queue.db" "$1"; }
for _ in $(seq 4500); do
  now=$(left "select count(*) from ticks")
  [ "$now" -ge "$wanted" ] && [ "$(left "select count(*) from jobs where status in ('queued', 'running')")" = 0 ] && break
  pause 0.2 "$server"
done
stop_server
# What each schedule had to do on that day; nothing was due before the first server saw it.
for pair in "load:$((24 / hours))" daily:4 all:2; do
  name=${pair%:*}
  expect "$name: every tick once, each with a job of its own" "${pair#*:} ${pair#*:}" \
    "$(left "select count(*) || ' ' || count(distinct job) from ticks where schedule = '$name' and outcome = 'queued'")"
  "$bin/leat" --project "$work/project" schedule next "$name" --from 2026-03-27T22:00:00Z --count "${pair#*:}" |
    sed 's/.*  //' >"$work/wanted.txt"
  "$bin/leat" --project "$work/project" schedule ticks "$name" --count 100 | cut -d' ' -f1 | sort >"$work/got.txt"
  expect "$name: the ticks are those of its expression" "$(cat "$work/wanted.txt")" "$(cat "$work/got.txt")"
done
expect "every job has succeeded" "succeeded $wanted" "$(left "select status || ' ' || count(*) from jobs group by status")"
expect "SQLite finds its file whole" ok "$(left 'pragma integrity_check')"
printf 'attempts that were interrupted: %s\n' "$(left "select count(*) from job_attempts where status = 'interrupted'")"
"$bin/leat" --project "$work/project" run >"$work/last.txt" 2>&1 || { cat "$work/last.txt"; fail "the last run"; }
expect "every file is loaded once" "$((kills + 2)) $((kills + 2)) $((30 + kills * (kills + 1) / 2))" \
  "$("$bin/leat" --project "$work/project" query --format csv "select count(*) || ' ' || count(distinct id) || ' ' || sum(amount)::int as x from raw.orders" | tail -1)"
expect "the model is what its rows make" 0 \
  "$("$bin/leat" --project "$work/project" query --format csv "select count(*) as x from (select day, count(*) as orders, sum(amount) as amount from raw.orders group by day except select day, orders, amount from days)" | tail -1)"
expect "no process is left" "" "$(pgrep -f "$work/project" || true)"
finish
