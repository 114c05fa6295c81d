#!/bin/sh
# How a model differs between two targets (with PostgreSQL: between two engines) and from an earlier state.
. "$(dirname -- "$0")/dbt.sh"
open_project check
other='{type: duckdb, path: other.duckdb, schema: main}'
[ "$target" = duckdb ] || other="{type: postgres, host: 127.0.0.1, port: $TEST_PORT, user: postgres, pass: x, dbname: $DATABASE, schema: public}"
cat >"$work/profiles.yml" <<YML
shapes:
  target: here
  outputs:
    here: {type: duckdb, path: shapes.duckdb, schema: main}
    there: $other
    dev: {type: duckdb, path: shapes.duckdb, schema: dev}
YML
unset DBT_TARGET
leat() { "$bin/leat" "$@"; }
code() { "$@" >out.txt 2>&1 && echo 0 || echo $?; }
leat dbt build -q --exclude below_pivoted --target there >build.txt 2>&1 && leat dbt build -q --exclude below_pivoted >>build.txt 2>&1 || { cat build.txt; failures=1; }
expect 'the same in both' 0 "$(code leat diff totals days stg_orders --with there)"
expect 'counts' 1 "$(grep -c '✓ totals  here 2 rows, there 2 rows' out.txt)"
cp -r target earlier
sed -i "s/2,2,20.25,2024-01-02,open/2,2,21.25,2024-01-02,open/; \$a 4,2,7.0,2024-01-03,paid" seeds/orders.csv
sed -i 's/upper(c.name) as shouted/lower(c.name) as whispered/' models/totals.sql
rm models/wide.sql models/pivoted.sql models/below_pivoted.sql
# Another commit, built into a schema of its own, against what the first one left.
leat dbt build -q --target dev >build.txt 2>&1 || { cat build.txt; failures=1; }
expect 'two states' 1 "$(code leat diff totals --state earlier --target dev)"
expect 'their place' 1 "$(grep -c '✗ totals  dev 2 rows, earlier 2 rows' out.txt)"
leat dbt build -q >build.txt 2>&1 || { cat build.txt; failures=1; }
expect 'differences' 1 "$(code leat diff stg_orders --with there --key order_id)"
expect 'a row more' 1 "$(grep -c '  1 rows only in here: 4' out.txt)"
expect 'a value' 1 "$(grep -c '      2: 21.25 → 20.25' out.txt)"
expect 'of columns' 1 "$(code leat diff totals --with there --json)"
expect 'which' '["shouted","whispered"]' "$(node -e 'console.log(JSON.stringify(JSON.parse(require("fs").readFileSync("out.txt")).columns.filter((c) => !c.left_type || !c.right_type).map((c) => c.name).sort()))')"
expect 'the key of its tests, and values by it' '[2,0,0]' "$(node -e 'const d = JSON.parse(require("fs").readFileSync("out.txt")); console.log(JSON.stringify([d.changed + d.same, d.only_left, d.only_right]))')"
expect 'columns that may differ' 0 "$(code leat diff customers --with there --ignore name)"
expect 'nothing to compare with' 2 "$(code leat diff totals)"
finish
