#!/bin/sh
# 2,000 real dispatched calls through examples/sf-dispatch: raw, marts and reports have the known figures, incrementally
# and whole; the outlines and the census of the city's 41 neighborhoods; a supervisor's new name becomes a version.
. "$(dirname -- "$0")/acceptance.sh"
[ -f "$data/sf_dispatch/calls_soda_2000.json.gz" ] || skip "the real rows are not at $data/sf_dispatch"
command -v node >/dev/null || skip 'node is not installed'
node -e '
  const areas = JSON.parse(require("fs").readFileSync(process.argv[1]))
  console.log(JSON.stringify(areas.features.map(f => ({ nhood: Object.values(f.properties)[0], the_geom: f.geometry }))))' \
  "$data/sf_dispatch/nhood_41_repaired.geojson" >"$work/hoods.json"
export NEIGHBORHOOD_ECONOMY="$data/sf_dispatch/neighborhood_lookup.csv"
start_soda --dataset "2zdj-bwza=$data/sf_dispatch/calls_soda_2000.json.gz" --generate 92ue-2pfu=call_types \
  --dataset "j2bu-swwd=$work/hoods.json" --generate cqbw-m5m3=districts
new_project "$work/project" sf-dispatch
cd "$work/project"
leat run
expect 'calls' 2000,2000 "$(value 'select count(*), count(distinct cad_number) from raw.calls')"
expect 'calls without an arrival' 159 "$(value 'select count(*) from raw.calls where onscene_datetime is null')"
expect 'who began' N,1527 "$(value 'select onview_flag, count(*) from raw.calls group by 1 order by 2 desc limit 1')"
expect 'response by priority' 'A,827,10.3
B,457,41.7
C,557,52.5' "$(value "select priority, calls_with_arrival, response_minutes from reports.response_by_priority where calls_with_arrival > 0 order by 1")"
expect 'most common call' 'SUICIDE ATTEMPT,395' "$(value 'select call_type_text, calls from reports.response_by_call_type order by calls desc limit 1')"
expect 'busiest weekday' 1,1026 "$(value 'select weekday, calls from reports.response_by_weekday order by calls desc limit 1')"
expect 'police district' BAYVIEW,220 "$(value 'select police_district, calls from reports.response_by_police_district order by calls desc limit 1')"
expect 'calls without an arrival are told' 159,1841 "$(value 'select sum(calls_without_arrival), sum(calls) - sum(calls_without_arrival) from reports.missing_arrivals')"
expect 'response by weekday' 'Sunday,73.3
Saturday,32.6' "$(value 'select weekday_name, response_minutes from reports.response_by_weekday order by response_minutes desc limit 2')"
expect 'slowest police district' NORTHERN,111,59.7 "$(value 'select police_district, calls, response_minutes from reports.response_by_police_district order by response_minutes desc limit 1')"
expect 'slowest neighborhood of many calls' 'South of Market,58,42.2' "$(value 'select analysis_neighborhood, calls, response_minutes from reports.response_by_neighborhood where calls >= 50 order by response_minutes desc limit 1')"
expect 'neighborhoods' 41,41,41 "$(value 'select count(*), count(outline), count(poverty_band) from reports.response_by_neighborhood')"
expect 'the highest income a head' 'Financial District/South Beach,141841,0%-10%' "$(value 'select neighborhood, cast(income_per_head as integer), poverty_band from marts.dim_neighborhoods where income_rank = 1')"
expect 'facts with their dimensions' 517,1862,885,885 "$(value 'select count(call_type_key), count(disposition_key), count(neighborhood_key), count(supervisor_district_key) from marts.fact_calls')"
expect 'the one big table' 2000,2000 "$(value 'select count(*), count(distinct cad_number) from reports.report_calls')"
expect 'the other three streams' 10,41,11 "$(value 'select (select count(*) from raw.call_types), (select count(*) from raw.analysis_neighborhoods), (select count(*) from raw.supervisor_districts)')"
expect 'dead letters' 0 "$(value 'select count(*) from _leat.dead_letters')"
[ -s site/index.html ] || { printf 'WRONG no page\n'; failures=$((failures + 1)); }
# Incrementally: only the newest stamp is asked for again, and nothing changes.
leat sync datasf --stream calls >"$work/second"
expect_text 'a second load finds nothing new' 'nothing new' "$work/second"
expect 'still' 2000 "$(value 'select count(*) from raw.calls')"
# A district gets a new supervisor: the old version ends, the new one holds; older calls keep the old one.
row=$(curl -sfg "$SODA_URL/resource/cqbw-m5m3.json?\$select=:id&\$where=sup_dist=1" | sed 's/.*"\(row-[^"]*\)".*/\1/')
for cell in sup_name=Somebody%20New data_as_of=2024-07-14T00:00:00.000; do
  curl -sfg -X POST "$SODA_URL/__soda/set?dataset=cqbw-m5m3&id=$row&column=${cell%%=*}&value=${cell#*=}" >/dev/null
done
leat run >"$work/renamed" 2>&1 || { cat "$work/renamed"; failures=$((failures + 1)); }
expect 'versions of district 1' 'Supervisor 1,2024-07-14,false
Somebody New,,true' "$(value "select supervisor_name, cast(valid_to as date), is_current from marts.dim_supervisor_districts where supervisor_district = '1' order by valid_from")"
expect 'calls of its time keep its name' "$(value "select count(*) from marts.fact_calls f join staging.stg_calls c on c.cad_number = f.cad_number where c.supervisor_district = '1' and c.received_datetime < timestamp '2024-07-14'")" \
  "$(value "select count(*) from reports.report_calls where supervisor_name = 'Supervisor 1'")"
# By choice whole: the same rows.
sed -i 's/calls: {mode: append_dedup/calls: {mode: overwrite/' leat.yml
leat sync datasf --stream calls
expect 'whole' 2000,2000 "$(value 'select count(*), count(distinct cad_number) from raw.calls')"
finish
