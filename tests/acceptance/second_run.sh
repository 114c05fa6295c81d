#!/bin/sh
# A second run changes nothing; after 500 rows change and 20 come, exactly those arrive and the marts agree with a
# full rebuild.
. "$(dirname -- "$0")/acceptance.sh"
real_data
new_project "$work/project"
cd "$work/project"
leat run >"$work/first.txt" 2>&1 || { cat "$work/first.txt"; exit 1; }
leat run --log-format json >"$work/second.txt" 2>&1 || { cat "$work/second.txt"; exit 1; }
expect 'rows changed by the second run' 0 \
  "$(value "select coalesce(sum(rows_inserted + rows_updated), 0) from _leat.loads where stream = 'crimes' and run_id = (select run_id from _leat.loads order by committed_at desc limit 1)")"
expect 'nodes built by the second run' 0 "$(grep -c '"event":"node_finished".*"status":"success"' "$work/second.txt" || true)"
curl -sf -X POST "$SODA_URL/__soda/change?dataset=x2n5-8w5q&rows=500&now=2024-02-01T06:00:00.000Z" >"$work/change.json"
curl -sf -X POST "$SODA_URL/__soda/add?dataset=x2n5-8w5q&rows=20&now=2024-02-01T06:00:00.000Z" >"$work/add.json"
leat run >"$work/third.txt" 2>&1 || { cat "$work/third.txt"; exit 1; }
latest="from _leat.loads where stream = 'crimes' and run_id = (select run_id from _leat.loads order by committed_at desc limit 1)"
expect 'rows that came' 20 "$(value "select sum(rows_inserted) $latest")"
expect 'rows that changed' 500 "$(value "select sum(rows_updated) $latest")"
expect 'rows in raw' 9957 "$(value 'select count(*) from raw.crimes')"
dump_tables >"$work/incremental.csv"
leat run --full-refresh >"$work/full.txt" 2>&1 || { cat "$work/full.txt"; exit 1; }
dump_tables >"$work/full.csv"
expect 'marts agree with a full rebuild' "$(cksum <"$work/full.csv")" "$(cksum <"$work/incremental.csv")"
finish
