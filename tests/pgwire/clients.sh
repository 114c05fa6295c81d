#!/bin/bash
# The SQL endpoint with psql, psycopg2, psycopg and JDBC, as far as they are installed; and those who mean harm.
. "$(dirname -- "$0")/warehouse.sh"

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

# What BI tools send; each a statement of bi_tools.sql.
awk -v to="$work/bi" '/^-- name: / {n++; sub(/^-- name: /, ""); print > (to "_" n ".name"); next} n {print > (to "_" n ".sql")}' "$here/bi_tools.sql"
for sql in bi_*.sql; do
  name=$(cat "${sql%.sql}.name")
  timeout 60 psql -X -A -t -q -v ON_ERROR_STOP=1 -f "$sql" >out.txt 2>&1 || fail "$name: $(head -c 400 out.txt)"
  case $name in *rows) [ -s out.txt ] || fail "$name: there is no row" ;; esac
done

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
refuses 'a copy from a file' 25006 -c "copy orders from '/etc/passwd'"
refuses 'a copy from a program' 25006 -c "copy orders from program 'id'"
refuses 'a copy of a file' 42501 -c "copy (select * from read_csv('/etc/passwd')) to stdout"
for file in "read_csv('/etc/passwd')" "read_csv_auto('/etc/passwd')" "read_json('/etc/passwd')" "read_parquet('/etc/passwd')" "read_blob('/etc/passwd')" "parquet_scan('x')" "glob('/etc/*')" "sniff_csv('/etc/passwd')" "query('select 1')" "query_table('orders')" "duckdb_settings()" "duckdb_secrets()" "duckdb_databases()" "duckdb_extensions()" "duckdb_temporary_files()" "pragma_database_list()" "pragma_storage_info('orders')" "sql_auto_complete('sel')" "which_secret('s3://x', 's3')"; do
  refuses "from $file" 42501 -c "select * from $file"
done
refuses 'a file behind a CTE' 42501 -c "with f as (select * from read_text('/etc/passwd')) select * from f"
refuses 'a file in a subquery' 42501 -c "select (select content from read_text('/etc/passwd'))"
refuses 'a file in a lateral join' 42501 -c "select * from orders, lateral (select * from read_text('/etc/passwd'))"
refuses 'a file in capitals' 42501 -c "select * from READ_TEXT('/etc/passwd')"
refuses 'a file in quotes' 42501 -c "select * from \"read_text\"('/etc/passwd')"
refuses 'a file by parameter' 42501 -c "prepare f as select * from read_text(\$1)"
refuses 'a file by a dollar quote' 42501 -c "select * from read_text(\$\$/etc/passwd\$\$)"
refuses 'a file behind a cursor' 42501 -c "begin" -c "declare c cursor for select * from read_text('/etc/passwd')"
refuses 'a file explained' 42501 -c "explain analyze select * from read_text('/etc/passwd')"
refuses 'the environment' 42501 -c "select getenv('HOME')"
refuses 'the environment of psql' 42501 -c "select getenv('LEAT_SQL_PASSWORD')"
for order in "detach chicago_crime" "install httpfs" "load httpfs" "use memory" "export database '$work/stolen'" "import database '$work'" "checkpoint" "vacuum" "create table t(i int)" "create or replace view v as select 1" "create macro m() as 1" "create temp table t as select 1" "create secret s (type s3)" "drop schema raw cascade" "alter table orders add column x int" "update orders set total = 0" "delete from orders" "truncate orders" "merge into orders using orders o on true when matched then delete" "call pragma_version()" "do 'x'" "grant all on orders to public" "comment on table orders is 'x'" "insert into orders select * from orders returning *"; do
  refuses "$order" 25006 -c "$order"
done
refuses 'an insert in a CTE' 42601 -c "with x as (insert into orders values (9, 'x', 1) returning *) select * from x"
refuses 'select into' 42601 -c "select * into stolen from orders"
refuses 'endless recursion' 57014 -c "set statement_timeout = 500" -c "with recursive r(i) as (select 1 union all select i + 1 from r) select count(*) from r"
refuses 'an endless sort' 57014 -c "set statement_timeout = 500" -c "select a.range from range(100000) a, range(100000) b order by hash(a.range, b.range) limit 1"
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
