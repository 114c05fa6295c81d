#!/bin/sh
# run.sh [TASK...]: runs every bench (or those named, such as dbt_parse or peers/api_to_duckdb) and writes
# docs/benchmarks.md from what they print and from their notes.md. BENCH_RUNS (5) changes how often each program runs.
#
# What a task printed is kept in build/bench, so that a task that is run alone leaves the others' sections as they were.
# It ends with 1 where a task failed; a peer that is not installed (setup.sh) is said in its section.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root/bench"
kept=$root/build/bench
[ $# -gt 0 ] || set -- */ peers/*/
mkdir -p "$kept/peers"
status=0
for task in "$@"; do
  task=${task%/}
  [ -x "$task/run.sh" ] || continue
  begun=$(date +%s)
  if "$task/run.sh" >"$kept/$task.part"; then
    printf '\n%s, %s s in all, load at the end %s.\n' "$(date -u '+%Y-%m-%d')" "$(($(date +%s) - begun))" "$(cut -d' ' -f1 /proc/loadavg)" >>"$kept/$task.part"
    mv "$kept/$task.part" "$kept/$task.md"
    sed -n '/^| goal of/,$p' "$kept/$task.md" >&2
  else
    printf '%s: failed\n' "$task" >&2
    status=1
  fi
done
./report.sh "$kept" >"$kept/benchmarks.md"
cp "$kept/benchmarks.md" "$root/docs/benchmarks.md"
exit $status
