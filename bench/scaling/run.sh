#!/bin/sh
# Measures how time and memory grow (see task.md). Names of curves (rows pages_of_api columns fields streams models pages)
# as arguments choose among them. BENCH_SCALING=all goes one size further with rows; BENCH_SCALING_RUNS (3 of what takes less than ten seconds,
# else 1), PRESET and BEFORE (such as `nice -n -10`) change how it is measured.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH= cd -- "$here/../.." && pwd)
[ -n "${LEAT_SCALING_INSIDE:-}" ] || exec env -u LEAT_TEST_POSTGRES LEAT_SCALING_INSIDE=1 "$root/scripts/with_postgres.sh" "$here/run.sh" "$@"
task=scaling
. "$root/bench/measuring.sh"
needs bench_pages
runs=${BENCH_SCALING_RUNS:-}
before=${BEFORE:-}
curves=${*:-rows pages_of_api columns fields streams models pages}
served= models=
trap '[ -z "$served" ] || kill "$served" 2>/dev/null; finish; rm -rf ${models:+"$models"}' EXIT
all() { [ "${BENCH_SCALING:-}" != all ] || printf ' %s' "$1"; }
wants() { case " $curves " in *" $1 "*) return 0 ;; esac; return 1; }

# point CURVE SIZE CMD...: the median of the runs of a command, as a line "size seconds cpu_seconds megabytes" of CURVE.
# `fresh` is called before each run.
point() {
  curve=$1 size=$2
  shift 2
  : >"$work/times"
  ran=0 wanted=1
  while [ "$ran" -lt "$wanted" ]; do
    fresh
    $before "$bin/bench_measure" "$work/one" "$@" >"$work/out" 2>&1 </dev/null ||
      { tail -20 "$work/out" >&2; fail "$curve of $size failed" 'look at the lines above'; }
    cat "$work/one" >>"$work/times"
    ran=$((ran + 1)) wanted=${runs:-$(awk '{print $1 < 10 ? 3 : 1}' "$work/one")}
  done
  sort -n "$work/times" | awk -v size="$size" '{s[NR] = $1; c[NR] = $3; if ($5 > m) m = $5}
    END {print size, s[int((NR + 1) / 2)], c[int((NR + 1) / 2)], m / 1024}' >>"$work/$curve.points"
  say "$curve $(tail -1 "$work/$curve.points")"
}
# table CURVE TITLE [FLAT]: slopes are of logarithms, between neighbours. Goals: the largest slope of CPU and of memory
# where the larger of two took more than a second (what takes less is mostly its start); with FLAT, that memory is at the
# last size what it was at the one before (a quarter more is noise).
table() {
  printf '\n| %s | seconds | CPU s | peak MB | slope of seconds | of CPU | of memory |\n|---|---|---|---|---|---|---|\n' "$2"
  awk 'function slope(a, b) {return log(b / a) / log($1 / size)}
    NR == 1 {printf "| %d | %.2f | %.2f | %.0f | | | |\n", $1, $2, $3, $4}
    NR > 1 {printf "| %d | %.2f | %.2f | %.0f | %.2f | %.2f | %.2f |\n", $1, $2, $3, $4, slope(seconds, $2), slope(cpu, $3), slope(memory, $4)}
    {size = $1; seconds = $2; cpu = $3; memory = $4}' "$work/$1.points"
  goal "$2: slope of CPU" "$(steepest "$1" 3)" 'at most' 1.15
  if [ -n "${3:-}" ]; then
    goal "$2: memory at the last size, beside the one before" "$(tail -2 "$work/$1.points" | awk '{m[NR] = $4} END {printf "%.2f", m[2] / m[1]}')" 'at most' 1.25 x
  else
    goal "$2: slope of memory" "$(steepest "$1" 4)" 'at most' 1.15
  fi
}
steepest() { # CURVE COLUMN
  awk -v c="$2" 'NR > 1 && $2 > 1 {s = log($c / value) / log($1 / size); if (s > most) most = s}
    {size = $1; value = $c} END {printf "%.2f", most}' "$work/$1.points"
}
count() { "$bin/bench_duckdb" "$work/w.duckdb" "select count(*) from $1"; }
rightly() { [ "$2" = "$3" ] || fail "$1 of $3: there are $2" 'a wrong result has no speed'; }
fresh() { rm -rf "$work"/w.duckdb* "$work/project/.leat" "$work/project/target"; }
project() { # CONNECTION...: leat.yml with one connection, in flow style
  rm -rf "$work/project"
  mkdir -p "$work/project"
  {
    printf 'name: scaling\ntarget: duckdb\ntargets: {duckdb: {type: duckdb, path: "%s/w.duckdb", memory_limit: %s}}\n' "$work" "${memory:-1GB}"
    printf 'connections:\n  it: %s\n' "$1"
  } >"$work/project/leat.yml"
}
sync() { point "$1" "$2" "$bin/leat" --project "$work/project" sync it; }
stop() { kill "$served" && wait "$served" 2>/dev/null || true; served= started=; }

curve_rows() {
  memory=128MB
  project "{schema: raw, metadata: true, source: {type: files, url: \"$work/rows.csv\", stream: rows}, streams: {rows: {mode: overwrite}}}"
  for size in 10000 100000 1000000 10000000 30000000$(all 100000000); do
    "$bin/bench_duckdb" :memory: "copy (select i as id, 'name ' || i as name, md5(i::text) as code, (i % 100000) / 7 as amount, i / 4.0 as price,
      i % 2 = 0 as active, timestamp '2020-01-01' + to_seconds(i) as moment, case when i % 3 = 0 then 'note ' || i % 1000 end as note from range($size) t(i))
      to '$work/rows.csv'" >/dev/null
    sync rows "$size"
    rightly rows "$(count raw.rows)" "$size"
  done
  rm -f "$work/rows.csv"
  table rows 'rows x 8 columns of a CSV file into DuckDB' flat
}
curve_pages_of_api() {
  memory=128MB
  for size in 10000 100000 1000000 8000000; do   # ids have seven digits
    "$bin/bench_pages" "$size" >"$work/served" &
    served=$! started=$!
    listening "$work/served"
    cp "$root/bench/low_code/manifest.yaml" "$work/manifest.yaml"
    project "{schema: raw, source: {type: declarative, manifest: \"$work/manifest.yaml\", config: {base_url: \"$(sed -n 's/^listening on //p' "$work/served")\"}}, streams: {plain: {mode: overwrite}}}"
    sync pages_of_api "$size"
    stop
    rightly pages_of_api "$(count raw.plain)" "$size"
  done
  table pages_of_api 'records x 20 fields of an API, 1,000 a page, into DuckDB' flat
}
# Of 2,000 rows: the cells grow with the columns.
curve_columns() {
  memory=
  project "{schema: raw, source: {type: files, url: \"$work/columns.csv\", stream: columns}, streams: {columns: {mode: overwrite}}}"
  for size in 1 10 100 1000 2000; do
    awk -v n="$size" 'BEGIN {for (r = 0; r <= 2000; ++r) for (c = 1; c <= n; ++c) printf "%s%s", (r ? r * 31 + c : "column_" c), (c < n ? "," : "\n")}' >"$work/columns.csv"
    sync columns "$size"
    rightly columns "$("$bin/bench_duckdb" "$work/w.duckdb" "select count(*) from information_schema.columns where table_name = 'columns' and column_name like 'column%'")" "$size"
  done
  table columns 'columns x 2,000 rows of a CSV file into DuckDB'
}
curve_fields() {
  command -v python3 >/dev/null || { say 'skipped: fields need python3, which serves them'; return 0; }
  memory=
  mkdir -p "$work/www"
  python3 -u -m http.server --bind 127.0.0.1 --directory "$work/www" 0 >"$work/served" 2>/dev/null &
  served=$! started=$!
  listening "$work/served"
  cat >"$work/wide.yaml" <<'YAML'
version: 7.0.0
type: DeclarativeSource
check: {type: CheckStream, stream_names: [fields]}
streams:
  - type: DeclarativeStream
    name: fields
    retriever:
      type: SimpleRetriever
      requester: {type: HttpRequester, url_base: "{{ config['base_url'] }}", path: /wide.json, http_method: GET}
      record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: []}}
    schema_loader: {type: InlineSchemaLoader, schema: {type: object, properties: {}}}
spec: {type: Spec, connection_specification: {type: object, properties: {base_url: {type: string}}}}
YAML
  project "{schema: raw, source: {type: declarative, manifest: \"$work/wide.yaml\", config: {base_url: \"$(sed -n 's/.*(\(http[^)]*\)\/).*/\1/p' "$work/served")\"}}, streams: {fields: {mode: overwrite}}}"
  for size in 1 10 100 1000 2000; do
    awk -v n="$size" 'BEGIN {for (r = 1; r <= 2000; ++r) {printf "%s{", (r == 1 ? "[" : ",\n"); for (c = 1; c <= n; ++c) printf "\"column_%d\":%d%s", c, r * 31 + c, (c < n ? "," : "}")}; print "]"}' >"$work/www/wide.json"
    sync fields "$size"
    rightly fields "$("$bin/bench_duckdb" "$work/w.duckdb" "select count(*) from information_schema.columns where table_name = 'fields' and column_name like 'column%'")" "$size"
  done
  stop
  table fields 'fields x 2,000 records of an API into DuckDB'
}
# Small tables of one database, of one connection.
curve_streams() {
  url=${LEAT_TEST_POSTGRES%/*}/many
  psql -qAtX "$LEAT_TEST_POSTGRES" -c 'create database many'
  project "{schema: raw, source: {type: postgres, url: \"$url\"}}"
  made=0
  for size in 1 10 100 1000 10000; do
    while [ "$made" -lt "$size" ]; do   # a transaction of all would want more locks than there are
      to=$((made + 500 < size ? made + 500 : size))
      psql -qAtX -v ON_ERROR_STOP=1 "$url" -c "do \$\$ begin for i in $made + 1 .. $to loop
        execute format('create table t%s as select g as id, ''name '' || g as name, now() as moment from generate_series(1, 10) g', i); end loop; end \$\$"
      made=$to
    done
    psql -qAtX "$url" -c vacuum
    sync streams "$size"
    rightly streams "$("$bin/bench_duckdb" "$work/w.duckdb" "select count(*) from duckdb_tables() where schema_name = 'raw' and estimated_size = 10")" "$size"
  done
  psql -qAtX "$LEAT_TEST_POSTGRES" -c 'drop database many'
  table streams 'streams (tables of PostgreSQL with 10 rows) into DuckDB'
}
curve_models() {
  command -v node >/dev/null || { say 'skipped: models need node, which makes them'; return 0; }
  # In memory where it can be: ext4 makes files slowly where thousands have just gone.
  models=$(mktemp -d /dev/shm/leat-bench.XXXXXX 2>/dev/null) || models=$work/models
  mkdir -p "$work/dbt"
  ln -sf "$bin/leat" "$work/dbt/dbt"
  printf 'many:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: %s/many.duckdb, threads: 4}\n' "$work" >"$work/profiles.yml"
  for size in 1 10 100 1000 10000 20000; do
    node "$root/bench/dbt_parse/make_project.mjs" "$models" "$size" 0
    cd "$models"
    fresh() { rm -rf target logs; }
    DBT_PROFILES_DIR="$work" point models_parse "$size" "$work/dbt/dbt" parse
    fresh() { rm -rf target/compiled; }
    DBT_PROFILES_DIR="$work" point models_ls "$size" "$work/dbt/dbt" ls --resource-type model
    rightly models_ls "$(grep -c '^many\.' "$work/out")" "$size"
    DBT_PROFILES_DIR="$work" point models_compile "$size" "$work/dbt/dbt" compile
    cd "$work"
  done
  rm -rf "$models"
  models=
  table models_parse 'models, `dbt parse` from nothing'
  table models_ls 'models, `dbt ls` of the kept project'
  table models_compile 'models, `dbt compile` of them all'
}
curve_pages() {
  for size in 1 10 100 1000 5000; do
    rm -rf "$work/project" "$work"/w.duckdb*
    mkdir -p "$work/project/pages"
    "$bin/bench_duckdb" "$work/w.duckdb" 'create table t as select i as id, i % 7 as kind from range(1000) r(i)' >/dev/null
    printf 'name: shop\ntarget: duckdb\ntargets: {duckdb: {type: duckdb, path: "%s/w.duckdb"}}\npages: {folder: pages, output: site, title: Many}\n' "$work" >"$work/project/leat.yml"
    awk -v n="$size" -v to="$work/project/pages" 'BEGIN {for (i = 1; i <= n; ++i) {
      file = to "/" (i == 1 ? "index" : "page_" i) ".md"
      printf "---\ntitle: Page %d\n---\n\n```sql kinds\nselect kind, count(*) as n from t where id >= %d group by 1 order by 1\n```\n\n{kinds[0].n} of kind {kinds[0].kind}.\n\n<BarChart data={kinds} x=kind y=n/>\n\n<DataTable data={kinds}/>\n", i, i % 900 > file
      close(file)}}'
    fresh() { rm -rf "$work/project/site" "$work/project/.leat"; }
    point pages "$size" "$bin/leat" --project "$work/project" pages build
    rightly pages "$(find "$work/project/site" -name '*.html' ! -name 404.html | wc -l)" "$size"
  done
  table pages 'pages, each with a query, a chart and a table'
}
for curve in rows pages_of_api columns fields streams models pages; do
  ! wants $curve || "curve_$curve"
done
goals
