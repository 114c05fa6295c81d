#!/bin/sh
# public_manifests.sh [FOLDER]: every manifest of the public catalogue (scripts/setup_manifests.sh) resolves and fits the
# component schema, but source-braze, whose incremental sync is a component that the schema has no more; all of them in
# under 10 seconds together. Exit code 77 means skipped.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
folder=${1:-${LEAT_MANIFESTS:-${LEAT_DEPS:-$root/.deps}/manifests}}
leat=${LEAT_BIN_DIR:-$root/build/release/bin}/leat
[ -f "$folder/source-zoom.yaml" ] || { printf 'skipped: the catalogue is not fetched (scripts/setup_manifests.sh)\n'; exit 77; }
export NO_COLOR=1
work=$(mktemp -d "${TMPDIR:-/tmp}/leat-manifests.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
status=0
started=$(date +%s%N)
"$leat" connector lint "$folder" >"$work/told" || status=$?
took=$((($(date +%s%N) - started) / 1000000))
fail() { grep ' error: ' "$work/told" | head -20; tail -1 "$work/told"; printf 'FAILED: %s\n' "$1"; exit 1; }
count=$(find "$folder" -name '*.yaml' | wc -l)
refused=$(sed -n 's#^.*/\(source-[^/]*\)\.yaml:[0-9:]*: error: .*#\1#p' "$work/told" | sort -u)
[ "$status" = 2 ] || fail "lint ended with $status, not 2"
[ "$refused" = source-braze ] || fail "refused are: $(printf '%s' "$refused" | tr '\n' ' ')"
grep -q 'source-braze.yaml:[0-9]*:[0-9]*: error: .*CustomIncrementalSync' "$work/told" || fail 'source-braze is refused for another reason'
printf '%s of %s manifests resolve and validate, source-braze is refused; %s ms together\n' $((count - 1)) "$count" "$took"
grep 'source-braze.yaml:.* error: ' "$work/told" | head -1
[ "$count" -ge 497 ] || fail "there are $count manifests, not 497"
[ "$took" -lt 10000 ] || fail 'that took 10 seconds or more'
