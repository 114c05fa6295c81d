#!/bin/sh
# Runs every fuzzer for SECONDS_EACH (30) from its corpus; a finding ends with its input's path.
set -eu
cd "$(dirname -- "$0")/.."
found=0
for fuzzer in build/fuzz/bin/*_fuzz; do
  name=$(basename "$fuzzer" _fuzz)
  mkdir -p "build/fuzz/corpus/$name"
  printf 'fuzz: %s for %s s\n' "$name" "${SECONDS_EACH:-30}"
  dictionary=
  [ ! -f "fuzz/$name.dict" ] || dictionary=-dict=fuzz/$name.dict
  # shellcheck disable=SC2086
  "$fuzzer" $dictionary -max_total_time="${SECONDS_EACH:-30}" -max_len=4096 -timeout=10 -artifact_prefix="build/fuzz/$name-" \
    "build/fuzz/corpus/$name" $([ -d "fuzz/corpus/$name" ] && echo "fuzz/corpus/$name") >"build/fuzz/$name.log" 2>&1 || {
    tail -30 "build/fuzz/$name.log"
    found=1
  }
done
exit "$found"
