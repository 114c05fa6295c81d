#!/bin/sh
# report.sh FOLDER: docs/benchmarks.md, from what the tasks printed into FOLDER: the machine, all goals, a section a task.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
bin=${LEAT_BIN_DIR:-$root/build/${PRESET:-release}/bin}
folder=$(CDPATH= cd -- "$1" && pwd)
cd "$root/bench"
tasks=$(for task in crimes_2m bulk_load low_code peers/api_to_duckdb peers/postgres_to_duckdb peers/cdc_throughput replication \
  dbt_parse dbt_run jinja_render pages pgwire serve peers/orchestration scaling; do [ ! -s "$folder/$task.md" ] || echo "$task"; done)
goals() { sed -n '/^| goal of/,$p' "$folder/$1.md" | sed -n 's/^\(| .*| \(reached\|\*\*not reached\*\*\) |\)$/\1/p'; }
all=$(for task in $tasks; do goals "$task"; done)
cat <<END
# Benchmarks

Written by \`make bench\`, which installs the peers (\`bench/setup.sh\`), makes the data, runs Leat and each peer in turn on the same work, compares their results before a time counts, and ends with this file. Don't edit it: what stands here by hand is each task's notes.md.

$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) cores, $(awk '/MemTotal/ {printf "%.0f", $2 / 1048576}' /proc/meminfo) GB; $(. /etc/os-release && printf '%s' "$PRETTY_NAME"); Leat $("$bin/leat" --version | head -1); DuckDB $("$bin/bench_duckdb" :memory: 'select version()'); $(postgres=$(ls /usr/lib/postgresql/*/bin/postgres 2>/dev/null | head -1) && "$postgres" --version). Sources, stand-ins, Leat and its peers share these cores.

Figures are medians of five runs, in turn; of three where a run takes more than 20 s, of one where it takes more than a minute. MB is the most that a program and those it started had resident together. *x* is how many times what Leat took, the median of neighbouring runs' ratios. A limit (curl, COPY, pg_recvlogical, DuckDB itself) does less than Leat, so its *x* may be under 1.

$(printf '%s\n' "$all" | grep -c '| reached |$') of $(printf '%s\n' "$all" | wc -l) goals are reached; the notes of the others' sections say why not, with figures.

| task | goal | measured | | |
|---|---|---|---|---|
END
for task in $tasks; do goals "$task" | sed "s#^| #| [${task##*/}](\#${task##*/}) | #"; done
for task in $tasks; do
  name=${task##*/}
  printf '\n## %s\n%s: `bench/run.sh %s` ([task](../bench/%s/task.md)).\n' "$name" "$(sed -n "1s/^# $name: //p" "$task/task.md" | sed 's/^./\U&/')" "$task" "$task"
  cat "$folder/$task.md"
  [ ! -f "$task/notes.md" ] || { printf '\n'; cat "$task/notes.md"; }
done
cat <<'END'

The soak of 90 minutes has [a page of its own](soak.md).
END
