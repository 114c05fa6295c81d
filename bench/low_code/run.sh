#!/bin/sh
# Measures low_code (see task.md). ROWS, CDK_ROWS, BENCH_RUNS and PRESET (release) change what is measured.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH= cd -- "$here/../.." && pwd)
bin=${LEAT_BIN_DIR:-$root/build/${PRESET:-release}/bin}
python=${LEAT_INTEROP:-$HOME/.cache/leat/interop}/bin/python
rows=${ROWS:-1000000}
cdk_rows=${CDK_ROWS:-100000}
runs=${BENCH_RUNS:-3}
say() { printf 'low_code: %s\n' "$*" >&2; }
fail() { printf 'low_code: %s\n' "$1" >&2; printf 'low_code: what to do: %s\n' "$2" >&2; exit 1; }
for program in leat soda bench_measure; do
  [ -x "$bin/$program" ] || fail "$program is not built" "run make bench, which builds it"
done
"$python" -c 'import airbyte_cdk' 2>/dev/null || { printf 'skipped: airbyte-cdk is not installed (scripts/setup_interop.sh)\n'; exit 0; }

work=$(mktemp -d "${TMPDIR:-/tmp}/leat-bench.XXXXXX")
pids=
cleanup() { for pid in $pids; do kill "$pid" 2>/dev/null || true; done; rm -rf "$work"; }
trap cleanup EXIT
trap 'exit 130' INT TERM
# serve NAME ROWS: starts a stand-in; leaves its config in NAME.json and its address in NAME.url
serve() {
  : >"$work/$1.out"
  "$bin/soda" --port 0 --no-gzip --stop-with-parent --generate "x2n5-8w5q=crimes:$2" >"$work/$1.out" &
  pids="$pids $!"
  until grep -q '^listening on ' "$work/$1.out"; do
    kill -0 $! 2>/dev/null || fail "the stand-in did not start" "look at the lines above"
    timeout 0.1 tail -f /dev/null || true
  done
  sed -n 's/^listening on //p' "$work/$1.out" >"$work/$1.url"
  printf '{"base_url": "%s"}\n' "$(cat "$work/$1.url")" >"$work/$1.json"
}
say "generating $rows, $cdk_rows and 1 crimes"
serve all "$rows"
serve part "$cdk_rows"
serve one 1
for stream in plain shaped; do
  printf '{"streams":[{"stream":{"name":"%s","json_schema":{},"supported_sync_modes":["full_refresh"]},"sync_mode":"full_refresh","destination_sync_mode":"append"}]}' \
    $stream >"$work/$stream.catalog"
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
calculate() { awk -v a="$1" -v b="$2" -v c="${3:-0}" "BEGIN {printf \"$4\", $5}"; }

for stream in plain shaped; do
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
curl -sf "$(cat "$work/all.url")/__soda/requests" | sed -n 's/.*"url":"\(\/resource\/[^"]*\)".*"status":200.*/\1/p' | sort -u >"$work/pages"
awk -v url="$(cat "$work/all.url")" '{gsub(/ /, "%20"); printf "url = \"%s%s\"\noutput = /dev/null\n", url, $0}' "$work/pages" >"$work/read.cfg"
for run in $(seq "$runs"); do take curl curl -sgf -K "$work/read.cfg"; done

printf '\nlow_code: %s records x 20 fields in %s pages (airbyte-cdk: %s records); medians of %s\n' "$rows" "$(wc -l <"$work/pages")" "$cdk_rows" "$runs"
printf 'machine: %s, %s cores, %s GB, %s, airbyte-cdk %s\n\n' "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)" "$(nproc)" \
  "$(awk '/MemTotal/ {printf "%.0f", $2 / 1048576}' /proc/meminfo)" "$(. /etc/os-release && printf '%s' "$PRETTY_NAME")" \
  "$("$python" -c 'import importlib.metadata as m; print(m.version("airbyte-cdk"))')"
row() { printf '%-34s %9s %9s %9s %12s\n' "$@"; }
row '' seconds 'CPU s' 'MB' 'records/s'
status=0
for stream in plain shaped; do
  fast=$(calculate "$rows" "$(median leat.$stream)" 0 %.0f 'a / b')
  slow=$(calculate "$cdk_rows" "$(median cdk.$stream)" "$(median start.$stream)" %.0f 'a / (b - c)')
  row "leat, $stream" "$(median leat.$stream)" "$(processor leat.$stream)" "$(memory leat.$stream)" "$fast"
  row "airbyte-cdk, $stream" "$(median cdk.$stream)" "$(processor cdk.$stream)" "$(memory cdk.$stream)" "$slow"
  row "  of it to start" "$(median start.$stream)" "$(processor start.$stream)" "$(memory start.$stream)" ''
done
row 'curl -> /dev/null' "$(median curl)" "$(processor curl)" "$(memory curl)" "$(calculate "$rows" "$(median curl)" 0 %.0f 'a / b')"
printf '\n'
for stream in plain shaped; do
  times=$(calculate "$(calculate "$rows" "$(median leat.$stream)" 0 %.0f 'a / b')" \
    "$(calculate "$cdk_rows" "$(median cdk.$stream)" "$(median start.$stream)" %.0f 'a / (b - c)')" 0 %.1f 'a / b')
  share=$(calculate "$(memory leat.$stream)" "$(memory cdk.$stream)" 0 %.3f 'a / b')
  printf '%s: %s times the records a second (goal: at least 30), %s of the memory (goal: at most 0.1), curl takes %s %% of the time\n' \
    "$stream" "$times" "$share" "$(calculate "$(median curl)" "$(median leat.$stream)" 0 %.0f '100 * a / b')"
done
