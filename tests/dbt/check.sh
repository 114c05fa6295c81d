#!/bin/sh
# Mistakes in SQL are found before anything runs: kind, place, suggestion; what can't be judged is left alone.
. "$(dirname -- "$0")/dbt.sh"
open_project check
leat() { "$bin/leat" "$@"; }
check() { leat dbt check --profiles-dir "$work" --target "$target" "$@"; }

# With nothing in the warehouse: two nodes depend on rows, and nothing else is left out.
expect 'a sound project' 0 "$(check >check.txt 2>&1 && echo 0 || { cat check.txt; echo 1; })"
expect 'what is checked' 'no mistake, 9 checked, 2 not checked' "$(head -1 check.txt)"

# wrong FILE SED WHERE KIND [SUGGESTION]: a planted mistake is found at its place, alone, and only with what is below.
wrong() {
  cp "$1" "$work/kept.sql"
  sed -i "$2" "$1"
  cmp -s "$1" "$work/kept.sql" && { printf 'WRONG %s: nothing is planted\n' "$2"; failures=$((failures + 1)); }
  check >check.txt 2>&1 && { printf 'WRONG %s: not found\n' "$2"; failures=$((failures + 1)); }
  expect "$2" "✗ $3 $4" "$(grep '✗' check.txt)"
  [ -z "${5:-}" ] || expect '  its suggestion' 1 "$(grep -c "did you mean \`$5\`" check.txt)"
  mv "$work/kept.sql" "$1"
}
duck() { [ "$target" = duckdb ] && printf %s "$1" || printf %s "$2"; }
wrong models/stg_orders.sql 's/  customer_id,/  custmer_id,/' models/stg_orders.sql:3:3 'unknown column' "$(duck customer_id orders.customer_id)"
wrong models/stg_orders.sql "s/'amount'/'amuont'/" models/stg_orders.sql:4:3 'unknown column'
wrong models/totals.sql 's/c.name,/c.nmae,/' models/totals.sql:13:3 'unknown column'
wrong models/totals.sql 's/left join spent as s/left join spent as x/' models/totals.sql:18:25 'unknown relation'
wrong models/totals.sql 's/from {{ ref(.paid.) }}/from piad/' models/totals.sql:8:8 'unknown relation'
wrong models/totals.sql 's/group by customer_id//' models/totals.sql:5:5 grouping
wrong models/totals.sql 's/upper(c.name)/uper(c.name)/' models/totals.sql:14:3 'unknown function' "$(duck upper '')"
wrong models/totals.sql 's/coalesce(s.spent, 0)/s.spent + c.name/' models/totals.sql:15:11 'type clash'
wrong models/totals.sql 's/c.id as customer/id_ as customer/' models/totals.sql:12:3 'unknown column'
wrong models/totals.sql 's/^select$/selec/' models/totals.sql:11:1 syntax
# The branch that a first run does not take; PostgreSQL's is checked once the relation is there.
[ "$target" = postgres ] || wrong models/days.sql 's/max(day)/max(dya)/' models/days.sql:7:32 'unknown column'
wrong models/of_kept.sql 's/dbt_valid_to/dbt_valid_too/' models/of_kept.sql:1:34 'unknown column'
wrong models/paid.sql "s/status = /stauts = /" models/paid.sql:2:73 'unknown column' "$(duck status stg_orders.status)"
wrong models/paid.sql "s/status = 'paid'/ordered_at > 'soon'/" models/paid.sql:2:86 'type clash'
wrong models/models.yml 's/name: customer/name: customers/' 'models/models.yml:5:22 unknown column
✗ models/models.yml:5:30' 'unknown column'

# A run: what is wrong and what is below it is not run, the rest is; with --fail-fast nothing is.
cp models/totals.sql "$work/kept.sql"
sed -i 's/c.name,/c.nmae,/' models/totals.sql
run() { leat dbt "$@" --profiles-dir "$work" --target "$target" >run.txt 2>&1 && echo 0 || echo 1; }
expect 'with --fail-fast' 1 "$(run build --fail-fast)"
expect 'nothing is run' 0 "$(grep -c '✓' run.txt)"
expect 'a build' 1 "$(run build)"
expect 'the place' 1 "$(grep -c '^  LEAT-DBT-004 at models/totals.sql:13:3$' run.txt)"
expect 'what became of it' 'model.counter.days success
model.counter.totals error
model.counter.wide skipped' "$(statuses | grep -E 'model.*(days|totals|wide)')"
mv "$work/kept.sql" models/totals.sql

# What the run itself will tell is left to it.
sed -i 's/nobody_knows/id/' models/below_pivoted.sql
expect 'the sound project' 0 "$(run build)"
expect 'without the check, as dbt' 0 "$(dbt build -q --target "$target" >run.txt 2>&1 && echo 0 || { cat run.txt; echo 1; })"
expect 'checked over what stands there' 'no mistake, 9 checked, 2 not checked' "$(check | head -1)"
# A table that holds a column which its incremental model has lost can't be added to; rebuilt, it can.
sed -i 's/ as amount/ as amuont/' models/days.sql
expect 'a column that the table has' 1 "$(check -s days >check.txt && echo 0 || echo 1)"
expect 'its place' '✗ models/days.sql:4:18 unknown column' "$(grep '✗' check.txt)"
expect 'with --full-refresh' 0 "$(check -s days --full-refresh >check.txt && echo 0 || echo 1)"
finish
