#!/bin/sh
# validate_manifests.sh FOLDER: resolves and validates every manifest of a folder, and prints what is refused and
# how long it took. The manifests are not part of this project: fetch them beside it.
set -eu
folder=${1:?usage: validate_manifests.sh FOLDER}
root=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
program=${CHECK_MANIFESTS:-}
for preset in release dev; do
  [ -n "$program" ] || { [ -x "$root/build/$preset/bin/check_manifests" ] && program=$root/build/$preset/bin/check_manifests; }
done
[ -n "$program" ] || { echo "build it first: cmake --build --preset dev --target check_manifests" >&2; exit 1; }
find "$folder" -name '*.yaml' -o -name '*.yml' | sort | xargs time -f '%es, %MKB' "$program"
