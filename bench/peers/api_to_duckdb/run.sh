#!/bin/sh
# Measures api_to_duckdb (see task.md). ROWS, BENCH_RUNS, PEERS and PRESET change what is measured.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH= cd -- "$here/../../.." && pwd)
task=api_to_duckdb
. "$root/bench/measuring.sh"
rows=${ROWS:-200000}
needs soda
"$bin/soda" --port 0 --no-gzip --row-cap 0 --stop-with-parent --generate "x2n5-8w5q=crimes:$rows" >"$work/soda.out" &
started=$!
listening "$work/soda.out"
url=$(sed -n 's/^listening on //p' "$work/soda.out")
whole="$url/resource/x2n5-8w5q.json?\$select=:*,*&\$order=:id&\$limit=$rows"

# The names that each tool gives to `:id` and `case_`, and the table's.
figures() { # TOOL TABLE ID CASE
  "$bin/bench_duckdb" "$work/$1.duckdb" "select concat_ws(' ', count(*), count(distinct \"$3\"), count(distinct \"$4\"), sum(ward::int),
    round(sum(latitude::double), 3), max(epoch(date_of_occurrence::timestamp))::bigint, count(_location_description), sum(length(block))) from $2"
}
cp -R "$root/bench/crimes_2m/project" "$work/project"
export SODA_URL="$url" LEAT_BENCH_DATABASE="$work/leat.duckdb"
run_leat() { rm -rf "$work"/leat.duckdb* "$work/project/.leat"; measured leat "$bin/leat" --project "$work/project" sync crimes; same leat "$(figures leat raw.crimes :id case_)"; }
run_dlt() { rm -rf "$work"/dlt.duckdb*; measured dlt env HOME="$work" "$peers/dlt/bin/python" "$here/load.py" "$url" "$work/dlt.duckdb"; same dlt "$(figures dlt raw.crimes _id casex)"; }
run_ingestr() {
  rm -rf "$work"/ingestr.duckdb*
  ingestr ingestr --source-uri "$whole" --source-table crimes --dest-uri "duckdb:///$work/ingestr.duckdb" --dest-table raw.crimes
  same ingestr "$(figures ingestr raw.crimes _id casex)"
}
run_sling() { # a call for each page, which it appends
  rm -rf "$work"/sling.duckdb*
  sling_environment "$work/sling.duckdb"
  {
    printf 'set -e\n'
    for offset in $(seq 0 50000 $((rows - 1))); do
      printf "'%s' run --src-stream '%s' --src-options '{\"format\": \"json\", \"flatten\": true}' --tgt-conn duck --tgt-object raw.crimes --mode snapshot\n" \
        "$peers/sling/bin/sling" "$url/resource/x2n5-8w5q.json?\$select=:*,*&\$order=:id&\$limit=50000&\$offset=$offset"
    done
  } >"$work/pages.sh"
  measured sling env HOME="$peers/sling/home" SLING_HOME_DIR="$work/sling" DUCKDB_PATH="$peers/sling/bin/duckdb" sh "$work/pages.sh"
  same sling "$(figures sling raw.crimes :id case_)"
}
tools=leat
for each in dlt ingestr sling; do ! has $each || tools="$tools $each"; done
in_turn $tools
heading "$rows rows x 22 columns from an HTTP API into a DuckDB file"
row 'Leat, pages of 50,000, typed' leat
row 'dlt, rest_api, pages of 50,000, Parquet' dlt leat
row 'ingestr, one answer with all rows' ingestr leat
row 'Sling, a call for each page of 50,000' sling leat
printf '\n'
versions $tools
ahead dlt dlt leat
ahead ingestr ingestr leat
ahead Sling sling leat
goals
