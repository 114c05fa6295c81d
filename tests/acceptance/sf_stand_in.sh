#!/bin/sh
# San Francisco's two connectors on invented rows, so that it runs everywhere: missing points are looked up within a
# budget, once for each distinct address, whatever the geocoder says; calls go on by what changed, or are read whole.
. "$(dirname -- "$0")/acceptance.sh"
export LEAT_CLOCK=2026-01-05T00:00:00Z # waits cost no time
order() { curl -sfg -X POST "$SODA_URL/__soda/$1" >/dev/null || { printf 'WRONG order %s\n' "$1"; failures=$((failures + 1)); }; }

start_soda --generate wr8u-xric=fires:2000 --geocoder right-key --geocoder-busy 2
order 'change?dataset=wr8u-xric&rows=3&seed=5&column=address&value=9%20Nowhere%20St.'
order 'change?dataset=wr8u-xric&rows=3&seed=5&column=point'
new_project "$work/fire" sf-fire
cd "$work/fire"
sed -i 's/requests_max: 5000/requests_max: 10/' leat.yml
asked() { curl -s "$SODA_URL/__geocoder/requests" | sed "s/.*\"$1\":\\([0-9]*\\).*/\\1/"; }
missing='from staging.stg_fire_incidents where point_longitude is null'
if GOOGLE_MAPS_API_KEY=wrong-key leat sync datasf >refused 2>&1; then printf 'WRONG a refused key went unnoticed\n'; failures=$((failures + 1)); fi
expect_text 'REQUEST_DENIED with 200' 'REQUEST_DENIED' refused
if leat query 'select count(*) from staging.stg_fire_incidents' >/dev/null 2>&1; then printf 'WRONG something was loaded\n'; failures=$((failures + 1)); fi
export GOOGLE_MAPS_API_KEY=right-key
fire="stream:fire_incident_ids +stg_fire_incidents" # without reports and page
leat run $fire >first 2>&1 || { cat first; failures=$((failures + 1)); }
expect 'incidents' 2000 "$(value 'select count(*) from staging.stg_fire_incidents')"
expect 'questions within the budget' 10 "$(asked distinct)"
expect_text 'rows beyond the budget are told' '10 questions were asked' first
expect 'more are missing' true "$(value "select count(*) > 3 $missing and address is not null")"
sed -i 's/requests_max: 10/requests_max: 5000/' leat.yml
leat run $fire --full-refresh >second 2>&1 || { cat second; failures=$((failures + 1)); }
expect 'what has no answer stays empty' '9 Nowhere St.' "$(value "select distinct address $missing and address is not null and zipcode is not null")"
expect 'each distinct address was asked for once' "$(value "select count(distinct (address, zipcode)) from staging.stg_fire_incidents where point_geocoded or (point_longitude is null and address is not null and zipcode is not null)")" "$(asked distinct)"
before=$(asked requests)
leat run $fire --full-refresh >third 2>&1
expect 'nothing is asked again, also not what had no answer' "$before" "$(asked requests)"
expect 'OVER_QUERY_LIMIT was asked again' 3 "$(($(asked requests) - $(asked distinct)))"
stop_soda

start_soda --generate 2zdj-bwza=calls:3000 --generate 92ue-2pfu=call_types --generate j2bu-swwd=neighborhoods \
  --generate cqbw-m5m3=districts
new_project "$work/dispatch" sf-dispatch
cd "$work/dispatch"
leat sync datasf >/dev/null
expect 'calls' 3000,3000 "$(value 'select count(*), count(distinct cad_number) from raw.calls')"
expect 'the other three streams' true "$(value 'select (select count(*) from raw.call_types) > 0 and (select count(*) from raw.analysis_neighborhoods) > 0 and (select count(*) from raw.supervisor_districts) > 0')"
leat sync datasf --stream calls >again
expect_text 'nothing new' 'nothing new' again
sed -i 's/calls: {mode: append_dedup/calls: {mode: overwrite/' leat.yml
leat sync datasf --stream calls >whole
expect_text 'whole by choice' '3,000 rows read' whole
finish
