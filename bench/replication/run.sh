#!/bin/sh
# Measures replication (see task.md). ROWS, TRANSACTIONS, HUGE_ROWS, LAG_SECONDS, BENCH_RUNS and PRESET change what is measured;
# names of parts (snapshot large small huge lag) as arguments choose among them.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH= cd -- "$here/../.." && pwd)
[ -n "${LEAT_REPLICATION_INSIDE:-}" ] ||
  exec env -u LEAT_TEST_POSTGRES LEAT_REPLICATION_INSIDE=1 "$root/scripts/with_postgres.sh" "$here/run.sh" "$@"
task=replication
. "$root/bench/measuring.sh"
rows=${ROWS:-5000000} transactions=${TRANSACTIONS:-500000} seconds=${LAG_SECONDS:-60}
parts=${*:-snapshot large small huge lag}
follower= writer=
trap 'for p in $follower $writer; do kill -9 $p 2>/dev/null || true; done; finish' EXIT
server=${LEAT_TEST_POSTGRES%/*} source=${LEAT_TEST_POSTGRES%/*}/source url=$source
admin() { psql -qAtX -v ON_ERROR_STOP=1 "$LEAT_TEST_POSTGRES" -c "$1"; }
wants() { case " $parts " in *" $1 "*) return 0 ;; esac; return 1; }

project() { # FOLDER METHOD TABLE [METADATA]
  mkdir -p "$1"
  cat >"$1/leat.yml" <<YML
name: bench
target: duckdb
targets:
  duckdb: {type: duckdb, path: w.duckdb${DUCKDB_MEMORY:+, memory_limit: $DUCKDB_MEMORY}}
  postgres: {type: postgres, url: "$server/target"}
connections:
  shop:
    schema: raw
    metadata: ${4:-true}
    source: {type: postgres, url: "$source", method: $2, deletes: hard, workers: 2, tables: [$3]}
YML
}
admin 'create database source'
admin 'create database target'
say "making $rows rows"
sql "create table big as select i::bigint as id, 'name ' || i as name, md5(i::text) as code, (i % 100000)::numeric(12,2) / 7 as amount,
  i / 3.0::float8 as price, i % 2 = 0 as active, timestamptz '2020-01-01' + i * interval '1 second' as moment,
  case when i % 3 = 0 then 'note ' || i % 1000 end as note from generate_series(1, $rows) i;
  alter table big alter amount type numeric(12, 2); alter table big add primary key (id)"
sql "vacuum analyze big"

if wants snapshot; then
  project "$work/snap" read big false
  cd "$work/snap"
  run_copy() { measured copy sh -c "psql -qX '$source' -c 'copy big to stdout (format binary)' >/dev/null"; }
  run_snap_duck() { rm -rf w.duckdb* .leat; measured snap_duck "$bin/leat" sync shop; }
  # What DuckDB itself takes to store the same rows, from a file that holds them column by column.
  run_duck_alone() {
    rm -f alone.duckdb*
    measured duck_alone "$bin/bench_duckdb" alone.duckdb "create table big as from 'big.parquet'" checkpoint
  }
  run_snap_duck
  rm "$work/snap_duck.times"
  figures="count(*) || ' ' || sum(id) || ' ' || sum(amount) || ' ' || count(note)"
  [ "$("$bin/bench_duckdb" w.duckdb "select $figures from raw.big")" = "$(sql "select $figures from big")" ] || fail 'the tables differ' 'a wrong result has no speed'
  "$bin/bench_duckdb" w.duckdb "copy raw.big to 'big.parquet'" >/dev/null
  in_turn snap_duck copy duck_alone
  run_snap_pg() {
    rm -rf .leat
    psql -qX "$server/target" -c 'drop schema if exists raw cascade' -c 'drop schema if exists _leat cascade' -c checkpoint
    measured snap_pg "$bin/leat" sync shop --target postgres
  }
  run_dump() {
    psql -qX "$server/target" -c 'drop table if exists big' -c checkpoint
    measured dump sh -c "pg_dump -t big '$source' | psql -qX -o /dev/null '$server/target'"
  }
  in_turn snap_pg dump
  heading "$rows rows x 8 columns, $(sql "select pg_size_pretty(pg_relation_size('big'))") of heap"
  row 'snapshot into DuckDB' snap_duck
  row '`psql`: COPY binary to /dev/null' copy snap_duck
  row 'DuckDB alone: the same rows from a Parquet file' duck_alone snap_duck
  row 'snapshot into PostgreSQL' snap_pg
  row '`pg_dump \| psql`' dump snap_pg
  goal 'snapshot into DuckDB, beside COPY to /dev/null' "$(ratio snap_duck copy)" 'at most' 1.3 x
  goal 'memory of it' "$(largest snap_duck)" under 600 MB
  goal 'snapshot into PostgreSQL, beside pg_dump and psql' "$(ratio dump snap_pg)" 'at least' 1.5 x
fi

# Two slots that begin where the changes do: one is copied for each run of Leat, one for each of the peer.
begin_changes() { # NAME
  project "$work/$1" cdc "$1"
  cd "$work/$1"
  sql "create table $1 (id bigint primary key, name text, code text, amount numeric(12, 2), price float8, active boolean, moment timestamptz, note text)"
  "$bin/leat" sync shop >first.txt 2>&1 || { cat first.txt >&2; fail 'the first sync failed' 'look at the lines above'; }
  sql "select pg_copy_logical_replication_slot('leat', 'base_$1')" >/dev/null
  cp w.duckdb base.duckdb
}
drop_slot() { sql "select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = '$1'" >/dev/null; }
measure_changes() { # NAME WHAT LIMIT
  name_of=$1
  table=$1
  sql "select pg_logical_emit_message(true, 'end', '')" >/dev/null
  end=$(sql 'select pg_current_wal_flush_lsn()')
  eval "run_leat_$1() {
      cp base.duckdb w.duckdb; rm -rf w.duckdb.wal .leat; drop_slot leat; sql \"select pg_copy_logical_replication_slot('base_$1', 'leat')\" >/dev/null
      measured leat_$1 '$bin/leat' sync shop; cp w.duckdb applied.duckdb; }
    run_peer_$1() {
      drop_slot peer; sql \"select pg_copy_logical_replication_slot('base_$1', 'peer')\" >/dev/null
      measured peer_$1 pg_recvlogical -d '$source' --slot peer --start --endpos='$end' --no-loop -f /dev/null -o proto_version=1 -o publication_names=leat; }"
  in_turn "leat_$1" "peer_$1"
  [ "$("$bin/bench_duckdb" applied.duckdb "select count(*) || chr(32) || coalesce(sum(id), 0) || chr(32) || coalesce(sum(amount), 0) from raw.$1")" = \
    "$(sql "select count(*) || ' ' || coalesce(sum(id), 0) || ' ' || coalesce(sum(amount), 0) from $1")" ] || fail 'the tables differ' 'a wrong result has no speed'
  for slot in leat peer "base_$1"; do drop_slot "$slot"; done
  heading "$2"
  row 'applied and committed in DuckDB' "leat_$1"
  row '`pg_recvlogical` to /dev/null' "peer_$1" "leat_$1"
  [ -z "$3" ] || goal "$2, beside pg_recvlogical" "$(ratio "leat_$1" "peer_$1")" 'at most' "$3" x
}
new_row="i, 'name ' || i, md5(i::text), (i % 100000)::numeric(12,2), i / 3.0, i % 2 = 0, timestamptz '2020-01-01' + i * interval '1 second', 'note'"
if wants large; then
  begin_changes large
  sql "insert into large select $new_row from generate_series(1, 1000000) i"
  sql "update large set amount = amount + 1 where id % 10 < 3"
  sql "delete from large where id % 10 >= 7"
  measure_changes large '1.6 M changes in 3 transactions' 1
fi
if wants small; then
  begin_changes small
  sql "do \$\$ begin for i in 1..$transactions loop insert into small values ($new_row); commit; end loop; end \$\$"
  measure_changes small "$transactions transactions of one row" 1.25
fi
if wants huge; then
  begin_changes huge
  sql "insert into huge select $new_row from generate_series(1, ${HUGE_ROWS:-10000000}) i"
  measure_changes huge "${HUGE_ROWS:-10000000} rows in one transaction" ''
  goal 'memory of a transaction of 10,000,000 rows' "$(largest leat_huge)" under 1000 MB
fi
if wants lag; then
  begin_changes lag
  drop_slot base_lag
  cat >two.sql <<'SQL'
\set id random(1, 100000)
begin;
insert into lag select i, 'name ' || i, md5(i::text), 1, 1, true, now(), 'note' from nextval('lag_ids') i;
update lag set amount = amount + 1, moment = now() where id = :id;
commit;
SQL
  sql "create sequence lag_ids start 200000; insert into lag select $new_row from generate_series(1, 100000) i"
  "$bin/leat" sync shop --follow >follow.txt 2>&1 &
  follower=$!
  # It counts from where it follows: what was there before is no lag.
  at=$(sql 'select pg_current_wal_insert_lsn()')
  for _ in $(seq 600); do
    [ "$(sql "select confirmed_flush_lsn >= '$at' from pg_replication_slots where slot_name = 'leat'")" != t ] || break
    timeout 0.2 tail -f /dev/null || true
  done
  pgbench -n -c 4 -j 2 -R 1000 -T "$seconds" -f two.sql "$source" >pgbench.txt 2>&1 &
  writer=$!
  held=0
  while kill -0 $writer 2>/dev/null; do
    now=$(sql "select pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint from pg_replication_slots where slot_name = 'leat'")
    [ "$now" -le "$held" ] || held=$now
    timeout 1 tail -f /dev/null || true
  done
  writer=
  timeout 3 tail -f /dev/null || true
  kill -TERM $follower
  wait $follower || true
  follower=
  "$bin/leat" sync shop >last.txt 2>&1
  "$bin/bench_duckdb" w.duckdb "select concat_ws(' ', count(*), round(quantile_cont(ms, 0.5))::int, round(quantile_cont(ms, 0.99))::int, round(max(ms))::int) from (
    select epoch_ms(l.committed_at) - epoch_ms(t._ab_cdc_updated_at) as ms from raw.lag t asof join (select committed_at from _leat.loads where stream = 'lag') l on t._airbyte_extracted_at <= l.committed_at where t.id >= 200000)" >lags
  read -r count half most worst <lags
  printf '\n`leat sync --follow` under 2,000 changes a second for %s s: of %s changes half were committed in DuckDB within %s ms of their commit at the source, 99 %% within %s ms, all within %s ms; the slot held back at most %s MB of log.\n' \
    "$seconds" "$count" "$half" "$most" "$worst" $((held / 1048576))
  goal 'lag, half of the changes' "$half" under 1000 ms
  goal 'lag, 99 % of the changes' "$most" under 3000 ms
fi
goals
