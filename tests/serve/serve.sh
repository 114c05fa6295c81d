# Shared by the scripts of this folder: a project with a file to load, a server on a free port, a way to call it.
set -eu
root=$(cd "$(dirname -- "$0")/../.." && pwd)
bin=${LEAT_BIN_DIR:-$root/build/release/bin}
work=$(mktemp -d)
server=
failures=0
fail() { printf 'FAILED: %s\n' "$*"; failures=$((failures + 1)); }
expect() { # what, wanted, got
  if [ "$2" = "$3" ]; then printf 'ok: %s\n' "$1"; else fail "$1: wanted <$2>, got <$3>"; fi
}
finish() {
  [ "$failures" = 0 ] && { echo "all good"; exit 0; }
  exit 1
}
stop_server() {
  [ -n "$server" ] || return 0
  kill "${1:--TERM}" "$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
  server=
}
trap 'stop_server -KILL; rm -rf "$work"' EXIT
# A moment that ends earlier when the process does: pause SECONDS PID
pause() { timeout "$1" tail -f /dev/null --pid="$2" || true; }
start_server() {
  : >"$work/serve.txt"
  "$bin/leat" --project "$work/project" serve --port 0 --pages-port 0 >"$work/serve.txt" 2>&1 &
  server=$!
  for _ in $(seq 600); do
    url=$(sed -n 's/^jobs and API at //p' "$work/serve.txt")
    [ -n "$url" ] && return 0
    kill -0 "$server" 2>/dev/null || break
    pause 0.1 "$server"
  done
  cat "$work/serve.txt"
  echo "the server did not start"
  exit 1
}
# The member of that name of a flat JSON object: member NAME <JSON
member() { sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p" | head -1; }
new_project() {
  mkdir -p "$work/project/data"
  printf 'id,day,amount\n1,2026-01-01,10\n2,2026-01-02,20\n' >"$work/project/data/one.csv"
  cat >"$work/project/leat.yml" <<'YML'
name: shop
target: duckdb
targets: {duckdb: {type: duckdb, path: shop.duckdb}}
connections:
  orders:
    source: {type: files, url: "data/*.csv", stream: orders}
    streams: {orders: {mode: append}}
YML
}
