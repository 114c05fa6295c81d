#!/bin/sh
# A project with one of everything: names, ids, edges, configurations and compiled SQL are dbt's (golden/shapes.lines was
# recorded with dbt-core 1.11 on DuckDB; golden/differences.txt are what is known to differ), and all of it builds twice.
. "$(dirname -- "$0")/dbt.sh"
command -v node >/dev/null || skip 'node is not installed'
open_project shapes
# The sources of the project are its seeds.
dbt seed >seed.txt 2>&1 || { cat seed.txt; failures=1; }
dbt build >build.txt 2>&1 || { cat build.txt; failures=1; }
dbt compile >compile.txt 2>&1 || { cat compile.txt; failures=1; }
dbt build >again.txt 2>&1 || { cat again.txt; failures=1; }
expect 'every node of the second build' '' "$(statuses | grep -vE ' (success|pass|warn)$' || true)"
if [ "$target" = duckdb ]; then
  node "$root/tests/dbt/manifest_lines.mjs" target | grep -v -f "$root/tests/dbt/golden/differences.txt" >lines.txt
  expect 'what dbt says of the same project' '' "$(diff "$root/tests/dbt/golden/shapes.lines" lines.txt || true)"
fi
finish
