#!/bin/sh
# leat copy: one line from a place to another, without a project: files, DuckDB, PostgreSQL, the web, S3.
. "$(dirname -- "$0")/acceptance.sh"
cd "$work"
awk 'BEGIN { print "id,name,amount,day"; for (i = 1; i <= 5000; i++)
  printf "%d,\"name, %d\",%d.25,2024-01-%02d\n", i, i, i % 90, 1 + i % 28 }' >rows.csv
wanted="5000 12502500 $(awk 'BEGIN { for (i = 1; i <= 5000; i++) s += i % 90 + 0.25; printf "%.2f", s }') 5000 2024-01-28"
duck() { "$bin/bench_duckdb" "$1" "$2"; }
total() { duck "$1" "select count(*) || ' ' || sum(id) || ' ' || cast(sum(amount) as decimal(18,2)) || ' ' || count(distinct name) || ' ' || max(day) from $2"; }

leat copy rows.csv a.duckdb >a.txt
expect 'a file into DuckDB' "$wanted" "$(total a.duckdb main.rows)"
expect 'what it says' 'rows: 5,000 rows -> main.rows of a.duckdb' "$(head -1 a.txt)"
leat copy rows.csv a.duckdb >a.txt
expect 'again: the table is replaced' "$wanted" "$(total a.duckdb main.rows)"

leat copy a.duckdb out/ >a.txt
leat copy out/rows.parquet rows.jsonl.gz >a.txt
leat copy rows.jsonl.gz b.duckdb --table s.t >a.txt
expect 'DuckDB -> Parquet -> JSON lines, packed -> DuckDB' "$wanted" "$(total b.duckdb s.t)"
leat copy b.duckdb -s s.t - 2>said.txt | head -2 >head.txt
expect 'the standard output' '1,"name, 1",1.25,2024-01-02' "$(tail -1 head.txt)"
printf 'before\n' >all.txt
leat copy rows.csv - -f json >>all.txt 2>said.txt
expect 'the standard output added to a file' '5001 before' "$(wc -l <all.txt | tr -d ' ') $(head -1 all.txt)"

mkdir -p many/x
sed -n '1,1001p' rows.csv >many/1.csv
{ head -1 rows.csv; sed -n '1002,$p' rows.csv; } >many/x/2.csv
leat copy 'many/**/*.csv' c.duckdb --table all_of_them >a.txt
expect 'files of a pattern' "$wanted" "$(total c.duckdb main.all_of_them)"
leat copy 'many/*.csv' d.duckdb -t t -m append >a.txt
cp many/x/2.csv many/2.csv
leat copy 'many/*.csv' d.duckdb -t t -m append >a.txt
expect 'append takes new files once' "$wanted" "$(total d.duckdb main.t)"

leat copy a.duckdb e.duckdb -t t -m append_dedup -k id -c id >a.txt
duck a.duckdb "insert into rows values (5001, 'new', 1, date '2024-02-01')"
leat copy a.duckdb e.duckdb -t t -m append_dedup -k id -c id >a.txt
expect 'a cursor reads what is new' 'rows: 1 rows -> main.t of e.duckdb' "$(head -1 a.txt)"

if command -v node >/dev/null; then
  cat >serve.mjs <<'JS'
import http from 'node:http';
import fs from 'node:fs';
const rows = fs.readFileSync('rows.csv');
const server = http.createServer((request, response) => {
  if (request.url.startsWith('/whole')) return response.end(rows);
  if (!request.url.startsWith('/rows.csv')) { response.statusCode = 404; return response.end(); }
  const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '');
  if (!range) return response.end(rows);
  const piece = rows.subarray(+range[1], Math.min(+range[2] + 1, +range[1] + 50000000));
  response.writeHead(206, {'Content-Range': `bytes ${range[1]}-${+range[1] + piece.length - 1}/${rows.length}`, ETag: '"1"'});
  response.end(piece);
}).listen(0, '127.0.0.1', () => console.log(server.address().port));
JS
  node serve.mjs >port.txt &
  soda_pid=$!
  for _ in $(seq 200); do [ -s port.txt ] && break; pause; done
  site=http://127.0.0.1:$(cat port.txt)
  leat copy "$site/rows.csv?token=secret-in-the-url" f.duckdb >a.txt
  expect 'an address of the web, in pieces' "$wanted" "$(total f.duckdb main.rows)"
  leat copy "$site/whole" f.duckdb -f csv -t w >a.txt
  expect 'a server without ranges' "$wanted" "$(total f.duckdb main.w)"
  leat copy "$site/none.csv" f.duckdb >a.txt 2>&1 && printf 'WRONG no error\n'
  expect 'an address that is not there' LEAT-HTTP-404 "$(grep -o 'LEAT-HTTP-404' a.txt | head -1)"
fi

if [ -n "${LEAT_TEST_S3:-}" ]; then
  leat copy a.duckdb s3://leat-test/copy/rows.parquet --endpoint "$LEAT_TEST_S3" >a.txt
  leat copy 's3://leat-test/copy/*.parquet' g.duckdb -t t --endpoint "$LEAT_TEST_S3" >a.txt
  expect 'S3 and back' 5001 "$(duck g.duckdb 'select count(*) from main.t')"
else
  printf 'skipped: S3, as MinIO is not installed (scripts/setup_minio.sh)\n'
fi

if [ "$target" = postgres ]; then
  leat copy rows.csv "$LEAT_POSTGRES_URL" -t s.t >a.txt
  expect 'a file into PostgreSQL' "${wanted% *}" "$(psql -qXAt "$LEAT_POSTGRES_URL" -c \
    "select count(*) || ' ' || sum(id) || ' ' || sum(amount::numeric(18,2)) || ' ' || count(distinct name) from s.t")"
  leat copy "$LEAT_POSTGRES_URL?table=s.t" h.duckdb >a.txt
  expect 'a table of PostgreSQL into DuckDB' "$wanted" "$(total h.duckdb main.t)"
  expect 'what it says of it' 't: 5,000 rows -> main.t of h.duckdb' "$(head -1 a.txt)"
  leat copy "$LEAT_POSTGRES_URL" i.duckdb -s s.t -t raw.copied >a.txt
  expect 'the same, named by --stream' "$wanted" "$(total i.duckdb raw.copied)"
  leat copy "$LEAT_POSTGRES_URL?schema=s" j/ >a.txt
  leat copy j/t.parquet j.duckdb >a.txt
  expect 'a schema of PostgreSQL into Parquet, and on into DuckDB' "$wanted" "$(total j.duckdb main.t)"
  psql -qX "$LEAT_POSTGRES_URL" -c "insert into s.t values (5001, 'new', 1, '2024-02-01')"
  leat copy "$LEAT_POSTGRES_URL?table=s.t" h.duckdb -t main.t2 -m append_dedup -k id -c id >a.txt
  psql -qX "$LEAT_POSTGRES_URL" -c "insert into s.t values (5002, 'newer', 1, '2024-02-02')"
  leat copy "$LEAT_POSTGRES_URL?table=s.t" h.duckdb -t main.t2 -m append_dedup -k id -c id >a.txt
  expect 'a cursor reads on in PostgreSQL' 't: 1 rows -> main.t2 of h.duckdb' "$(head -1 a.txt)"
fi

refused() { # WHAT CODE ARGUMENTS...
  what=$1 code=$2
  shift 2
  leat copy "$@" >refused.txt 2>&1 && printf 'WRONG %s was not refused\n' "$what"
  expect "$what" "$code" "$(grep -o 'LEAT-[A-Z]*-[0-9]*' refused.txt | head -1)"
}
refused 'a scheme that is not known' LEAT-CLI-001 ftp://x a.duckdb
refused 'a file that is not there' LEAT-STORE-004 none.csv a.duckdb
refused 'a table that is not there' LEAT-SOURCE-003 'duckdb://a.duckdb?table=nope' a.csv
refused 'a name without a format' LEAT-CLI-001 rows.csv a.xlsx
refused 'a mode that is not known' LEAT-CLI-001 rows.csv a.duckdb -m upsert
printf 'no parquet' >bad.parquet
refused 'a damaged file' LEAT-FILE-002 bad.parquet a.duckdb
expect 'nothing is left beside' '' "$(find . -name '.leat-*')"
finish
