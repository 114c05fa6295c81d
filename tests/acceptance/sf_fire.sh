#!/bin/sh
# 3,000 real fire incidents through examples/sf-fire, every seventh without its point: lake, pipe, landing, flattened
# table; each distinct address is looked up once, ever, the reports have the known figures, and what the city changes and
# deletes is changed and gone here.
. "$(dirname -- "$0")/acceptance.sh"
[ -f "$data/sf_fire/fire_incidents_soda_3000.json.gz" ] || skip "the real rows are not at $data/sf_fire"
command -v node >/dev/null || skip 'node is not installed'
node -e '
  const rows = JSON.parse(require("zlib").gunzipSync(require("fs").readFileSync(process.argv[1])))
  rows.forEach((row, i) => { if (i % 7 === 0) delete row.point })
  process.stdout.write(JSON.stringify(rows))' "$data/sf_fire/fire_incidents_soda_3000.json.gz" >"$work/fires.json"
start_soda --dataset "wr8u-xric=$work/fires.json" --geocoder right-key --geocoder-busy 1
new_project "$work/project" sf-fire
cd "$work/project"
export GOOGLE_MAPS_API_KEY=wrong-key-value
if leat sync datasf >"$work/refused" 2>&1; then printf 'WRONG a refused key went unnoticed\n'; failures=$((failures + 1)); fi
expect_text 'a refused key' LEAT-LOOKUP-001 "$work/refused"
if grep -q wrong-key-value "$work/refused"; then printf 'WRONG the key is shown\n'; failures=$((failures + 1)); fi
asked() { curl -s "$SODA_URL/__geocoder/requests" | sed 's/.*"distinct":\([0-9]*\).*/\1/'; }
export GOOGLE_MAPS_API_KEY=right-key
leat run
expect 'incidents' 3000,3000 "$(value 'select count(*), count(distinct id) from staging.stg_fire_incidents')"
expect 'points' 3000 "$(value 'select count(*) from staging.stg_fire_incidents where point_longitude is not null and point_latitude is not null')"
expect 'points that were looked up' 429 "$(value 'select count(*) from staging.stg_fire_incidents where point_geocoded')"
expect 'addresses that were asked for' 415 "$(asked)"
expect 'incidents by year' '2003,2937
2008,63' "$(value 'select year, incidents from reports.fire_incidents_by_year order by 1')"
expect 'busiest battalion' B02,487 "$(value 'select battalion, incidents from reports.fire_incidents_by_battalion order by 2 desc limit 1')"
expect 'busiest district' 10,333 "$(value 'select district, incidents from reports.fire_incidents_by_district order by 2 desc limit 1')"
expect 'dead letters' 0 "$(value 'select count(*) from _leat.dead_letters')"
expect 'columns: 66 of the city, point, mark, version, place of landing' 74 "$(value "select count(*) from information_schema.columns where table_schema = 'staging' and table_name = 'stg_fire_incidents'")"
expect 'a point of the city is not touched' 1 "$(value "select count(*) from staging.stg_fire_incidents where id = '080283030' and point_longitude = -122.39489 and point_latitude = 37.756291 and not coalesce(point_geocoded, false)")"
expect 'slowest battalion' B99,8.9 "$(value 'select battalion, arrival_minutes from reports.fire_incidents_by_battalion order by arrival_minutes desc limit 1')"
expect 'kinds' 'False alarm,1641
Fire,388' "$(value 'select kind, incidents from reports.fire_incidents_by_kind order by 2 desc limit 2')"
expect 'injuries and fatalities' 0,0 "$(value 'select sum(injuries), sum(fatalities) from reports.fire_incidents_by_year')"
expect 'files of the lake by the date of landing' "$(date -u +%Y)" "$(find .leat/lake/fire_incidents -name '*.jsonl.gz' | sed 's/.*ingestion_date=\([0-9]*\)-.*/\1/' | sort -u)"
# Nothing new, then changes and deletions: the marts are what the city has.
order() { curl -sfg -X POST "$SODA_URL/__soda/$1" >/dev/null || { printf 'WRONG order %s\n' "$1"; failures=$((failures + 1)); }; }
leat run >"$work/second.txt" 2>&1 || { cat "$work/second.txt"; failures=$((failures + 1)); }
expect 'incidents after a second run' 3000,3000 "$(value 'select count(*), count(distinct id) from staging.stg_fire_incidents')"
order 'change?dataset=wr8u-xric&rows=40&column=battalion&value=B99'
order 'delete?dataset=wr8u-xric&rows=5'
leat run >"$work/third.txt" 2>&1 || { cat "$work/third.txt"; failures=$((failures + 1)); }
expect 'incidents after deletions' "$(curl -sfg "$SODA_URL/resource/wr8u-xric.json?\$select=count(*)" | tr -dc 0-9)" "$(value 'select count(*) from marts.fire_incidents')"
expect 'changed incidents' "$(curl -sfg "$SODA_URL/resource/wr8u-xric.json?\$select=count(*)&battalion=B99" | tr -dc 0-9)" "$(value "select count(*) from marts.fire_incidents where battalion = 'B99'")"
# Everything again: no question is asked twice.
leat run --full-refresh >"$work/fourth.txt" 2>&1 || { cat "$work/fourth.txt"; failures=$((failures + 1)); }
expect 'points after another full read' 428 "$(value 'select count(*) from marts.fire_incidents where is_geocoded')"
expect 'questions after another full read' '{"requests":417,"distinct":415}' "$(curl -s "$SODA_URL/__geocoder/requests")"
finish
