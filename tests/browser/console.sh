#!/bin/sh
# The console in a real browser, on a server of its own with a small shop: every screen as people use it, axe-core's
# findings in light, in dark and 390 pixels wide, what each role may do, and the graph of 10,000 assets. LEAT_PICTURES=FOLDER keeps pictures.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
bin=${LEAT_BIN_DIR:-$here/../../build/release/bin}
skip() { echo "skipped: $1"; exit 77; }
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || skip 'there is no Chromium here'
command -v node >/dev/null || skip 'there is no node here'
axe=${LEAT_DEPS:-$here/../../.deps}/npm/axe-core/axe.min.js
[ -e "$axe" ] || skip 'axe-core is not here; scripts/setup.sh test fetches it'
work=$(mktemp -d)
server=
end() {
  [ -z "$server" ] || { kill "$server" 2>/dev/null && wait "$server" || true; }
  rm -rf "$work"
}
trap end EXIT INT TERM

# serve PROJECT: starts the project's server; its address is in $url.
serve() {
  mkfifo "$work/said.$2"
  (cd "$1" && exec "$bin/leat" serve --port 0 --pages-port 0) >"$work/said.$2" 2>&1 &
  server=$!
  exec 3<"$work/said.$2"
  url=
  while [ -z "$url" ] && read -r line <&3; do url=$(printf '%s' "$line" | sed -n 's/^jobs and API at \(http:[^ ]*\)$/\1/p'); done
  [ -n "$url" ] || { echo 'the server does not start'; exit 1; }
  # Whatever it says later must not fill the pipe.
  cat <&3 >"$work/log.$2" &
}

cp -r "$here/console/project" "$work/shop"
(cd "$work/shop" && "$bin/leat" run --exclude tag:slow tag:broken >"$work/run.txt" 2>&1) || { cat "$work/run.txt"; exit 1; }
# Two orders whose amount and number are no numbers: rejected.
printf '401,7,twelve,2026-02-01 10:00:00\n402,x,8.50,2026-02-01 11:00:00\n403,9,19.90,2026-02-02 11:00:00\n' >>"$work/shop/data/orders.csv"
serve "$work/shop" shop
status=0
node "$here/console.mjs" "$browser" "$axe" "$url" "$work/shop" "${LEAT_PICTURES:-}" || status=1
kill "$server" && wait "$server" || true

# The same shop with users: what it shows to whom.
for user in vera:viewer:look-but-do-not-touch otto:operator:run-and-cancel-it ada:admin:everything-is-hers; do
  name=${user%%:*} rest=${user#*:}
  (cd "$work/shop" && LEAT_NEW_PASSWORD=${rest#*:} "$bin/leat" user add "$name" --role "${rest%%:*}" >"$work/user.txt" 2>&1) || { cat "$work/user.txt"; exit 1; }
done
serve "$work/shop" users
node "$here/console_access.mjs" "$browser" "$axe" "$url" "${LEAT_PICTURES:-}" || status=1
kill "$server" && wait "$server" || true

node "$here/console/many.mjs" "$work/many" "${LEAT_ASSETS:-10000}"
(cd "$work/many" && "$bin/leat" ls >"$work/ls.txt" 2>&1) || { tail -5 "$work/ls.txt"; exit 1; }
serve "$work/many" many
node "$here/console_graph.mjs" "$browser" "$url" "${LEAT_ASSETS:-10000}" "${LEAT_PICTURES:-}" || status=1
exit "$status"
