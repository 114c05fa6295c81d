#!/bin/sh
# dbt_projects.sh [NAME…]: parses public dbt projects with dbt-core and with Leat and compares what each says: unique ids,
# names, paths, checksums, edges, configurations and relations of the manifest, the list of `ls`, and the compiled SQL
# of those that DuckDB can compile. Prints the table of docs/compatibility.md; fails when more differs than `known` says.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
bin=${LEAT_BIN_DIR:-$root/build/release/bin}
deps=${LEAT_DEPS:-$root/.deps}
projects=${LEAT_DBT_PROJECTS:-$deps/dbt_projects}
peer=${LEAT_DBT:-$deps/dbt/bin/dbt}
skip() { printf 'skipped: %s\n' "$1"; exit 77; }
[ -x "$peer" ] || skip 'dbt-core is not installed (scripts/setup_dbt.sh installs it from PyPI)'
[ -d "$projects" ] || skip 'the projects are not fetched (scripts/setup_dbt_projects.sh)'
command -v node >/dev/null || skip 'node is not installed'
work=$(mktemp -d "${TMPDIR:-/tmp}/leat-projects.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
mkdir "$work/bin"
ln -s "$bin/leat" "$work/bin/dbt"
# Nobody is asked while a project is parsed, so any host will do.
for profile in duck post; do
  printf '%s:\n  target: dev\n  outputs:\n' "$profile"
  case $profile in
  duck) printf '    dev: {type: duckdb, path: %s/warehouse.duckdb, schema: main, threads: 2}\n' "$work" ;;
  post) printf '    dev: {type: postgres, host: 127.0.0.1, port: 5432, user: u, pass: p, dbname: d, schema: main, threads: 2}\n' ;;
  esac
done >"$work/profiles.yml"
export DBT_PROFILES_DIR="$work" DBT_SEND_ANONYMOUS_USAGE_STATS=false DBT_VERSION_CHECK=false NO_COLOR=1 USER="${USER:-dbt}"
# What is known to differ, in lines of the manifest's comparison; docs/compatibility.md says why.
known() {
  case $1 in
  mattermost-analytics) echo 2 ;;
  dbt_project_evaluator) echo 2 ;;
  *) echo 0 ;;
  esac
}
profile_of() { case $1 in dbt_salesforce | elementary | automate_dv) echo post ;; *) echo duck ;; esac; }
compiles() { case $1 in jaffle-shop | jaffle_shop_duckdb | dbt_project_evaluator) true ;; *) false ;; esac; }
look() { # SIDE PROGRAM NAME
  side=$work/$1
  rm -rf "$side" "$work/warehouse.duckdb"
  cp -r "$projects/$3" "$side"
  cd "$side"
  sed -i 's/^require-dbt-version.*//' dbt_project.yml
  verb=parse
  compiles "$3" && verb=compile
  "$2" "$verb" --profile "$(profile_of "$3")" >"$work/$1.log" 2>&1 || { cat "$work/$1.log" >&2; return 1; }
  node "$root/tests/dbt/manifest_lines.mjs" target | grep -v -f "$root/tests/dbt/golden/differences.txt" |
    sed '/^compiled /s/ //g' >"$work/$1.lines"
  "$2" ls -q --profile "$(profile_of "$3")" 2>/dev/null | LC_ALL=C sort >"$work/$1.ls"
  cd "$work"
}
count() { diff "$work/peer.$1" "$work/leat.$1" | grep -c '^[<>]' || true; }
failures=0
printf '| project | nodes in `ls` | facts of the manifest | of them differ | `ls` differs | compiled models | of them differ |\n|---|---|---|---|---|---|---|\n'
for name in ${*:-$(ls "$projects")}; do
  if ! look peer "$peer" "$name"; then printf '| %s | dbt-core itself refuses it | | | | | |\n' "$name"; continue; fi
  if ! look leat "$work/bin/dbt" "$name"; then failures=$((failures + 1)); continue; fi
  compiled=$(grep -c '^compiled' "$work/peer.lines" || true)
  other=$(diff "$work/peer.lines" "$work/leat.lines" | grep -c '^[<>] compiled' || true)
  all=$(count lines)
  printf '| %s | %s | %s | %s | %s | %s | %s |\n' "$name" "$(wc -l <"$work/peer.ls")" \
    "$(($(wc -l <"$work/peer.lines") - compiled))" "$(((all - other + 1) / 2))" "$(count ls)" "$compiled" "$(((other + 1) / 2))"
  [ "$all" -le "$(known "$name")" ] && [ "$(count ls)" = 0 ] || {
    failures=$((failures + 1))
    diff "$work/peer.lines" "$work/leat.lines" | grep '^[<>]' | cut -c1-200 | head -20 >&2
    diff "$work/peer.ls" "$work/leat.ls" | head -10 >&2
  }
done
[ "$failures" = 0 ]
