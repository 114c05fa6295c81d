#!/bin/sh
# Runs every test beside a temporary PostgreSQL, one more at once than there are cores: many wait for servers. Arguments go to ctest (-R name, -V, ...).
set -eu
cd "$(dirname -- "$0")/.."
started=$(date +%s)
log=build/release/test.log
status=0
scripts/with_postgres.sh ctest --test-dir build/release --output-on-failure --timeout 600 -j "$(($(nproc) + 1))" "$@" | tee "$log" || status=$?
grep -q '100% tests passed' "$log" || status=1
printf '\nThe ten slowest:\n'
sed -nE 's/^ *[0-9]+\/[0-9]+ Test +#[0-9]+: ([^ ]+) .* ([0-9.]+) sec.*/\2 \1/p' "$log" | sort -rn | head -10
passed=$(grep -cE 'Test +#[0-9]+:.* Passed ' "$log" || true)
skipped=$(grep -cE 'Test +#[0-9]+:.*\*\*\*Skipped ' "$log" || true)
total=$(grep -cE '^ *[0-9]+/[0-9]+ Test +#' "$log" || true)
printf 'All tests took %s s.\n' "$(($(date +%s) - started))"
printf '%s passed, %s failed, %s skipped\n' "$passed" "$((total - passed - skipped))" "$skipped"
[ "$total" -gt 0 ] || { printf 'No test ran.\n' >&2; status=1; }
exit "$status"
