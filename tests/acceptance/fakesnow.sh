#!/bin/sh
# The loads of the example into fakesnow, an emulator of Snowflake that others wrote: first, again, after changes. Usage:
# fakesnow.sh fakesnow; scripts/setup_fakesnow.sh gets it.
. "$(dirname -- "$0")/acceptance.sh"
fakesnow=${LEAT_FAKESNOW:-$root/.deps/fakesnow/bin/fakesnow}
[ -x "$fakesnow" ] || skip 'fakesnow is not installed (scripts/setup_fakesnow.sh)'
port=$((20000 + $$ % 20000))
"$fakesnow" -s -p "$port" >"$work/fakesnow.txt" 2>&1 &
snowflake_pid=$!
url=http://127.0.0.1:$port
up=
for _ in $(seq 600); do
  curl -s -o "$work/up.txt" "$url/" && { up=1; break; }
  kill -0 "$snowflake_pid" 2>/dev/null || break
  pause
done
[ -n "$up" ] || { tail -5 "$work/fakesnow.txt"; exit 1; }

start_soda --generate "x2n5-8w5q=crimes:1500" --generate z8bn-74gv=stations --generate htai-wnw4=wards
new_project "$work/project"
cd "$work/project"
sed -i "s#^targets:#targets:\n  fakesnow: {type: snowflake, account: a, user: u, password: any-password, url: '$url', database: chicago, emulator: true}#" leat.yml
rows() { value "select count(*) from raw.crimes"; }
leat sync chicago >"$work/first.txt" 2>&1 || { cat "$work/first.txt"; exit 1; }
expect 'rows' 1500 "$(rows)"
leat sync chicago >"$work/second.txt" 2>&1 || { cat "$work/second.txt"; exit 1; }
expect 'rows after a second load' 1500 "$(rows)"
expect 'stations' 23 "$(value 'select count(*) from raw.police_stations')"
curl -sf -X POST "$SODA_URL/__soda/change?dataset=x2n5-8w5q&rows=50&now=2030-02-01T06:00:00.000Z" >"$work/change.json"
curl -sf -X POST "$SODA_URL/__soda/add?dataset=x2n5-8w5q&rows=20&now=2030-02-01T06:00:00.000Z" >"$work/add.json"
leat sync chicago >"$work/third.txt" 2>&1 || { cat "$work/third.txt"; exit 1; }
expect 'rows after changes' 1520 "$(rows)"
expect 'keys after changes' 1520 "$(value 'select count(distinct crime_id) from raw.crimes')"
latest="from _leat.loads where stream = 'crimes' and run_id = (select run_id from _leat.loads order by committed_at desc limit 1)"
expect 'rows that came' 20 "$(value "select sum(rows_inserted) $latest")"
expect 'rows that changed' 50 "$(value "select sum(rows_updated) $latest")"
expect 'states' 3 "$(value 'select count(*) from _leat.state')"
finish
