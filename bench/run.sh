#!/bin/sh
# Runs every bench (or those named, such as dbt_parse or peers/api_to_duckdb) and prints ratios. BENCH_RUNS=5 takes the median
# of five runs instead of three. What is compared with peers that are not installed (scripts/setup_peers.sh) says so.
set -eu
cd "$(dirname -- "$0")"
[ $# -gt 0 ] || set -- */ peers/*/
status=0
for task in "$@"; do
  [ -x "${task%/}/run.sh" ] || continue
  "${task%/}/run.sh" || status=1
done
exit $status
