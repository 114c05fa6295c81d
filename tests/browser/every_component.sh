#!/bin/sh
# Every component of pages in a real browser, on small data in DuckDB: in light, in dark and 390 pixels wide no complaint,
# no request to another host, numbers equal to those of the warehouse, nothing for axe-core to find, nothing wider than
# the window; keys, downloads, full screen, links of marks and prints. Then texts that want to run as scripts, and
# `leat pages dev`: what is saved is seen.
. "$(dirname -- "$0")/../acceptance/acceptance.sh"
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || skip 'there is no Chromium here'
unset LEAT_TARGET # the project has one of its own
axe=$root/.deps/npm/axe-core/axe.min.js
[ -e "$axe" ] || skip 'axe-core is not here (scripts/setup.sh test)'
cp -R "$root/tests/browser/states" "$root/tests/browser/hostile" "$work"
mkdir "$work/ask"
printf 'name: ask\ntarget: pages\ntargets: {pages: {type: duckdb, path: ../states/.leat/pages.duckdb}}\n' >"$work/ask/leat.yml"
"$bin/leat" pages build --project "$work/states" >"$work/build.txt" 2>&1 || { cat "$work/build.txt"; exit 1; }
# A component that no page uses is one that nobody looks at.
unused=
for name in $(sed -n 's/^## //p' "$root/docs/guide/page-components.md"); do
  grep -qrE "<$name[ />]" "$work/states/pages" || unused="$unused $name"
done
expect 'components that no page uses' '' "$unused"
timeout 540 node "$root/tests/browser/every_component.mjs" "$browser" "$work/states" "$work/ask" "$bin/leat" "$axe" || failures=1
finish
