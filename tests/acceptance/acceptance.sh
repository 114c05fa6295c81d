# Shared by the acceptance tests: a copy of examples/chicago-crime in a temporary folder, the stand-in, comparisons.
# Sourced, not run. Usage of a test: NAME.sh duckdb|postgres|snowflake (the stand-in). Exit code 77 means skipped.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
bin=${LEAT_BIN_DIR:-$root/build/release/bin}
data=${LEAT_SHARED_DATA:-$root/../shared/data}
target=${1:-duckdb}
work=$(mktemp -d)
soda_pid=
snowflake_pid=
failures=0

cleanup() {
  [ -z "$soda_pid" ] || kill "$soda_pid" 2>/dev/null || true
  [ -z "$snowflake_pid" ] || kill "$snowflake_pid" 2>/dev/null || true
  [ "$target" != postgres ] || drop_database || true
  if [ "$failures" = 0 ]; then rm -rf "$work"; else printf 'the folder is kept: %s\n' "$work"; fi
}
trap cleanup EXIT

# A short breath between two looks at something that another process does.
pause() { timeout 0.05 tail -f /dev/null || true; }

skip() { printf 'skipped: %s\n' "$1"; exit 77; }

# A database of one's own on the temporary server.
database=leat_$(basename "$work" | tr 'A-Z.' 'a-z_')
admin_psql() { psql -qXAt "$LEAT_TEST_POSTGRES" "$@"; }
drop_database() { admin_psql -c "drop database if exists $database with (force)" >/dev/null 2>&1; }
if [ "$target" = postgres ]; then
  [ -n "${LEAT_TEST_POSTGRES:-}" ] || skip 'LEAT_TEST_POSTGRES is not set (scripts/with_postgres.sh sets it)'
  admin_psql -c "create database $database"
  LEAT_POSTGRES_URL=$(printf '%s' "$LEAT_TEST_POSTGRES" | sed "s#/[^/]*\$#/$database#")
  export LEAT_POSTGRES_URL
fi
snowflake_order() { curl -sf -X POST "$SNOWFLAKE_URL/__snowflake/$1" >/dev/null; }
if [ "$target" = snowflake ]; then
  "$bin/snowflake_stand_in" --password stand-in-password >"$work/snowflake.out" 2>"$work/snowflake.err" &
  snowflake_pid=$!
  SNOWFLAKE_URL=
  for _ in $(seq 200); do
    SNOWFLAKE_URL=$(sed -n 's/^listening on //p' "$work/snowflake.out" 2>/dev/null || true)
    [ -n "$SNOWFLAKE_URL" ] && break
    kill -0 "$snowflake_pid" 2>/dev/null || { cat "$work/snowflake.err"; exit 1; }
    pause
  done
  export SNOWFLAKE_URL SNOWFLAKE_ACCOUNT=stand_in SNOWFLAKE_USER=leat SNOWFLAKE_PASSWORD=stand-in-password \
    SNOWFLAKE_DATABASE="$database"
fi
# An empty database, or a copy of another one. DuckDB's is a file of the project, which is fresh with it.
fresh_database() { # [TEMPLATE]
  case $target in
  postgres)
    drop_database
    admin_psql -c "create database $database template ${1:-template1}" ;;
  snowflake)
    snowflake_order end_sessions
    snowflake_order "drop_database?name=$database"
    [ -z "${1:-}" ] || snowflake_order "clone_database?name=$1&as=$database" ;;
  esac
}
# What a server notices of a client that died, sooner or later.
client_died() { [ "$target" != snowflake ] || snowflake_order end_sessions; }
export LEAT_TARGET="$target" NO_COLOR=1

new_project() { # FOLDER [EXAMPLE]: a fresh copy of an example
  mkdir -p "$1"
  (cd "$root/examples/${2:-chicago-crime}" && tar -cf - --exclude=.leat --exclude=site --exclude=target --exclude=logs .) |
    tar -xf - -C "$1"
  # To draw a page's charts takes longer than all the rest; tests/browser looks at them.
  [ -n "${draws_charts:-}" ] || sed -i 's/^pages: {/pages: {draw: false, /' "$1/leat.yml"
}

start_soda() { # ARGUMENTS OF soda...
  rm -f "$work/soda.out" # an earlier one said that it listens, too
  "$bin/soda" --port 0 "$@" >"$work/soda.out" 2>"$work/soda.err" &
  soda_pid=$!
  for _ in $(seq 200); do
    SODA_URL=$(sed -n 's/^listening on //p' "$work/soda.out" 2>/dev/null || true)
    [ -n "$SODA_URL" ] && break
    kill -0 "$soda_pid" 2>/dev/null || { cat "$work/soda.err"; exit 1; }
    pause
  done
  export SODA_URL
}
stop_soda() { kill "$soda_pid"; wait "$soda_pid" 2>/dev/null || true; soda_pid=; }

real_data() {
  [ -f "$data/chicago/crimes_soda.json.gz" ] || skip "the real rows are not at $data/chicago"
  start_soda --dataset "x2n5-8w5q=$data/chicago/crimes_soda.json.gz" \
    --dataset "z8bn-74gv=$data/chicago/Police_Stations.csv" --dataset "htai-wnw4=$data/chicago/Ward_Offices.csv" "$@"
}

leat() { "$bin/leat" "$@"; }
value() { # SQL: its rows without the header; fails when the query does
  answer=$(leat query --format csv "$1") && printf '%s\n' "$answer" | tail -n +2
}

expect() { # WHAT WANTED GOT
  if [ "$2" = "$3" ]; then
    printf 'ok    %s: %s\n' "$1" "$3"
  else
    printf 'WRONG %s: wanted %s, got %s\n' "$1" "$2" "$3"
    failures=$((failures + 1))
  fi
}
expect_text() { # WHAT WANTED-PART FILE
  if grep -qF -- "$2" "$3"; then
    printf 'ok    %s: says %s\n' "$1" "$2"
  else
    printf 'WRONG %s: does not say %s; it says:\n' "$1" "$2"
    sed 's/^/      /' "$3" | head -30
    failures=$((failures + 1))
  fi
}

# The final tables, in an order of their own: what two runs must agree on. Load times and ids are left out.
dump_tables() {
  for query in \
    "select crime_id, updated_at, version, \"case\", date_of_occurrence, block, iucr, primary_description, arrest, beat, ward, x_coordinate, latitude, longitude from raw.crimes order by crime_id" \
    "select * from reports.crimes_by_weekday order by 1, 2" \
    "select * from reports.police_rank_by_arrest order by 1, 2" \
    "select * from reports.beats_by_violent_crime order by 1, 2" \
    "select * from reports.crime_growth_by_month order by 1, 2" \
    "select * from reports.ward_crimes_summary order by 1, 2"; do
    leat query --format csv --limit 10000000 "$query"
  done
}
finish() { printf '%s wrong\n' "$failures"; [ "$failures" = 0 ]; }
