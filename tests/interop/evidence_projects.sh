#!/bin/sh
# evidence_projects.sh FOLDER: builds each Evidence project below FOLDER (a folder with pages/ or src/pages/ and a
# configuration or sources/) and prints how many of its pages are built and why the others are not. Tables that a
# project makes by Evidence's faker plugin are filled by evidence_stand_ins.mjs.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
bin=${LEAT_BIN_DIR:-$root/build/release/bin}
folder=${1:?usage: evidence_projects.sh FOLDER}
work=$(mktemp -d "${TMPDIR:-/tmp}/leat-evidence.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
spare=$(find "$folder" -name needful_things.duckdb -size +100k | head -1)
printf '| project | pages | built | failed |\n|---|---|---|---|\n'
find "$folder" -type d \( -name node_modules -prune -o -name pages -print \) | sed 's|/src/pages$||; s|/pages$||' | sort -u |
  while read -r project; do
    name=${project#"$folder"/}
    [ -e "$project/evidence.config.yaml" ] || [ -e "$project/evidence.plugins.yaml" ] || [ -d "$project/sources" ] || [ -e "$project/package.json" ] || continue
    copy=$work/$(printf '%s' "$name" | tr '/ ' '__')
    cp -r "$project" "$copy"
    # Databases that are kept elsewhere (Git LFS) leave a line of text behind.
    find "$copy" -name '*.duckdb' -size -2k -delete
    if [ -n "$spare" ] && [ -d "$copy/sources/needful_things" ] && [ ! -e "$copy/sources/needful_things/needful_things.duckdb" ]; then
      cp "$spare" "$copy/sources/needful_things/needful_things.duckdb"
    fi
    command -v node >/dev/null && node "$root/tests/interop/evidence_stand_ins.mjs" "$copy"
    timeout 600 "$bin/leat" pages build --project "$copy" >"$copy.txt" 2>&1 || true
    built=$(grep -c '✓ page' "$copy.txt" || true) failed=$(grep -c '✗ page' "$copy.txt" || true)
    printf '| %s | %s | %s | %s |\n' "$name" "$((built + failed))" "$built" "$failed"
    grep '✗ page' "$copy.txt" | sed 's/^ *✗ page */    /; s/  *failed: / : /' | cut -c1-170 >>"$work/why.txt" || true
  done
printf '\nWhy:\n'
cat "$work/why.txt" 2>/dev/null || true
