#!/bin/sh
# A standby: changes are read from one (PostgreSQL 16), a slot is carried on to one that takes over (17), and one that
# takes over too far behind is told, never followed.
# standby.sh FOLDER-OF-POSTGRES-PROGRAMS duckdb|postgres. Exit code 77 means skipped.
set -eu
. "$(dirname -- "$0")/server.sh"
export LEAT_TARGET="$2" PGCONNECT_TIMEOUT=10
# The server does not wait for its disk; a commit that is not written yet is before no position of the log (caught_up).
export PGOPTIONS="$PGOPTIONS -c synchronous_commit=on"
primary=$LEAT_TEST_POSTGRES
data=$(psql -qXAt "$primary" -c 'show data_directory') port=$PGPORT
other_port=$((port + 1)) programs=$LEAT_POSTGRES_PROGRAMS
standby=postgresql://postgres@127.0.0.1:$other_port/postgres
version=$(psql -qXAt "$primary" -c "select current_setting('server_version_num')::int / 10000")
[ "$version" -ge 16 ] || { printf 'skipped: standbys tell changes from PostgreSQL 16 on\n'; exit 77; }
work=$(mktemp -d)
[ "$(id -u)" != 0 ] || chown postgres "$work"
chmod 755 "$work"
failures=0
as_server() { (cd / && if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi); }
stop_standby() { as_server "$programs/pg_ctl" -D "$work/standby" -m immediate -w -t 30 stop >/dev/null 2>&1 || true; }
trap 'stop_standby; if [ $failures = 0 ]; then rm -rf "$work"; else printf "the folder is kept: %s\n" "$work"; fi' EXIT
wrong() { printf 'WRONG %s: %s\n' "$recipe" "$1"; failures=$((failures + 1)); }
equals() { [ "$2" = "$3" ] || wrong "$1: wanted $2, got $3"; } # WHAT WANTED GOT
on() { psql -qXAt -v ON_ERROR_STOP=1 "$1" -c "$2"; } # SERVER SQL
until_true() { # SERVER CONDITION
  for _ in $(seq 150); do
    [ "$(on "$1" "select $2" 2>/dev/null)" != t ] || return 0
    timeout 0.2 tail -f /dev/null || true
  done
  wrong "it never came to $2"
  return 1
}
start_primary() { as_server "$programs/pg_ctl" -D "$data" -o "-p $port" -l "$data/../server.log" -w -t 60 start >/dev/null; }
start_standby() { as_server "$programs/pg_ctl" -D "$work/standby" -o "-p $other_port" -l "$data/../standby.log" -w -t 60 start >/dev/null; }
stop_primary() { as_server "$programs/pg_ctl" -D "$data" -m "$1" -w -t 60 stop >/dev/null; } # MODE
make_standby() { # MORE-SETTINGS: a copy of the primary as it is, that follows it
  stop_standby
  rm -rf "$work/standby"
  stop_primary fast
  as_server cp -R "$data" "$work/standby"
  as_server rm -rf "$work/standby/pg_replslot"
  as_server mkdir -m 700 "$work/standby/pg_replslot"
  start_primary
  on "$primary" "select pg_create_physical_replication_slot('to_standby')" >/dev/null 2>&1 || true
  as_server touch "$work/standby/standby.signal"
  cat >>"$work/standby/postgresql.conf" <<CONF
primary_conninfo = 'host=127.0.0.1 port=$port user=postgres dbname=postgres'
primary_slot_name = 'to_standby'
hot_standby_feedback = on
wal_receiver_status_interval = 1s
$(printf '%s\n' "$@")
CONF
  start_standby
}
caught_up() { until_true "$standby" "pg_last_wal_replay_lsn() >= '$(on "$primary" 'select pg_current_wal_flush_lsn()')'"; }
project() { # URL MORE-SETTINGS...
  rm -rf "$work/project"
  mkdir "$work/project"
  cd "$work/project"
  url=$1
  shift
  psql -qX "$primary" -c 'drop database if exists target with (force)' -c 'create database target'
  cat >leat.yml <<YML
name: standby
target: duckdb
targets:
  duckdb: {type: duckdb, path: w.duckdb}
  postgres: {type: postgres, url: "${target_server:-postgresql://postgres@127.0.0.1:$port}/target"}
connections:
  shop:
    schema: raw
    source:
      type: postgres
      url: "$url"
      method: cdc
      slot: shop
      deletes: hard
      tables: ["t*"]
$(printf '%s\n' "$@" | sed '/^$/d; s/^/      /')
YML
}
sync_all() { timeout 120 "$bin/leat" sync shop "$@" >out 2>&1 || { wrong 'the sync failed'; sed 's/^/      /' out; return 1; }; }
same() { # SERVER TABLE COLUMNS WHEN
  on "$1" "copy (select $3 from $2 order by $3) to stdout with csv" | sort >source.csv
  "$bin/leat" query --format csv --limit 10000000 "select $3 from raw.$2" | tail -n +2 | sort >warehouse.csv
  cmp -s source.csv warehouse.csv || { wrong "$2 differs ($4)"; diff source.csv warehouse.csv | head -10; }
}

from_standby() {
  on "$primary" "create table t (id int primary key, v text); insert into t select i, 'v' || i from generate_series(1, 2000) i"
  make_standby
  # The primary has the publication; the standby can't make one. And a slot of a standby begins where the primary next
  # says what is under way.
  caught_up
  project "$standby"
  if "$bin/leat" sync shop >out 2>&1; then wrong 'it made a publication on a standby'; fi
  grep -q 'CREATE PUBLICATION' out || { wrong 'the error does not say what the primary needs'; cat out; }
  on "$primary" "create publication leat for table t with (publish_via_partition_root = true)"
  caught_up
  tell_what_runs &
  teller=$!
  sync_all; same "$standby" t id,v first
  on "$primary" "insert into t values (3000, 'new'); update t set v = 'changed' where id <= 10; delete from t where id between 20 and 29"
  caught_up
  sync_all; same "$standby" t id,v changes
  "$bin/leat" sync shop --follow >follow.txt 2>&1 &
  follower=$!
  on "$primary" "insert into t select i, 'more' from generate_series(4000, 5000) i"
  caught_up
  for _ in $(seq 60); do
    timeout 0.5 tail -f /dev/null || true
    [ "$(on "$standby" "select confirmed_flush_lsn >= '$(on "$primary" "select pg_current_wal_flush_lsn()")'::pg_lsn - 100000 from pg_replication_slots where slot_name = 'shop'")" != t ] || break
  done
  kill -TERM $follower
  wait $follower || { wrong 'it did not end well'; cat follow.txt; }
  sync_all; same "$standby" t id,v 'what came while it followed'
  # Rows that the standby still needs for decoding go away at the primary, and the slot with them.
  echo 'hot_standby_feedback = off' >>"$work/standby/postgresql.conf"
  on "$standby" 'select pg_reload_conf()' >/dev/null
  until_true "$primary" "xmin is null and catalog_xmin is null from pg_replication_slots where slot_name = 'to_standby'"
  on "$primary" "create table gone (v int); drop table gone; create table gone (v int); drop table gone"
  on "$primary" 'vacuum full pg_class'
  on "$primary" 'vacuum full pg_attribute'
  caught_up || true
  until_true "$standby" "coalesce(conflicting, false) from pg_replication_slots where slot_name = 'shop'" || true
  if timeout 120 "$bin/leat" sync shop >out 2>&1; then wrong 'an invalidated slot was read on'; fi
  grep -q LEAT-POSTGRES-005 out || { wrong 'the error is another'; cat out; }
  kill $teller
  wait $teller 2>/dev/null || true
}
tell_what_runs() { while :; do on "$primary" 'select pg_log_standby_snapshot()' >/dev/null 2>&1 || true; timeout 0.5 tail -f /dev/null || true; done; }

carry() { # until the standby has what the slot needs
  carried=
  for i in $(seq 60); do
    on "$primary" "insert into t values (10000 + $i, 'step'); select pg_log_standby_snapshot()" >/dev/null
    sync_all
    caught_up
    carried=$(on "$standby" "select synced and not temporary from pg_replication_slots where slot_name = 'shop'")
    [ "$carried" != t ] || break
    timeout 0.5 tail -f /dev/null || true # the server looks every 200 ms to 30 s
  done
  equals 'the standby has the slot' t "$carried"
}
failover() {
  [ "$version" -ge 17 ] || return 0
  stop_standby
  on "$primary" "drop publication if exists leat; drop table if exists t; create table t (id int primary key, v text); insert into t select i, 'v' || i from generate_series(1, 2000) i"
  make_standby 'sync_replication_slots = on'
  # One address for both: whoever is the primary answers.
  project "postgresql://postgres@127.0.0.1:$port,127.0.0.1:$other_port/postgres?target_session_attrs=read-write" 'failover: true'
  sync_all; same "$primary" t id,v first
  equals 'the slot is carried on' t "$(on "$primary" "select failover from pg_replication_slots where slot_name = 'shop'")"
  carry
  on "$primary" "insert into t values (3000, 'not read yet'); update t set v = 'changed' where id <= 10; delete from t where id = 99"
  caught_up
  stop_primary immediate
  as_server "$programs/pg_ctl" -D "$work/standby" -w promote >/dev/null
  until_true "$standby" 'not pg_is_in_recovery()'
  on "$standby" "insert into t values (4000, 'after it took over')"
  if [ "$LEAT_TARGET" = duckdb ]; then
    sync_all; same "$standby" t id,v 'after a failover'
    sync_all; same "$standby" t id,v 'again'
  fi
  stop_standby
  start_primary
}

# The standby stopped before the primary's last changes, which are read; then it takes over.
behind() {
  [ "$version" -ge 17 ] && [ "$LEAT_TARGET" = duckdb ] || return 0
  on "$primary" "select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = 'shop'" >/dev/null
  on "$primary" "drop publication if exists leat; drop table if exists t; create table t (id int primary key, v text); insert into t values (1, 'a')"
  make_standby 'sync_replication_slots = on'
  project "postgresql://postgres@127.0.0.1:$port,127.0.0.1:$other_port/postgres?target_session_attrs=read-write" 'failover: true'
  sync_all
  carry
  as_server "$programs/pg_ctl" -D "$work/standby" -m fast -w -t 60 stop >/dev/null
  on "$primary" "insert into t select i, 'never at the standby' from generate_series(20000, 30000) i"
  sync_all
  stop_primary immediate
  start_standby
  as_server "$programs/pg_ctl" -D "$work/standby" -w promote >/dev/null
  until_true "$standby" 'not pg_is_in_recovery()'
  if "$bin/leat" sync shop >out 2>&1; then wrong 'a server that lacks what the warehouse has was followed'; fi
  grep -q LEAT-POSTGRES-005 out || { wrong 'the error is another'; cat out; }
  sync_all --full-refresh; same "$standby" t id,v 'the tables anew'
  stop_standby
  start_primary
}

for recipe in ${RECIPES:-from_standby failover behind}; do
  wrong_before=$failures
  "$recipe"
  [ "$failures" != "$wrong_before" ] || printf 'ok    %s\n' "$recipe"
done
printf '%s wrong\n' "$failures"
[ "$failures" = 0 ]
