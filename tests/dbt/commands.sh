#!/bin/sh
# dbt's other commands: source freshness, docs generate, deps, clone, retry, debug, init, selectors.yml, --state and
# --defer, contracts that fail before anything is built.
. "$(dirname -- "$0")/dbt.sh"
command -v node >/dev/null || skip 'node is not installed'
open_project commands
json() { node -e 'const told = JSON.parse(require("fs").readFileSync(process.argv[1])); console.log(JSON.stringify(eval(process.argv[2])))' "$1" "$2"; }
code() { "$@" >out.txt 2>&1 && echo 0 || echo $?; }

expect 'debug' 0 "$(code dbt debug)"
dbt seed >seed.txt 2>&1 || { cat seed.txt; failures=1; }
dbt build >build.txt 2>&1 || { cat build.txt; failures=1; }
expect 'a build' 'model.shop.promised success
model.shop.stg_orders success
model.shop.totals success
seed.shop.orders success' "$(statuses)"

# Freshness: older than a day is a warning, older than the limit an error.
expect 'a source that is old' 0 "$(code dbt source freshness)"
expect 'its status' '["source.shop.landed.orders","warn","2024-01-02"]' \
  "$(json target/sources.json '[told.results[0].unique_id, told.results[0].status, told.results[0].max_loaded_at.slice(0, 10)]')"
expect 'a source that is too old' 1 "$(code dbt source freshness --vars '{limit: 2}')"

# The catalog tells what stands in the warehouse.
dbt docs generate >docs.txt 2>&1 || { cat docs.txt; failures=1; }
expect 'the columns of a model' '["BASE TABLE",["orders","amount"]]' \
  "$(json target/catalog.json '[told.nodes["model.shop.totals"].metadata.type, Object.keys(told.nodes["model.shop.totals"].columns)]')"
expect 'the columns of a source' '["id","amount","ordered_at"]' \
  "$(json target/catalog.json 'Object.keys(told.sources["source.shop.landed.orders"].columns)')"

# Selections with names.
expect 'a union without' shop.totals "$(dbt ls -q --selector tables)"
expect 'with what is above' 'shop.stg_orders
shop.totals' "$(dbt ls -q --selector upstream --resource-type model)"
expect 'an intersection' shop.totals "$(dbt ls -q --selector both)"
expect 'a selector that is not there' 2 "$(code dbt ls --selector tabels)"
expect 'its near name' 1 "$(grep -c 'did you mean `tables`' out.txt)"

# A contract: the difference is told before anything is built, and the table stays as it was.
expect 'a contract that fails' 1 "$(code dbt run --select promised --vars '{type: text}')"
expect 'what differs' 1 "$(json target/run_results.json 'told.results[0].message' | grep -c 'data type mismatch')"

# What failed, and only that, is tried again.
cp models/totals.sql totals.bak
echo 'select nothing_there from {{ ref("stg_orders") }}' >models/totals.sql
expect 'a broken model' 1 "$(code dbt run)"
cp totals.bak models/totals.sql
expect 'the second try' 0 "$(code dbt retry)"
expect 'what it did' 'model.shop.promised success
model.shop.totals success' "$(statuses)"

# What differs from an earlier state, and reading what is not built from where it was.
cp -r target earlier
expect 'nothing is modified' '' "$(dbt ls -q --state earlier --select state:modified 2>/dev/null)"
echo 'select 1 as id' >models/new_one.sql
sed -i 's/count(\*)/count(id)/' models/totals.sql
expect 'what is modified' shop.totals "$(dbt ls -q --state earlier --select state:modified)"
expect 'what is new' shop.new_one "$(dbt ls -q --state earlier --select state:new)"
expect 'what did well' 'shop.promised
shop.totals' "$(dbt ls -q --state earlier --select result:success)"
expect 'the whole of the other schema' '' "$(sed 's/schema: [a-z]*,/schema: elsewhere,/' -i "$work/profiles.yml")"
expect 'a model whose inputs are elsewhere' 1 "$(code dbt run --select promised)"
expect 'deferred to the earlier state' 0 "$(code dbt run --select promised --defer --state earlier)"
expect 'clones' 0 "$(code dbt clone --state earlier --select totals)"
expect 'deferral without a state' 2 "$(code dbt run --defer)"

# Packages: from a folder, from git, from a hub; what they need comes along.
for name in one two; do
  mkdir -p "$work/packages/$name/macros"
  printf 'name: %s\nversion: "1.0"\n' $name >"$work/packages/$name/dbt_project.yml"
  printf '{%% macro from_%s() %%}%s{%% endmacro %%}' $name $name >"$work/packages/$name/macros/m.sql"
done
if command -v git >/dev/null; then
  git -C "$work/packages/two" init -q && git -C "$work/packages/two" add -A &&
    git -C "$work/packages/two" -c user.name=t -c user.email=t@example.org commit -qm one && git -C "$work/packages/two" tag v1
  printf 'packages:\n  - git: %s\n    revision: v1\n' "$work/packages/two" >"$work/packages/one/packages.yml"
  printf 'packages:\n  - local: ../packages/one\n' >packages.yml
  dbt deps >deps.txt 2>&1 || { cat deps.txt; failures=1; }
  expect 'a package and what it needs' 'one two' "$(ls dbt_packages | tr '\n' ' ' | sed 's/ $//')"
  expect 'their macros' 'onetwo' "$(dbt compile -q --inline '{{ one.from_one() }}{{ two.from_two() }}' | tr -d '\n')"
  expect 'the lock names the commit' 1 "$(grep -cE 'revision: "[0-9a-f]{40}"' package-lock.yml)"
  rm -rf dbt_packages "$work/packages/two/.git/refs/tags"
  expect 'a locked package needs no look-up' 0 "$(code dbt deps)"
fi

cd "$work"
dbt init fresh >init.txt 2>&1 || { cat init.txt; failures=1; }
cd fresh
expect 'a new project builds' 0 "$(unset DBT_PROFILES_DIR DBT_TARGET; code dbt build)"
finish
