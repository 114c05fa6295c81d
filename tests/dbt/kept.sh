#!/bin/sh
# A project that has not changed is not read again: what is kept of it gives the same manifest, lists and SQL, and any
# change of what parsing reads has it read anew.
. "$(dirname -- "$0")/dbt.sh"
command -v node >/dev/null || skip 'node is not installed'
[ "$target" = duckdb ] || skip 'nothing here depends on the engine'
# Files that changed within the clock's tick are not kept; by this clock all are old.
export LEAT_CLOCK=2100-01-01T00:00:00Z
kept=target/partial_parse.leat
body() { node -e 'const {metadata, ...told} = JSON.parse(require("fs").readFileSync("target/manifest.json")); console.log(JSON.stringify(told))'; }
head_of() { node -e 'const {metadata} = JSON.parse(require("fs").readFileSync("target/manifest.json")); console.log(metadata.invocation_id)'; }
number() { stat -c %i "$kept" 2>/dev/null || echo none; }
for each in commands declarations shapes unit_tests; do
  rm -rf "$work/project"
  open_project "$each"
  dbt parse >/dev/null 2>&1 || { dbt parse || true; failures=1; }
  body >"$work/cold.json"
  dbt ls --output json >"$work/cold.ls" 2>/dev/null
  first=$(number)
  rm target/manifest.json
  dbt parse >/dev/null 2>&1
  expect "$each: it is kept" "$first" "$(number)"
  body >"$work/kept.json"
  dbt ls --output json >"$work/kept.ls" 2>/dev/null
  expect "$each: the same manifest" '' "$(cmp "$work/cold.json" "$work/kept.json" 2>&1 || true)"
  expect "$each: the same list" '' "$(cmp "$work/cold.ls" "$work/kept.ls" 2>&1 || true)"
done

rm -rf "$work/project"
open_project declarations
dbt parse >/dev/null 2>&1
before=$(head_of)
dbt parse >/dev/null 2>&1
expect 'the metadata is of the new run' yes "$([ "$before" != "$(head_of)" ] && echo yes)"
printf ' ' >>target/manifest.json
dbt parse >/dev/null 2>&1
expect 'a manifest that another wrote is written whole' '}' "$(tail -c 1 target/manifest.json)"
anew() { # WHAT CMD...: after the change the project is read anew, and then kept again.
  what=$1 last=$(number)
  shift
  "$@"
  dbt parse $given >/dev/null 2>&1 || true
  expect "$what" anew "$([ "$last" != "$(number)" ] && echo anew)"
  last=$(number)
  dbt parse $given >/dev/null 2>&1 || true
  expect "$what, then kept" "$last" "$(number)"
}
given=
model=$(find models -name '*.sql' | head -1)
properties=$(find models -name '*.yml' | head -1)
anew 'a model that changed' sh -c "printf '\n-- one more line\n' >>$model"
anew 'as long as before' sh -c "sed -i 's/one more line/one less line/' $model"
anew 'a new model' sh -c 'echo "select 1 as one" >models/fresh.sql'
expect 'is there' shop.fresh "$(dbt ls -q --select fresh)"
anew 'a model in a new folder' sh -c 'mkdir models/below; echo "select 1 as one" >models/below/deep.sql'
anew 'a model that is gone' rm models/fresh.sql
expect 'is not there' '' "$(dbt ls -q --select fresh 2>/dev/null)"
anew 'a properties file' sh -c "echo '# told' >>$properties"
anew 'dbt_project.yml' sh -c 'echo "# told" >>dbt_project.yml'
anew 'a folder that was not there' sh -c 'mkdir -p analyses; echo "select 2" >analyses/two.sql'
anew 'a first package' sh -c 'mkdir -p dbt_packages/more/models; printf "name: more\nversion: 1.0.0\n" >dbt_packages/more/dbt_project.yml'
anew 'a model of a package' sh -c 'echo "select 3 as three" >dbt_packages/more/models/three.sql'
anew 'a variable that a model asks for' sh -c "echo \"select '{{ env_var(\\\"WORD\\\", \\\"none\\\") }}' as word\" >models/asks.sql"
export WORD=first
anew 'has a value' true
export WORD=second
anew 'has another value' true
given='--vars {a:1}'
anew 'variables of the command line' true
given=
dbt parse >/dev/null 2>&1
head -c 200 "$kept" >"$kept.cut"; mv "$kept.cut" "$kept"
expect 'a torn file' 0 "$(dbt parse >/dev/null 2>&1; echo $?)"
head -c 5000 /dev/zero | tr '\0' 'l' >"$kept"
expect 'a foreign file' 0 "$(dbt parse >/dev/null 2>&1; echo $?)"
rm "$kept"
dbt parse --no-partial-parse >/dev/null 2>&1
expect '--no-partial-parse keeps nothing' none "$(number)"
DBT_PARTIAL_PARSE=false dbt parse >/dev/null 2>&1
expect 'nor does DBT_PARTIAL_PARSE=false' none "$(number)"
printf 'flags: {partial_parse: false}\n' >>dbt_project.yml
dbt parse >/dev/null 2>&1
expect 'nor the project that says so' none "$(number)"
finish
