#!/bin/bash
# The SQL endpoint with pgbench, SQLAlchemy's inspector and Superset, as far as they are installed (LEAT_SUPERSET_PYTHON
# names a Python that has apache-superset and psycopg2).
. "$(dirname -- "$0")/warehouse.sh"

pgbench=$(command -v pgbench || ls /usr/lib/postgresql/*/bin/pgbench 2>/dev/null | tail -1)
if [ -n "$pgbench" ]; then
  printf '%s\n' '\set id random(1, 3)' 'select customer, total from orders where id = :id;' 'select kind, count(*), avg(amount) from raw.crimes group by kind order by 1;' >script.sql
  for mode in simple extended prepared; do
    timeout 120 "$pgbench" -n -M $mode -f script.sql -c 4 -t 25 >out.txt 2>&1 || fail "pgbench -M $mode: $(tail -3 out.txt)"
    expect "pgbench -M $mode" 'number of transactions actually processed: 100/100' "$(grep 'actually processed' out.txt)"
    expect "pgbench -M $mode fails nothing" 'number of failed transactions: 0 (0.000%)' "$(grep 'failed transactions' out.txt)"
  done
else
  echo 'skipped: pgbench is not installed'
fi

address="postgresql+psycopg2://leat:pass%27word@127.0.0.1:$port/chicago_crime"
alchemy=
for python in "${LEAT_SUPERSET_PYTHON:-}" /usr/bin/python3; do
  [ -n "$python" ] && "$python" -c 'import sqlalchemy, psycopg2' 2>/dev/null && { alchemy=$python; break; }
done
if [ -n "$alchemy" ]; then
  timeout 120 "$alchemy" "$here/client_sqlalchemy.py" "$address" >out.txt 2>&1 || fail "SQLAlchemy: $(grep -v '^works' out.txt)"
else
  echo 'skipped: SQLAlchemy or psycopg2 is not installed'
fi

if [ -n "${LEAT_SUPERSET_PYTHON:-}" ]; then
  {
    echo 'SECRET_KEY = "0123456789abcdef0123456789abcdef"'
    for cache in CACHE_CONFIG DATA_CACHE_CONFIG FILTER_STATE_CACHE_CONFIG EXPLORE_FORM_DATA_CACHE_CONFIG; do echo "$cache = {'CACHE_TYPE': 'SimpleCache'}"; done
  } >superset_config.py
  SUPERSET_HOME=$work PYTHONPATH=$work timeout 300 "$LEAT_SUPERSET_PYTHON" "$here/client_superset.py" "$address" >out.txt 2>&1 ||
    fail "Superset: $(grep -v '^works' out.txt | tail -40)"
else
  echo 'skipped: Superset is not installed (LEAT_SUPERSET_PYTHON)'
fi
kill $server
wait $server || fail "the server ended with $?"
