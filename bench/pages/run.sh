#!/bin/sh
# Measures pages (see task.md). ROWS, PAGES, PEER_ROWS, BENCH_RUNS, PRESET and EVIDENCE_FOLDER change what is measured.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH= cd -- "$here/../.." && pwd)
task=pages
. "$root/bench/measuring.sh"
rows=${ROWS:-5000000} few=${PEER_ROWS:-100000} pages=${PAGES:-100}
command -v node >/dev/null || { skip 'the whole task' 'node is not installed'; exit 0; }
node "$here/generate.mjs" "$work/shop" "$bin/bench_duckdb" "$rows" "$pages" >&2
node "$here/generate.mjs" "$work/few" "$bin/bench_duckdb" "$few" "$pages" >&2
build() { # NAME FOLDER
  rm -rf "$work/$2/site" "$work/$2/.leat"
  measured "$1" "$bin/leat" pages build --project "$work/$2"
}
count() { # FOLDER NAME-OF-PAGES WHO
  found=$(find "$1" -name "$2" ! -name 404.html | wc -l)
  [ "$found" -ge "$pages" ] || fail "$3 has built $found pages" 'a wrong result has no speed'
}
run_leat() { build leat shop; }
run_leat_few() { build leat_few few; }
in_turn leat leat_few
count "$work/shop/site" '*.html' Leat
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
look() { [ -z "$browser" ] || node "$here/first_page.mjs" "$browser" "$1" "$2"; }
first=$(look "$work/shop/site" /index.html)
peer=${EVIDENCE_FOLDER:-$deps/evidence}
peer_first=
if [ -d "$peer/node_modules" ]; then
  rm -rf "$peer/pages" "$peer/sources" "$peer/build" "$peer/.evidence"
  cp -R "$work/few/sources" "$work/few/pages" "$peer"
  cd "$peer"
  npx evidence sources >"$work/sources.txt" 2>&1 || { tail -5 "$work/sources.txt" >&2; fail 'Evidence can not read its sources' 'look at the lines above'; }
  run_evidence() { rm -rf build; measured evidence npx evidence build; }
  in_turn evidence
  count build index.html Evidence
  peer_first=$(look "$peer/build" /)
  cd "$root"
else
  skip Evidence 'scripts/setup_evidence.sh installs it'
fi
heading "$pages pages, each with five queries, four charts, four values and a table"
row "Leat, over $rows rows" leat
row "Leat, over $few rows" leat_few
row "Evidence, over $few rows" evidence leat_few
goal "$pages pages over $rows rows" "$(middle leat 1)" under 10 s
[ ! -s "$work/evidence.times" ] || goal "$pages pages over $few rows, beside Evidence" "$(ratio evidence leat_few)" 'at least' 20 x
figure() { printf '%s' "$2" | sed -n "s/.*$1.*/\\1/p"; }
[ -z "$first" ] || {
  printf '\n| the first page, a CPU slowed down four times, 10 Mbit/s | interactive, ms | first paint, ms | KB in all | KB without pages and data | the site |\n|---|---|---|---|---|---|\n'
  printed() { printf '| %s | %s | %s | %s | %s | %s |\n' "$1" "$(figure 'interactive \([0-9]*\)' "$2")" "$(figure 'paint \([0-9]*\)' "$2")" \
    "$(figure ' \([0-9]*\) KB in all' "$2")" "$(figure ' \([0-9]*\) KB without' "$2")" "$(du -sh "$3" | cut -f1)"; }
  printed Leat "$first" "$work/few/site"
  [ -z "$peer_first" ] || printed Evidence "$peer_first" "$peer/build"
  goal 'the first page is interactive' "$(figure 'interactive \([0-9]*\)' "$first")" under 1000 ms
  goal 'what it loads, data apart' "$(figure ' \([0-9]*\) KB without' "$first")" under 400 KB
  [ -z "$peer_first" ] || goal 'the first page, beside Evidence' "$(quotient "$(figure 'interactive \([0-9]*\)' "$peer_first")" "$(figure 'interactive \([0-9]*\)' "$first")")" over 1 x
}
goals
