#!/bin/sh
# Measures low_code (see task.md). ROWS, CDK_ROWS, BENCH_RUNS and PRESET (release) change what is measured.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH= cd -- "$here/../.." && pwd)
task=low_code
. "$root/bench/measuring.sh"
needs bench_pages
interop=${LEAT_INTEROP:-$HOME/.cache/leat/interop}
[ -x "$interop/bin/python" ] || interop=$deps/interop
python=$interop/bin/python
rows=${ROWS:-1000000}
cdk_rows=${CDK_ROWS:-100000}
streams='plain by_cursor shaped'
"$python" -c 'import airbyte_cdk' 2>/dev/null || { skip 'airbyte-cdk' 'scripts/setup_interop.sh installs it'; exit 0; }
# serve NAME ROWS: starts a server; leaves its config in NAME.json
serve() {
  "$bin/bench_pages" "$2" >"$work/$1.out" &
  started="$started $!"
  listening "$work/$1.out"
  printf '{"base_url": "%s"}\n' "$(sed -n 's/^listening on //p' "$work/$1.out")" >"$work/$1.json"
}
serve all "$rows"
serve part "$cdk_rows"
serve one 1
for stream in $streams; do
  printf '{"streams":[{"stream":{"name":"%s","json_schema":{},"supported_sync_modes":["full_refresh","incremental"]},"sync_mode":"%s","destination_sync_mode":"append"}]}' \
    $stream "$([ $stream = plain ] && printf full_refresh || printf incremental)" >"$work/$stream.catalog"
done
leat() { "$bin/leat" connector read --manifest "$here/manifest.yaml" --config "$work/$2.json" --catalog "$work/$1.catalog"; }
cdk() { "$python" "$here/cdk_read.py" "$here/manifest.yaml" "$work/$2.json" "$work/$1.catalog"; }
for stream in $streams; do
  rm -f "$work/right"
  same Leat "$(leat $stream part | "$python" "$here/records.py")"
  same airbyte-cdk "$(cdk $stream part | "$python" "$here/records.py")"
  grep -q "^$cdk_rows " "$work/right" || fail "$stream has other than $cdk_rows records" 'look at manifest.yaml'
done
for page in $(seq $((rows / 1000 + 1))); do
  printf 'url = "%s/records?per_page=1000&page=%s"\noutput = /dev/null\n' "$(sed -n 's/^listening on //p' "$work/all.out")" "$page"
done >"$work/read.cfg"
for run in $(seq "$runs"); do
  for stream in $streams; do
    measured leat.$stream "$bin/leat" connector read --manifest "$here/manifest.yaml" --config "$work/all.json" --catalog "$work/$stream.catalog"
    ! due cdk.$stream || measured cdk.$stream "$python" "$here/cdk_read.py" "$here/manifest.yaml" "$work/part.json" "$work/$stream.catalog"
    measured start.$stream "$python" "$here/cdk_read.py" "$here/manifest.yaml" "$work/one.json" "$work/$stream.catalog"
  done
  measured curl curl -sgf -K "$work/read.cfg"
done
printf '\n| %s pages of 1,000 | records | seconds | CPU s | peak MB | own MB | records/s | records/CPU s |\n|---|---|---|---|---|---|---|---|\n' "$((rows / 1000 + 1))"
# line LABEL NAME RECORDS [START]: the rate is without what a program takes to start
line() {
  printf '| %s | %s | %s | %s | %s | %s | %s | %s |\n' "$1" "$3" "$(middle $2 1)" "$(middle $2 3)" "$(largest $2)" "$(largest $2 4)" \
    "$(rate $2 $3 1 ${4:-})" "$(rate $2 $3 3 ${4:-})"
}
rate() { # NAME RECORDS COLUMN [START]
  off=0
  [ -z "${4:-}" ] || off=$(middle "$4" "$3")
  calculate "$2 / ($(middle "$1" "$3") - $off)" %.0f
}
for stream in $streams; do
  case $stream in plain) what='as they come' ;; by_cursor) what='by a cursor' ;; shaped) what='by a cursor, filtered and changed' ;; esac
  line "Leat, $what" leat.$stream "$rows"
  line "airbyte-cdk, $what" cdk.$stream "$cdk_rows" start.$stream
  goal "records a second, $what" "$(quotient "$(rate leat.$stream "$rows" 1)" "$(rate cdk.$stream "$cdk_rows" 1 start.$stream)")" 'at least' 30 x
  goal "own memory, $what" "$(calculate "$(largest leat.$stream 4) / $(largest cdk.$stream 4)")" 'at most' 0.1 x
  goal "resident memory, $what" "$(calculate "$(largest leat.$stream) / $(largest cdk.$stream)")" 'at most' 0.1 x
done
line '`curl` of the same pages to /dev/null' curl "$rows"
printf '\nairbyte-cdk %s; it takes %s s to start, which is not in its rates.\n' "$(python_version "$interop" airbyte-cdk)" "$(middle start.plain 1)"
goals
