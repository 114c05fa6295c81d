#!/bin/sh
# Measures jinja_render (see task.md). PYTHON names an interpreter that has jinja2; dbt's has it (scripts/setup_dbt.sh).
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH= cd -- "$here/../.." && pwd)
task=jinja_render
. "$root/bench/measuring.sh"
needs leat_jinja_render
python=${PYTHON:-$deps/dbt/bin/python}
"$python" -c 'import jinja2' 2>/dev/null || { skip 'Jinja2' 'scripts/setup_dbt.sh installs it'; exit 0; }
"$bin/leat_jinja_render" "$here/template.sql" --print >"$work/leat.sql"
"$python" "$here/jinja2_render.py" "$here/template.sql" --print >"$work/jinja2.sql"
cmp "$work/leat.sql" "$work/jinja2.sql" || fail 'the texts differ' 'a wrong result has no speed'
for run in $(seq "$runs"); do
  "$bin/leat_jinja_render" "$here/template.sql" >>"$work/leat"
  "$python" "$here/jinja2_render.py" "$here/template.sql" >>"$work/jinja2"
done
rate() { awk -v name="$2" '$1 == name {print $2}' "$work/$1" | sort -n | awk '{r[NR] = $1} END {printf "%.0f", r[int((NR + 1) / 2)]}'; }
printf '\n| runs a second, a model of 55 lines | Leat | Jinja2 | x |\n|---|---|---|---|\n'
for name in $(cut -d' ' -f1 "$work/leat" | sort -u); do
  printf '| %s | %s | %s | %s |\n' "$name" "$(rate leat $name)" "$(rate jinja2 $name)" "$(quotient "$(rate leat $name)" "$(rate jinja2 $name)")"
  goal "$name" "$(quotient "$(rate leat $name)" "$(rate jinja2 $name)")" 'at least' 10 x
done
printf '\nJinja2 %s on CPython; parsing, it also compiles to Python.\n' "$("$python" -c 'import jinja2; print(jinja2.__version__)')"
goals
