#!/bin/sh
# The program dies (or fails) at every failpoint of a lake, a delivery stream and a pipe; after a rerun every record
# is in the landing table once.
. "$(dirname -- "$0")/../acceptance/acceptance.sh"
export AWS_ACCESS_KEY_ID=leat-test-key AWS_SECRET_ACCESS_KEY=leat-test-secret-value  # the stream checks none
cat >"$work/leat.yml" <<YML
name: fire
target: duckdb
targets:
  duckdb: {type: duckdb, path: .leat/warehouse.duckdb}
  postgres: {type: postgres, url: "\${LEAT_POSTGRES_URL}"}
  lake: {type: lake, url: lake}
pipes:
  incidents: {lake: lake, stream: firehose.incidents, schema: landing, table: landed, commit_size: 1KB}
  files: {from: lake/incidents, schema: landing, table: listed, commit_size: 1KB}
YML
new_lake() { rm -rf "$work/project"; mkdir "$work/project"; cp "$work/leat.yml" "$work/project"; cd "$work/project"
  if [ "$target" = postgres ]; then drop_database; admin_psql -c "create database $database"; fi; }
listen() {
  rm -f firehose.out # an earlier one said that it listens, too
  "$bin/leat" firehose --listen 127.0.0.1:0 --to lake --spool spool --format jsonl --buffer-size 20KB \
    --buffer-interval 200ms --prefix incidents/ >firehose.out 2>firehose.err &
  soda_pid=$!
  for _ in $(seq 200); do
    grep -q listening firehose.out 2>/dev/null && break
    kill -0 "$soda_pid" 2>/dev/null || break
    pause
  done
}
# True when the sender has ended and nothing waits any more; false when the stream died, or after ten seconds.
settled() {
  for _ in $(seq 200); do
    kill -0 "$soda_pid" 2>/dev/null || return 1
    { [ -n "$sender" ] && kill -0 "$sender" 2>/dev/null; } || find spool -name '*.log' -size +0 2>/dev/null | grep -q . || return 0
    pause
  done
  return 1
}
awk -v from=1 -v to=2000 -f "$root/tests/acceptance/fire_rows.awk" >"$work/rows.jsonl"
send() {
  port=$(sed -n 's/^listening on .*://p' firehose.out)
  "$bin/leat" firehose --send "$work/rows.jsonl" --stream incidents --session rows --endpoint "http://127.0.0.1:$port" \
    >send.out 2>&1 &
  sender=$!
}
try() { # FAILPOINTS-VALUE
  new_lake
  # The stream, killed at the failpoint wherever it passes it; its records are sent again to the one that follows.
  LEAT_FAILPOINTS="$1" listen
  send
  died=no
  if ! settled; then
    kill -0 "$soda_pid" 2>/dev/null || died=yes
    kill "$sender" 2>/dev/null || true
    wait "$sender" 2>/dev/null || true
    kill -9 "$soda_pid" 2>/dev/null || true
    wait "$soda_pid" 2>/dev/null || true
    listen
    send
    settled || { printf 'WRONG the spool was not delivered\n'; failures=$((failures + 1)); kill "$sender" 2>/dev/null || true; }
  fi
  wait "$sender" || cat send.out
  sender=
  stop_soda
  LEAT_FAILPOINTS="$1" "$bin/leat" pipe --once >pipe.out 2>&1 || [ $? != 137 ] || died=yes
  case $1 in *=kill) expect "$1 is passed" yes "$died" ;; esac
  leat pipe --once >pipe.out 2>&1 || cat pipe.out
  expect "$1, followed" '2000,2000' "$(value "select count(*), count(distinct content ->> 'id') from landing.landed")"
  # A load that died leaves files without a manifest; its retry gives them the same names, so a listing is right too.
  expect "$1, listed" '2000,2000' "$(value "select count(*), count(distinct content ->> 'id') from landing.listed")"
}
failpoints=${FAILPOINTS:-$(sed -n 's/^LEAT_FAILPOINT(\([a-z_]*\),.*/\1/p' "$root/src/base/failpoints.def" | grep '^lake_\|^pipe_\|^spool_\|^load_')}
for failpoint in $failpoints; do
  for action in kill kill@3 error; do try "$failpoint=$action"; done
done
finish
