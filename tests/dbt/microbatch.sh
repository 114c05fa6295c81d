#!/bin/sh
# Microbatch models: the first run, later ones, some times only, a batch that fails and is tried again; samples.
. "$(dirname -- "$0")/dbt.sh"
command -v node >/dev/null || skip 'node is not installed'
open_project microbatch
code() { "$@" >out.txt 2>&1 && echo 0 || { code=$?; echo $code; }; }
rows() { dbt show -q --inline "select $1" --output json | node -e '
  for (const row of JSON.parse(require("fs").readFileSync(0, "utf8")).show) console.log(Object.values(row).join(" "))'; }
batches() { node -e '
  const told = JSON.parse(require("fs").readFileSync("target/run_results.json")).results.find((each) => each.unique_id === "model.shop.daily");
  for (const [name, all] of Object.entries(told.batch_results)) for (const [from] of all) console.log(name, from.slice(0, 10));
  console.log(told.status)'; }
export LEAT_CLOCK=2024-01-03T23:30:00Z
dbt seed >seed.txt 2>&1 || { cat seed.txt; failures=1; }

expect 'the first run' 0 "$(code dbt run)"
expect 'its batches' 'successful 2024-01-01
successful 2024-01-02
successful 2024-01-03
success' "$(batches)"
expect 'their rows' '1 20240101
2 20240102
3 20240103
4 20240103' "$(rows "id, batch from {{ ref('daily') }} order by id")"

export LEAT_CLOCK=2024-01-04T01:00:00Z
expect 'a later run' 0 "$(code dbt run --select daily)"
expect 'looks back by one' 'successful 2024-01-03
successful 2024-01-04
success' "$(batches)"
expect 'nothing is there twice' 4 "$(rows "count(*) as n from {{ ref('daily') }}")"

expect 'some times only' 0 "$(code dbt run --select daily --event-time-start 2024-01-01 --event-time-end '2024-01-02 12:00:00')"
expect 'have their batches' 'successful 2024-01-01
successful 2024-01-02
success' "$(batches)"
expect 'one time alone is refused' 2 "$(code dbt run --event-time-start 2024-01-01)"

# One batch fails: the others are built, what is below waits, and retry builds that one only.
expect 'a batch that fails' 1 "$(code dbt run --full-refresh --vars '{broken: "20240102"}')"
expect 'the others are there' 'successful 2024-01-01
successful 2024-01-03
successful 2024-01-04
failed 2024-01-02
partial success' "$(batches)"
expect 'what is below is skipped' 'model.shop.all_events success
model.shop.daily partial success
model.shop.total skipped' "$(statuses)"
expect 'the rest of it' 0 "$(code dbt retry)"
expect 'is that batch' 'successful 2024-01-02
success' "$(batches)"
expect 'and now all rows are there' 4 "$(rows "n from {{ ref('total') }}")"

expect 'a sample' 0 "$(code dbt run --sample '{start: 2024-01-02, end: 2024-01-03}')"
expect 'reads rows of its time' 2 "$(rows "id from {{ ref('all_events') }}")"
expect 'a sample until now' 0 "$(code dbt run --select all_events --sample '1 day')"
expect 'begins with the day before' '3
4' "$(rows "id from {{ ref('all_events') }} order by 1")"
expect 'a sample of nothing known' 2 "$(code dbt run --sample '3 weeks')"
finish
