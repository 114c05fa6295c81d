#!/bin/sh
# What broke readers of logical replication, one recipe after another, on a PostgreSQL server of its own.
# recipes.sh FOLDER-OF-POSTGRES-PROGRAMS duckdb|postgres|snowflake (the stand-in) [RECIPE...]. Exit code 77 means skipped.
set -eu
. "$(dirname -- "$0")/server.sh"
target=$2
shift 2
work=$(mktemp -d)
failures=0
trap 'stop_snowflake; if [ $failures = 0 ]; then rm -rf "$work"; else printf "the folder is kept: %s\n" "$work"; fi' EXIT
export LEAT_TARGET="$target"
server=${LEAT_TEST_POSTGRES%/*}
[ "$target" != snowflake ] || start_snowflake "$work"
version=$(psql -qXAt "$LEAT_TEST_POSTGRES" -c "select current_setting('server_version_num')::int / 10000")

wrong() { printf 'WRONG %s: %s\n' "$recipe" "$1"; failures=$((failures + 1)); }
sql() { psql -qXAt -v ON_ERROR_STOP=1 "$server/$recipe" -c "$1"; }
# What a process that died held there, the warehouse lets go sooner or later.
died() { [ "$target" != snowflake ] || snowflake_order end_sessions; }
leat() {
  "$bin/leat" "$@" && return
  code=$?
  [ $code -lt 128 ] || died
  return $code
}
sync_all() { leat sync shop "$@" >"$work/$recipe/out" 2>&1 || { wrong "the sync failed"; sed 's/^/      /' "$work/$recipe/out"; return 1; }; }
sync_fails() { # TEXT
  if leat sync shop >"$work/$recipe/out" 2>&1; then wrong "the sync did not fail"; fi
  grep -q -- "$1" "$work/$recipe/out" || { wrong "the error does not say $1"; sed 's/^/      /' "$work/$recipe/out"; }
}
begin() { # MORE-SETTINGS: an empty database and a project on it
  psql -qX "$LEAT_TEST_POSTGRES" -c "drop database if exists $recipe with (force)" -c "create database $recipe"
  psql -qX "$LEAT_TEST_POSTGRES" -c "drop database if exists ${recipe}_to with (force)" -c "create database ${recipe}_to"
  [ "$target" != snowflake ] || { snowflake_order end_sessions; snowflake_order "drop_database?name=${recipe}_to"; }
  rm -rf "$work/$recipe"
  mkdir -p "$work/$recipe"
  cd "$work/$recipe"
  cat >leat.yml <<YML
name: $recipe
target: duckdb
targets:
  duckdb: {type: duckdb, path: w.duckdb}
  postgres: {type: postgres, url: "$server/${recipe}_to"}
  snowflake: {${SNOWFLAKE_TARGET:-type: snowflake}, database: "${recipe}_to"}
connections:
  shop:
    schema: raw
    source:
      type: postgres
      url: "$server/$recipe"
      method: cdc
      slot: slot_$recipe
      publication: leat
      deletes: hard
$(printf '%s\n' "$@" | sed '/^$/d; s/^/      /')
YML
}
# A slot holds the log back for all others: a recipe that is over takes it away.
finish() {
  cd "$work"
  psql -qXAt "$LEAT_TEST_POSTGRES" -c "select pg_drop_replication_slot(slot_name) from pg_replication_slots
    where slot_name like 'slot_%' and not active" >/dev/null
  psql -qX "$LEAT_TEST_POSTGRES" -c "drop database if exists $recipe with (force)" -c "drop database if exists ${recipe}_to with (force)"
}
there() { leat query --format csv --limit 10000000 "$1" | tail -n +2; }
same() { # TABLE COLUMNS: the warehouse has the source's rows
  sql "copy (select $2 from $1 order by $2) to stdout with csv" >source.csv
  there "select $2 from raw.$1 order by $2" >warehouse.csv
  sort -o source.csv source.csv
  sort -o warehouse.csv warehouse.csv
  cmp -s source.csv warehouse.csv || { wrong "$1 differs ($3)"; diff source.csv warehouse.csv | head -10; }
}
equals() { # WHAT WANTED GOT
  [ "$2" = "$3" ] || wrong "$1: wanted $2, got $3"
}

insert_update_delete() {
  begin
  sql "create table t (id int primary key, v text); insert into t select i, 'v' || i from generate_series(1, 1000) i"
  sync_all; same t id,v first
  sql "insert into t values (2000, 'new'); update t set v = 'changed' where id <= 10; delete from t where id between 20 and 29"
  sync_all; same t id,v changes
  before=$(there "select sum(_ab_cdc_lsn) from raw.t")
  sync_all; same t id,v again
  equals 'a run without changes' "$before" "$(there "select sum(_ab_cdc_lsn) from raw.t")"
}

shared_position() {
  begin
  sql "create table t (id int primary key, v int)"
  sync_all
  printf '1\t1\n2\t2\n3\t3\n' | psql -qX "$server/$recipe" -c 'copy t from stdin'
  sql "insert into t values (4, 4)"
  for at in 1 2; do
    LEAT_FAILPOINTS="changes_after_transaction=kill@$at" leat sync shop >out 2>&1 || true
  done
  for point in together_before_commit sync_after_commit; do
    LEAT_FAILPOINTS="$point=kill" leat sync shop >out 2>&1 || true
    sql "insert into t select max(id) + 1, 0 from t"
  done
  sync_all; same t id,v "after kills"
}

interleaved() {
  begin
  sql "create table t (id int primary key, v int)"
  sync_all
  mkfifo talk
  psql -qX "$server/$recipe" <talk >/dev/null &
  talker=$!
  exec 4>talk
  printf 'begin; insert into t values (1, 1);\n' >&4
  sql "insert into t values (2, 2)"
  sync_all
  printf 'insert into t values (3, 3); commit;\n' >&4
  exec 4>&-
  wait $talker
  sync_all; same t id,v "a transaction that began before the last sync"
}

moving_rows() {
  begin 'workers: 4'
  sql "create table t (id int primary key, v int, filler text) with (fillfactor = 100);
    insert into t select i, 0, repeat('x', 100) from generate_series(1, 60000) i"
  movers=
  for i in 1 2 3 4 5 6; do
    sql "update t set v = v + 1 where id % 7 = $i; delete from t where id % 1000 = $i; insert into t select 100000 * $i + g, 0, '' from generate_series(1, 200) g" 2>/dev/null &
    movers="$movers $!"
  done
  sync_all
  wait $movers || true
  sync_all; same t id,v "a snapshot under writes"
}

cut_snapshot() {
  begin 'workers: 4'
  sql "create table t (id int primary key, v int, filler text); insert into t select i, 0, repeat('x', 300) from generate_series(1, 400000) i"
  "$bin/leat" sync shop >out 2>&1 &
  reader=$!
  sql "do \$\$ declare cuts int := 0; begin
    for i in 1..2000 loop
      perform pg_stat_clear_snapshot();
      select cuts + count(pg_terminate_backend(pid)) into cuts from pg_stat_activity
        where datname = '$recipe' and (query like 'copy %' and state = 'active' or i % 2 = 0 and backend_type = 'walsender');
      exit when cuts > 1;
      perform pg_sleep(0.002);
    end loop;
    if cuts = 0 then raise exception 'no session was caught reading'; end if; end \$\$"
  while kill -0 $reader 2>/dev/null; do
    sql "update t set v = v + 1 where id % 1000 = 7; delete from t where id = (select min(id) from t)"
  done
  wait $reader || { wrong 'a snapshot that was cut did not begin again'; cat out; }
  sync_all; same t id,v "a snapshot whose sessions were cut"
}

# What was read before a crash is not read again; what moved between pages meanwhile is.
cut_off_portions() {
  begin 'portion: 1MB' 'tables: [t, u_parted, w_keyless, z_small]'
  sql "create table t (id int primary key, v int, filler text, far text);
    alter table t alter far set storage external;
    insert into t select i, 0, repeat('x', 200), case when i % 500 = 0 then repeat('far ' || i, 500) end from generate_series(1, 30000) i;
    create table u_parted (id int primary key, v text) partition by range (id);
    create table u_parted_a partition of u_parted for values from (0) to (20000);
    create table u_parted_b partition of u_parted for values from (20000) to (100000);
    insert into u_parted select i, repeat('p', 150) from generate_series(1, 39999) i;
    create table w_keyless (id int, v text);
    alter table w_keyless replica identity full;
    insert into w_keyless select i, repeat('k', 200) from generate_series(1, 20000) i;
    create table z_small (id int primary key, v int);
    insert into z_small select i, i from generate_series(1, 100) i"
  before=0
  for round in 1 2 3; do
    LEAT_FAILPOINTS="sync_after_commit=kill@3" leat sync shop >out 2>&1 && wrong "round $round was not killed"
    count=$(there 'select count(*) from raw.t')
    [ "$count" -gt $((${before:-0} + 5000)) ] || wrong "round $round read t from its beginning: $count rows after $before"
    before=$count
    # Rows go into pages that were read, from such that were not; stored values that are not sent; keys that change.
    sql "delete from t where id % 3 = $round % 3 and id < 9000; update t set filler = '' where id > 20000 and id % 7 = $round"
    sql "vacuum t"
    sql "update t set v = v + 1 where id > 15000 and id % 5 = $round; update t set id = id + 100000 where id < 100000 and id % 11 = $round;
      insert into t select 1000000 * $round + g, $round, '', repeat('new', 900) from generate_series(1, 200) g;
      update t set v = -1 where id = 15500; update t set far = far || 'er' where id in (20500, 15000);
      update u_parted set id = id + 50000 where id < 40000 and id % 1000 = $round; delete from u_parted where id % 100 = $round;
      delete from w_keyless where id % 10 = $round; insert into w_keyless values (7, 'again'), (7, 'again')"
  done
  sync_all
  same t id,v,filler,far "t after kills"; same u_parted id,v "u_parted after kills"; same w_keyless id,v "w_keyless after kills"; same z_small id,v z_small
}

# Files that were written anew have their rows on other pages: such a table is read from its beginning.
cut_off_rewritten() {
  begin 'portion: 1MB'
  sql "create table t (id int primary key, v text); insert into t select i, repeat('x', 200) from generate_series(1, 30000) i"
  LEAT_FAILPOINTS="sync_after_commit=kill@2" leat sync shop >out 2>&1 && wrong 'it was not killed'
  sql "delete from t where id < 20000"
  sql "vacuum full t"
  sync_all; same t id,v "a table that was rewritten"
  LEAT_FAILPOINTS="sync_after_commit=kill@2" leat sync shop --full-refresh >out 2>&1 || true
  sql "alter table t add w int default 7"
  sync_all; same t id,v,w "a table that got a column"
}

# The kill comes while the second partition is read: the pages of the first are caught up with.
cut_off_partition() {
  begin 'portion: 1MB'
  sql "create table p (id int primary key, v text) partition by range (id); create table p_a partition of p for values from (0) to (20000);
    create table p_b partition of p for values from (20000) to (100000); insert into p select i, repeat('p', 200) from generate_series(1, 39999) i"
  LEAT_FAILPOINTS="sync_after_commit=kill@7" leat sync shop >out 2>&1 && wrong 'it was not killed'
  sql "update p set v = 'changed' where id % 1000 = 1; delete from p where id % 1000 = 2; insert into p values (50000, 'new'); update p set id = id + 60000 where id in (5, 25000)"
  sync_all; same p id,v "a table that was cut off in its second partition"
}

huge_transaction() {
  begin 'memory: 1MB' 'bytes: 4MB'
  psql -qX "$LEAT_TEST_POSTGRES" -c "alter database $recipe set logical_decoding_work_mem = '64kB'"
  sql "create table t (id int primary key, v text)"
  sync_all
  sql "begin; insert into t select i, repeat('y', 50) from generate_series(1, 150000) i; update t set v = 'u' where id % 3 = 0; delete from t where id % 5 = 0; commit"
  sync_all; same t id,v "one transaction of 230,000 changes"
}

savepoints() {
  begin
  # So that they are streamed before their end is known.
  psql -qX "$LEAT_TEST_POSTGRES" -c "alter database $recipe set logical_decoding_work_mem = '64kB'"
  sql "create table t (id int primary key, v text)"
  sync_all
  sql "begin; insert into t select i, repeat('a', 200) from generate_series(1, 39000) i; savepoint a;
    insert into t select i, repeat('b', 200) from generate_series(50001, 60000) i; rollback to a; insert into t values (0, 'kept'); commit;
    begin; insert into t select i, repeat('c', 200) from generate_series(70001, 110000) i; rollback;
    do \$\$ begin for i in 1..500 loop begin insert into t values (-i, 'x'); if i % 2 = 0 then raise exception 'no'; end if; exception when others then null; end; end loop; end \$\$"
  sync_all; same t id,v "rolled back parts"
}

toast() {
  for identity in default 'using index t_key' full; do
    begin
    sql "create table t (id int primary key, code int not null, v int, big text, list int[]); alter table t alter big set storage external;
      create unique index t_key on t (code); alter table t replica identity $identity;
      insert into t select i, i, 0, repeat(chr(96 + i), 20000), array[i] from generate_series(1, 9) i"
    sync_all
    sql "update t set v = 1 where id = 1"
    sql "update t set id = 100, code = 100 where id = 2"
    sql "begin; insert into t values (20, 20, 0, repeat('n', 20000), null); update t set v = 2 where id = 20; commit"
    sql "begin; update t set v = 3 where id = 3; update t set v = 4 where id = 3; update t set id = 101, code = 101 where id = 3; update t set v = 5 where id = 101; commit"
    sql "begin; update t set id = -1, code = -1 where id = 4; update t set id = 4, code = 4 where id = 5; update t set id = 5, code = 5 where id = -1; commit"
    sync_all; same t 'id,v,length(big),left(big, 1)' "values that are not sent, identity $identity"
    sql "update t set v = 9 where id = 20; update t set big = 'short' where id = 6"
    sync_all; same t 'id,v,length(big),left(big, 1)' "the next batch, identity $identity"
  done
}

key_changes() {
  begin
  sql "create table t (id int primary key deferrable initially deferred, v text); alter table t replica identity full; create table c (a int, b text, v int, primary key (a, b));
    insert into t select i, 'v' || i from generate_series(1, 50) i; insert into c select i, 'k', i from generate_series(1, 5) i"
  sync_all
  sql "update t set id = id + 1"
  sql "begin; update t set id = -1 where id = 10; update t set id = 10 where id = 11; update t set id = 11 where id = -1; commit"
  sql "update t set id = 900 where id = 20; insert into t values (20, 'again')"
  sql "update c set b = 'K' where a = 1; update c set a = 50, v = 0 where a = 2"
  sync_all; same t id,v "changed keys"; same c a,b,v "composite keys"
}

identities() {
  begin
  sql "create table t (id int primary key, code int not null, v int); create unique index t_code on t (code); insert into t select i, i + 100, 0 from generate_series(1, 9) i"
  sync_all
  sql "update t set v = 1 where id = 1; alter table t replica identity full; update t set v = 2 where id = 2; update t set id = 20 where id = 3; delete from t where id = 4"
  sync_all; same t id,code,v "whole rows from some change on"
  sql "alter table t replica identity using index t_code; update t set code = 500 where id = 5; update t set v = 3 where id = 6; delete from t where id = 7"
  sync_all; same t id,code,v "another key from some change on"
}

same_key() {
  for deletes in hard soft; do
    begin
    sed -i "s/deletes: hard/deletes: $deletes/" leat.yml
    sql "create table t (id int primary key, v int); insert into t select i, 0 from generate_series(1, 5) i"
    sync_all
    sql "insert into t values (9, 1); update t set v = 2 where id = 9; delete from t where id = 9; insert into t values (9, 3); update t set v = 4 where id = 9"
    sql "insert into t values (8, 1); delete from t where id = 8; delete from t where id = 1"
    sync_all
    sql "insert into t values (1, 7); delete from t where id = 2"
    sync_all
    equals "$deletes deletes" "$(sql "select string_agg(id || ':' || v, ' ' order by id) from t")" \
      "$(there "select string_agg(cast(id as varchar) || ':' || cast(v as varchar), ' ' order by id) from raw.t where _ab_cdc_deleted_at is null")"
  done
  equals 'a deleted key has nulls' '2,,' "$(there "select id, v, case when _ab_cdc_deleted_at is null then 'there' end from raw.t where id = 2")"
}

without_key() {
  begin
  sql "create table bag (v int, w text); alter table bag replica identity full; insert into bag values (1, 'a'), (1, 'a'), (1, 'a'), (2, null);
    create table plain (v int); insert into plain values (1)"
  sync_all; same bag v,w first
  sql "delete from bag where ctid = (select min(ctid) from bag where v = 1); insert into bag values (2, null), (3, 'c'); update bag set w = 'z' where v = 3"
  sync_all; same bag v,w "one of three equal rows"
  sql "create table loose (v int); alter table loose replica identity nothing; insert into loose values (1)"
  sync_all; same loose v "a table that tells nothing"
  sql "insert into loose values (2); delete from loose where v = 1"
  sync_all; same loose v "a table that tells nothing, once it changed"
  sql "begin; insert into bag values (5, 'e'), (5, 'e'); delete from bag where ctid = (select min(ctid) from bag where v = 5); delete from bag where v = 2; commit"
  sync_all; same bag v,w "rows that came and went"
}

truncates() {
  begin
  sql "create table a (id int primary key, v int); create table b (id int primary key, a int references a); insert into a values (1, 1), (2, 2); insert into b values (1, 1)"
  sync_all
  sql "truncate a cascade"
  sync_all; same a id,v "truncate cascade"; same b id,a "truncate cascade"
  sql "begin; insert into a values (5, 5); truncate a, b restart identity; insert into a values (6, 6); commit; insert into b values (7, 6)"
  sync_all; same a id,v "truncate between inserts"; same b id,a "truncate of two"
}

added_columns() {
  begin
  sql "create table t (id int primary key, v text); insert into t values (1, 'a'), (2, 'b')"
  sync_all
  sql "alter table t add w text; insert into t values (3, 'c', 'w')"
  sync_all; same t id,v,w "a column"
  sql "alter table t add n int default 7"
  sync_all; same t id,v,w,n "a default, and no change after it"
  sql "alter table t add r int default (random() * 0 + 5)::int; insert into t values (4, 'd', 'x', 8, 9)"
  sync_all; same t id,v,w,n,r "a default that rewrites the table"
  sql "begin; insert into t values (5, 'e', 'x', 1, 1); alter table t add z int; insert into t values (6, 'f', 'y', 2, 2, 3); alter table t drop column w; insert into t values (7, 'g', 3, 3, 4); commit"
  sync_all; same t id,v,n,r,z "definitions between changes"
  sql "alter table t drop column z; alter table t add z text; insert into t values (8, 'h', 1, 1, 'now text')"
  sync_all; same t id,v,n,r,z "a column of the same name and another type"
}

changed_columns() {
  begin
  sql "create type mood as enum ('sad'); create table t (id int primary key, v int, n numeric(10,2), m mood); insert into t values (1, 1, 1.5, 'sad')"
  sync_all
  sql "alter table t rename v to w; insert into t values (2, 2, 2.5, 'sad')"
  sync_all; same t id,w "a new name"
  sql "alter table t alter w type bigint; insert into t values (3, 5000000000, 3, 'sad')"
  sync_all; same t id,w "a wider type"
  sql "alter table t alter n type numeric(12,4); insert into t values (4, 4, 4.1234, 'sad')"
  sync_all; same t 'id,n::float' "more digits"
  sql "alter table t add word text; update t set word = id::text; alter table t alter word type int using word::int * 10"
  sync_all; same t id,word "values that were rewritten without a change"
  sql "alter type mood rename value 'sad' to 'blue'"
  sync_all; same t id,m "a word of an enum that was renamed"
  sql "alter table t rename w to x; alter table t rename word to w; alter table t rename x to word; insert into t values (90, 900, 9, 'blue', 9000)"
  sync_all; same t id,w,word "names that were swapped"
  sql "alter table t rename w to x; alter table t rename word to w; alter table t rename x to word"
  sync_all
  sql "alter type mood add value 'ok'"; sql "insert into t values (5, 5, 5, 'ok', 1)"
  sync_all; same t id,m "a new word of an enum"
  sql "drop table t; create table t (id int primary key, v int); insert into t values (1, 42)"
  sync_all; same t id,v "another table of the same name"
}

partitions() {
  begin
  sql "create table p (id int, region text, v int, primary key (id, region)) partition by list (region);
    create table p_a partition of p for values in ('a'); create table p_b (v int, region text not null, id int not null);
    alter table p attach partition p_b for values in ('b'); insert into p values (1, 'a', 1), (2, 'b', 2)"
  sync_all; same p id,region,v first
  sql "insert into p values (3, 'b', 3); update p set region = 'b' where id = 1; create table p_c partition of p for values in ('c'); insert into p values (4, 'c', 4)"
  sync_all; same p id,region,v "rows that move, a new partition"
  sql "truncate p_a; alter table p detach partition p_c; insert into p values (5, 'a', 5)"
  sync_all
  equals 'a partition that was emptied' "$(sql "select string_agg(id::text, ' ' order by id) from p where region = 'a'")" \
    "$(there "select string_agg(cast(id as varchar), ' ' order by id) from raw.p where region = 'a'")"
}

quiet_slot() {
  begin 'tables: [t]'
  sql "create table t (id int primary key); create table other (id int, filler text)"
  sync_all
  sql "insert into other select i, repeat('x', 500) from generate_series(1, 20000) i"
  sync_all
  behind=$(sql "select (pg_current_wal_lsn() - confirmed_flush_lsn)::bigint < 1000000 from pg_replication_slots where slot_name = 'slot_$recipe'")
  equals 'the slot follows a quiet table' t "$behind"
}

other_database() {
  begin
  sql "create table t (id int primary key)"
  sync_all
  psql -qX "$server/${recipe}_to" -c "create table busy as select i, repeat('x', 500) from generate_series(1, 20000) i"
  sync_all
  equals 'the slot follows while another database writes' t "$(sql "select (pg_current_wal_lsn() - confirmed_flush_lsn)::bigint < 1000000 from pg_replication_slots where slot_name = 'slot_$recipe'")"
}

thrown_away() {
  begin
  sql "create table t (id int primary key, v text)"
  sync_all
  psql -qX "$LEAT_TEST_POSTGRES" -c "alter system set max_slot_wal_keep_size = '1MB'" -c 'select pg_reload_conf()' >/dev/null
  sql "insert into t values (1, 'a')"
  for i in 1 2 3 4; do sql "create table junk_$i as select i, repeat('x', 700) from generate_series(1, 40000) i; select pg_switch_wal()" >/dev/null; done
  psql -qX "$LEAT_TEST_POSTGRES" -c checkpoint
  equals 'the server threw log away' lost "$(sql "select wal_status from pg_replication_slots where slot_name = 'slot_$recipe'")"
  sync_fails LEAT-POSTGRES-005
  leat postgres check >out 2>&1 && wrong 'the check finds no problem' || grep -q 'is lost' out || { wrong 'the check does not say it'; cat out; }
  psql -qX "$LEAT_TEST_POSTGRES" -c "alter system reset max_slot_wal_keep_size" -c 'select pg_reload_conf()' >/dev/null
  sync_all --full-refresh; same t id,v "after a resync"
  sql "insert into t values (2, 'b')"
  sync_all; same t id,v "going on"
}

lost_slot() {
  begin
  sql "create table t (id int primary key); insert into t values (1)"
  sync_all
  sql "select pg_drop_replication_slot('slot_$recipe')" >/dev/null
  sync_fails LEAT-POSTGRES-005
  sql "select pg_create_logical_replication_slot('slot_$recipe', 'pgoutput')" >/dev/null
  sql "insert into t values (2)"
  sync_fails 'made anew'
  sync_all --full-refresh; same t id "after a resync"
  sql "insert into t values (3)"
  sync_all; same t id "going on"
}

taken_over() {
  begin
  sql "create table t (id int primary key, v int); insert into t values (1, 1); create publication leat for table t"
  sql "select pg_create_logical_replication_slot('slot_$recipe', 'test_decoding')" >/dev/null
  sync_fails 'taken over'
  sql "select pg_drop_replication_slot('slot_$recipe')" >/dev/null
  sql "select pg_create_logical_replication_slot('slot_$recipe', 'pgoutput')" >/dev/null
  sql "insert into t values (2, 2); update t set v = 9 where id = 1"
  sync_all; same t id,v "a slot that was there before"
  sql "insert into t values (3, 3); delete from t where id = 2"
  sync_all; same t id,v "what came after"
}

busy_slot() {
  begin
  sql "create table t (id int primary key)"
  sync_all
  pg_recvlogical -d "$server/$recipe" --slot "slot_$recipe" --start -o proto_version=1 -o publication_names=leat --no-loop --status-interval=0 --fsync-interval=0 -f /dev/null 2>/dev/null &
  other=$!
  timeout 20 sh -c "until psql -qXAt '$server/$recipe' -c \"select active from pg_replication_slots where slot_name = 'slot_$recipe'\" | grep -q t; do :; done"
  (timeout 4 tail -f /dev/null || true; kill -9 $other) &
  sync_all
  wait $other 2>/dev/null || true
  sql "insert into t values (1)"
  sync_all; same t id "once the other reader is gone"
}

table_set() {
  begin 'tables: [a, b]'
  sql "create table a (id int primary key); create table b (id int primary key, v int); create table c (id int primary key); insert into a values (1); insert into b values (1, 1); insert into c values (1)"
  sync_all
  sed -i 's/\[a, b\]/[a, c]/' leat.yml
  sql "insert into a values (2); insert into c values (2); update b set v = 2"
  sync_all; same a id "the one that stayed"; same c id "the one that came"
  sed -i 's/\[a, c\]/[a, b, c]/' leat.yml
  sync_all; same b id,v "the one that came back"
  sql "drop publication leat"
  sync_all
  sql "insert into a values (9)"
  sync_all; same a id "a publication that was dropped"
}

meddled() {
  begin
  sql "create table a (id int primary key, v int); create table b (id int primary key); insert into a values (1, 1)"
  sync_all
  sql "alter publication leat drop table a"; sql "insert into a values (2, 2); update a set v = 9 where id = 1; insert into b values (2)"
  sql "alter publication leat add table a"; sql "insert into a values (3, 3)"
  sync_all; same a id,v "a table that was out of the publication for a while"; same b id "the other one"
  sql "drop publication leat"; sql "insert into a values (4, 4)"
  sql "create publication leat for table a, b"; sql "insert into a values (5, 5); delete from a where id = 1"
  sync_all; same a id,v "a publication that was made anew"
}

generated() {
  begin
  sql "create table t (id int primary key, v int, twice int generated always as (v * 2) stored); insert into t (id, v) values (1, 1), (2, 2)"
  sync_all; same t id,v first
  sql "insert into t (id, v) values (3, 3); update t set v = 10 where id = 1"
  sync_all; same t id,v changes
  if [ "$version" -ge 18 ]; then
    same t id,v,twice 'what is generated and stored'
    sql "alter table t add thrice int generated always as (v * 3) stored; insert into t (id, v) values (4, 4)"
    sync_all; same t id,v,twice,thrice 'one that came later'
    sql "alter table t replica identity full; update t set v = 11 where id = 1; delete from t where id = 2"
    sync_all; same t id,v,twice,thrice 'with whole rows in the log'
  fi
}

# Histories are the change table's; a mode that would not be kept is refused.
refused_mode() {
  begin
  sql "create table t (id int primary key)"
  printf '    streams:\n      t: {mode: scd2}\n' >>leat.yml
  sync_fails 'history: true'
}

prepared() {
  begin
  sql "create table t (id int primary key, v text)"
  sync_all
  sql "begin; insert into t values (1, 'committed later'); prepare transaction 'one_$recipe'"
  sql "begin; insert into t values (2, 'never'); prepare transaction 'two_$recipe'"
  sql "insert into t values (3, 'between')"
  sync_all; same t id,v "transactions that are prepared"
  sql "commit prepared 'one_$recipe'"; sql "rollback prepared 'two_$recipe'"
  sync_all; same t id,v "transactions that were prepared"
}

stopped() {
  begin
  sql "create table t (id int primary key, v int)"
  psql -qX "$LEAT_TEST_POSTGRES" -c "alter database $recipe set wal_sender_timeout = '1s'"
  sync_all
  "$bin/leat" sync shop --follow >out 2>&1 &
  follower=$!
  sql "insert into t select i, 0 from generate_series(1, 1000) i"
  timeout 1 tail -f /dev/null || true
  kill -STOP $follower
  sql "insert into t select i, 0 from generate_series(1001, 2000) i"
  timeout 4 tail -f /dev/null || true # the server gives up on it
  kill -CONT $follower
  sql "insert into t select i, 0 from generate_series(2001, 3000) i"
  timeout 3 tail -f /dev/null || true
  kill -0 $follower || { wrong 'it did not try again'; cat out; }
  kill -TERM $follower
  wait $follower || wrong 'it did not end well'
  sync_all; same t id,v "a reader that slept longer than the server waits"
}

refused_there() {
  [ "$target" = postgres ] || return 0
  begin
  sql "create table t (id int primary key, v int)"
  sync_all
  psql -qX "$server/${recipe}_to" -c "create function no() returns trigger language plpgsql as 'begin raise exception ''no''; end'" \
    -c "create trigger no before insert on raw.t execute function no()"
  sql "insert into t values (1, 1)"
  sync_fails LEAT-WAREHOUSE
  psql -qX "$server/${recipe}_to" -c "drop trigger no on raw.t"
  sync_all; same t id,v "what the warehouse refused comes once it takes it"
}

selected() {
  [ "$version" -ge 15 ] || return 0
  begin 'columns: {t: [id, v]}' 'where: {t: "id < 100"}'
  sql "create table t (id int primary key, v int, secret text); insert into t values (1, 1, 's'), (200, 2, 's')"
  sync_all
  equals 'rows and columns that are selected' '1,1' "$(there 'select id, v from raw.t')"
  sql "insert into t values (2, 2, 's'), (300, 3, 's'); update t set id = 150 where id = 1"
  sync_all
  equals 'a row that moves out of the selection' '2,2' "$(there 'select id, v from raw.t')"
  sql "update t set id = 50 where id = 200"
  sync_all
  equals 'a row that moves into the selection' '2,2 50,2' "$(there 'select id, v from raw.t order by id' | paste -sd ' ')"
  sed -i 's/id < 100/id < 10/' leat.yml
  sync_all
  equals 'another selection' '2,2' "$(there 'select id, v from raw.t')"
  ! leat query 'select secret from raw.t' >out 2>&1 || wrong 'a column came that is not selected'
}

. "$root/tests/replication/value_recipes.sh"
. "$root/tests/replication/follow_recipes.sh"

source_restarts() {
  begin
  sql "create table t (id int primary key, v int)"
  sync_all
  (for i in 1 2 3 4 5; do sql "insert into t select $i * 10000 + g, g from generate_series(1, 5000) g" || true; done) &
  writer=$!
  sync_all
  psql -qXAt "$LEAT_TEST_POSTGRES" -c "select count(pg_terminate_backend(pid)) from pg_stat_replication" >/dev/null
  sync_all
  wait $writer
  sync_all; same t id,v "a connection that was cut"
}

history() {
  begin 'history: true'
  sql "create table t (id int primary key, v text not null); insert into t values (1, 'a')"
  sync_all
  sql "insert into t values (110, 'Dummy'); update t set v = 'Other' where id = 110; delete from t where id = 110"
  sync_all; same t id,v "the table"
  equals 'every change' 'I:Dummy U:Other D:-' "$(there "select string_agg(_ab_cdc_operation || ':' || coalesce(v, '-'), ' ' order by _ab_cdc_lsn, _ab_cdc_ordinal) from raw.t_changes")"
}

for recipe in ${@:-insert_update_delete shared_position interleaved moving_rows cut_snapshot cut_off_portions cut_off_rewritten cut_off_partition huge_transaction savepoints toast key_changes same_key \
  without_key identities truncates added_columns changed_columns partitions quiet_slot other_database lost_slot taken_over thrown_away busy_slot stopped table_set meddled joining text_column heartbeat generated refused_mode prepared refused_there selected renamed values types geometries infinities wide_rows \
  source_restarts history}; do
  wrong_before=$failures
  "$recipe"
  finish
  [ "$failures" != "$wrong_before" ] || printf 'ok    %s\n' "$recipe"
done
printf '%s wrong\n' "$failures"
[ "$failures" = 0 ]
