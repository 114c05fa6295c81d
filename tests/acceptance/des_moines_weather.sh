#!/bin/sh
# Forecasts through examples/des-moines-weather: hours and days out of one answer, the location carried down, soft
# warnings kept, the plan's limits kept without one refusal.
. "$(dirname -- "$0")/acceptance.sh"
tomorrow_pid=
stop_all() { [ -z "$tomorrow_pid" ] || kill "$tomorrow_pid" 2>/dev/null || true; cleanup; }
trap stop_all EXIT
start_tomorrow() { # ARGUMENTS...
  : >"$work/tomorrow.out" # the address of the one before
  "$bin/tomorrow_stand_in" --port 0 "$@" >"$work/tomorrow.out" 2>"$work/tomorrow.err" &
  tomorrow_pid=$!
  for _ in $(seq 200); do
    TOMORROW_URL=$(sed -n 's/^listening on //p' "$work/tomorrow.out" 2>/dev/null || true)
    [ -n "$TOMORROW_URL" ] && break
    kill -0 "$tomorrow_pid" 2>/dev/null || { cat "$work/tomorrow.err"; exit 1; }
    pause
  done
  export TOMORROW_URL
}
stop_tomorrow() { kill "$tomorrow_pid"; wait "$tomorrow_pid" 2>/dev/null || true; tomorrow_pid=; }

start_tomorrow --now 2024-05-29T12:14:00Z --warnings
new_project "$work/project" des-moines-weather
cd "$work/project"
leat run
expect 'one request' '{"answered":1,"refused":0}' "$(curl -s "$TOMORROW_URL/__stand_in/requests")"
expect 'hours and days' 120,6 "$(value 'select (select count(*) from staging.stg_hourly), (select count(*) from staging.stg_daily)')"
expect 'the location of each' 41.5868,-93.625,1 "$(value 'select min(latitude), max(longitude), count(distinct latitude) from marts.weather_by_hour')"
expect 'first hour' 1 "$(value "select count(*) from staging.stg_hourly where hour = timestamp with time zone '2024-05-29 12:00:00+00' and temperature is not null")"
expect 'changes' 119 "$(value 'select count(*) from marts.weather_by_hour where wind_speed_change is not null')"
expect 'conditions' 0 "$(value 'select count(*) from marts.weather_by_hour where conditions is null')"
expect 'warnings' 1 "$(value "select count(*) from raw.forecasts where cast(warnings as varchar) like '%246009%'")"
[ -s site/index.html ] || { printf 'WRONG no page\n'; failures=$((failures + 1)); }

# Three hours later: the newest forecast of each hour, and those that are past.
stop_tomorrow
start_tomorrow --now 2024-05-29T15:14:00Z
leat run
expect 'hours, with those that are past' 123 "$(value 'select count(*) from staging.stg_hourly')"
expect 'hours of the last answer' 120 "$(value 'select count(*) from raw.forecasts__timelines__hourly')"

# Eight places at three requests a second: slower, and not one refusal.
stop_tomorrow
start_tomorrow --now 2024-05-29T15:14:00Z
sed -i 's/places: .*/places: ["41.5868,-93.6250", "1,1", "2,2", "3,3", "4,4", "5,5", "6,6", "7,7"]/' leat.yml
leat sync tomorrow
expect 'eight places' '{"answered":8,"refused":0}' "$(curl -s "$TOMORROW_URL/__stand_in/requests")"
expect 'rows' 8 "$(value 'select count(*) from raw.forecasts')"

# A limit that somebody else used up is waited for; a key that is refused is told.
stop_tomorrow
start_tomorrow --second 1 --key right-key-value
if TOMORROW_API_KEY=wrong-key-value leat sync tomorrow >"$work/refused" 2>&1; then printf 'WRONG a refused key went unnoticed\n'; failures=$((failures + 1)); fi
expect_text 'a refused key' LEAT-HTTP-401 "$work/refused"
if grep -q wrong-key-value "$work/refused"; then printf 'WRONG the key is shown\n'; failures=$((failures + 1)); fi
sed -i 's/places: .*/places: ["1,1", "2,2"]/' leat.yml
TOMORROW_API_KEY=right-key-value leat sync tomorrow >"$work/waited" 2>&1 || { cat "$work/waited"; failures=$((failures + 1)); }

# The service's own answer, one entry a timeline.
[ -f "$data/tomorrow_io/forecast_sample.json" ] || { printf 'skipped: the real answer is not at %s\n' "$data"; finish; exit; }
stop_tomorrow
start_tomorrow --answer "$data/tomorrow_io/forecast_sample.json"
fresh_database
new_project "$work/real" des-moines-weather
cd "$work/real"
leat run
expect 'the real hour' 16 "$(value "select cast(temperature as integer) from staging.stg_hourly where hour = timestamp with time zone '2024-05-29 12:00:00+00'")"
expect 'the real day' 13,26 "$(value "select extract(hour from sunrise at time zone 'UTC') + 1, cast(temperature_max as integer) from staging.stg_daily")"
finish
