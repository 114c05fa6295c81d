#!/bin/sh
# examples/dvd-rental: a shop's database restored from its dump, its 15 tables and their changes, the figures of the
# reports; what is inserted, updated and deleted reaches the tables, the history and the reports.
. "$(dirname -- "$0")/acceptance.sh"
dump=$data/dvdrental/dvdrental.tar
[ -f "$dump" ] || skip "the shop's dump is not at $dump (LEAT_SHARED_DATA names the folder)"
[ -n "${LEAT_TEST_POSTGRES:-}" ] || skip 'LEAT_TEST_POSTGRES is not set (scripts/with_postgres.sh sets it)'
command -v pg_restore >/dev/null || skip 'pg_restore is not installed'

shop=shop_$database
shop_admin=${LEAT_TEST_POSTGRES%/*}/$shop
follower=
drop_shop() {
  [ -z "$follower" ] || kill -9 "$follower" 2>/dev/null || true
  admin_psql -c "select count(pg_terminate_backend(active_pid)) from pg_replication_slots where slot_name = '$shop' and active" \
    >/dev/null 2>&1 || true
  for _ in $(seq 100); do
    admin_psql -c "select pg_drop_replication_slot('$shop') from pg_replication_slots where slot_name = '$shop'" \
      >/dev/null 2>&1 && break
    pause
  done
  admin_psql -c "drop database if exists $shop with (force)" >/dev/null 2>&1 || true
  admin_psql -c "drop role if exists $shop" >/dev/null 2>&1 || true
}
trap 'drop_shop; cleanup' EXIT
shop_sql() { psql -qXAt -v ON_ERROR_STOP=1 "$shop_admin" -c "$1"; }

admin_psql -c "create database $shop"
tar -xf "$dump" -C "$work" --exclude='._*' # packed on a Mac, which pg_restore takes for damage
pg_restore -Fd --no-owner --no-privileges -d "$shop_admin" "$work/dvdrental" >"$work/restore.txt" 2>&1 || true
expect 'rows of the restored database' 44820 "$(shop_sql "select (select count(*) from actor) + (select count(*) from address)
  + (select count(*) from category) + (select count(*) from city) + (select count(*) from country) + (select count(*) from customer)
  + (select count(*) from film) + (select count(*) from film_actor) + (select count(*) from film_category)
  + (select count(*) from inventory) + (select count(*) from language) + (select count(*) from payment)
  + (select count(*) from rental) + (select count(*) from staff) + (select count(*) from store)")"
psql -qX -v ON_ERROR_STOP=1 -v reader="$shop" -v password=shop-password -f "$root/examples/dvd-rental/setup.sql" "$shop_admin" \
  >"$work/setup.txt"
expect_text 'setup.sql' '15 tables are published' "$work/setup.txt"
SHOP_URL=$(printf '%s' "$shop_admin" | sed "s#//[^@]*@#//$shop:shop-password@#")
export SHOP_URL

new_project "$work/project" dvd-rental
cd "$work/project"
sed -i "s/slot: dvd_rental/slot: $shop/" leat.yml # one server has one slot of a name
tables='actor address category city country customer film film_actor film_category inventory language payment rental staff store'
rows_of_all() { # what is in the tables together
  set -- $tables
  query="select 0"
  for table; do query="$query + (select count(*) from raw.$table)"; done
  value "$query"
}
figures() {
  value "select rating || ' ' || rentals from reports.rating_rankings_total order by rentals desc" | paste -sd ' '
  value 'select genre, rentals from reports.genre_rankings_total where place = 1'
  value 'select actor_name, rentals from reports.top_10_actors order by rentals desc limit 1'
  value "select store_id, sales from reports.monthly_sales_by_store where month = date '2007-04-01' order by store_id" | paste -sd ' '
}
wanted='PG-13 3585 NC-17 3293 PG 3212 R 3181 G 2773
Sports,1179
Gina Degeneres,753
1,14423.39 2,14136.07'

leat run >run.txt 2>&1 || { cat run.txt; printf 'WRONG the first run failed\n'; exit 1; }
expect 'rows of 15 tables' 44820 "$(rows_of_all)"
expect 'figures of the reports' "$wanted" "$(figures)"
expect 'history is empty' 0 "$(value 'select count(*) from raw.country_changes' 2>/dev/null || echo 0)"
leat run >run2.txt 2>&1 || { cat run2.txt; printf 'WRONG the second run failed\n'; exit 1; }
expect 'rows after a second run' 44820 "$(rows_of_all)"
expect 'figures after a second run' "$wanted" "$(figures)"

# One change a run: each is in the table and in the history with the next micro-batch.
history() { value "select _ab_cdc_operation, country from raw.country_changes where country_id = 110 order by _ab_cdc_lsn, _ab_cdc_ordinal" | paste -sd ' '; }
final() { value 'select country from raw.country where country_id = 110'; }
there() { final 2>/dev/null | grep -qx "$1"; }
gone() { [ "$(value 'select count(*) from raw.country where country_id = 110' 2>/dev/null)" = 0 ]; }
if [ "$target" != duckdb ]; then
  # Another process can look while changes come.
  "$bin/leat" sync shop --follow >follow.txt 2>&1 &
  follower=$!
  step() { # SQL CONDITION...
    shop_sql "$1"
    shift
    for _ in $(seq 400); do "$@" && return; kill -0 "$follower" 2>/dev/null || break; pause; done
    printf 'WRONG the change did not come\n'; cat follow.txt; failures=$((failures + 1))
  }
else
  step() { shop_sql "$1"; leat sync shop >sync.txt 2>&1 || { cat sync.txt; failures=$((failures + 1)); }; }
fi
step "insert into country (country_id, country) values (110, 'Dummy')" there Dummy
expect 'an inserted country' Dummy "$(final)"
expect 'its history' 'I,Dummy' "$(history)"
step "update country set country = 'Dummy Updated' where country_id = 110" there 'Dummy Updated'
expect 'an updated country' 'Dummy Updated' "$(final)"
expect 'its history' 'I,Dummy U,Dummy Updated' "$(history)"
step "delete from country where country_id = 110" gone
expect 'a deleted country' '' "$(final)"
expect 'its history' 'I,Dummy U,Dummy Updated D,' "$(history)"
expect 'a deleted key arrives with the time and nulls' '110,' \
  "$(value "select country_id, country from raw.country_changes where _ab_cdc_operation = 'D' and _ab_cdc_deleted_at > timestamp '2020-01-01'")"
if [ -n "$follower" ]; then
  kill -TERM "$follower"
  for _ in $(seq 400); do kill -0 "$follower" 2>/dev/null || break; pause; done
  kill -9 "$follower" 2>/dev/null || true # else it has ended already
  wait "$follower" && code=0 || code=$?
  follower=
  expect 'the end of a sync that follows' 0 "$code"
fi

# Deletions reach the reports, and come back out of them.
shop_sql "begin; create table kept as select p.* from payment p join rental using (rental_id)
    join inventory i using (inventory_id) where payment_date >= '2007-04-01' and payment_date < '2007-05-01' and i.store_id = 1;
  delete from payment where payment_id in (select payment_id from kept); commit"
leat run >run3.txt 2>&1 || { cat run3.txt; printf 'WRONG the run after a deletion failed\n'; failures=$((failures + 1)); }
expect 'revenue without the payments that were deleted' '2,14136.07' \
  "$(value "select store_id, sales from reports.monthly_sales_by_store where month = date '2007-04-01' order by store_id" | paste -sd ' ')"
shop_sql 'insert into payment select * from kept'
leat run >run4.txt 2>&1 || { cat run4.txt; printf 'WRONG the run after an insert failed\n'; failures=$((failures + 1)); }
expect 'figures once they are back' "$wanted" "$(figures)"
[ -f site/index.html ] && expect_text 'the page' 'DVD rental' site/index.html || { printf 'WRONG there is no page\n'; failures=$((failures + 1)); }
finish
