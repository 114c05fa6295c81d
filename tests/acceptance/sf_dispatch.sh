#!/bin/sh
# 2,000 real dispatched calls through examples/sf-dispatch: raw and reports have the known figures, incrementally and whole.
. "$(dirname -- "$0")/acceptance.sh"
[ -f "$data/sf_dispatch/calls_soda_2000.json.gz" ] || skip "the real rows are not at $data/sf_dispatch"
start_soda --dataset "2zdj-bwza=$data/sf_dispatch/calls_soda_2000.json.gz" --generate 92ue-2pfu=call_types \
  --generate j2bu-swwd=neighborhoods --generate cqbw-m5m3=districts
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
expect 'busiest weekday' 1,1026 "$(value 'select weekday, calls from reports.calls_by_weekday order by calls desc limit 1')"
expect 'police district' BAYVIEW,220 "$(value 'select police_district, calls from reports.response_by_police_district order by calls desc limit 1')"
expect 'the other three streams' 10,12,11 "$(value 'select (select count(*) from raw.call_types), (select count(*) from raw.analysis_neighborhoods), (select count(*) from raw.supervisor_districts)')"
expect 'dead letters' 0 "$(value 'select count(*) from _leat.dead_letters')"
[ -s site/index.html ] || { printf 'WRONG no page\n'; failures=$((failures + 1)); }
# Incrementally: only the newest stamp is asked for again, and nothing changes.
leat sync datasf --stream calls >"$work/second"
expect_text 'a second load finds nothing new' 'nothing new' "$work/second"
expect 'still' 2000 "$(value 'select count(*) from raw.calls')"
# By choice whole: the same rows.
sed -i 's/calls: {mode: append_dedup/calls: {mode: overwrite/' leat.yml
leat sync datasf --stream calls
expect 'whole' 2000,2000 "$(value 'select count(*), count(distinct cad_number) from raw.calls')"
finish
