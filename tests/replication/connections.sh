#!/bin/sh
# The ways to a database: every sslmode against a server with a certificate, and through a jump host.
# connections.sh FOLDER-OF-POSTGRES-PROGRAMS. Exit code 77 means skipped.
set -eu
. "$(dirname -- "$0")/server.sh"
export PGCONNECT_TIMEOUT=10
work=$(mktemp -d)
chmod 755 "$work"
failures=0 jump=
finish() {
  [ -z "$jump" ] || kill "$jump" 2>/dev/null || true
  if [ $failures = 0 ]; then rm -rf "$work"; else printf 'the folder is kept: %s\n' "$work"; fi
}
trap finish EXIT
cd "$work"
admin() { psql -qXAt -v ON_ERROR_STOP=1 "$LEAT_TEST_POSTGRES" -c "$1"; }
data=$(admin 'show data_directory')
project() { # URL MORE-SETTINGS...
  url=$1
  shift
  rm -rf "$work/project"
  mkdir "$work/project"
  cd "$work/project"
  cat >leat.yml <<YML
name: ways
target: duckdb
targets:
  duckdb: {type: duckdb, path: w.duckdb}
connections:
  shop:
    schema: raw
    source:
      type: postgres
      url: "$url"
      method: cdc
      tables: [t]
$(printf '%s\n' "$@" | sed '/^$/d; s/^/      /')
YML
}
failed() { printf 'WRONG %s\n' "$1"; sed 's/^/      /' out; failures=$((failures + 1)); }
works() { # WHAT
  if timeout 60 "$bin/leat" sync shop >out 2>&1 && "$bin/leat" query --format csv 'select count(*) from raw.t' 2>/dev/null | grep -qx 2; then
    printf 'ok    %s\n' "$1"
  else
    failed "$1 should work"
  fi
}
fails() { # WHAT TEXT
  if timeout 100 "$bin/leat" sync shop >out 2>&1; then failed "$1 should fail"; return; fi
  if grep -q -- "$2" out; then printf 'ok    %s\n' "$1"; else failed "$1: the error does not say $2"; fi
}

# A certificate for `localhost` by an authority of ours, and an authority that nobody asked.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj '/CN=ours' -keyout ca.key -out ca.crt 2>/dev/null
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj '/CN=strange' -keyout strange.key -out strange.crt 2>/dev/null
sign() { # NAME SUBJECT
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$2" -keyout "$1.key" -out "$1.csr" 2>/dev/null
  printf 'subjectAltName=DNS:%s\n' "$2" >"$1.ext"
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile "$1.ext" -out "$1.crt" 2>/dev/null
  chmod 600 "$1.key"
}
sign server localhost
sign client shop_reader
cp server.crt server.key ca.crt "$data/"
chmod 600 "$data/server.key"
[ "$(id -u)" != 0 ] || chown postgres "$data/server.key" "$data/server.crt" "$data/ca.crt"
admin "create role shop_reader login replication superuser password 'x'" # one that makes its own publication
admin "create table t (id int primary key); insert into t values (1), (2)"
admin "create database shop_tls template template0" >/dev/null
psql -qX "${LEAT_TEST_POSTGRES%/*}/shop_tls" -c "create table t (id int primary key); insert into t values (1), (2)"
cat >"$data/pg_hba.conf" <<'CONF'
local all postgres trust
hostssl all shop_reader 127.0.0.1/32 cert
hostssl shop_tls postgres 127.0.0.1/32 trust
hostnossl shop_tls postgres 127.0.0.1/32 reject
host all postgres 127.0.0.1/32 trust
CONF
admin "alter system set ssl_cert_file = 'server.crt'" && admin "alter system set ssl_key_file = 'server.key'" &&
  admin "alter system set ssl_ca_file = 'ca.crt'" && admin "alter system set ssl = on"
admin 'select pg_reload_conf()' >/dev/null
timeout 20 sh -c "until psql -qXAt 'postgresql://postgres@localhost:$PGPORT/shop_tls?sslmode=require' -c 'select 1' >/dev/null 2>&1; do timeout 0.2 tail -f /dev/null; done" ||
  { printf 'WRONG the server never took up its certificate\n'; tail -5 "$data/../server.log"; exit 1; }
drop() { for slot in $(admin "select slot_name from pg_replication_slots"); do admin "select pg_drop_replication_slot('$slot')" >/dev/null; done; }

tls=postgresql://postgres@localhost:$PGPORT/shop_tls
project "$tls?sslmode=disable"; fails 'disable, where the server wants TLS' 'pg_hba.conf rejects connection'
project "$tls?sslmode=require"; works 'require'; drop
project "$tls?sslmode=verify-ca&sslrootcert=$work/ca.crt"; works 'verify-ca'; drop
project "$tls?sslmode=verify-ca&sslrootcert=$work/strange.crt"; fails 'verify-ca with another authority' 'certificate verify failed'
project "postgresql://postgres@127.0.0.1:$PGPORT/shop_tls?sslmode=verify-ca&sslrootcert=$work/ca.crt"; works 'verify-ca by another name'; drop
project "$tls?sslmode=verify-full&sslrootcert=$work/ca.crt"; works 'verify-full'; drop
project "postgresql://postgres@127.0.0.1:$PGPORT/shop_tls?sslmode=verify-full&sslrootcert=$work/ca.crt"
fails 'verify-full by another name' 'does not match host name'
project "$tls?sslmode=verify-full&sslrootcert=$work/nowhere.crt"; fails 'verify-full without the authority' 'nowhere.crt'
reader="postgresql://shop_reader@localhost:$PGPORT/shop_tls?sslmode=verify-full&sslrootcert=$work/ca.crt"
project "$reader"; fails 'a role that has to show a certificate, without one' 'certificate'
project "$reader&sslcert=$work/client.crt&sslkey=$work/client.key"; works 'a certificate of the client'; drop
project "postgresql://postgres@localhost:$PGPORT/postgres?sslmode=disable"; works 'disable, where the server takes it'; drop

# The jump host: an ssh server of our own, with keys of our own.
sshd=$(command -v sshd || ls /usr/sbin/sshd 2>/dev/null || true)
if [ -z "$sshd" ] || ! command -v ssh >/dev/null; then
  printf 'note  without openssh-server there is no jump host to try\n'
else
  cd "$work"
  for key in host mine other; do ssh-keygen -q -t ed25519 -N '' -f "$key" -C test; done
  cp mine.pub authorized
  jump_port=$((PGPORT + 2))
  cat >sshd.conf <<CONF
Port $jump_port
ListenAddress 127.0.0.1
HostKey $work/host
AuthorizedKeysFile $work/authorized
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
PermitRootLogin prohibit-password
PidFile $work/sshd.pid
AllowTcpForwarding yes
CONF
  [ "$(id -u)" != 0 ] || mkdir -p /run/sshd
  "$sshd" -D -f sshd.conf -E sshd.log &
  jump=$!
  timeout 20 sh -c "until ssh-keyscan -p $jump_port 127.0.0.1 2>/dev/null | grep -q ed25519; do :; done" || { printf 'WRONG sshd did not start\n'; cat sshd.log; exit 1; }
  printf '[127.0.0.1]:%s %s\n' "$jump_port" "$(cut -d' ' -f1,2 host.pub)" >known
  by="ssh: $(id -un)@127.0.0.1
ssh_port: \"$jump_port\"
ssh_options: [UserKnownHostsFile=$work/known, GlobalKnownHostsFile=/dev/null, StrictHostKeyChecking=yes]"
  project "$tls?sslmode=verify-full&sslrootcert=$work/ca.crt" "$by" "ssh_key: $work/mine"; works 'a jump host, and verify-full by the name behind it'
  admin 'select pg_stat_reset()' >/dev/null
  psql -qX "${LEAT_TEST_POSTGRES%/*}/shop_tls?sslmode=require" -c 'delete from t; insert into t values (3), (4)'
  sed -i 's/method: cdc/method: cdc\n      deletes: hard/' leat.yml
  works 'changes through a jump host'; drop
  [ -z "$(pgrep -f "ssh .*-p $jump_port" || true)" ] || { failures=$((failures + 1)); printf 'WRONG ssh was left running\n'; }
  project "$tls" "$by" "ssh_key: $work/other"; fails 'a key that the jump host does not know' 'Permission denied'
  : >"$work/known"
  project "$tls" "$by" "ssh_key: $work/mine"; fails 'a jump host that nobody knows' 'Host key verification failed'
fi
printf '%s wrong\n' "$failures"
[ "$failures" = 0 ]
