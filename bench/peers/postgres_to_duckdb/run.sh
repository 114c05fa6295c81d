#!/bin/sh
# Measures postgres_to_duckdb (see task.md). ROWS, CHANGES, BENCH_RUNS, PEERS and PRESET change what is measured.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH= cd -- "$here/../../.." && pwd)
[ -n "${LEAT_PEERS_INSIDE:-}" ] || exec env -u LEAT_TEST_POSTGRES LEAT_PEERS_INSIDE=1 "$root/scripts/with_postgres.sh" "$here/run.sh" "$@"
task=postgres_to_duckdb
. "$root/bench/measuring.sh"
rows=${ROWS:-1000000} changes=${CHANGES:-100000}
make_source
values="i::bigint as id, 'name ' || i as name, md5(i::text) as code, ((i % 100000) / 7.0)::numeric(12,2) as amount, i / 4.0::float8 as price,
  i % 2 = 0 as active, timestamptz '2020-01-01' + i * interval '1 second' as moment, case when i % 3 = 0 then 'note ' || i % 1000 end as note"
sql "create table big as select $values from generate_series(1, $rows) i; alter table big add primary key (id); create index on big (moment)"
# Half of the changes are new rows, half are spread over the old ones; all are newer than what was there.
change() {
  sql "insert into big select $values from generate_series($rows + 1, $rows + $changes / 2) i;
    update big set amount = amount + 1, note = 'changed', moment = moment + interval '10 years' where id <= $rows and id % (2 * $rows / $changes) = 0"
}
undo() {
  sql "delete from big where id > $rows; update big set amount = amount - 1, note = case when id % 3 = 0 then 'note ' || id % 1000 end,
    moment = moment - interval '10 years' where note = 'changed'"
  sql 'vacuum analyze big'
}
sql 'vacuum analyze big'
columns="count(*), count(distinct id), sum(id), sum(amount::decimal(12, 2)), sum(price)::bigint, sum(active::int), sum(length(name)), count(note)"
figures() { "$bin/bench_duckdb" "$work/$1.duckdb" "select concat_ws(' ', $columns, sum(epoch(moment))::bigint) from raw.big"; }
right() { sql "select concat_ws(' ', $columns, sum(extract(epoch from moment))::bigint) from big"; }

mkdir "$work/project"
cat >"$work/project/leat.yml" <<YML
name: bench
target: duckdb
targets: {duckdb: {type: duckdb, path: "$work/leat.duckdb"}}
connections:
  shop:
    schema: raw
    source: {type: postgres, url: "$url", method: read, tables: [big], cursors: {big: moment}}
    streams: {big: {mode: append_dedup}}
YML
load_leat() { # WHOLE OR CHANGES
  [ "$1" != whole ] || rm -rf "$work/project/.leat"
  measured "leat_$1" "$bin/leat" --project "$work/project" sync shop
}
dlt() { measured "$1_$2" env HOME="$work" "$peers/dlt/bin/python" "$here/load.py" "$url" "$work/$1.duckdb" "$2" "$1"; }
load_connectorx() { dlt connectorx "$1"; }
load_pyarrow() { dlt pyarrow "$1"; }
load_ingestr() {
  if [ "$1" = whole ]; then set -- "$1" --incremental-strategy replace
  else set -- "$1" --incremental-strategy merge --primary-key id --incremental-key moment --interval-start "$newest"; fi
  part=$1
  shift
  ingestr "ingestr_$part" --source-uri "$url?sslmode=disable" --source-table public.big --dest-uri "duckdb:///$work/ingestr.duckdb" --dest-table raw.big --columns amount:double "$@"
}
load_sling() {
  sling_environment "$work/sling.duckdb" "  shop: {type: postgres, url: \"$url?sslmode=disable\"}"
  if [ "$1" = whole ]; then set -- "$1" --mode full-refresh
  else set -- "$1" --mode incremental --primary-key id --update-key moment; fi
  part=$1
  shift
  sling "sling_$part" --src-conn shop --src-stream public.big --tgt-conn duck --tgt-object raw.big "$@"
}
tools=leat
! has dlt || tools="$tools connectorx pyarrow"
for each in sling ingestr; do ! has $each || tools="$tools $each"; done
newest=$(sql "select to_char(max(moment) at time zone 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS') from big")
for run in $(seq "$runs"); do
  for part in whole changes; do
    [ $part = whole ] || change
    right >"$work/right"
    right_of=PostgreSQL
    for tool in $tools; do
      [ $part != whole ] || rm -rf "$work/$tool".duckdb*
      "load_$tool" $part
      same $tool "$(figures $tool)"
    done
  done
  undo
done
for part in whole changes; do
  [ $part = whole ] && heading "$rows rows x 8 columns of PostgreSQL into a DuckDB file" || heading "then $changes changed rows, merged by the key"
  row Leat leat_$part
  row 'dlt, sql_database by connectorx' connectorx_$part leat_$part
  row 'dlt, sql_database by pyarrow' pyarrow_$part leat_$part
  row Sling sling_$part leat_$part
  row ingestr ingestr_$part leat_$part
done
printf '\n'
versions dlt sling ingestr
for part in whole changes; do
  ahead "dlt by connectorx, $part" connectorx_$part leat_$part
  ahead "dlt by pyarrow, $part" pyarrow_$part leat_$part
  ahead "Sling, $part" sling_$part leat_$part
  ahead "ingestr, $part" ingestr_$part leat_$part
done
goals
