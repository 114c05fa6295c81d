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
expect 'what is modified, or new' 'shop.new_one
shop.totals' "$(dbt ls -q --state earlier --select state:modified)"
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

# Each statement says where it comes from; the project may say it otherwise.
sent() { dbt --debug run --select totals "$@" 2>&1 | grep '^· ' | sort -u; }
expect 'comments of statements' '· /* {"app": "dbt", "dbt_version": "1.11.0", "profile_name": "shapes", "target_name": "'"$target"'", "node_id": "model.shop.totals"} */' "$(sent)"
cp dbt_project.yml whole.yml
printf 'query-comment: "{{ return(node.name ~ connection_name | length) }}"\n' >>dbt_project.yml
expect 'a comment of the project' '· /* totals17 */' "$(sent)"
expect 'is not in the SQL that is kept' 0 "$(grep -c totals17 target/run/shop/models/totals.sql)"
{ cat whole.yml; printf 'query-comment: {comment: "from us", append: true}\n'; } >dbt_project.yml
expect 'behind the statement' '/* from us */' "$(dbt --debug run --select totals 2>&1 | grep -o '^/\* from us \*/' | sort -u)"
{ cat whole.yml; printf 'query-comment: ""\n'; } >dbt_project.yml
expect 'no comment' 0 "$(sent | grep -c '/\*')"
{ cat whole.yml; printf 'query-comment: "*/ drop table x"\n'; } >dbt_project.yml
expect 'a comment that ends itself' 1 "$(code dbt run --select totals)"
mv whole.yml dbt_project.yml

# A model in Python stands in the graph with what it reads, and is not run; the others are.
printf 'def model(dbt, session):\n    dbt.config(tags=["py"])\n    return dbt.ref("stg_orders")\n' >models/snake.py
expect 'a model in Python' '["python","table",["model.shop.stg_orders"]]' \
  "$(dbt parse -q >/dev/null; json target/manifest.json 'const n = told.nodes["model.shop.snake"]; [n.language, n.config.materialized, n.depends_on.nodes]')"
expect 'is found by its tag' shop.snake "$(dbt ls -q --select tag:py)"
expect 'is not run' 1 "$(code dbt run --select snake totals)"
expect 'and says so' 1 "$(grep -c 'snake .*Python models are not run' out.txt)"
rm models/snake.py

# What the macro of a generic test configures and reads holds for its tests; their own settings win.
mkdir -p macros
printf '{%% test fits(model, limit) %%}{{ config(severity="warn", warn_if=">= 1") }}select 1 from {{ ref("stg_orders") }} limit {{ limit }}{%% endtest %%}' >macros/fits.sql
cat >models/fits.yml <<'YML'
models:
  - name: totals
    data_tests:
      - fits: {arguments: {limit: 1}}
      - fits: {arguments: {limit: 2}, config: {severity: error}}
YML
cp models/models.yml "$work/models.yml"; sed -i '/name: totals/,$d' models/models.yml
expect 'settings of a test macro' '[["warn",[">= 1"],["model.shop.stg_orders","model.shop.totals"]],["error",[">= 1"],["model.shop.stg_orders","model.shop.totals"]]]' \
  "$(dbt parse -q >/dev/null; json target/manifest.json 'Object.values(told.nodes).filter((n) => n.name.startsWith("fits")).map((n) => [n.config.severity.toLowerCase(), [n.config.warn_if], n.depends_on.nodes.sort()]).sort().reverse()')"
expect 'a warning, and an error' 1 "$(dbt seed -q >/dev/null 2>&1 && dbt run -q --select stg_orders totals >/dev/null 2>&1 || true; code dbt test --select test_name:fits)"
expect 'by what each test says' 'error,fail,warn' "$(json target/run_results.json '[...told.results.map((r) => r.status), "error"].sort().join()' | tr -d '"')"
# A source that is a file, as dbt-duckdb has it.
if [ "$target" = duckdb ]; then
  printf 'id,word\n1,one\n2,two\n' >"$work/words.csv"
  printf 'sources:\n  - name: files\n    meta: {external_location: "%s/{name}.{kind}", kind: csv}\n    tables: [{name: words}]\n' "$work" >models/files.yml
  printf 'select * from {{ source("files", "words") }}' >models/from_file.sql
  expect 'a source that is a file' '"2 rows"' "$(dbt run -q --select from_file >/dev/null 2>&1; dbt show -q --inline "select count(*) || '"' rows'"' as n from {{ ref('from_file') }}" --output json 2>/dev/null | grep -o '"[0-9]* rows"')"
  expect 'is read by its path' "select*from'$work/words.csv'" "$(tr -d ' \n' <target/compiled/shop/models/from_file.sql)"
  rm models/files.yml models/from_file.sql
fi
rm models/fits.yml macros/fits.sql; mv "$work/models.yml" models/models.yml
printf 'seeds: {shop: {+post-hook: "select * from {{ ref(\x27totals\x27) }}", +schema: landed}}\n' >more.yml
cp dbt_project.yml whole.yml; { grep -v -e seeds: -e 'shop:' -e schema: whole.yml; cat more.yml; echo 'name: shop'; } | sort -u >dbt_project.yml
expect 'a hook of a seed that reads a model' 2 "$(code dbt parse)"
expect 'is refused by name' 1 "$(grep -c 'Seeds cannot depend on other nodes' out.txt)"
mv whole.yml dbt_project.yml; rm more.yml

cd "$work"
dbt init fresh >init.txt 2>&1 || { cat init.txt; failures=1; }
cd fresh
expect 'a new project builds' 0 "$(unset DBT_PROFILES_DIR DBT_TARGET; code dbt build)"
finish
