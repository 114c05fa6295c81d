#!/bin/sh
# kill -9 at random moments of the first load, then a rerun each time: the final tables equal those of an
# undisturbed run. KILLS and SEED choose how many and which moments, ROWS how much is loaded.
. "$(dirname -- "$0")/acceptance.sh"
# The stand-in for Snowflake translates every statement and is slow: fewer kills there by default.
[ "$target" = snowflake ] && kills=${KILLS:-5} || kills=${KILLS:-20}
rows=${ROWS:-30000}
seed=${SEED:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}
printf 'seed %s\n' "$seed"
start_soda --generate "x2n5-8w5q=crimes:$rows" --generate z8bn-74gv=stations --generate htai-wnw4=wards
new_project "$work/undisturbed"
cd "$work/undisturbed"
started=$(date +%s%N)
leat run >"$work/undisturbed.txt" 2>&1 || { cat "$work/undisturbed.txt"; exit 1; }
took_ms=$((($(date +%s%N) - started) / 1000000))
dump_tables >"$work/undisturbed.csv"
printf 'an undisturbed run takes %s ms\n' "$took_ms"
before=0
for round in $(seq "$kills"); do
  rm -rf "$work/project"
  new_project "$work/project"
  cd "$work/project"
  fresh_database
  seed=$(((seed * 1103515245 + 12345) % 2147483648))
  after_ms=$((seed % took_ms))
  "$bin/leat" run >"$work/killed.txt" 2>&1 &
  pid=$!
  timeout "$(printf '%d.%03d' $((after_ms / 1000)) $((after_ms % 1000)))" tail -f /dev/null --pid="$pid" || true
  kill -9 "$pid" 2>/dev/null || true # a run that was quicker is simply whole
  wait "$pid" 2>/dev/null || true
  client_died
  leat run >"$work/rerun.txt" 2>&1 || { cat "$work/rerun.txt"; failures=$((failures + 1)); break; }
  dump_tables >"$work/rerun.csv"
  expect "round $round, killed after $after_ms ms" "$(cksum <"$work/undisturbed.csv")" "$(cksum <"$work/rerun.csv")"
done
finish
