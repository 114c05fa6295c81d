#!/bin/sh
# A random workload of several clients on a PostgreSQL server of its own while Leat is killed, its connections are cut
# and the server is restarted; afterwards the warehouse has the source's rows, one by one, and between two kills never
# a half of a transaction.
# chaos.sh FOLDER-OF-POSTGRES-PROGRAMS duckdb|postgres|snowflake (the stand-in) CHANGES [CLIENTS]. Exit code 77 means skipped.
# At least ROUNDS kills (12), at most PAUSE tenths of a second apart (35). BULK=N: rows of the largest transactions (half
# of them over 1 kB: 1500000 is more than 1 GB); SEED=N.
set -eu
. "$(dirname -- "$0")/server.sh"
command -v pgbench >/dev/null || { printf 'skipped: pgbench is not installed\n'; exit 77; }
programs=$1 target=$2 changes=$3 clients=${4:-4} bulk=${BULK:-20000}
work=$(mktemp -d)
failures=0 follower= writers=
server=${LEAT_TEST_POSTGRES%/*}
source=$server/source
export LEAT_TARGET="$target" PGCONNECT_TIMEOUT=10
stop_all() {
  stop_snowflake
  touch "$work/over"
  for process in $follower $writers; do kill -9 "$process" 2>/dev/null || true; done
}
finished=
trap 'stop_all; [ -n "$finished" ] || { failures=1; printf "WRONG it ended before its end\n"; }; if [ $failures = 0 ]; then rm -rf "$work"; else printf "the folder is kept: %s\n" "$work"; fi' EXIT
cd "$work"
[ "$target" != snowflake ] || start_snowflake "$work"
admin() { psql -qXAt "$LEAT_TEST_POSTGRES" -c "$1"; }
breath() { timeout "$1" tail -f /dev/null || true; } # SECONDS
random() { awk -v seed="$1$2" -v n="$3" 'BEGIN { srand(seed); for (i = 0; i < 5; i++) rand(); print int(rand() * n) }'; } # A B N

admin 'create database source'
admin 'create database target'
psql -qX -v ON_ERROR_STOP=1 "$source" <<'SQL'
create table items (id int primary key, grp int not null, v int, note text, big text, tags int[]);
alter table items alter big set storage external;
create table wide (a int, b text, v numeric(12, 2), primary key (a, b));
create table bag (v int, w text);
alter table bag replica identity full;
create table parts (id int, region int, v int, primary key (id, region)) partition by list (region);
create table parts_0 partition of parts for values in (0);
create table parts_1 (v int, region int not null, id int not null);
alter table parts attach partition parts_1 for values in (1);
create table small (id int primary key, v text);
create table debit (id int primary key, v bigint not null);
create table credit (id int primary key, v bigint not null);
create table bulks (id serial primary key, k int, rows int);
create sequence ids start 1000000;
insert into items select i, i % 10, 0, 'note ' || i, case when i % 20 = 0 then repeat(md5(i::text), 100) end, array[i, i + 1] from generate_series(1, 20000) i;
insert into wide select i, 'b' || i % 7, i from generate_series(1, 5000) i;
insert into bag select i % 50, 'w' from generate_series(1, 500) i;
insert into parts select i, i % 2, i from generate_series(1, 2000) i;
insert into debit select i, 0 from generate_series(1, 100) i;
insert into credit select i, 0 from generate_series(1, 100) i;
SQL
cat >single.sql <<'SQL'
\set id random(1, 20000)
\set x random(1, 1000)
\set r random(0, 1)
update items set v = :x where id = :id;
insert into items values (nextval('ids'), :r, :x, 'new') on conflict do nothing;
delete from items where id = :id + 980000;
update wide set v = v + 1, b = b || '' where a = :id % 5000;
update parts set region = 1 - region, v = :x where id = :id % 2000;
SQL
cat >keys.sql <<'SQL'
\set id random(1, 20000)
\set x random(1, 1000)
begin;
update items set id = nextval('ids'), note = 'moved' where id = :id;
insert into items values (:id, 1, :x, 'again', repeat(md5(:x::text), 90)) on conflict (id) do update set v = excluded.v;
update items set big = repeat(md5(:id::text), 80 + :x / 100) where id = :id;
update items set v = -v where id between :id and :id + 3;
update wide set a = a + 100000 where a = :x;
update wide set a = a - 100000 where a = :x + 100000;
commit;
SQL
cat >points.sql <<'SQL'
\set id random(1, 20000)
\set x random(1, 100)
begin;
insert into bag values (:x % 50, 'new'), (:x % 50, 'new');
savepoint a;
update items set v = v + 1 where id between :id and :id + 20;
savepoint b;
delete from items where id between :id and :id + 5;
rollback to b;
delete from bag where ctid = (select min(ctid) from bag where v = :x % 50);
savepoint c;
update bag set w = 'w' || :x where ctid = (select min(ctid) from bag where v = :x % 50);
rollback to a;
insert into bag values (:x, 'kept');
commit;
begin;
delete from wide where a = :x;
rollback;
SQL
cat >money.sql <<'SQL'
\set a random(1, 100)
\set b random(1, 100)
\set x random(1, 1000)
begin;
update debit set v = v - :x where id = :a;
update credit set v = v + :x where id = :b;
commit;
SQL
cat >clear.sql <<'SQL'
\set x random(1, 1000)
begin;
insert into small select i, 'before' from generate_series(2000, 2020) i on conflict do nothing;
truncate small;
insert into small select i, 'after ' || :x from generate_series(1, 30) i;
commit;
SQL
cat >bulk.sql <<SQL
\set k random(1, 20)
begin;
insert into items select 10000000 * :k + i, i % 10, i, 'bulk', case when i % 2 = 0 then repeat(md5(i::text), 32) end from generate_series(1, $bulk) i on conflict do nothing;
update items set v = v + 1, note = 'bulk again' where id between 10000000 * :k and 10000000 * :k + $bulk / 3;
insert into bulks (k, rows) values (:k, $bulk);
commit;
delete from items where id between 10000000 * :k and 10000000 * :k + $bulk;
SQL
cat >leat.yml <<YML
name: chaos
target: duckdb
targets:
  duckdb: {type: duckdb, path: w.duckdb}
  postgres: {type: postgres, url: "$server/target"}
  snowflake: {${SNOWFLAKE_TARGET:-type: snowflake}, database: target}
connections:
  shop:
    schema: raw
    source: {type: postgres, url: "$source", method: cdc, deletes: hard, interval: 200ms, bytes: 16MB, memory: 8MB}
YML

# Writers begin again after each restart of the server.
write() { # NUMBER SCRIPTS...
  number=$1
  shift
  until [ -f over ]; do
    pgbench -n -c 1 -T 3600 --random-seed="$number${SEED:-}" "$@" "$source" >"writer$number.txt" 2>&1 || true
    breath 0.3
  done
}
i=0
while [ $i -lt "$clients" ]; do
  if [ $i = 0 ]; then
    write $i -f bulk.sql@1 -f clear.sql@20 -f money.sql@400 -f single.sql@400 &
  else
    write $i -f single.sql@20 -f keys.sql@5 -f points.sql@5 -f money.sql@10 &
  fi
  writers="$writers $!"
  i=$((i + 1))
done
define() { # definitions change, too, each in a transaction with rows
  step=0
  until [ -f over ]; do
    breath 3
    step=$((step + 1))
    case $((step % 4)) in
    0) change="alter table wide add extra$step int" ;;
    1) change="begin; alter table small add more int default $step; insert into small values (5000 + $step, 'more', 1); alter table small drop more; commit" ;;
    2) change="begin; alter table items add temp$step text; update items set temp$step = 't' where id = $step; alter table items drop temp$step; commit" ;;
    3) change="alter table parts alter v type $([ $((step % 8)) = 3 ] && echo bigint || echo int)" ;;
    esac
    psql -qX "$source" -c "set lock_timeout = '5s'; $change" >/dev/null 2>&1 || true
  done
}
define &
writers="$writers $!"

data_folder=$(admin 'show data_directory') port=$(admin 'show port')
as_server() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
written() { # changes of the source's tables; a restart forgets them
  admin_value=$(psql -qXAt "$source" -c "select coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) from pg_stat_user_tables" 2>/dev/null || true)
  printf '%s' "${admin_value:-0}"
}
there() { "$bin/leat" query --format csv --limit 100000000 "$1" | tail -n +2; }
agreed= done_before=0 rounds=0 kills=0 cuts=0 restarts=0 begun=$(date +%s)
while :; do
  rounds=$((rounds + 1))
  "$bin/leat" sync shop --follow >follow.txt 2>&1 &
  follower=$!
  tenths=$((3 + $(random "${SEED:-7}" $rounds "${PAUSE:-35}")))
  breath "$((tenths / 10)).$((tenths % 10))"
  now=$(written)
  case $(random "${SEED:-7}1" $rounds 10) in
  0)
    restarts=$((restarts + 1))
    (cd / && as_server "$programs/pg_ctl" -D "$data_folder" -m immediate -o "-p $port" -l "$data_folder/../server.log" -w -t 60 restart) >restart.txt 2>&1 ||
      cat restart.txt
    for _ in $(seq 240); do admin 'select 1' >/dev/null 2>&1 && break; breath 0.5; done # recovery may take longer than it waits
    done_before=$((done_before + now))
    now=0
    breath 2 ;;
  1 | 2)
    cuts=$((cuts + 1))
    admin "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name like 'leat%' or backend_type = 'walsender'" >/dev/null || true
    breath 1 ;;
  esac
  if kill -9 "$follower" 2>/dev/null; then kills=$((kills + 1)); else cat follow.txt >>ended.txt; fi
  wait "$follower" 2>/dev/null || true
  follower=
  [ "$target" != snowflake ] || snowflake_order end_sessions # as it does with those of clients that died
  # What one transaction wrote into two tables is there, or is not: from when both were read and have caught up.
  sums=$(there 'select (select cast(sum(v) as bigint) from raw.debit) + (select cast(sum(v) as bigint) from raw.credit)' 2>/dev/null || true)
  if [ "$sums" = 0 ]; then
    agreed=1
  elif [ -n "$agreed" ]; then
    printf 'WRONG round %s: debit and credit together are %s\n' $rounds "$sums"
    failures=$((failures + 1))
  fi
  total=$((done_before + now))
  [ $((rounds % 10)) != 0 ] || printf '%s s: %s changes, %s kills, %s cuts, %s restarts\n' $(($(date +%s) - begun)) "$total" $kills $cuts $restarts
  [ "$total" -lt "$changes" ] || [ $rounds -lt "${ROUNDS:-12}" ] || break
done
touch over
for process in $writers; do kill "$process" 2>/dev/null || true; done
admin "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = 'source' and application_name in ('pgbench', 'psql')" >/dev/null
for process in $writers; do wait "$process" 2>/dev/null || true; done
writers=
# One more of the largest, whose rows stay, is read by syncs that are killed, too.
{ printf '%s\n' '\set k 21'; sed -n '/^begin/,/^commit/p' bulk.sql; } | psql -qX -v ON_ERROR_STOP=1 "$source" >/dev/null
for seconds in 1 3 9; do
  "$bin/leat" sync shop >last.txt 2>&1 &
  follower=$!
  timeout "$seconds" tail -f /dev/null --pid=$follower || true
  if kill -9 $follower 2>/dev/null; then kills=$((kills + 1)); fi
  wait $follower 2>/dev/null || true
  follower=
  [ "$target" != snowflake ] || snowflake_order end_sessions
done
if ! "$bin/leat" sync shop >last.txt 2>&1; then
  # A slot that is made while other transactions give tables new files may, seldom, never be decoded by PostgreSQL 15
  # itself. That is nothing to be found here: once more, beside another server.
  if grep -q 'could not map filenode' last.txt && [ -z "${LEAT_CHAOS_AGAIN:-}" ]; then
    printf 'PostgreSQL cannot decode its own log (could not map filenode): once more\n'
    cd /
    finished=1
    LEAT_CHAOS_AGAIN=1 env -u LEAT_REPLICATION_INSIDE -u LEAT_TEST_POSTGRES -u LEAT_POSTGRES_BIN "$root/tests/replication/chaos.sh" "$@"
    exit 0
  fi
  cat last.txt
  printf 'WRONG the last sync failed\n'
  failures=$((failures + 1))
fi

same() { # TABLE COLUMNS [COLUMNS-AS-THE-SOURCE-HAS-THEM]
  psql -qXAt "$source" -c "copy (select ${3:-$2} from $1) to stdout with csv" | LC_ALL=C sort >source.csv
  there "select $2 from raw.$1" | LC_ALL=C sort >warehouse.csv
  if cmp -s source.csv warehouse.csv; then
    printf 'ok    %s: %s rows are the same\n' "$1" "$(wc -l <source.csv)"
  else
    printf 'WRONG %s differs\n' "$1"
    diff source.csv warehouse.csv | cut -c 1-150 | head -10
    failures=$((failures + 1))
  fi
}
same items "id, grp, v, note, md5(big), replace(cast(tags as varchar), ' ', '')" "id, grp, v, note, md5(big), to_json(tags)"
same wide a,b,v
same bag v,w
same parts id,region,v
same small id,v
same debit id,v
same credit id,v
same bulks id,k,rows
printf '%s transactions of %s rows and more\n' "$(wc -l <source.csv)" "$bulk"
printf '%s: %s changes in %s s, %s rounds: %s kills, %s cuts, %s restarts, %s ended by themselves\n' "$target" "$total" \
  $(($(date +%s) - begun)) $rounds $kills $cuts $restarts "$(cat ended.txt 2>/dev/null | grep -c 'steps failed' || true)"
finished=1
printf '%s wrong\n' "$failures"
[ "$failures" = 0 ]
