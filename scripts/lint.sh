#!/bin/sh
# Checks what a compiler does not: format, the floors, clang-tidy on the files that differ from main (or from BASE).
set -eu
cd "$(dirname -- "$0")/.."
status=0
files=$(git ls-files 'src/*.h' 'src/*.cpp' 'samples/*.h' 'samples/*.cpp' 'tests/*.h' 'tests/*.cpp' 'bench/*.cpp' 'fuzz/*.cpp')
printf 'lint: format of %s files\n' "$(printf '%s\n' "$files" | wc -l)"
# shellcheck disable=SC2086
clang-format --dry-run -Werror $files || {
  printf 'lint: what to do: clang-format -i the files above\n' >&2
  status=1
}
printf 'lint: floors, file lengths, headers (tests/house)\n'
LEAT_SOURCE_DIR=$PWD build/release/bin/house_test || status=1
base=${BASE:-main}
changed=$({ git diff --name-only --diff-filter=d "$base" -- 'src/*.cpp'; git ls-files -o --exclude-standard -- 'src/*.cpp'; } | sort -u)
if [ -n "$changed" ]; then
  printf 'lint: clang-tidy on what differs from %s\n' "$base"
  # GCC's precompiled header flags are nothing to clang.
  mkdir -p build/tidy
  sed -E 's/-fpch-preprocess//g; s/-include [^ ]*cmake_pch\.hxx//g; s/-Winvalid-pch//g' \
    build/release/compile_commands.json >build/tidy/compile_commands.json
  # shellcheck disable=SC2086
  clang-tidy -p build/tidy --quiet --extra-arg=-include --extra-arg="$PWD/cmake/pch.h" \
    --extra-arg=-Wno-unknown-warning-option $changed || status=1
fi
[ "$status" = 0 ] && printf 'lint: clean\n'
exit "$status"
