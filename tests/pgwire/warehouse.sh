#!/bin/bash
# Shared by the scripts of this folder: a warehouse, `leat serve` in front of it, a way to ask. Sourced, not run.
. "$(dirname -- "$0")/../acceptance/acceptance.sh"
here=$root/tests/pgwire
command -v psql >/dev/null || skip 'psql is not installed'
fail() { printf "failed: %s\n" "$1"; failures=$((failures + 1)); exit 1; }
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
