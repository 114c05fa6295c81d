#!/bin/sh
# evidence_projects.sh FOLDER [NAME]: builds each Evidence project below FOLDER (a folder with pages/ or src/pages/ and a
# configuration or sources/) and prints how many of its pages are built and why the others are not. Where a dbt project
# stands above the pages, it is built first, by `leat dbt build`. With NAME only the projects whose path has it.
#
# LEAT_DBT_PACKAGES names a folder with clones of dbt packages (dbt-utils). Data that the repositories do not hold is made
# up: tables of Evidence's faker plugin by evidence_stand_ins.mjs, raw data of the dbt projects by evidence_raw_data.py.
# What a page's authors mean to fail (evidence_expected.txt) and what fails for a table that is not there is counted apart.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
bin=${LEAT_BIN_DIR:-$root/build/release/bin}
folder=${1:?usage: evidence_projects.sh FOLDER [NAME]} wanted=${2:-}
packages=${LEAT_DBT_PACKAGES:-}
work=$(mktemp -d "${TMPDIR:-/tmp}/leat-evidence.XXXXXX")
[ -n "${LEAT_KEEP:-}" ] || trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
export NO_COLOR=1 EVIDENCE_VAR__schema=prod
spare=$(find "$folder" -name needful_things.duckdb -size +100k | head -1)
: >"$work/why.txt"
printf '| project | dbt models | pages | built | fail as meant | no data | fail |\n|---|---|---|---|---|---|---|\n'

# with_packages DBT_PROJECT: lays the packages that it names beside it; one that is nowhere is not asked for.
with_packages() {
  [ -e "$1/packages.yml" ] && [ ! -d "$1/dbt_packages" ] || return 0
  mkdir -p "$1/dbt_packages"
  kept=packages:
  for name in $(sed -nE 's/.*package: *[^/]+\/([a-z_]+).*/\1/p' "$1/packages.yml"); do
    for place in "$packages/$name" "$packages/$(printf '%s' "$name" | tr _ -)"; do
      [ -n "$packages" ] && [ -d "$place" ] && [ ! -d "$1/dbt_packages/$name" ] && cp -r "$place" "$1/dbt_packages/$name" || true
    done
    [ -d "$1/dbt_packages/$name" ] && kept="$kept
  - local: dbt_packages/$name" || printf '    the package %s is not here\n' "$name" >>"$work/why.txt"
  done
  printf '%s\n' "$kept" >"$1/packages.yml"
}

# build_dbt FOLDER: builds the dbt project in it; prints built/all.
build_dbt() {
  project=$(find "$1" -maxdepth 2 -name dbt_project.yml | head -1)
  [ -n "$project" ] || { printf -- '-'; return 0; }
  project=$(dirname "$project")
  with_packages "$project"
  (cd "$project" && timeout 600 "$bin/leat" dbt build --exclude-resource-type test --project-dir . --profiles-dir . --vars '{scenarios: 200}') >"$1.dbt.txt" 2>&1 || true
  built=$(grep -c '✓ model' "$1.dbt.txt" || true) failed=$(grep -c '[✗-] model' "$1.dbt.txt" || true)
  grep -E '✗ (model|seed)' "$1.dbt.txt" | cut -c1-170 | sed 's/^/    dbt: /' >>"$work/why.txt" || true
  printf '%s/%s' "$built" "$((built + failed))"
}

# outcome LINE: meant, data or fail.
outcome() {
  while IFS='|' read -r place text _; do
    case $place in '' | '#'*) continue ;; esac
    case $1 in *"at $place"*"$text"*) printf meant && return ;; esac
  done <"$root/tests/interop/evidence_expected.txt"
  case $1 in
    *'Catalog Error: Table'*'does not exist'* | *'No files found'*) printf data ;;
    *) printf fail ;;
  esac
}

find "$folder" -type d \( -name node_modules -prune -o -name pages -print \) | sed 's|/src/pages$||; s|/pages$||' | sort -u |
  while read -r project; do
    name=${project#"$folder"/}
    case $name in *"$wanted"*) ;; *) continue ;; esac
    [ -e "$project/evidence.config.yaml" ] || [ -e "$project/evidence.plugins.yaml" ] || [ -d "$project/sources" ] || [ -e "$project/package.json" ] || continue
    # What stands above the pages in the same repository belongs to them: their dbt project.
    above=$project
    [ ! -e "$(dirname "$project")/dbt_project.yml" ] && [ ! -d "$(dirname "$project")/transform" ] || above=$(dirname "$project")
    copy=$work/$(printf '%s' "$name" | tr '/ ' '__')
    cp -r "$above" "$copy"
    reports=$copy${project#"$above"}
    # Databases that are kept elsewhere (Git LFS) leave a line of text behind.
    find "$copy" -name '*.duckdb' -size -2k -delete
    if [ -n "$spare" ] && [ -d "$reports/sources/needful_things" ] && [ ! -e "$reports/sources/needful_things/needful_things.duckdb" ]; then
      cp "$spare" "$reports/sources/needful_things/needful_things.duckdb"
    fi
    command -v node >/dev/null && node "$root/tests/interop/evidence_stand_ins.mjs" "$reports"
    python3 "$root/tests/interop/evidence_raw_data.py" "$copy"
    printf '%s\n' "$name" >>"$work/why.txt"
    models=$(build_dbt "$copy")
    timeout 900 "$bin/leat" pages build --project "$reports" >"$copy.txt" 2>&1 || true
    built=$(grep -c '✓ page' "$copy.txt" || true) meant=0 data=0 failed=0
    grep '✗ page' "$copy.txt" >"$copy.failed" || true
    while read -r line; do
      kind=$(outcome "$line")
      case $kind in meant) meant=$((meant + 1)) ;; data) data=$((data + 1)) ;; *) failed=$((failed + 1)) ;; esac
      printf '    %s: %s\n' "$kind" "$(printf '%s' "$line" | sed 's/^ *✗ page *//; s/  *failed: / : /' | cut -c1-230)" >>"$work/why.txt"
    done <"$copy.failed"
    printf '| %s | %s | %s | %s | %s | %s | %s |\n' "$name" "$models" "$((built + meant + data + failed))" "$built" "$meant" "$data" "$failed"
  done
printf '\nWhy:\n'
cat "$work/why.txt"
