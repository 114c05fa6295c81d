# Shared by the tests of dbt: a copy of a project in a temporary folder, a profile, the program under the name dbt.
# Sourced, not run. Usage of a test: NAME.sh duckdb|postgres.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
bin=${LEAT_BIN_DIR:-$root/build/release/bin}
target=${1:-duckdb}
work=$(mktemp -d)
failures=0
database=leat_dbt_$(basename "$work" | tr 'A-Z.' 'a-z_')
cleanup() {
  [ "$target" != postgres ] || psql -qX "$LEAT_TEST_POSTGRES" -c "drop database if exists $database with (force)" >/dev/null 2>&1 || true
  if [ "$failures" = 0 ]; then rm -rf "$work"; else printf 'the folder is kept: %s\n' "$work"; fi
}
trap cleanup EXIT
skip() { printf 'skipped: %s\n' "$1"; exit 77; }
mkdir "$work/bin"
ln -s "$bin/leat" "$work/bin/dbt"
export PATH="$work/bin:$PATH" NO_COLOR=1 DBT_PROFILES_DIR="$work" DATABASE="$database" DBT_TARGET="$target"
if [ "$target" = postgres ]; then
  [ -n "${LEAT_TEST_POSTGRES:-}" ] || skip 'LEAT_TEST_POSTGRES is not set (scripts/with_postgres.sh sets it)'
  psql -qX "$LEAT_TEST_POSTGRES" -c "create database $database"
  TEST_PORT=$(printf '%s' "$LEAT_TEST_POSTGRES" | sed -E 's#.*:([0-9]+)/.*#\1#')
  export TEST_PORT
fi
cat >"$work/profiles.yml" <<'YML'
shapes:
  target: "{{ env_var('DBT_TARGET') }}"
  outputs:
    duckdb: {type: duckdb, path: shapes.duckdb, schema: main, threads: 2}
    postgres: {type: postgres, host: 127.0.0.1, port: "{{ env_var('TEST_PORT') | as_number }}", user: postgres, pass: x, dbname: "{{ env_var('DATABASE') }}", schema: public, threads: 2}
YML
open_project() { cp -r "$root/tests/dbt/projects/$1" "$work/project"; cd "$work/project"; }
expect() { # WHAT WANTED GOT
  if [ "$2" = "$3" ]; then printf 'ok    %s\n' "$1"; else
    printf 'WRONG %s: wanted\n%s\ngot\n%s\n' "$1" "$2" "$3"
    failures=$((failures + 1))
  fi
}
finish() { printf '%s wrong\n' "$failures"; [ "$failures" = 0 ]; }
# "unique_id status" of the last run, in order.
statuses() {
  node -e 'for (const each of JSON.parse(require("fs").readFileSync("target/run_results.json")).results)
    console.log(each.unique_id, each.status)' | sort
}
