#!/bin/sh
# The docs site of a project in a real browser, opened from disk and served: no complaint, every node listed and drawn, the
# way of a column, the entities, nothing wider than the window; in light, in dark and 390 pixels wide.
. "$(dirname -- "$0")/../dbt/dbt.sh"
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || skip 'there is no Chromium here'
open_project check
cat >>models/models.yml <<'YML'
  - name: stg_orders
    description: "Orders, </script> and **all**"
    columns:
      - name: customer_id
        data_tests:
          - relationships: {to: ref('customers'), field: id}
YML
"$bin/leat" dbt build --exclude below_pivoted >run.txt 2>&1 && "$bin/leat" dbt docs generate --static >docs.txt 2>&1 || { cat run.txt docs.txt; failures=1; }
expect 'the artifacts' 'catalog.json index.html lineage.json manifest.json static_index.html' \
  "$(cd target && ls catalog.json index.html lineage.json manifest.json static_index.html | tr '\n' ' ' | sed 's/ $//')"

# The site's own report (web/docs/docs.js), written when its address holds &selfcheck.
report() { # ADDRESS FLAGS...
  address=$1
  shift
  "$browser" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --hide-scrollbars --user-data-dir="$work/browser" \
    --virtual-time-budget=3000 "$@" --dump-dom "$address" 2>"$work/browser.txt" |
    sed -n 's/.*data-report="\([^"]*\)".*/\1/p' | head -1 | sed 's/&quot;/"/g; s/"width":[0-9]*,//'
}
site="file://$PWD/target/index.html"
for look in 'light 1200 1' 'dark 1200 1' 'light 390 1.3'; do
  set -- $look
  looks() { report "$site#$1&theme=$2&selfcheck" --window-size="$3,1600" --force-device-scale-factor="$4"; }
  expect "overview, $1 at $2 px" '{"listed":11,"boxes":0,"edges":0,"rows":11,"wide":false,"wrong":[]}' "$(looks / "$@")"
  expect "lineage, $1 at $2 px" '{"listed":11,"boxes":11,"edges":10,"rows":0,"wide":false,"wrong":[]}' "$(looks /lineage "$@")"
  expect "entities, $1 at $2 px" '{"listed":11,"boxes":2,"edges":2,"rows":0,"wide":false,"wrong":[]}' "$(looks /entities "$@")"
  # Two drawings: the way of the column (four boxes, three lines), and the nodes around.
  expect "a column, $1 at $2 px" '{"listed":11,"boxes":10,"edges":8,"rows":5,"wide":false,"wrong":[]}' \
    "$(looks /node/model.counter.totals/spent "$@")"
done

# Its first line says where it listens; a server that does not start closes the pipe.
mkfifo "$work/said"
"$bin/leat" dbt docs serve --port 0 >"$work/said" 2>&1 &
server=$!
exec 3<"$work/said"
read -r said <&3 || true
url=$(printf '%s' "$said" | sed -n 's/.*\(http:[^ ]*\).*/\1/p')
expect 'served' '{"listed":11,"boxes":0,"edges":0,"rows":11,"wide":false,"wrong":[]}' "$(report "$url#/&selfcheck")"
kill "$server" && wait "$server" || true
finish
