#!/bin/bash
# The SQL endpoint with psql, psycopg2, psycopg and JDBC, as far as they are installed; and those who mean harm.
. "$(dirname -- "$0")/../acceptance/acceptance.sh"
here=$root/tests/pgwire
command -v psql >/dev/null || skip 'psql is not installed'
fail() { printf 'failed: %s\n' "$1"; failures=$((failures + 1)); exit 1; }
cd "$work"
cat >leat.yml <<'END'
name: chicago_crime
target: duckdb
targets:
  duckdb: {type: duckdb, path: warehouse.duckdb}
serve:
  sql: {timeout: 20s}
END
"$bin/bench_duckdb" warehouse.duckdb "create schema raw; create schema marts;
  create table raw.crimes as select i as id, 'type ' || (i % 7) as kind, (i * 1.5)::decimal(10,2) as amount, timestamp '2026-01-01' + to_minutes(i) as \"at\", i % 2 = 0 as arrest, ['a', 'b'] as tags, {'x': i} as s, i::double / 3 as d, date '2026-01-01' + (i % 365)::int as day, uuid() as u, '\\x01'::blob as b from range(20000) t(i);
  create table orders(id int primary key, customer varchar not null, total decimal(12,2) default 0, unique(customer, total));
  insert into orders values (1, 'ann', 1.5), (2, 'bob', 2.25), (3, 'eve', null);
  comment on table orders is 'what was ordered'; comment on column orders.total is 'in euro';
  create view marts.by_kind as select kind, count(*) as n from raw.crimes group by 1;
  create table lines(id int, order_id int references orders(id), txt varchar)" >/dev/null
export LEAT_SQL_PASSWORD="$(printf '%s' "pass'word")"
"$bin/leat" serve --port 0 --pages-port 0 --sql-port 0 >serve.txt 2>&1 &
server=$!
trap 'kill $server 2>/dev/null || true; wait $server 2>/dev/null || true; cleanup' EXIT
for _ in $(seq 900); do grep -q '^Press' serve.txt && break; kill -0 $server || { cat serve.txt; exit 1; }; pause; done
port=$(sed -n 's|^SQL at .*:\([0-9]*\)/.*|\1|p' serve.txt)
export PGHOST=127.0.0.1 PGPORT=$port PGUSER=leat PGDATABASE=chicago_crime PGPASSWORD=$LEAT_SQL_PASSWORD PSQLRC=/dev/null
ask() { timeout 60 psql -X -A -t -q "$@" 2>&1 || true; }
gets_in() { timeout 60 psql -X -A -t -q -c 'select 1' >out.txt 2>&1; }

expect 'a query' '1|x|t|1.5|{1,2}|{"a": 1}' "$(ask -c "select 1, 'x', true, 1.5, [1, 2], '{\"a\": 1}'::json")"
expect 'several statements' '1 2' "$(ask -c 'select 1; select 2' | tr '\n' ' ' | sed 's/ $//')"
expect '\dt' 'public|lines|table|leat public|orders|table|leat' "$(ask -c '\dt' | tr '\n' ' ' | sed 's/ $//')"
expect '\d table' 'id|integer||not null| customer|text||not null| total|numeric(12,2)|||0 Indexes: "orders_id_pkey" PRIMARY KEY, btree (id) "orders_customer_total_key" UNIQUE CONSTRAINT, btree (customer, total) Referenced by: TABLE "lines" CONSTRAINT "lines_order_id_id_fkey" FOREIGN KEY (order_id) REFERENCES orders(id)' \
  "$(timeout 60 psql -X -A -q -c '\d orders' | tail -n +3 | tr -s ' \n' ' ' | sed 's/ $//')"
for order in '\d' '\d+ orders' '\d raw.crimes' '\d+ marts.by_kind' '\l' '\dn' '\du' '\dv' '\di' '\df' '\dT' '\dp' '\dx' '\sv marts.by_kind' '\dt *.*' '\dS' '\db' '\dd'; do
  ask -c "$order" >out.txt || fail "psql's $order: $(cat out.txt)"
  grep -q ERROR out.txt && fail "psql's $order: $(grep ERROR out.txt)"
done
expect 'tab completion asks' 'orders' "$(ask -c "SELECT pg_catalog.quote_ident(c.relname) FROM pg_catalog.pg_class c WHERE c.relkind IN ('r','v') AND substring(pg_catalog.quote_ident(c.relname),1,2)='or' AND pg_catalog.pg_table_is_visible(c.oid) LIMIT 1000")"
expect 'parameters' 'bob' "$(ask -c "prepare p as select customer from orders where id = \$1" -c 'execute p(2)')"
expect 'a cursor' '1 2' "$(ask -c 'begin' -c 'declare c cursor for select id from orders order by id' -c 'fetch 2 from c' -c 'commit' | tr '\n' ' ' | sed 's/ $//')"
expect 'a copy' 'id,customer 1,ann' "$(ask -c 'copy (select id, customer from orders order by id) to stdout csv header' | head -2 | tr '\n' ' ' | sed 's/ $//')"

refuses() { # WHAT SQLSTATE SQL…
  local what=$1 state=$2 out; shift 2
  out=$(ask -v VERBOSITY=sqlstate "$@")
  case $out in *"ERROR:  $state"*) ;; *) fail "$what: $out instead of $state" ;; esac
}
refuses 'an insert' 25006 -c "insert into orders values (9, 'x', 1)"
refuses 'a hidden insert' 25006 -c "/* select */ insert into orders values (9, 'x', 1)"
refuses 'a drop behind a query' 25006 -c 'select 1; drop table orders'
refuses 'a copy to a file' 25006 -c "copy orders to '$work/stolen.csv'"
refuses 'reading a file' 42501 -c "select * from read_text('/etc/passwd')"
refuses 'a file as a table' 42501 -c "select * from '/etc/passwd.csv'"
refuses 'settings' 25006 -c "pragma memory_limit='1TB'"
refuses 'settings by SET' 42704 -c "set memory_limit = '1TB'"
refuses 'attaching' 25006 -c "attach '$work/x.duckdb'"
refuses 'an endless query' 57014 -c "set statement_timeout = 300" -c "select count(*) from range(1000000) a, range(1000000) b where a.range * b.range % 7 = 3"
expect 'nothing was written' '3' "$(ask -c 'select count(*) from orders')"
test ! -e stolen.csv || fail 'a file was written'
PGPASSWORD=wrong gets_in && fail 'a wrong password got in'
PGUSER=nobody gets_in && fail 'a name that is not there got in'
PGDATABASE=elsewhere gets_in && fail 'a database that is not there was found'

# Bytes that are no messages: each connection is ended, the others go on.
python3 - "$port" <<'END'
import random, socket, struct, sys
chance = random.Random(7)
begins = [b"", struct.pack(">II", 8, 80877103), struct.pack(">I", 2**31 - 1), struct.pack(">I", 0), b"GET / HTTP/1.1\r\n\r\n",
          struct.pack(">II", 8 + 11, 196608) + b"user\0leat\0\0", struct.pack(">IIII", 16, 80877102, 1, 2)]
for i in range(60):
    with socket.create_connection(("127.0.0.1", int(sys.argv[1])), 10) as client:
        client.settimeout(10)
        try:
            client.sendall(begins[i % len(begins)] + chance.randbytes(chance.randrange(200)))
            client.shutdown(socket.SHUT_WR)
            while client.recv(4096):
                pass
        except (ConnectionError, BrokenPipeError):
            pass
END
expect 'after that' '3' "$(ask -c 'select count(*) from orders')"

dsn="host=127.0.0.1 port=$port user=leat dbname=chicago_crime password='pass\\'word'"
for driver in psycopg2 psycopg; do
  if /usr/bin/python3 -c "import $driver" 2>/dev/null; then
    timeout 120 /usr/bin/python3 "$here/client_psycopg.py" $driver "$dsn" >out.txt 2>&1 || fail "$driver: $(grep -v '^works' out.txt)"
  else
    echo "skipped: $driver is not installed"
  fi
done
jar=/usr/share/java/postgresql.jar
if command -v javac >/dev/null && [ -e $jar ]; then
  timeout 120 java -cp $jar "$here/JdbcClient.java" "jdbc:postgresql://127.0.0.1:$port/chicago_crime" "$LEAT_SQL_PASSWORD" >out.txt 2>&1 ||
    fail "JDBC: $(grep -v '^works' out.txt)"
else
  echo "skipped: JDBC's driver or a JDK is not installed"
fi
kill $server
wait $server || fail "the server ended with $?"
