#!/bin/sh
# Measures bulk_load (see task.md). ROWS, MERGE_ROWS, BENCH_RUNS and PRESET change what is measured.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH= cd -- "$here/../.." && pwd)
[ -n "${LEAT_TEST_POSTGRES:-}" ] || exec "$root/scripts/with_postgres.sh" "$0" "$@"
task=bulk_load
. "$root/bench/measuring.sh"
needs leat_bulk_load
rows=${ROWS:-5000000}
large=${MERGE_ROWS:-10000000}
psql() { command psql -qAtX -v ON_ERROR_STOP=1 "$LEAT_TEST_POSTGRES" "$@"; }
sums='count(*), sum(id), sum(amount), sum(price), count(note), max(moment), sum(length(name))'
columns='id bigint, name varchar, amount decimal(12,2), price double precision, active boolean, day date, moment timestamptz, note varchar'
agree() { [ "$2" = "$3" ] || fail "the tables of $1 differ: $2 and $3" 'a wrong result has no speed'; }
duck="$work/leat.duckdb" peer="$work/peer.duckdb"

# append, DuckDB
run_duck_append() { rm -f "$duck"*; measured duck_append "$bin/leat_bulk_load" duckdb "$duck" "$rows"; }
run_duck_own() {
  rm -f "$peer"*
  "$bin/bench_duckdb" "$peer" "create table rows ($columns)" >/dev/null
  measured duck_own "$bin/bench_duckdb" "$peer" "insert into rows select * from '$work/rows.parquet'"
}
run_duck_fifth() { rm -f "$duck"*; measured duck_fifth "$bin/leat_bulk_load" duckdb "$duck" $((rows / 5)); }
"$bin/leat_bulk_load" duckdb "$duck" "$rows" >/dev/null
"$bin/bench_duckdb" "$duck" "copy bulk.rows to '$work/rows.parquet'" >/dev/null
in_turn duck_fifth duck_own duck_append
agree DuckDB "$("$bin/bench_duckdb" "$duck" "select $sums from bulk.rows")" "$("$bin/bench_duckdb" "$peer" "select $sums from rows")"

# append, PostgreSQL
run_pg_append() {
  psql -c 'drop schema if exists bulk cascade' -c 'drop schema if exists _leat cascade' -c checkpoint
  measured pg_append "$bin/leat_bulk_load" postgres "$LEAT_TEST_POSTGRES" "$rows"
}
run_pg_own() {
  psql -c 'drop table if exists own_rows' -c "create table own_rows ($columns)" -c checkpoint
  [ -s "$work/rows.bin" ] || psql -c "\\copy bulk.rows to '$work/rows.bin' (format binary)"
  measured pg_own psql -qAtX "$LEAT_TEST_POSTGRES" -c "\\copy own_rows from '$work/rows.bin' (format binary)"
}
in_turn pg_append pg_own
agree PostgreSQL "$(psql -c "select $sums from bulk.rows")" "$(psql -c "select $sums from own_rows")"
psql -c 'drop table own_rows'

# merge: every hundredth row changes
step=$((large / 100000))
rm -f "$duck"* "$peer"* "$work/rows.bin" "$work/rows.parquet"
"$bin/leat_bulk_load" duckdb "$work/base.duckdb" "$large" >/dev/null
"$bin/leat_bulk_load" duckdb "$work/changes.duckdb" 100000 0 "$step" 1 >/dev/null
"$bin/bench_duckdb" "$work/changes.duckdb" "copy bulk.rows to '$work/changes.parquet'" >/dev/null
run_duck_merge() {
  cp "$work/base.duckdb" "$duck"
  measured duck_merge "$bin/leat_bulk_load" duckdb "$duck" 100000 0 "$step" 1
}
run_duck_merge_own() {
  cp "$work/base.duckdb" "$peer"
  measured duck_merge_own "$bin/bench_duckdb" "$peer" "begin" \
    "create temp table stage as select * from '$work/changes.parquet'" \
    "delete from bulk.rows as t using stage as s where t.id = s.id" "insert into bulk.rows select * from stage" "commit"
}
in_turn duck_merge duck_merge_own
agree DuckDB "$("$bin/bench_duckdb" "$duck" "select $sums from bulk.rows")" "$("$bin/bench_duckdb" "$peer" "select $sums from bulk.rows")"
rm -f "$duck"* "$peer"* "$work"/base.duckdb*

psql -c 'drop schema if exists bulk cascade' -c 'drop schema if exists _leat cascade'
"$bin/leat_bulk_load" postgres "$LEAT_TEST_POSTGRES" "$large" >/dev/null
psql -c 'alter table bulk.rows rename to base' -c 'create unique index on bulk.base (id)' -c 'analyze bulk.base' -c 'drop schema _leat cascade'
"$bin/leat_bulk_load" postgres "$LEAT_TEST_POSTGRES" 100000 0 "$step" 1 >/dev/null
psql -c "\\copy bulk.rows to '$work/changes.bin' (format binary)"
fresh_copy() {
  psql -c "drop table if exists bulk.$1" -c "create table bulk.$1 (like bulk.base)" -c "insert into bulk.$1 select * from bulk.base" \
    -c "create unique index on bulk.$1 (id)" -c "vacuum analyze bulk.$1" -c checkpoint
}
cat >"$work/own.sql" <<SQL
begin;
create temporary table stage (like bulk.own) on commit drop;
\\copy stage from '$work/changes.bin' (format binary)
analyze stage;
insert into bulk.own select * from stage on conflict (id) do update set name = excluded.name, amount = excluded.amount,
  price = excluded.price, active = excluded.active, day = excluded.day, moment = excluded.moment, note = excluded.note;
commit;
SQL
run_pg_merge() {
  fresh_copy rows
  psql -c 'drop schema if exists _leat cascade'
  measured pg_merge "$bin/leat_bulk_load" postgres "$LEAT_TEST_POSTGRES" 100000 0 "$step" 1
}
run_pg_merge_own() { fresh_copy own; measured pg_merge_own psql -qAtX "$LEAT_TEST_POSTGRES" -f "$work/own.sql"; }
in_turn pg_merge pg_merge_own
agree PostgreSQL "$(psql -c "select $sums from bulk.rows")" "$(psql -c "select $sums from bulk.own")"

heading "$rows rows x 8 columns from memory"
row 'Leat, append to DuckDB' duck_append
row "DuckDB's \`INSERT ... SELECT\` from Parquet" duck_own duck_append
row 'Leat, append of a fifth of the rows' duck_fifth
row 'Leat, append to PostgreSQL' pg_append
row '`psql \copy` of a binary file' pg_own pg_append
heading "100,000 changed rows into $large"
row 'Leat, merge in DuckDB' duck_merge
row 'hand-written delete by join, and insert' duck_merge_own duck_merge
row 'Leat, merge in PostgreSQL' pg_merge
row 'hand-written `\copy`, `INSERT ... ON CONFLICT`' pg_merge_own pg_merge
goal "append to DuckDB, beside DuckDB's own" "$(ratio duck_append duck_own)" 'at most' 1.5 x
goal 'append to PostgreSQL, beside `\copy`' "$(ratio pg_append pg_own)" 'at most' 1.2 x
goal 'merge in DuckDB, beside SQL by hand' "$(ratio duck_merge duck_merge_own)" 'at most' 2 x
goal 'merge in PostgreSQL, beside SQL by hand' "$(ratio pg_merge pg_merge_own)" 'at most' 2 x
goal 'memory' "$(printf '%s\n' "$(largest duck_append)" "$(largest pg_append)" "$(largest duck_merge)" "$(largest pg_merge)" | sort -n | tail -1)" under 1000 MB
goals
