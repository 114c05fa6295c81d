#!/bin/sh
# run.sh [NUMBER...]: plants the faults of faults.txt in a copy of the sources, builds it once, and asks the tests of each
# fault's area whether they notice. The table goes to docs/mutation.md. 1 where fewer than 95 of 100 are caught.
set -eu
cd "$(dirname -- "$0")/../.."
folder=build/mutation
# The copy is built as any checkout is, so that what no fault touches comes out of the compiler's cache.
python3 tests/mutation/plant.py "$folder/source"
(
  cd "$folder/source"
  cmake --preset release >"$OLDPWD/$folder/configure.log"
  nice -n 5 cmake --build --preset release --target leat leat-script soda snowflake_stand_in script_runner \
    base_test sync_test warehouses_test sources_test http_test files_test dbt_test run_test server_test lake_test \
    conformance_test dbt_histories_test >"$OLDPWD/$folder/build.log" || { tail -30 "$OLDPWD/$folder/build.log"; exit 1; }
)
exec nice -n 5 scripts/with_postgres.sh python3 tests/mutation/run.py "$folder/source" "$folder" "$@"
