#!/bin/sh
# A shop's database for those who have none: a PostgreSQL of its own with 15 tables of invented rows, set up for change
# data capture. Prints `listening on URL` and stays until it is ended; its data stay as well, so that the next run finds
# the same shop, and what was changed in it. Needs PostgreSQL's programs (Debian: postgresql-15).
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
project=$(dirname -- "$here")
fail() { printf 'shop: %s\n' "$1" >&2; exit 1; }

programs=${LEAT_POSTGRES_BIN:-}
for folder in $programs /usr/lib/postgresql/*/bin $(dirname -- "$(command -v initdb || echo /)"); do
  [ ! -x "$folder/initdb" ] || programs=$folder
done
[ -x "$programs/initdb" ] || fail 'PostgreSQL is not installed (Debian: apt-get install postgresql-15)'

# A server refuses to run as root, so root hands it to the package's user, in a folder that this one may enter.
folder=$project/.leat/shop
as_server() { "$@"; }
if [ "$(id -u)" = 0 ]; then
  id postgres >/dev/null 2>&1 || fail "root cannot run PostgreSQL and there is no user 'postgres'"
  as_server() { (cd / && runuser -u postgres -- "$@"); }
  folder=/var/lib/postgresql/leat-shop-$(printf '%s' "$project" | cksum | tr ' ' -)
fi
[ -z "${SHOP_FOLDER:-}" ] || folder=$SHOP_FOLDER
[ -d "$folder" ] || { mkdir -p "$folder"; [ "$(id -u)" != 0 ] || chown postgres "$folder"; }

is_new=
if ! as_server test -s "$folder/data/PG_VERSION"; then
  is_new=1
  as_server "$programs/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-instructions \
    >/dev/null || fail 'initdb failed'
fi
# There is no asking PostgreSQL for port 0: ports are tried until one is free.
port=
if as_server "$programs/pg_ctl" -D "$folder/data" status >/dev/null 2>&1; then
  port=$(as_server sed -n 4p "$folder/data/postmaster.pid")
else
  for attempt in 0 1 2 3 4 5 6 7 8 9; do
    port=$((($$ * 131 + attempt * 7919) % 12000 + 32000))
    as_server "$programs/pg_ctl" -D "$folder/data" -l "$folder/server.log" -w -t 30 -o "-p $port -c listen_addresses=127.0.0.1 \
      -c unix_socket_directories='' -c wal_level=logical -c timezone=UTC -c shared_buffers=32MB" start >/dev/null 2>&1 && break
    port=
  done
fi
[ -n "$port" ] || fail "PostgreSQL did not start; see $folder/server.log"
# The server ends at once: what was committed is on disk, and is found again at the next start.
stop() { as_server "$programs/pg_ctl" -D "$folder/data" -m immediate -t 2 stop >/dev/null 2>&1 || true; }
trap stop EXIT
trap 'exit 0' TERM INT HUP
admin=postgresql://postgres@127.0.0.1:$port
if [ -n "$is_new" ] || ! psql -qXAt "$admin/dvdrental" -c 'select 1' >/dev/null 2>&1; then
  psql -qX "$admin/postgres" -c 'create database dvdrental'
  psql -qX -v ON_ERROR_STOP=1 "$admin/dvdrental" -f "$here/tables.sql" -f "$here/rows.sql" >/dev/null
  psql -qX -v ON_ERROR_STOP=1 -v reader=leat -v password=shop "$admin/dvdrental" -f "$project/setup.sql" >/dev/null
fi
printf 'listening on postgresql://leat:shop@127.0.0.1:%s/dvdrental\n' "$port"
# Waits for the signal that ends it.
tail -f /dev/null &
wait $! || true
