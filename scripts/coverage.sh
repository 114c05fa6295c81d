#!/bin/sh
# coverage.sh [CTEST ARGUMENTS]: which lines of src/sync, src/warehouses and src/sources/postgres the tests run, beside a
# PostgreSQL of their own. Without arguments: the tests that are meant for them, some ten minutes on two cores.
# build/coverage/report.txt lists each file's uncovered lines; docs/coverage.md says what they are.
# A process that is killed, as a test may want, takes what it counted along. LEAT_COUNTS=kept adds to the run before.
set -eu
cd "$(dirname -- "$0")/.."
command -v gcovr >/dev/null 2>&1 || {
  printf 'coverage: gcovr is not here\ncoverage: what to do: scripts/setup.sh coverage\n' >&2; exit 1; }
[ $# -gt 0 ] || set -- -E 'postgres18|recipes[.]1[48]|chaos|failpoints[.]snowflake' -R '^(unit|conformance|script|faults|replication|fuzz)[.]'
scripts/build.sh coverage all
build=build/coverage
[ "${LEAT_COUNTS:-}" = kept ] || find "$build" -name '*.gcda' -delete
scripts/with_postgres.sh ctest --test-dir "$build" --output-on-failure --timeout 1200 -j "$(nproc)" "$@" >"$build/test.log" 2>&1 &&
  status=0 || status=$?
grep -E '(Failed|Timeout|Skipped|tests passed)' "$build/test.log" || tail -5 "$build/test.log"

gcovr --root . --object-directory "$build" --filter src/sync/ --filter src/warehouses/ --filter src/sources/postgres/ \
  --exclude '.*_test[.]cpp' --txt "$build/report.txt" --csv "$build/files.csv" "$build" 2>"$build/gcovr.log" || {
  tail -5 "$build/gcovr.log" >&2; exit 1; }
# A folder's lines, and those of the folders in it.
awk -F, 'NR == 1 { next }
  function count(name) { all[name] += $2; run[name] += $3 }
  { count("all"); folder = ""; parts = split($1, part, "/")
    for (i = 1; i < parts; ++i) { folder = folder (i > 1 ? "/" : "") part[i]; if (folder ~ /^src\/(sync|warehouses|sources\/postgres)/) count(folder) } }
  END { for (name in all) printf "%-28s %6d lines %6d uncovered %6.1f%%\n", name, all[name], all[name] - run[name], 100 * run[name] / all[name] }' \
  "$build/files.csv" | sort >"$build/folders.txt"
cat "$build/report.txt" "$build/folders.txt"
exit "$status"
