#!/bin/sh
# Measures low_code (see task.md). ROWS, CDK_ROWS, BENCH_RUNS and PRESET (release) change what is measured.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH= cd -- "$here/../.." && pwd)
bin=${LEAT_BIN_DIR:-$root/build/${PRESET:-release}/bin}
python=${LEAT_INTEROP:-$HOME/.cache/leat/interop}/bin/python
rows=${ROWS:-1000000}
cdk_rows=${CDK_ROWS:-$rows}
runs=${BENCH_RUNS:-3}
streams='plain by_cursor shaped'
say() { printf 'low_code: %s\n' "$*" >&2; }
fail() { printf 'low_code: %s\n' "$1" >&2; printf 'low_code: what to do: %s\n' "$2" >&2; exit 1; }
for program in leat bench_pages bench_measure; do
  [ -x "$bin/$program" ] || fail "$program is not built" "run make bench, which builds it"
done
"$python" -c 'import airbyte_cdk' 2>/dev/null || { printf 'skipped: airbyte-cdk is not installed (scripts/setup_interop.sh)\n'; exit 0; }

work=$(mktemp -d "${TMPDIR:-/tmp}/leat-bench.XXXXXX")
pids=
cleanup() { for pid in $pids; do kill "$pid" 2>/dev/null || true; done; rm -rf "$work"; }
trap cleanup EXIT
trap 'exit 130' INT TERM
# serve NAME ROWS: starts a server; leaves its config in NAME.json and its address in NAME.url
serve() {
  : >"$work/$1.out"
  "$bin/bench_pages" "$2" >"$work/$1.out" &
  pids="$pids $!"
  until grep -q '^listening on ' "$work/$1.out"; do
    kill -0 $! 2>/dev/null || fail "the server did not start" "look at the lines above"
    timeout 0.1 tail -f /dev/null || true
  done
  sed -n 's/^listening on //p' "$work/$1.out" >"$work/$1.url"
  printf '{"base_url": "%s"}\n' "$(cat "$work/$1.url")" >"$work/$1.json"
}
serve all "$rows"
serve part "$cdk_rows"
serve one 1
for stream in $streams; do
  printf '{"streams":[{"stream":{"name":"%s","json_schema":{},"supported_sync_modes":["full_refresh","incremental"]},"sync_mode":"%s","destination_sync_mode":"append"}]}' \
    $stream "$([ $stream = plain ] && printf full_refresh || printf incremental)" >"$work/$stream.catalog"
done
# leat|cdk STREAM DATA
leat() { "$bin/leat" connector read --manifest "$here/manifest.yaml" --config "$work/$2.json" --catalog "$work/$1.catalog"; }
cdk() { "$python" "$here/cdk_read.py" "$here/manifest.yaml" "$work/$2.json" "$work/$1.catalog"; }
# take NAME CMD...: measures a command into NAME.times, once more
take() {
  name=$1
  shift
  "$bin/bench_measure" "$work/measured" "$@" >/dev/null 2>"$work/$name.err" ||
    { tail -5 "$work/$name.err" >&2; fail "$name failed" "look at the lines above"; }
  cat "$work/measured" >>"$work/$name.times"
  say "$name: $(cut -d' ' -f1 "$work/measured") s"
}
median() { sort -n "$work/$1.times" | awk '{t[NR] = $1} END {print t[int((NR + 1) / 2)]}'; }
processor() { sort -n "$work/$1.times" | awk '{t[NR] = $3} END {print t[int((NR + 1) / 2)]}'; }
memory() { awk '$2 > m {m = $2} END {printf "%.0f", m / 1024}' "$work/$1.times"; }
own() { awk '$4 > m {m = $4} END {printf "%.1f", m / 1024}' "$work/$1.times"; }
calculate() { awk -v a="$1" -v b="$2" -v c="${3:-0}" "BEGIN {printf \"$4\", $5}"; }

for stream in $streams; do
  leat $stream part | "$python" "$here/records.py" >"$work/leat.$stream.records"
  cdk $stream part | "$python" "$here/records.py" >"$work/cdk.$stream.records"
  cmp -s "$work/leat.$stream.records" "$work/cdk.$stream.records" ||
    fail "the records of $stream differ: $(cat "$work/leat.$stream.records") and $(cat "$work/cdk.$stream.records")" "a wrong result has no speed"
  grep -q "^$cdk_rows " "$work/leat.$stream.records" || fail "$stream has other than $cdk_rows records" "look at manifest.yaml"
  for run in $(seq "$runs"); do
    take leat.$stream "$bin/leat" connector read --manifest "$here/manifest.yaml" --config "$work/all.json" --catalog "$work/$stream.catalog"
    take cdk.$stream "$python" "$here/cdk_read.py" "$here/manifest.yaml" "$work/part.json" "$work/$stream.catalog"
    take start.$stream "$python" "$here/cdk_read.py" "$here/manifest.yaml" "$work/one.json" "$work/$stream.catalog"
  done
done
for page in $(seq $((rows / 1000 + 1))); do
  printf 'url = "%s/records?per_page=1000&page=%s"\noutput = /dev/null\n' "$(cat "$work/all.url")" "$page"
done >"$work/read.cfg"
for run in $(seq "$runs"); do take curl curl -sgf -K "$work/read.cfg"; done

printf '\nlow_code: %s records x 20 fields in %s pages (airbyte-cdk: %s records); medians of %s\n' "$rows" "$((rows / 1000 + 1))" "$cdk_rows" "$runs"
printf 'machine: %s, %s cores, %s GB, %s, airbyte-cdk %s\n\n' "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)" "$(nproc)" \
  "$(awk '/MemTotal/ {printf "%.0f", $2 / 1048576}' /proc/meminfo)" "$(. /etc/os-release && printf '%s' "$PRETTY_NAME")" \
  "$("$python" -c 'import importlib.metadata as m; print(m.version("airbyte-cdk"))')"
row() { printf '%-28s %9s %9s %9s %9s %12s\n' "$@"; }
row '' seconds 'CPU s' 'MB' 'own MB' 'records/s'
for stream in $streams; do
  fast=$(calculate "$rows" "$(median leat.$stream)" 0 %.0f 'a / b')
  slow=$(calculate "$cdk_rows" "$(median cdk.$stream)" "$(median start.$stream)" %.0f 'a / (b - c)')
  row "leat, $stream" "$(median leat.$stream)" "$(processor leat.$stream)" "$(memory leat.$stream)" "$(own leat.$stream)" "$fast"
  row "airbyte-cdk, $stream" "$(median cdk.$stream)" "$(processor cdk.$stream)" "$(memory cdk.$stream)" "$(own cdk.$stream)" "$slow"
  row "  of it to start" "$(median start.$stream)" "$(processor start.$stream)" "$(memory start.$stream)" "$(own start.$stream)" ''
done
row 'curl -> /dev/null' "$(median curl)" "$(processor curl)" "$(memory curl)" "$(own curl)" "$(calculate "$rows" "$(median curl)" 0 %.0f 'a / b')"
printf '\n'
for stream in $streams; do
  times=$(calculate "$(calculate "$rows" "$(median leat.$stream)" 0 %.0f 'a / b')" \
    "$(calculate "$cdk_rows" "$(median cdk.$stream)" "$(median start.$stream)" %.0f 'a / (b - c)')" 0 %.1f 'a / b')
  printf '%s: %s times the records a second (goal: at least 30), %s of the memory, %s of the own memory (goal: at most 0.1), curl alone takes %s %% of the time\n' \
    "$stream" "$times" "$(calculate "$(memory leat.$stream)" "$(memory cdk.$stream)" 0 %.2f 'a / b')" \
    "$(calculate "$(own leat.$stream)" "$(own cdk.$stream)" 0 %.2f 'a / b')" \
    "$(calculate "$(median curl)" "$(median leat.$stream)" 0 %.0f '100 * a / b')"
done
