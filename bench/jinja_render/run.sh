#!/bin/sh
# Compares Leat's templates with Jinja2's. PYTHON names an interpreter that has jinja2.
set -eu
here=$(cd "$(dirname -- "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
leat="$root/build/release/bin/leat_jinja_render"
python=${PYTHON:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$leat" "$here/template.sql" >"$work/leat"
if ! "$python" -c 'import jinja2' 2>/dev/null; then
  echo "jinja_render: runs a second (set PYTHON to an interpreter with jinja2 to compare)"
  cat "$work/leat"
  exit 0
fi
"$leat" "$here/template.sql" --print >"$work/leat.sql"
"$python" "$here/jinja2_render.py" "$here/template.sql" --print >"$work/jinja2.sql"
cmp "$work/leat.sql" "$work/jinja2.sql"
"$python" "$here/jinja2_render.py" "$here/template.sql" >"$work/jinja2"
echo "jinja_render: runs a second (leat, jinja2, ratio)"
paste -d ' ' "$work/leat" "$work/jinja2" | awk '{printf "  %-12s %10d %10d %6.1f x\n", $1, $2, $4, $2 / $4}'
