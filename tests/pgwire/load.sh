#!/bin/bash
# 200 connections at once ask the warehouse, first while nothing happens, then while syncs commit: no answer may show a
# part of a commit, none may fail. LOAD_SECONDS (6) says how long each part takes, LOAD_RATE (60) how many queries a
# second arrive in all. Prints how long answers took; bench/pgwire compares.
. "$(dirname -- "$0")/../acceptance/acceptance.sh"
pgbench=$(command -v pgbench || ls /usr/lib/postgresql/*/bin/pgbench 2>/dev/null | tail -1)
[ -n "$pgbench" ] || skip 'pgbench is not installed'
fail() { printf 'failed: %s\n' "$1"; failures=$((failures + 1)); exit 1; }
seconds=${LOAD_SECONDS:-6} rate=${LOAD_RATE:-60} rows=20000
cd "$work"
mkdir data
cat >leat.yml <<'END'
name: load
target: duckdb
targets: {duckdb: {type: duckdb, path: warehouse.duckdb}}
connections:
  plant:
    source: {type: files, url: "data/*.csv", stream: readings}
    streams: {readings: {mode: append_dedup, primary_key: [id]}}
serve: {sql: {timeout: 60s}}
END
# Every version has each row: an answer that knows two versions saw a part of a commit.
next_version() {
  seq $rows | awk -v v="$1" 'BEGIN {print "id,version,value"} {print $1 "," v "," $1 % 97}' >"$1.csv"
  mv "$1.csv" "data/v$1.csv"
}
next_version 1
"$bin/leat" run >/dev/null 2>&1 || fail 'the first load'
cat >whole.sql <<END
select case when count(*) = $rows and count(distinct version) = 1 then max(version)::int else error('a part of a commit: ' || count(*) || ' rows of ' || count(distinct version) || ' versions') end from raw.readings;
END
cat >board.sql <<'END'
select value, count(*), max(version) - min(version) from raw.readings where value < 20 group by value order by value;
END
export LEAT_SQL_PASSWORD=word
"$bin/leat" serve --port 0 --pages-port 0 --sql-port 0 >serve.txt 2>&1 &
server=$!
trap 'kill $server 2>/dev/null || true; wait $server 2>/dev/null || true; cleanup' EXIT
for _ in $(seq 900); do grep -q '^Press' serve.txt && break; kill -0 $server || { cat serve.txt; exit 1; }; pause; done
port=$(sed -n 's|^SQL at .*:\([0-9]*\)/.*|\1|p' serve.txt)
api=$(sed -n 's|^jobs and API at ||p' serve.txt)
export PGHOST=127.0.0.1 PGPORT=$port PGUSER=leat PGDATABASE=load PGPASSWORD=word
ask_all() { # NAME
  "$pgbench" -n -M simple -c 200 -j 2 -T "$seconds" -R "$rate" -f whole.sql@2 -f board.sql@1 -l --log-prefix="$1" >"$1.txt" 2>&1 ||
    fail "$1: $(grep -m3 -iE 'error|abort|fatal' "$1.txt")"
  grep -q '^number of failed transactions: 0 ' "$1.txt" || fail "$1: $(grep failed "$1.txt")"
  cat "$1".[0-9]* | awk '{print $3 / 1000}' | sort -n >"$1.times"
}
quantiles() { awk '{t[NR] = $1} END {printf "%d answers, p50 %.1f ms, p99 %.1f ms", NR, t[int((NR + 1) / 2)], t[int(NR * 0.99 + 0.5)]}' "$1.times"; }
p99() { awk '{t[NR] = $1} END {print t[int(NR * 0.99 + 0.5)]}' "$1.times"; }
ask_all warming
ask_all idle
printf 'idle: %s\n' "$(quantiles idle)"
# One sync after the other, until the asking has ended.
sync_on() {
  version=1
  while [ ! -e over ]; do
    version=$((version + 1))
    next_version $version
    job=$(curl -s "$api/api/leat/v1/jobs" -d '{"select": ["fqn:plant.*"]}' | sed -n 's/^{"id":\([0-9]*\).*/\1/p')
    while [ ! -e over ]; do
      case $(curl -s "$api/api/leat/v1/jobs/$job" | sed -n 's/.*"status":"\([a-z]*\)","priority.*/\1/p') in
      succeeded) echo $version >>versions; break ;;
      queued | running) pause ;;
      *) curl -s "$api/api/leat/v1/jobs/$job" >>broken; break ;;
      esac
    done
  done
}
sync_on &
syncing=$!
ask_all busy
touch over
wait $syncing || true
touch versions
printf 'while syncs commit: %s; %s commits of %s rows\n' "$(quantiles busy)" "$(wc -l <versions)" $rows
test ! -e broken || fail "a sync failed: $(head -c 500 broken)"
test "$(wc -l <versions)" -gt 1 || fail 'no sync has committed meanwhile'
printf 'p99 while syncs commit is %s times the idle one\n' "$(awk -v a="$(p99 busy)" -v b="$(p99 idle)" 'BEGIN {printf "%.2f", a / b}')"
kill $server
wait $server || fail "the server ended with $?"
