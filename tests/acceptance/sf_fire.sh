#!/bin/sh
# 3,000 real fire incidents through examples/sf-fire, every seventh without its point: each distinct address is looked up
# once, ever, and the reports have the known figures.
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
expect 'incidents' 3000,3000 "$(value 'select count(*), count(distinct id) from raw.fire_incidents')"
expect 'points' 3000 "$(value 'select count(*) from raw.fire_incidents where point_longitude is not null and point_latitude is not null')"
expect 'points that were looked up' 429 "$(value 'select count(*) from raw.fire_incidents where point_geocoded')"
expect 'addresses that were asked for' 415 "$(asked)"
expect 'incidents by year' '2003,2937
2008,63' "$(value 'select year, incidents from reports.fire_incidents_by_year order by 1')"
expect 'busiest battalion' B02,487 "$(value 'select battalion, incidents from reports.fire_incidents_by_battalion order by 2 desc limit 1')"
expect 'busiest district' 10,333 "$(value 'select district, incidents from reports.fire_incidents_by_district order by 2 desc limit 1')"
expect 'dead letters' 0 "$(value 'select count(*) from _leat.dead_letters')"
# Everything again: no question is asked twice.
leat sync datasf --full-refresh
expect 'points after another full read' 429 "$(value 'select count(*) from raw.fire_incidents where point_geocoded')"
expect 'questions after another full read' '{"requests":417,"distinct":415}' "$(curl -s "$SODA_URL/__geocoder/requests")"
finish
