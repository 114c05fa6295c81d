# Begins a test of replication again beside a temporary PostgreSQL of the programs in the folder $1, and sets what all
# of them use. Sourced, not run.
root=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
if [ -z "${LEAT_REPLICATION_INSIDE:-}" ]; then
  [ -x "$1/initdb" ] || { printf 'skipped: there is no PostgreSQL in %s\n' "$1"; exit 77; }
  exec env -u LEAT_TEST_POSTGRES LEAT_REPLICATION_INSIDE=1 LEAT_POSTGRES_BIN="$1" "$root/scripts/with_postgres.sh" "$0" "$@"
fi
bin=${LEAT_BIN_DIR:-$root/build/release/bin}
export NO_COLOR=1 PGOPTIONS="-c client_min_messages=error"

# A stand-in for Snowflake beside it, which ends with the script; SNOWFLAKE_TARGET is a target's settings, but for the
# database. Its log-ins, and what a client that died held, are `snowflake_order`'s.
snowflake_pid=
start_snowflake() { # FOLDER
  "$bin/snowflake_stand_in" --password stand-in-password >"$1/snowflake.out" 2>"$1/snowflake.err" &
  snowflake_pid=$!
  timeout 20 sh -c "until grep -q 'listening on' '$1/snowflake.out'; do timeout 0.05 tail -f /dev/null || :; done" ||
    { cat "$1/snowflake.err"; exit 1; }
  SNOWFLAKE_URL=$(sed -n 's/^listening on //p' "$1/snowflake.out")
  SNOWFLAKE_TARGET="type: snowflake, url: \"$SNOWFLAKE_URL\", account: stand_in, user: leat, password: stand-in-password"
}
stop_snowflake() { [ -z "$snowflake_pid" ] || kill "$snowflake_pid" 2>/dev/null || true; }
snowflake_order() { curl -sf -X POST "$SNOWFLAKE_URL/__snowflake/$1" >/dev/null; }
