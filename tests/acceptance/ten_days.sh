#!/bin/sh
# ten_days.sh TARGET EXAMPLE: an example runs day after day on a clock of its own while its source changes: rows come,
# change and go. After each day its tables equal those of a project that was built from scratch that day.
# LEAT_DAYS chooses how many days (2 in the suite; the full run: 10).
. "$(dirname -- "$0")/acceptance.sh"
example=${2:?names the example}
days=${LEAT_DAYS:-2}
tomorrow_pid=
shop_pid=
stop_all() {
  [ -z "$tomorrow_pid" ] || kill "$tomorrow_pid" 2>/dev/null || true
  if [ -n "$shop_pid" ]; then kill "$shop_pid" 2>/dev/null && wait "$shop_pid" || true; fi
  cleanup
}
trap stop_all EXIT
order() { curl -sfg -X POST "$SODA_URL/__soda/$1" || { printf 'WRONG order %s\n' "$1" >&2; failures=$((failures + 1)); }; }
wait_for_url() { # FILE PID: the URL that a program says it listens on
  for _ in $(seq 1200); do
    grep -q '^listening on ' "$1" 2>/dev/null && { sed -n 's/^listening on //p' "$1"; return; }
    kill -0 "$2" 2>/dev/null || break
    pause
  done
  cat "$1" >&2
  exit 1
}
# A row of its own, not a copy that shares the key: add_row DATASET SEED COLUMN=VALUE...
add_row() {
  dataset=$1 id=$(order "add?dataset=$1&rows=1&seed=$2&now=$today" | sed 's/.*"ids":\["\([^"]*\)".*/\1/')
  shift 2
  for cell; do order "set?dataset=$dataset&id=$id&column=${cell%%=*}&value=${cell#*=}&now=$today" >/dev/null; done
}

chicago_start() { start_soda --generate x2n5-8w5q=crimes:400 --generate z8bn-74gv=stations --generate htai-wnw4=wards; }
chicago_day() { # the city's data set is a rolling year and the table keeps what it has seen: nothing is taken back
  order "change?rows=15&seed=$1&now=$today" >/dev/null
  order "add?rows=8&seed=$1&now=$today" >/dev/null
}
chicago_tables() { dump_tables; value 'select date, holiday_name from marts.calendar order by 1'; }

dispatch_start() {
  start_soda --generate 2zdj-bwza=calls:300 --generate 92ue-2pfu=call_types --generate j2bu-swwd=neighborhoods \
    --generate cqbw-m5m3=districts
}
dispatch_day() {
  order "change?dataset=2zdj-bwza&rows=9&seed=$1&column=priority_final&value=A&now=$today" >/dev/null
  order "change?dataset=2zdj-bwza&rows=9&seed=$1&column=data_updated_at&value=${today%Z}&now=$today" >/dev/null
  add_row 2zdj-bwza "$1" "cad_number=$((990000000 + $1))" "data_updated_at=${today%Z}"
  order "change?dataset=92ue-2pfu&rows=1&seed=$1&column=description&value=NAMED%20ON%20DAY%20$1&now=$today" >/dev/null
}
dispatch_tables() {
  value 'select * exclude (supervisor_name) from reports.report_calls order by cad_number' 2>/dev/null ||
    value 'select cad_number, priority, call_type, call_type_text, usual_priority, disposition, supervisor_district, neighborhood, has_arrival, response_seconds from reports.report_calls order by cad_number'
  for report in priority weekday police_district call_type; do value "select * from reports.response_by_$report order by 1, 2, 3"; done
  value 'select analysis_neighborhood, calls, response_minutes from reports.response_by_neighborhood order by 1'
  value 'select * from reports.missing_arrivals order by 1, 2'
}

fire_start() { start_soda --generate wr8u-xric=fires:300 --geocoder ''; }
fire_day() {
  order "change?dataset=wr8u-xric&rows=7&seed=$1&column=battalion&value=B9$(($1 % 10))&now=$today" >/dev/null
  order "delete?dataset=wr8u-xric&rows=3&seed=$(($1 + 50))&now=$today" >/dev/null
  add_row wr8u-xric "$1" "id=99$1" "incident_number=99$1" "address=$1%20New%20St."
}
fire_tables() {
  value 'select id, incident_number, exposure_number, address, incident_date, battalion, station_area, supervisor_district, primary_situation, units, injuries, longitude, latitude, is_geocoded, updated_at from marts.fire_incidents order by id'
  for report in year month weekday hour battalion district kind; do value "select * from reports.fire_incidents_by_$report order by 1"; done
  expect 'ids of the city' "$(curl -sfg "$SODA_URL/resource/wr8u-xric.json?\$select=count(*)" | tr -dc 0-9)" "$(value 'select count(*) from marts.fire_incidents')" >&2
}

weather_start() { :; }
weather_day() {
  [ -z "$tomorrow_pid" ] || { kill "$tomorrow_pid"; wait "$tomorrow_pid" 2>/dev/null || true; }
  rm -f "$work/tomorrow.out"
  "$bin/tomorrow_stand_in" --port 0 --hour 1000 --now "$today" >"$work/tomorrow.out" 2>&1 &
  tomorrow_pid=$!
  TOMORROW_URL=$(wait_for_url "$work/tomorrow.out" "$tomorrow_pid")
  export TOMORROW_URL
}
weather_tables() { # the first hour's change is known to who was there the hour before
  value 'select place, hour, temperature, humidity, conditions, sunrise, sunset, is_light from marts.weather_by_hour where is_ahead order by 1, 2'
  value 'select hour, temperature_change, humidity_change, wind_speed_change from marts.weather_by_hour where is_ahead order by 1' | tail -n +2
  value 'select place, day, temperature_min, temperature_max, conditions, local_sunrise, hours_of_light from marts.weather_by_day where is_ahead order by 1, 2'
}

shop_start() {
  command -v psql >/dev/null || skip 'PostgreSQL is not installed'
  chmod 755 "$work"
  SHOP_FOLDER=$work/shop "$root/examples/dvd-rental/stand_in/shop.sh" >"$work/shop.out" 2>"$work/shop.err" &
  shop_pid=$!
  SHOP_URL=$(wait_for_url "$work/shop.out" "$shop_pid")
  export SHOP_URL
  shop_admin=$(printf '%s' "$SHOP_URL" | sed 's#//[^@]*@#//postgres@#')
}
shop_day() {
  psql -qX -v ON_ERROR_STOP=1 "$shop_admin" -c "begin;
    insert into rental (rental_date, inventory_id, customer_id, staff_id) select timestamp '$today', 1 + $1, 1 + $1, 1 from generate_series(1, 3);
    insert into payment (customer_id, staff_id, rental_id, amount, payment_date)
      select customer_id, staff_id, rental_id, 4.99, rental_date from rental order by rental_id desc limit 3;
    update customer set first_name = 'Renamed on day $1' where customer_id = $1;
    update film set rating = 'G' where film_id = $1;
    delete from payment where payment_id = $1 * 10;
    delete from film_actor where film_id = $1; commit"
}
shop_tables() {
  for table in actor customer film film_actor payment rental; do
    value "select count(*), sum(_ab_cdc_lsn) - sum(_ab_cdc_lsn) from raw.$table"
  done
  value 'select * from reports.one_big_table order by rental_id'
  for report in rating_rankings_by_store genre_rankings_by_store monthly_sales_by_store monthly_sales_by_rating; do
    value "select * from reports.$report order by 1, 2"
  done
  value 'select * from reports.top_10_actors order by 1'
  value 'select * from reports.top_10_customers order by 1'
  value 'select total from reports.avg_monthly_sales'
}
# One server has one slot of a name; a project that is thrown away leaves none behind.
shop_fresh() { sed -i 's/slot: dvd_rental/slot: fresh/' leat.yml; }
shop_done() {
  for _ in $(seq 100); do
    psql -qXAt "$shop_admin" -c "select pg_drop_replication_slot('fresh')" >/dev/null 2>&1 && break
    pause
  done
}

case $example in
chicago-crime) this=chicago ;;
sf-dispatch) this=dispatch ;;
sf-fire) this=fire ;;
des-moines-weather) this=weather ;;
dvd-rental) this=shop ;;
*) printf 'there is no example %s\n' "$example" >&2; exit 2 ;;
esac
run() { # WHAT: without the page, which is a function of the tables
  leat run --exclude page:index >"$work/$1.txt" 2>&1 || { cat "$work/$1.txt"; printf 'WRONG the run failed: %s\n' "$1"; exit 1; }
}
both_databases() { # the project that goes on, and the one from scratch, on servers
  case $target in
  postgres) admin_psql -c "drop database if exists ${database}_fresh with (force)" -c "create database ${database}_fresh" >/dev/null 2>&1 ;;
  esac
}
"${this}_start"
new_project "$work/daily" "$example"
for day in $(seq "$days"); do
  today=$(date -u -d "@$((1893477600 + day * 86400))" +%Y-%m-%dT%H:%M:%SZ) # from 2030-01-02 on
  export LEAT_CLOCK="$today"
  "${this}_day" "$day"
  cd "$work/daily"
  run "day-$day"
  "${this}_tables" >"$work/daily.csv"
  rm -rf "$work/fresh"
  new_project "$work/fresh" "$example"
  cd "$work/fresh"
  [ "$this" != shop ] || shop_fresh
  daily_url=${LEAT_POSTGRES_URL:-}
  if [ "$target" = postgres ]; then both_databases; LEAT_POSTGRES_URL=${daily_url%/*}/${database}_fresh; fi
  run "fresh-$day"
  "${this}_tables" >"$work/fresh.csv"
  LEAT_POSTGRES_URL=$daily_url
  [ "$this" != shop ] || shop_done
  expect "day $day, rows compared: $(grep -c . "$work/daily.csv")" "$(cksum <"$work/fresh.csv")" "$(cksum <"$work/daily.csv")"
  cmp -s "$work/fresh.csv" "$work/daily.csv" || diff "$work/fresh.csv" "$work/daily.csv" | head -10
done
[ "$target" != postgres ] || admin_psql -c "drop database if exists ${database}_fresh with (force)" >/dev/null 2>&1 || true
[ "$(grep -c . "$work/daily.csv")" -gt 20 ] || { printf 'WRONG nothing was compared\n'; failures=$((failures + 1)); }
finish
