#!/bin/sh
# The recipes of a sync that goes on: part of recipes.sh, which reads this file and has what they call.

# Tables that come while it follows, of which one is empty, join without a restart; `leat status` tells how far it is.
joining() {
  begin 'history: true'
  sql "create table t (id int primary key); insert into t values (1)"
  sync_all
  "$bin/leat" sync shop --follow >follow.txt 2>&1 &
  follower=$!
  until_read "(select 1 from pg_stat_replication where application_name = 'leat' and state = 'streaming')"
  sql "create table late (id int primary key, v text); insert into late select i, 'v' || i from generate_series(1, 100) i; create table empty (id int primary key)"
  sql "insert into t values (2); insert into late values (1000, 'as it joins')"
  until_read "(select 1 from pg_publication_tables where pubname = 'leat' and tablename = 'empty')"
  sql "insert into late values (2000, 'streamed'); delete from late where id = 5; insert into empty values (1); insert into t values (3)"
  at=$(sql 'select pg_current_wal_insert_lsn()')
  until_read "(select 1 from pg_replication_slots where slot_name = 'slot_$recipe' and confirmed_flush_lsn >= '$at')"
  leat status >status.txt 2>&1 || true
  grep -q "slot slot_$recipe of shop .* behind, .* old, holds back .* of log.*, is being read" status.txt || { wrong 'the status does not tell the lag'; cat status.txt; }
  kill -TERM $follower
  wait $follower || { wrong 'it did not end well'; cat follow.txt; }
  same t id 'the table that was there'; same late id,v 'the table that came'; same empty id 'the empty one that came'
  equals 'their changes are kept, too' 'I:2000 D:5' "$(there "select string_agg(_ab_cdc_operation || ':' || cast(id as varchar), ' ' order by _ab_cdc_lsn, _ab_cdc_ordinal) from raw.late_changes where id in (2000, 5)")"
  sync_all; same late id,v 'the next run'
}
until_read() { # CONDITION
  timeout 60 sh -c "until psql -qXAt '$server/$recipe' -c \"select exists $1\" | grep -q t; do timeout 0.2 tail -f /dev/null || :; done" || wrong "it never came to $1"
}

follow() {
  "$bin/leat" sync shop --follow >follow.txt 2>&1 &
  follower=$!
  until_read "(select 1 from pg_stat_replication where application_name = 'leat' and state = 'streaming')"
}
end_follow() {
  kill -TERM $follower
  wait $follower || { wrong 'it did not end well'; cat follow.txt; }
}

# A type that has no binary form in the stream comes while it is followed in binary.
text_column() {
  begin
  sql "create table t (id int primary key, v int); insert into t values (1, 1)"
  sync_all
  follow
  sql "alter table t add price money; insert into t values (2, 2, 1.5)"
  at=$(sql 'select pg_current_wal_insert_lsn()')
  until_read "(select 1 from pg_replication_slots where slot_name = 'slot_$recipe' and confirmed_flush_lsn >= '$at')"
  end_follow
  same t 'id,v,price::numeric(10,2)' 'a column that asks for text'
}

heartbeat() {
  begin 'heartbeat: 200ms'
  sql "create table t (id int primary key)"
  sync_all
  follow
  at=$(sql 'select pg_current_wal_insert_lsn()')
  until_read "(select 1 where pg_current_wal_insert_lsn() > '$at'::pg_lsn + 500)"
  until_read "(select 1 from pg_replication_slots where slot_name = 'slot_$recipe' and confirmed_flush_lsn > '$at')"
  end_follow
}
