#!/bin/sh
# with_postgres.sh CMD ARGS...: runs a command beside a temporary PostgreSQL 15 of its own, which is gone afterwards.
#
# The command finds it in LEAT_TEST_POSTGRES (a libpq URI), PGHOST, PGPORT and PGUSER, its programs in
# LEAT_POSTGRES_PROGRAMS; the exit code is the command's. Logical replication is on. When LEAT_TEST_POSTGRES is set already, the command runs as it is.
set -u

fail() { printf 'with_postgres: %s\n' "$1" >&2; printf 'with_postgres: what to do: %s\n' "$2" >&2; exit 125; }

[ $# -gt 0 ] || fail "no command was given" "scripts/with_postgres.sh CMD ARGS..."
[ -n "${LEAT_TEST_POSTGRES:-}" ] && exec "$@"

bin=${LEAT_POSTGRES_BIN:-/usr/lib/postgresql/15/bin}
[ -x "$bin/initdb" ] || fail "PostgreSQL 15 is not in $bin" "run scripts/setup.sh test, or set LEAT_POSTGRES_BIN"

# A server refuses to run as root, so root hands it to the package's user.
as_server() { "$@"; }
if [ "$(id -u)" = 0 ]; then
  id postgres >/dev/null 2>&1 || fail "root cannot run PostgreSQL and there is no user 'postgres'" \
    "install the package postgresql-15, or run this as another user"
  if command -v runuser >/dev/null 2>&1; then
    as_server() { runuser -u postgres -- "$@"; }
  else
    as_server() { su postgres -s /bin/sh -c 'exec "$0" "$@"' -- "$@"; }
  fi
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/leat-postgres.XXXXXX") || fail "no temporary folder could be made" "look at TMPDIR"
[ "$(id -u)" = 0 ] && chown postgres "$work"
chmod 755 "$work"
command_pid=
started=

# The package's user may not be let into the folder where the server lies (a checkout below /root).
if [ "$(id -u)" = 0 ] && ! (cd / && as_server test -x "$bin/initdb"); then
  cp -R "${bin%/bin}" "$work/native" && chmod -R a+rX "$work/native" || fail "the server can't be copied" "look at TMPDIR"
  bin=$work/native/bin
fi

stop() {
  if [ -n "$started" ]; then
    (cd / && as_server "$bin/pg_ctl" -D "$work/data" -m immediate -w -t 20 stop) >/dev/null 2>&1
    started=
  fi
  rm -rf "$work"
}
trap 'stop' EXIT
# The shell's wait returns on a signal; the command gets it too and its end is awaited before the server goes.
hand_on() { [ -n "$command_pid" ] && kill -"$1" "$command_pid" 2>/dev/null; }
trap 'hand_on TERM' TERM HUP
trap 'hand_on INT' INT

(cd / && as_server "$bin/initdb" -D "$work/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync \
  --no-instructions) >"$work/initdb.log" 2>&1 || {
  tail -5 "$work/initdb.log" >&2
  fail "initdb failed" "look at the lines above; is there room in ${TMPDIR:-/tmp}?"
}
cat >>"$work/data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = '$work'
max_connections = 200
shared_buffers = 128MB
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = logical
max_wal_senders = 20
max_replication_slots = 20
max_prepared_transactions = 20
max_wal_size = 2GB
timezone = 'UTC'
log_timezone = 'UTC'
CONF

# There is no asking PostgreSQL for port 0: ports are tried until one is free, starting where no other run starts.
attempt=0
while :; do
  port=$((($$ * 131 + attempt * 7919) % 12000 + 20000))
  if (cd / && as_server "$bin/pg_ctl" -D "$work/data" -o "-p $port" -l "$work/server.log" -w -t 60 start) \
    >"$work/start.log" 2>&1; then
    started=1
    break
  fi
  attempt=$((attempt + 1))
  if [ $attempt -ge 20 ] || ! grep -q 'Address already in use\|could not bind' "$work/server.log" 2>/dev/null; then
    tail -5 "$work/server.log" "$work/start.log" >&2
    fail "PostgreSQL did not start" "look at the lines above"
  fi
  rm -f "$work/server.log"
done

export LEAT_TEST_POSTGRES="postgresql://postgres@127.0.0.1:$port/postgres"
export PGHOST=127.0.0.1 PGPORT=$port PGUSER=postgres LEAT_POSTGRES_PROGRAMS=$bin
unset PGDATABASE PGPASSWORD PGSERVICE

# In the background, so that a signal to this script reaches the trap at once. Input goes through another number,
# because a background command starts with /dev/null for input.
exec 3<&0
"$@" <&3 3<&- &
command_pid=$!
while :; do
  wait "$command_pid"
  code=$?
  # 128+n from an interrupted wait means "ask again" as long as the command lives.
  kill -0 "$command_pid" 2>/dev/null || break
done
command_pid=
exit "$code"
