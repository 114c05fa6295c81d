#!/bin/sh
# Measures crimes_2m (see task.md). ROWS, BENCH_RUNS and PRESET (release) change what is measured.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH= cd -- "$here/../.." && pwd)
bin=${LEAT_BIN_DIR:-$root/build/${PRESET:-release}/bin}
rows=${ROWS:-2000000}
runs=${BENCH_RUNS:-3}
say() { printf 'crimes_2m: %s\n' "$*" >&2; }
fail() { printf 'crimes_2m: %s\n' "$1" >&2; printf 'crimes_2m: what to do: %s\n' "$2" >&2; exit 1; }

for program in soda bench_measure bench_duckdb; do
  [ -x "$bin/$program" ] || fail "$program is not built" "run make bench, which builds it"
done
work=$(mktemp -d "${TMPDIR:-/tmp}/leat-bench.XXXXXX")
soda_pid=
cleanup() { [ -z "$soda_pid" ] || kill "$soda_pid" 2>/dev/null || true; rm -rf "$work"; }
trap cleanup EXIT
trap 'exit 130' INT TERM

say "generating $rows crimes"
: >"$work/soda.out"
"$bin/soda" --port 0 --no-gzip --stop-with-parent --generate "x2n5-8w5q=crimes:$rows" >"$work/soda.out" &
soda_pid=$!
url=
while [ -z "$url" ]; do
  url=$(sed -n 's/^listening on //p' "$work/soda.out")
  kill -0 "$soda_pid" 2>/dev/null || fail "the stand-in did not start" "look at the lines above"
  [ -n "$url" ] || timeout 0.1 tail -f /dev/null || true
done

# take NAME CMD...: measures a command `runs` times into NAME.times.
take() {
  name=$1
  shift
  : >"$work/$name.times"
  for run in $(seq "$runs"); do
    "prepare_$name"
    "$bin/bench_measure" "$work/one" "$@" >"$work/$name.out" 2>&1 ||
      { tail -5 "$work/$name.out" >&2; fail "$name failed" "look at the lines above"; }
    cat "$work/one" >>"$work/$name.times"
    say "$name, run $run: $(cut -d' ' -f1 "$work/one") s"
  done
}
# The middle time, and the largest memory of all runs in MB.
median() { sort -n "$work/$1.times" | awk '{t[NR] = $1} END {print t[int((NR + 1) / 2)]}'; }
memory() { awk '$2 > m {m = $2} END {printf "%.0f", m / 1024}' "$work/$1.times"; }
processor() { sort -n "$work/$1.times" | awk '{t[NR] = $3} END {print t[int((NR + 1) / 2)]}'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN {printf "%.2f", a / b}'; }

# Leat
project=$here/project
with_leat=
if [ -x "$bin/leat" ] && [ -f "$project/connectors/crimes.yaml" ]; then
  with_leat=1
  mkdir "$work/project"
  cp -R "$project/." "$work/project"
  export SODA_URL="$url"
  prepare_leat() {
    rm -rf "$work/project/.leat" "$work/leat.duckdb" "$work/leat.duckdb.wal"
    curl -sf -X POST "$url/__soda/reset" >/dev/null
  }
  cd "$work/project"
  export LEAT_BENCH_DATABASE="$work/leat.duckdb"
  take leat "$bin/leat" sync crimes
  cd "$work"
  # What it asked for, encoded again for curl.
  curl -sf "$url/__soda/requests" | sed -n 's/.*"url":"\(\/resource\/[^"]*\)".*"status":200.*/\1/p' |
    sed "s/ /%20/g; s/'/%27/g; s/</%3C/g; s/>/%3E/g" | sort -u >"$work/pages"
else
  say "leat is not built or has no project here yet: only the peers are measured"
  seq 0 50000 $((rows - 1)) |
    sed 's|.*|/resource/x2n5-8w5q.json?$select=:*,*\&$order=:id\&$limit=50000\&$offset=&|' >"$work/pages"
fi
say "$(wc -l <"$work/pages") pages"

# (a) curl
awk -v url="$url" '{printf "url = \"%s%s\"\noutput = /dev/null\n", url, $0}' "$work/pages" >"$work/read.cfg"
prepare_curl() { :; }
take curl curl -sgf -K "$work/read.cfg"

# (b) DuckDB
mkdir "$work/pages.d"
awk -v url="$url" -v to="$work/pages.d" '{printf "url = \"%s%s\"\noutput = \"%s/%06d.json\"\n", url, $0, to, NR}' \
  "$work/pages" >"$work/save.cfg"
curl -sgf -K "$work/save.cfg"
find "$work/pages.d" -size -100c -delete   # empty pages and counts are no rows
bytes=$(cat "$work"/pages.d/* | wc -c)
prepare_duckdb() { rm -f "$work/peer.duckdb" "$work/peer.duckdb.wal"; }
take duckdb "$bin/bench_duckdb" "$work/peer.duckdb" \
  "create table crimes as select * from read_json_auto('$work/pages.d/*.json')"

if [ -n "$with_leat" ]; then
  columns='count(*), count(distinct ":id"), sum(ward::int), round(sum(latitude::double), 3), min(date_of_occurrence::timestamp),
    max(":updated_at"::timestamp), count(_location_description), sum(length(block))'
  "$bin/bench_duckdb" "$work/peer.duckdb" "select $columns from crimes" >"$work/peer.txt"
  "$bin/bench_duckdb" "$work/leat.duckdb" "select $columns from raw.crimes" >"$work/leat.txt"
  cmp -s "$work/peer.txt" "$work/leat.txt" ||
    fail "the tables differ: $(cat "$work/peer.txt") and $(cat "$work/leat.txt")" "a wrong result has no speed"
  # (c) What the writing alone takes: DuckDB reads the typed rows from Parquet, already in the page cache.
  "$bin/bench_duckdb" "$work/leat.duckdb" "copy raw.crimes to '$work/rows.parquet' (compression uncompressed)"
  prepare_parquet() { rm -f "$work/limit.duckdb" "$work/limit.duckdb.wal"; }
  take parquet "$bin/bench_duckdb" "$work/limit.duckdb" "set preserve_insertion_order = false" \
    "create table crimes as select * from '$work/rows.parquet'"
fi

a=$(median curl)
b=$(median duckdb)
printf '\ncrimes_2m: %s rows x 22 columns, %s MB of JSON in %s pages; medians of %s\n' "$rows" "$((bytes / 1000000))" \
  "$(wc -l <"$work/pages")" "$runs"
printf 'machine: %s, %s cores, %s GB, %s, %s\n\n' "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)" "$(nproc)" \
  "$(awk '/MemTotal/ {printf "%.0f", $2 / 1048576}' /proc/meminfo)" "$(. /etc/os-release && printf '%s' "$PRETTY_NAME")" \
  "DuckDB $("$bin/bench_duckdb" :memory: 'select version()')"
row() { printf '%-34s %9s %9s %9s %14s\n' "$@"; }
row '' seconds 'CPU s' 'MB' 'rows/s'
line() { row "$2" "$(median "$1")" "$(processor "$1")" "$(memory "$1")" "$(awk -v t="$(median "$1")" -v r="$rows" 'BEGIN {printf "%.0f", r / t}')"; }
[ -z "$with_leat" ] || line leat 'leat sync -> DuckDB file'
line curl '(a) curl -> /dev/null'
line duckdb '(b) read_json_auto -> DuckDB file'
[ -z "$with_leat" ] || line parquet '(c) typed Parquet -> DuckDB file'
if [ -n "$with_leat" ]; then
  l=$(median leat)
  printf '\nleat / (a) = %s (goal: at most 1.5)\n(b) / leat = %s (goal: at least 4)\nmemory     = %s MB (goal: under 500)\n' \
    "$(ratio "$l" "$a")" "$(ratio "$b" "$l")" "$(memory leat)"
  printf 'leat / (c) = %s; (c) / (a) = %s; (b) / (c) = %s: what no loader into a DuckDB file can beat\n' \
    "$(ratio "$l" "$(median parquet)")" "$(ratio "$(median parquet)" "$a")" "$(ratio "$b" "$(median parquet)")"
else
  printf '\n(b) / (a) = %s\n' "$(ratio "$b" "$a")"
fi
