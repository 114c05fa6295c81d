#!/bin/sh
# The page of examples/chicago-crime in a real browser, opened from disk: no console error, every chart drawn, every
# number equal to its query, nothing wider than the window; in light, in dark and 390 pixels wide.
. "$(dirname -- "$0")/../acceptance/acceptance.sh"
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || skip 'there is no Chromium here'
draws_charts=1
new_project "$work/project"
cd "$work/project"
leat run >"$work/run.txt" 2>&1 || { cat "$work/run.txt"; exit 1; }

# The page's own report (web/pages/page.js), written when its address holds #selfcheck.
report() { # THEME FLAGS...
  theme=$1
  shift
  "$browser" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --hide-scrollbars --user-data-dir="$work/browser" \
    --virtual-time-budget=5000 "$@" --dump-dom "file://$work/project/site/index.html#theme=$theme&selfcheck" \
    2>"$work/browser.txt" | sed -n 's/.*data-report="\([^"]*\)".*/\1/p' | head -1 | sed 's/&quot;/"/g; s/&gt;/>/g; s/&lt;/</g; s/&amp;/\&/g'
}
charts=$(grep -o 'data-chart="' site/index.html | wc -l)
values=$(grep -o 'class="value" data-query=' site/index.html | wc -l)
for look in 'light 1200 1' 'dark 1200 1' 'light 390 1.3'; do
  set -- $look
  got=$(report "$1" --window-size="$2,2400" --force-device-scale-factor="$3")
  width=$(printf '%s' "$got" | sed 's/.*"width":\([0-9]*\).*/\1/')
  expect "$1 at $2 px: charts, values, complaints" "\"charts\":$charts,\"values\":$values,\"wrong\":[]" \
    "$(printf '%s' "$got" | sed 's/.*"width":[0-9]*,\(.*\)}$/\1/')"
  printf '      its window was %s px wide\n' "$width"
done
finish
