#!/bin/sh
# coverage.sh [CTEST ARGUMENTS]: which lines of src/sync, src/warehouses and src/sources/postgres the tests run, beside a
# PostgreSQL of their own. Without arguments: the tests that are meant for them.
# build/coverage/report.txt lists each file's uncovered lines, folders.txt sums them up; docs/coverage.md says what they
# are. A process that is killed, as a test may want, takes what it counted along. LEAT_COUNTS=kept adds to the run before.
set -eu
cd "$(dirname -- "$0")/.."
command -v gcovr >/dev/null 2>&1 || {
  printf 'coverage: gcovr is not here\ncoverage: what to do: scripts/setup.sh coverage\n' >&2
  exit 1
}
[ $# -gt 0 ] || set -- -R '^(unit[.](sync|sources|warehouses|run)|conformance|script|faults|replication|fuzz)' \
  -E 'postgres18|recipes[.]1[48]|chaos|failpoints[.]snowflake'
scripts/build.sh coverage all
build=build/coverage
[ "${LEAT_COUNTS:-}" = kept ] || find "$build" -name '*.gcda' -delete
scripts/with_postgres.sh ctest --test-dir "$build" --output-on-failure --timeout 1200 -j "$(nproc)" "$@" >"$build/test.log" 2>&1 &&
  status=0 || status=$?
grep -E '(Failed|Timeout|Skipped|tests passed)' "$build/test.log" || tail -5 "$build/test.log"

# The first line of a statement that throws is never gone on from: gcov counts the lines after it.
gcovr --root . --object-directory "$build" --filter src/sync/ --filter src/warehouses/ --filter src/sources/postgres/ \
  --exclude '.*_test[.]cpp' --exclude-lines-by-pattern ' *(throw )?Error\((ErrorCode::\w+,)?$' \
  --txt "$build/report.txt" --csv "$build/files.csv" "$build" 2>"$build/gcovr.log" || {
  tail -5 "$build/gcovr.log" >&2
  exit 1
}
# A folder's lines, and those of the folders in it.
awk -F, '
  NR == 1 { next }
  function count(name) { all[name] += $2; run[name] += $3 }
  { count("all")
    parts = split($1, part, "/"); folder = part[1]
    for (i = 2; i < parts; ++i) { folder = folder "/" part[i]; if (folder != "src/sources") count(folder) } }
  END { for (name in all) printf "%-28s %6d lines %6d uncovered %6.1f%%\n", name, all[name], all[name] - run[name], 100 * run[name] / all[name] }
' "$build/files.csv" | sort >"$build/folders.txt"
cat "$build/report.txt" "$build/folders.txt"
exit "$status"
