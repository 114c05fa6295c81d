#!/bin/sh
# Measures crimes_2m (see task.md). ROWS, BENCH_RUNS and PRESET (release) change what is measured.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH= cd -- "$here/../.." && pwd)
task=crimes_2m
. "$root/bench/measuring.sh"
needs soda
rows=${ROWS:-2000000}
say "generating $rows crimes"
"$bin/soda" --port 0 --no-gzip --stop-with-parent --generate "x2n5-8w5q=crimes:$rows" >"$work/soda.out" &
started=$!
listening "$work/soda.out"
url=$(sed -n 's/^listening on //p' "$work/soda.out")

cp -R "$here/project" "$work/project"
export SODA_URL="$url" LEAT_BENCH_DATABASE="$work/leat.duckdb"
run_leat() {
  rm -rf "$work/project/.leat" "$work"/leat.duckdb*
  curl -sf -X POST "$url/__soda/reset" >/dev/null
  measured leat "$bin/leat" --project "$work/project" sync crimes
}
run_leat
# What it asked for, encoded again for curl.
curl -sf "$url/__soda/requests" | sed -n 's/.*"url":"\(\/resource\/[^"]*\)".*"status":200.*/\1/p' |
  sed "s/ /%20/g; s/'/%27/g; s/</%3C/g; s/>/%3E/g" | sort -u >"$work/pages"
rm "$work/leat.times"
say "$(wc -l <"$work/pages") pages"

awk -v url="$url" '{printf "url = \"%s%s\"\noutput = /dev/null\n", url, $0}' "$work/pages" >"$work/read.cfg"
run_curl() { measured curl curl -sgf -K "$work/read.cfg"; }
mkdir "$work/pages.d"
awk -v url="$url" -v to="$work/pages.d" '{printf "url = \"%s%s\"\noutput = \"%s/%06d.json\"\n", url, $0, to, NR}' \
  "$work/pages" >"$work/save.cfg"
curl -sgf -K "$work/save.cfg"
find "$work/pages.d" -size -100c -delete   # empty pages and counts are no rows
bytes=$(cat "$work"/pages.d/* | wc -c)
run_json() {
  rm -f "$work"/json.duckdb*
  measured json "$bin/bench_duckdb" "$work/json.duckdb" "create table crimes as select * from read_json_auto('$work/pages.d/*.json')"
}
run_json
columns='count(*), count(distinct ":id"), sum(ward::int), round(sum(latitude::double), 3), min(date_of_occurrence::timestamp),
  max(":updated_at"::timestamp), count(_location_description), sum(length(block))'
same DuckDB "$("$bin/bench_duckdb" "$work/json.duckdb" "select $columns from crimes")"
same Leat "$("$bin/bench_duckdb" "$work/leat.duckdb" "select $columns from raw.crimes")"
rm "$work/json.times"
# What the writing alone takes: DuckDB reads the typed rows from Parquet, already in the page cache.
"$bin/bench_duckdb" "$work/leat.duckdb" "copy raw.crimes to '$work/rows.parquet' (compression uncompressed)" >/dev/null
run_parquet() {
  rm -f "$work"/parquet.duckdb*
  measured parquet "$bin/bench_duckdb" "$work/parquet.duckdb" "set preserve_insertion_order = false" \
    "create table crimes as select * from '$work/rows.parquet'"
}
in_turn leat curl json parquet

heading "$rows rows x 22 columns, $((bytes / 1000000)) MB of JSON in $(wc -l <"$work/pages") pages"
row '`leat sync` from the API into a DuckDB file' leat
row '(a) `curl` of the same pages to /dev/null' curl leat
row "(b) DuckDB's \`read_json_auto\` of the same bytes on disk, into a table" json leat
row '(c) DuckDB: the same typed rows from Parquet in the page cache, into a table' parquet leat
goal 'memory' "$(largest leat)" under 500 MB
goal 'faster than (b)' "$(ratio json leat)" 'at least' 4 x
goal 'time beside (a)' "$(ratio leat curl)" 'at most' 1.5 x
goal 'time beside (c), which only writes' "$(ratio leat parquet)" 'at most' 1.5 x
goals
