#!/bin/sh
# Measures cdc_throughput (see task.md). CHANGES, PER_TRANSACTION, BENCH_RUNS, PEERS and PRESET change what is measured.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH= cd -- "$here/../../.." && pwd)
[ -n "${LEAT_PEERS_INSIDE:-}" ] || exec env -u LEAT_TEST_POSTGRES LEAT_PEERS_INSIDE=1 "$root/scripts/with_postgres.sh" "$here/run.sh" "$@"
task=cdc_throughput
. "$root/bench/measuring.sh"
changes=${CHANGES:-500000} together=${PER_TRANSACTION:-100}
make_source
sql 'create table big (id bigint primary key, name text, code text, amount numeric(12, 2), price float8, active boolean, moment timestamptz, note text)'
mkdir "$work/project"
cd "$work/project"
cat >leat.yml <<YML
name: bench
target: duckdb
targets: {duckdb: {type: duckdb, path: "$work/leat.duckdb"}}
connections:
  shop:
    schema: raw
    source: {type: postgres, url: "$url", method: cdc, deletes: hard, tables: [big]}
YML
"$bin/leat" sync shop >"$work/first" 2>&1 || { cat "$work/first" >&2; fail 'the first sync failed' 'look at the lines above'; }
sql "select pg_copy_logical_replication_slot('leat', 'base')" >/dev/null
cp "$work/leat.duckdb" "$work/base.duckdb"
say "making $changes changes"
# Six tenths are inserts, two tenths updates, two tenths deletes.
sql "do \$\$ begin for t in 0 .. $changes * 6 / 10 / $together - 1 loop
  insert into big select i, 'name ' || i, md5(i::text), (i % 100000)::numeric(12, 2), i / 4.0, i % 2 = 0, timestamptz '2020-01-01' + i * interval '1 second', 'note'
    from generate_series(t * $together + 1, (t + 1) * $together) i; commit; end loop; end \$\$"
sql "do \$\$ begin for t in 0 .. $changes * 2 / 10 / $together - 1 loop
  update big set amount = amount + 1, note = 'changed' where id between t * $together + 1 and (t + 1) * $together; commit; end loop; end \$\$"
sql "do \$\$ begin for t in 0 .. $changes * 2 / 10 / $together - 1 loop
  delete from big where id between $changes * 2 / 10 + t * $together + 1 and $changes * 2 / 10 + (t + 1) * $together; commit; end loop; end \$\$"
sql "select pg_logical_emit_message(true, 'end', '')" >/dev/null
end=$(sql 'select pg_current_wal_flush_lsn()')
expected="$((changes * 6 / 10)) $((changes * 2 / 10)) $((changes * 2 / 10))"
slot() { # NAME: anew, where the changes begin
  sql "select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = '$1'; select pg_copy_logical_replication_slot('base', '$1')" >/dev/null
}
columns="concat_ws(' ', count(*), sum(id), sum(amount), sum(length(note)))"
sql "select $columns from big" >"$work/right"
right_of=PostgreSQL
run_leat() {
  cp "$work/base.duckdb" "$work/leat.duckdb"
  rm -rf "$work/leat.duckdb.wal" .leat
  slot leat
  measured leat "$bin/leat" sync shop
  same leat "$("$bin/bench_duckdb" "$work/leat.duckdb" "select $columns from raw.big")"
}
run_debezium() {
  slot peer
  port=${LEAT_TEST_POSTGRES##*:}
  measured debezium "$java" -Xmx512m -cp "$work/java:$peers/debezium/lib/*" Consume 127.0.0.1 "${port%/*}" source peer leat "$changes"
  [ "$(tail -1 "$work/debezium.out")" = "$expected" ] || fail "Debezium's events are $(tail -1 "$work/debezium.out")" 'a wrong result has no speed'
}
run_recvlogical() {
  slot peer
  measured recvlogical pg_recvlogical -d "$url" --slot peer --start --endpos="$end" --no-loop -f /dev/null -o proto_version=1 -o publication_names=leat
}
tools=leat
if has debezium; then
  # Debezium 3 wants Java 17 or newer.
  java=$(command -v java) && mkdir "$work/java" && javac -cp "$peers/debezium/lib/*" -d "$work/java" "$here/Consume.java" && tools="$tools debezium"
fi
tools="$tools recvlogical"
in_turn $tools
heading "$changes changes in transactions of $together"
row 'Leat, applied and committed in a DuckDB file' leat
row 'Debezium 3, its events thrown away' debezium leat
row 'pg_recvlogical to /dev/null' recvlogical leat
printf '\n'
versions debezium
ahead Debezium debezium leat
goal "time beside pg_recvlogical, which only receives" "$(ratio leat recvlogical)" 'at most' 1.25 x
[ -z "${java:-}" ] || "$java" -version 2>&1 | head -1
goals
