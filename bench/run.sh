#!/bin/sh
# Runs every bench (or those named) and prints ratios. BENCH_RUNS=5 takes the median of five runs instead of three.
set -eu
cd "$(dirname -- "$0")"
[ $# -gt 0 ] || set -- */
status=0
for task in "$@"; do
  [ -x "${task%/}/run.sh" ] || continue
  "${task%/}/run.sh" || status=1
done
exit $status
