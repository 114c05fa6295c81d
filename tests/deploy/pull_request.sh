#!/bin/sh
# The schemas of a pull request are its own, and dropping them leaves everybody else's: the templates of deploy/github.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
leat=${LEAT_BIN_DIR:?}/leat
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export NO_COLOR=1
cd "$work"
"$leat" init shop >/dev/null
cd shop
mkdir -p macros
cp "$root/deploy/github/macros/drop_schemas.sql" macros/
rm -rf pages macros/generate_schema_name.sql # dbt's own puts the target's schema in front
sed -i "/^pages:/d" leat.yml
sed -i 's#warehouse.duckdb}#warehouse.duckdb, schema: "${CI_SCHEMA:-main}"}#' leat.yml
grep -q CI_SCHEMA leat.yml
CI_SCHEMA=pr_7 "$leat" run --no-skip >run7.log 2>&1 || { cat run7.log; exit 1; }
CI_SCHEMA=pr_71 "$leat" run --no-skip >run71.log 2>&1 || { cat run71.log; exit 1; }
schemas() { "$leat" query "select distinct schema_name from information_schema.schemata where schema_name like 'pr!_%' escape '!' order by 1" --format csv | tail -n +2 | tr '\n' ' '; }
printf 'before: %s\n' "$(schemas)"
CI_SCHEMA=pr_7 "$leat" dbt run-operation drop_schemas --args '{prefix: pr_7}'
left=$(schemas)
printf 'after: %s\n' "$left"
case $left in *pr_7\ * | *pr_7_*) printf 'FAILED: schemas of pr_7 are left\n'; exit 1 ;; esac
case $left in *pr_71*) ;; *) printf 'FAILED: pr_71 is gone as well\n'; exit 1 ;; esac
if "$leat" dbt run-operation drop_schemas --args '{prefix: main}' >/dev/null 2>&1; then
  printf 'FAILED: schemas that are no pull request'"'"'s can be dropped\n'
  exit 1
fi
