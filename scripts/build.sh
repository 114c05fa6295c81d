#!/bin/sh
# Configures and builds a CMake preset: scripts/build.sh PRESET TARGET...
set -eu
cd "$(dirname -- "$0")/.."
preset=$1
shift
targets=
for target in "$@"; do targets="$targets --target $target"; done
started=$(date +%s)
log=build/$preset.configure.log
mkdir -p build
cmake --preset "$preset" ${LEAT_DEPS:+-DLEAT_DEPS_DIR="$LEAT_DEPS"} >"$log" 2>&1 || {
  tail -20 "$log" >&2
  printf 'build: CMake could not configure; the whole log is %s\n' "$log" >&2
  exit 1
}
printf 'build: compiling (%s); the first time takes a few minutes, later ones seconds\n' "$preset"
# shellcheck disable=SC2086
cmake --build --preset "$preset" $targets || {
  printf 'build: a file did not compile; see the lines above\n' >&2
  exit 1
}
printf 'build: done in %s s\n' "$(($(date +%s) - started))"
