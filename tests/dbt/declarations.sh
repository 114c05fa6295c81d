#!/bin/sh
# What a project only declares (exposures, metrics, semantic models, saved queries, groups, descriptions of macros, a
# contract, freshness) stands in the manifest as dbt-core 1.11 writes it (golden/declarations.lines), is listed, and can
# be selected.
. "$(dirname -- "$0")/dbt.sh"
command -v node >/dev/null || skip 'node is not installed'
[ "$target" = duckdb ] || skip 'nothing here depends on the engine'
open_project declarations
dbt parse >parse.txt 2>&1 || { cat parse.txt; failures=1; }
node "$root/tests/dbt/manifest_lines.mjs" target | grep -v -f "$root/tests/dbt/golden/differences.txt" >lines.txt
expect 'what dbt says of the same project' '' "$(diff "$root/tests/dbt/golden/declarations.lines" lines.txt || true)"
expect 'what an exposure comes from' 'metric:shop.revenue
semantic_model:shop.orders
shop.orders
source:shop.raw.t' "$(dbt ls -q --select +exposure:board --exclude exposure:board | sort)"
expect 'what comes of a model' 'exposure:shop.board
metric:shop.average' "$(dbt ls -q --select orders+ --resource-type exposure --resource-type metric | grep -E 'board|average' | sort)"
expect 'the tag of an exposure' exposure:shop.board "$(dbt ls -q --select tag:board)"
expect 'nothing of it is built' 'model.shop.orders success' "$(dbt build -q --select +exposure:board >/dev/null 2>&1; statuses)"
finish
