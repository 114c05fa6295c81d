#!/bin/sh
# What somebody who means harm tries against `leat serve`: each is refused, and the server goes on answering others.
. "$(dirname -- "$0")/serve.sh"
here=$(cd "$(dirname -- "$0")" && pwd)
for needed in curl python3 openssl; do
  command -v $needed >/dev/null || { echo "skipped: $needed is not installed"; exit 77; }
done
new_project
leat() { "$bin/leat" --project "$work/project" "$@"; }
for user in vic:viewer oli:operator ada:admin; do
  LEAT_NEW_PASSWORD="password of ${user%:*}" leat user add "${user%:*}" --role "${user#*:}"
done
viewer=$(leat token create reader) ; admin=$(leat token create terraform --role admin)
expect "the store is its owner's alone" 600 "$(stat -c %a "$work/project/.leat/access.db")"
start_server
python3 "$here/attacks.py" "$url" "$viewer" "$admin" || fail "an attack was not refused"
expect "the server still runs" ok "$(curl -s "$url/health" | member status)"
expect "what was tried is in the log" 1 "$(leat audit --count 1000 | grep -c 'vic .* login failed' | sed 's/^[1-9][0-9]*$/1/')"
expect "no password is in it" 0 "$(leat audit --count 1000 | grep -c 'password of' || true)"
stop_server

# Nobody else reaches a server that asks nothing of anybody.
mkdir "$work/open" && cp -r "$work/project/leat.yml" "$work/project/data" "$work/open/"
"$bin/leat" --project "$work/open" serve --host 0.0.0.0 --port 0 --pages-port 0 >"$work/open.txt" 2>&1 && fail "an open server listens to everybody"
expect "an open server listens to this machine only" 1 "$(grep -c LEAT-SERVE-003 "$work/open.txt")"

# TLS.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout "$work/project/server.key" -out "$work/project/server.crt" 2>/dev/null
printf 'serve:\n  access: {tls_certificate: server.crt, tls_key: server.key}\n' >>"$work/project/leat.yml"
start_server
case $url in https://*) ;; *) fail "no TLS: $url" ;; esac
secure() { curl -s --cacert "$work/project/server.crt" "$@"; }
expect "TLS answers" ok "$(secure "$url/health" | member status)"
expect "without TLS nobody is answered" 000 "$(curl -s -o /dev/null -w '%{http_code}' "http${url#https}/health" || true)"
expect "TLS 1.1 is refused" 000 "$(secure --tls-max 1.1 -o /dev/null -w '%{http_code}' "$url/health" || true)"
expect "browsers stay with TLS" 1 "$(secure -D - -o /dev/null "$url/health" | grep -ci '^strict-transport-security')"
expect "the cookie goes by TLS only" 1 \
  "$(secure -D - -o /dev/null "$url/api/leat/v1/session" -H 'Content-Type: application/json' -d '{"user":"ada","password":"password of ada"}' |
    grep -ci '^set-cookie: leat_session=.*; HttpOnly; SameSite=Lax.*; Secure')"
stop_server

# A connector's URL that leads into this network.
cat >"$work/project/leat.yml" <<'YML'
name: shop
target: duckdb
targets: {duckdb: {type: duckdb, path: shop.duckdb}}
network: {deny: [private, loopback, link_local]}
connections:
  inside: {source: {type: files, url: "http://localhost:1/secret.csv", stream: inside}}
YML
for inside in http://localhost:1/a.csv http://127.0.0.1:1/a.csv 'http://[::1]:1/a.csv' http://169.254.169.254/latest/meta-data.csv http://10.0.0.1/a.csv http://2130706433:1/a.csv; do
  sed -i "s#url: \"[^\"]*\"#url: \"$inside\"#" "$work/project/leat.yml"
  leat sync inside >"$work/sync.txt" 2>&1 && fail "$inside was asked"
  expect "$inside is not asked" 1 "$(grep -c 'network policy denies' "$work/sync.txt" | sed 's/^[1-9][0-9]*$/1/')"
done
finish
