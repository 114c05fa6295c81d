#!/bin/sh
# The pages of docs/reference that `leat docs` prints are what the declarations say now.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${LEAT_BIN_DIR:-$root/build/release/bin}/leat" docs --folder "$work"
status=0
for page in "$work"/*; do
  diff -u "$root/docs/reference/$(basename "$page")" "$page" || status=1
done
[ "$status" = 0 ] || printf 'what to do: make docs\n'
exit "$status"
