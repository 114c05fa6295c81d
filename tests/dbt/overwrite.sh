#!/bin/sh
# insert_overwrite on Snowflake's stand-in: the whole table is replaced, in one statement. overwrite.sh snowflake
set -eu
. "$(dirname -- "$0")/dbt.sh"
stand_in_pid=
at_end() {
  [ -z "$stand_in_pid" ] || kill "$stand_in_pid" 2>/dev/null || true
  cleanup
}
trap at_end EXIT
[ -x "$bin/snowflake_stand_in" ] || skip 'snowflake_stand_in is not built'
: >"$work/stand_in.out" # it is looked into before the stand-in may have made it
"$bin/snowflake_stand_in" --password stand-in-password >"$work/stand_in.out" 2>&1 &
stand_in_pid=$!
url=
for _ in $(seq 200); do
  url=$(sed -n 's/^listening on //p' "$work/stand_in.out")
  [ -z "$url" ] || break
  kill -0 "$stand_in_pid" || { cat "$work/stand_in.out"; exit 1; }
  timeout 0.05 tail -f /dev/null || true
done
mkdir -p "$work/project/models"
cd "$work/project"
unset DBT_PROFILES_DIR DBT_TARGET
cat >leat.yml <<YML
name: shop
dbt: {project: .}
target: dev
targets:
  dev: {type: snowflake, url: "$url", account: stand_in, user: leat, password: stand-in-password, database: SHOP}
YML
printf 'name: shop\nversion: "1.0"\nprofile: shop\n' >dbt_project.yml
cat >models/days.sql <<'SQL'
{{ config(materialized='incremental', incremental_strategy='insert_overwrite') }}
{% if is_incremental() %}
select 2 as id, 'two' as name union all select 3, 'three'
{% else %}
select 1 as id, 'one' as name union all select 2, 'second'
{% endif %}
SQL
rows() { dbt show -q --inline "select id, name from {{ ref('days') }} order by id" --output json | tr -d ' \n' | grep -o '"show":.*'; }
dbt run >out 2>&1 || { cat out; failures=1; }
expect 'the first run makes the table' '"show":[{"id":1,"name":"one"},{"id":2,"name":"second"}]}' "$(rows)"
dbt run >out 2>&1 || { cat out; failures=1; }
expect 'the next one replaces its rows' '"show":[{"id":2,"name":"two"},{"id":3,"name":"three"}]}' "$(rows)"
expect 'by one statement' 1 "$(curl -sf "$url/__snowflake/statements" | grep -ci 'insert overwrite into')"
sed -i "s/select 2 as id, 'two' as name/select 2 as id, 1 \/ cast('x' as integer) as name/" models/days.sql
if dbt run >out 2>&1; then printf 'WRONG a statement that fails passes\n'; failures=1; fi
expect 'a run that fails leaves them' '"show":[{"id":2,"name":"two"},{"id":3,"name":"three"}]}' "$(rows)"
finish
