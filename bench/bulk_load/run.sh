#!/bin/sh
# Measures bulk_load (see task.md). ROWS, MERGE_ROWS, BENCH_RUNS and PRESET change what is measured.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH= cd -- "$here/../.." && pwd)
[ -n "${LEAT_TEST_POSTGRES:-}" ] || exec "$root/scripts/with_postgres.sh" "$0" "$@"
bin=${LEAT_BIN_DIR:-$root/build/${PRESET:-release}/bin}
rows=${ROWS:-5000000}
large=${MERGE_ROWS:-10000000}
runs=${BENCH_RUNS:-3}
say() { printf 'bulk_load: %s\n' "$*" >&2; }
fail() { printf 'bulk_load: %s\n' "$1" >&2; printf 'bulk_load: what to do: %s\n' "$2" >&2; exit 1; }
[ -x "$bin/leat_bulk_load" ] || fail "leat_bulk_load is not built" "run make bench, which builds it"
work=$(mktemp -d "${TMPDIR:-/tmp}/leat-bench.XXXXXX")
chmod 755 "$work"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
psql() { command psql -qAtX -v ON_ERROR_STOP=1 "$LEAT_TEST_POSTGRES" "$@"; }

# take NAME CMD...: measures a command `runs` times into NAME.times, preparing each.
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
median() { sort -n "$work/$1.times" | awk '{t[NR] = $1} END {print t[int((NR + 1) / 2)]}'; }
memory() { awk '$2 > m {m = $2} END {printf "%.0f", m / 1024}' "$work/$1.times"; }
line() { printf '%-52s %9s %9s\n' "$2" "$(median "$1")" "$(memory "$1")"; }
ratio() { awk -v a="$(median "$1")" -v b="$(median "$2")" -v g="$3" 'BEGIN {printf "ratio = %.2f (goal: at most %s)\n\n", a / b, g}'; }
sums='count(*), sum(id), sum(amount), sum(price), count(note), max(moment), sum(length(name))'
duck="$work/leat.duckdb"
peer="$work/peer.duckdb"
columns='id bigint, name varchar, amount decimal(12,2), price double precision, active boolean, day date, moment timestamptz, note varchar'

# append, DuckDB
prepare_duck_append() { rm -f "$duck" "$duck.wal"; }
take duck_append "$bin/leat_bulk_load" duckdb "$duck" "$rows"
"$bin/bench_duckdb" "$duck" "copy bulk.rows to '$work/rows.parquet'"
prepare_duck_own() { rm -f "$peer" "$peer.wal"; "$bin/bench_duckdb" "$peer" "create table rows ($columns)"; }
take duck_own "$bin/bench_duckdb" "$peer" "insert into rows select * from '$work/rows.parquet'"
[ "$("$bin/bench_duckdb" "$duck" "select $sums from bulk.rows")" = "$("$bin/bench_duckdb" "$peer" "select $sums from rows")" ] ||
  fail "the tables of DuckDB differ" "a wrong result has no speed"
prepare_duck_fifth() { rm -f "$duck" "$duck.wal"; }
take duck_fifth "$bin/leat_bulk_load" duckdb "$duck" $((rows / 5))

# append, PostgreSQL
prepare_pg_append() { psql -c 'drop schema if exists bulk cascade'; psql -c 'drop schema if exists _leat cascade'; psql -c checkpoint; }
take pg_append "$bin/leat_bulk_load" postgres "$LEAT_TEST_POSTGRES" "$rows"
psql -c "\\copy bulk.rows to '$work/rows.bin' (format binary)"
prepare_pg_own() { psql -c 'drop table if exists own_rows'; psql -c "create table own_rows ($columns)"; psql -c checkpoint; }
take pg_own psql -qAtX "$LEAT_TEST_POSTGRES" -c "\\copy own_rows from '$work/rows.bin' (format binary)"
[ "$(psql -c "select $sums from bulk.rows")" = "$(psql -c "select $sums from own_rows")" ] ||
  fail "the tables of PostgreSQL differ" "a wrong result has no speed"
psql -c 'drop table own_rows'

# merge: every hundredth row changes
step=$((large / 100000))
rm -f "$duck" "$duck.wal" "$peer" "$peer.wal"
"$bin/leat_bulk_load" duckdb "$work/base.duckdb" "$large" >/dev/null
"$bin/leat_bulk_load" duckdb "$work/changes.duckdb" 100000 0 "$step" 1 >/dev/null
"$bin/bench_duckdb" "$work/changes.duckdb" "copy bulk.rows to '$work/changes.parquet'"
prepare_duck_merge() { rm -f "$duck.wal"; cp "$work/base.duckdb" "$duck"; }
take duck_merge "$bin/leat_bulk_load" duckdb "$duck" 100000 0 "$step" 1
prepare_duck_merge_own() { rm -f "$peer.wal"; cp "$work/base.duckdb" "$peer"; }
take duck_merge_own "$bin/bench_duckdb" "$peer" "begin" \
  "create temp table stage as select * from '$work/changes.parquet'" \
  "delete from bulk.rows as t using stage as s where t.id = s.id" "insert into bulk.rows select * from stage" "commit"
[ "$("$bin/bench_duckdb" "$duck" "select $sums from bulk.rows")" = "$("$bin/bench_duckdb" "$peer" "select $sums from bulk.rows")" ] ||
  fail "the merged tables of DuckDB differ" "a wrong result has no speed"

psql -c 'drop schema if exists bulk cascade' -c 'drop schema if exists _leat cascade'
"$bin/leat_bulk_load" postgres "$LEAT_TEST_POSTGRES" "$large" >/dev/null
psql -c 'alter table bulk.rows rename to base' -c 'create unique index on bulk.base (id)' -c 'analyze bulk.base' -c 'drop schema _leat cascade'
"$bin/leat_bulk_load" postgres "$LEAT_TEST_POSTGRES" 100000 0 "$step" 1 >/dev/null
psql -c "\\copy bulk.rows to '$work/changes.bin' (format binary)"
fresh_copy() {
  psql -c "drop table if exists bulk.$1" -c "create table bulk.$1 (like bulk.base)" -c "insert into bulk.$1 select * from bulk.base" \
    -c "create unique index on bulk.$1 (id)" -c "vacuum analyze bulk.$1" -c checkpoint
}
prepare_pg_merge() { fresh_copy rows; psql -c 'drop schema if exists _leat cascade'; }
take pg_merge "$bin/leat_bulk_load" postgres "$LEAT_TEST_POSTGRES" 100000 0 "$step" 1
prepare_pg_merge_own() { fresh_copy own; }
cat >"$work/own.sql" <<SQL
begin;
create temporary table stage (like bulk.own) on commit drop;
\\copy stage from '$work/changes.bin' (format binary)
analyze stage;
insert into bulk.own select * from stage on conflict (id) do update set name = excluded.name, amount = excluded.amount,
  price = excluded.price, active = excluded.active, day = excluded.day, moment = excluded.moment, note = excluded.note;
commit;
SQL
take pg_merge_own psql -qAtX "$LEAT_TEST_POSTGRES" -f "$work/own.sql"
[ "$(psql -c "select $sums from bulk.rows")" = "$(psql -c "select $sums from bulk.own")" ] ||
  fail "the merged tables of PostgreSQL differ" "a wrong result has no speed"

printf '\nbulk_load: %s rows x 8 columns appended; 100,000 rows merged into %s; medians of %s\n\n' "$rows" "$large" "$runs"
printf '%-52s %9s %9s\n' '' seconds 'peak MB'
line duck_append 'Leat, append to DuckDB'
line duck_own "DuckDB's INSERT ... SELECT from Parquet"
ratio duck_append duck_own 1.5
line duck_fifth 'Leat, append of a fifth of the rows'
line pg_append 'Leat, append to PostgreSQL'
line pg_own 'psql \copy of a binary file'
ratio pg_append pg_own 1.2
line duck_merge 'Leat, merge in DuckDB'
line duck_merge_own 'hand-written delete by join + insert'
ratio duck_merge duck_merge_own 2
line pg_merge 'Leat, merge in PostgreSQL'
line pg_merge_own 'hand-written \copy + INSERT ... ON CONFLICT'
ratio pg_merge pg_merge_own 2
