#!/bin/sh
# Measures pages (see task.md). ROWS, PAGES, BENCH_RUNS, PRESET, EVIDENCE_FOLDER and EVIDENCE_PAGES change what is measured.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH= cd -- "$here/../.." && pwd)
bin=${LEAT_BIN_DIR:-$root/build/${PRESET:-release}/bin}
rows=${ROWS:-5000000}
pages=${PAGES:-100}
runs=${BENCH_RUNS:-3}
say() { printf 'pages: %s\n' "$*" >&2; }
[ -x "$bin/leat" ] || { say 'leat is not built (make bench builds it)'; exit 1; }
work=$(mktemp -d "${TMPDIR:-/tmp}/leat-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
node "$here/generate.mjs" "$work/shop" "$bin/bench_duckdb" "$rows" "$pages"
for run in $(seq "$runs"); do
  rm -rf "$work/shop/site" "$work/shop/.leat"
  "$bin/bench_measure" "$work/one" "$bin/leat" pages build --project "$work/shop" >"$work/out.txt" 2>&1 || { tail -5 "$work/out.txt" >&2; exit 1; }
  cat "$work/one" >>"$work/times"
  say "run $run: $(cut -d' ' -f1 "$work/one") s"
done
built=$(find "$work/shop/site" -name '*.html' | wc -l)
leat=$(sort -n "$work/times" | awk '{t[NR] = $1} END {print t[int((NR + 1) / 2)]}')
printf 'Leat: %s pages in %s s (goal: under 10), %s MB, site of %s\n' "$built" "$leat" "$(awk '$2 > m {m = $2} END {printf "%.0f", m / 1024}' "$work/times")" "$(du -sh "$work/shop/site" | cut -f1)"
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
[ -z "$browser" ] || printf 'Leat, first page: %s (goals: under 1000 ms, under 400 KB)\n' "$(node "$here/first_page.mjs" "$browser" "$work/shop/site" /index.html)"
peer=${EVIDENCE_FOLDER:-${LEAT_DEPS:-$root/.deps}/evidence}
[ -d "$peer/node_modules" ] || { say 'scripts/setup_evidence.sh installs Evidence: it is not measured'; exit 0; }
cp -R "$work/shop/sources" "$work/shop/pages" "$work"
count=${EVIDENCE_PAGES:-$pages}
find "$work/pages/stores" -name '*.md' | sort | tail -n "+$count" | xargs -r rm
rm -rf "$peer/pages" "$peer/sources" "$peer/build" "$peer/.evidence"
mv "$work/sources" "$work/pages" "$peer"
cd "$peer"
npx evidence sources >"$work/sources.txt" 2>&1 || { tail -5 "$work/sources.txt" >&2; exit 1; }
"$bin/bench_measure" "$work/one" npx evidence build >"$work/evidence.txt" 2>&1 || { tail -25 "$work/evidence.txt" >&2; exit 1; }
printf 'Evidence: %s pages in %s s, %s MB, site of %s\n' "$(find build -name index.html | wc -l)" "$(cut -d' ' -f1 "$work/one")" "$(awk '{printf "%.0f", $2 / 1024}' "$work/one")" "$(du -sh build | cut -f1)"
awk -v ours="$leat" -v pages="$pages" -v count="$count" '{printf "ratio a page = %.1f (goal: at least 20)\n", ($1 / count) / (ours / pages)}' "$work/one"
[ -z "$browser" ] || printf 'Evidence, first page: %s\n' "$(node "$here/first_page.mjs" "$browser" "$peer/build" /)"
