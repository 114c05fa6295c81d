#!/bin/sh
# The recipes of values: part of recipes.sh, which reads this file and has what they call.

# Values that an update does not send, and the key that the stored row has, under other names than the source's.
renamed() {
  begin
  sql "create table t (\"Id\" int primary key, \"BigText\" text, v int); alter table t alter \"BigText\" set storage external;
    insert into t select i, repeat(chr(96 + i), 20000), 0 from generate_series(1, 9) i"
  sql "create table bag (\"V\" int); alter table bag replica identity full; insert into bag values (1), (1), (2)"
  printf '    streams:\n      t: {names: snake_case, rename: {v: value, Id: order_id}}\n      bag: {names: snake_case}\n' >>leat.yml
  sync_all
  sql "update t set v = 1 where \"Id\" = 1; update t set \"Id\" = 50, v = 2 where \"Id\" = 2"
  sync_all
  equals 'values that are not sent' "$(sql "copy (select \"Id\", md5(\"BigText\"), v from t order by 1) to stdout with csv")" \
    "$(there 'select order_id, md5(big_text), value from raw.t order by 1')"
  sql "delete from bag where ctid = (select min(ctid) from bag); update bag set \"V\" = 3 where \"V\" = 2"
  sync_all
  equals 'rows without a key' '1 3' "$(there 'select v from raw.bag order by 1' | paste -sd ' ')"
}

values() {
  begin
  sql "create extension if not exists hstore" 2>/dev/null || true
  types="b bool, i2 int2, i8 int8, f4 float4, f8 float8, n numeric(10,2), u numeric, s text, c char(5), d date, ts timestamp, tz timestamptz, ti time, j json, jb jsonb, id uuid, a int[], aa text[], iv interval, ip inet, r int4range, mo money, bi bit(3), byt bytea"
  row="true, -2, 9007199254740993, 1.5, 1e-7, -12.50, 1e-20, 'x', 'ab', '2026-01-05', '2026-01-05 10:11:12.345678', '2026-01-05 10:00+02', '24:00', '{\"a\": 1.0}', '{\"b\": [1]}', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{1,NULL}', '{a,\"b c\"}', '1 day 2 hours', '10.0.0.1/8', '[1,5)', 12.34, '101', '\\x00ff'"
  sql "create table w (k int primary key, $types); insert into w values (1, $row); insert into w (k) values (2)"
  sync_all
  sql "insert into w values (3, $row); insert into w (k) values (4)"
  sync_all
  equals 'the snapshot and the changes give the same values' 1,1 "$(there "select count(distinct one), count(distinct two) from (select
    case when k in (1, 3) then 1 end as half,
    case when k in (1, 3) then concat_ws('|', b, i2, i8, f4, f8, n, u, s, c, d, ts, tz, ti, cast(j as varchar), cast(jb as varchar), id, cast(a as varchar), cast(aa as varchar), iv, ip, r, mo, bi, cast(byt as varchar)) end as one,
    case when k in (2, 4) then concat_ws('|', 'none', b, i2, i8, f4, f8, n, u, s, c, d, ts, tz, ti, cast(j as varchar), cast(jb as varchar), id, cast(a as varchar), cast(aa as varchar), iv, ip, r, mo, bi, cast(byt as varchar)) end as two from raw.w) as x")"
}

# Each value of types.txt by the snapshot, by the stream in binary where all have such a form, and in text.
types() {
  [ "$target" = duckdb ] || return 0
  for form in binary text; do
    begin
    sql "create type mood as enum ('sad'); create domain positive as int check (value > 0); create domain short_text as varchar(5); create type pair as (a int, b text)"
    for extension in hstore citext ltree; do sql "create extension $extension" 2>/dev/null || printf 'note  %s is not installed\n' "$extension"; done
    awk -F'|' -v form=$form -v dialect="$(sql "select string_agg(typname, ' ') from pg_type")" '
      BEGIN { n = split(dialect, known, " "); for (i = 1; i <= n; i++) there[known[i]] = 1 }
      /^#/ { next }
      { type = $1; binary = sub(/^\+/, "", type) }
      form == "binary" && !binary { next }
      (type == "hstore" || type == "citext" || type == "ltree") && !there[type] { next }
      { k++; value = $2; gsub(/'"'"'/, "'"''"'", value); wanted = $3; gsub(/'"'"'/, "'"''"'", wanted)
        printf "create table t%d (k int primary key, v %s); insert into t%d values (1, '"'%s'"');\n", k, type, k, value >"make.sql"
        printf "insert into t%d values (2, '"'%s'"');\n", k, value >"change.sql"
        printf "%sselect %d as n, '"'%s'"' as type, '"'%s'"' as wanted, k, coalesce(cast(v as varchar), '"'NULL'"') as got from raw.t%d", (k > 1 ? " union all " : ""), k, type, wanted, k >"look.sql" }
    ' "$root/tests/replication/types.txt"
    psql -qX -v ON_ERROR_STOP=1 "$server/$recipe" -f make.sql
    sync_all
    psql -qX -v ON_ERROR_STOP=1 "$server/$recipe" -f change.sql
    sync_all
    printf 'select count(*), count(*) filter (where got = wanted) from (%s) as x' "$(cat look.sql)" >count.sql
    all=$(($(wc -l <make.sql) * 2))
    equals "values of each type, $form" "$all,$all" "$(there "$(cat count.sql)")"
    there "select type, case when k = 1 then 'snapshot' else 'changes' end, wanted, got from ($(cat look.sql)) as x where got <> wanted order by n"
  done
}

geometries() {
  begin
  sql "create extension postgis" 2>/dev/null || { printf 'note  postgis is not installed\n'; return 0; }
  sql "drop table if exists spatial_ref_sys cascade" 2>/dev/null || true
  sql "create table t (id int primary key, g geometry, p geography(point), z geometry(pointz, 4326), list geometry[])"
  row="'LINESTRING(0 0,0.1 -20.25)', 'POINT(19.9 50.1)', 'SRID=4326;POINT Z (1 2 3)', null"
  shapes="POINT EMPTY;POLYGON((0 0,0 9,9 9,0 0),(1 1,1 2,2 2,1 1));MULTIPOINT((1 2),(3 4));MULTIPOLYGON(((0 0,0 1,1 1,0 0)),((5 5,5 6,6 6,5 5)));GEOMETRYCOLLECTION(POINT(1 2),LINESTRING(0 0,1 1));CIRCULARSTRING(0 0,1 1,2 0);COMPOUNDCURVE(CIRCULARSTRING(0 0,1 1,2 0),(2 0,3 3));CURVEPOLYGON(CIRCULARSTRING(0 0,4 0,4 4,0 4,0 0));TIN(((0 0,0 1,1 1,0 0)));POINT ZM (1 2 3 4);MULTILINESTRING((0 0,1 1),EMPTY)"
  sql "insert into t values (1, $row); insert into t (id, g) select 100 + n, s::geometry from regexp_split_to_table('$shapes', ';') with ordinality as x(s, n)"
  sync_all
  sql "insert into t values (2, $row); insert into t (id, g) select 200 + n, s::geometry from regexp_split_to_table('$shapes', ';') with ordinality as x(s, n)"
  sync_all
  equals 'a line' '"LINESTRING (0 0,0.1 -20.25)",POINT (19.9 50.1),POINT Z (1 2 3)' "$(there 'select g, p, z from raw.t where id = 1')"
  equals 'the snapshot and the changes give the same' 12 "$(there 'select count(*) from raw.t a join raw.t b on b.id = a.id + case when a.id = 1 then 1 else 100 end and a.g = b.g where a.id < 200 and a.id <> 2')"
  there "select id, g from raw.t where id between 100 and 199 order by id" | sed 's/,/;/; s/"//g' >shapes.txt
  while IFS=';' read -r id text; do # PostGIS reads back what it was
    equals "shape $id" t "$(sql "select st_asewkb(g) = st_asewkb('$text'::geometry) from t where id = $id")"
  done <shapes.txt
}

infinities() {
  begin
  sql "create table t (id int primary key, d date, ts timestamp, tz timestamptz, n numeric(8,2)); insert into t values (1, 'infinity', '-infinity', 'infinity', 'NaN')"
  if [ "$target" = snowflake ]; then # which has no such moments: nothing is lost in silence
    sync_fails 'beyond what the warehouse holds'
    return
  fi
  sync_all
  sql "insert into t values (2, 'infinity', '-infinity', 'infinity', 'NaN')"
  sync_all
  equals 'infinite moments' 2 "$(there "select count(*) from raw.t where d = date 'infinity' and ts = timestamp '-infinity' and n is null")"
}

# Rows as large as a buffer, a little more and a little less, and many times as large.
wide_rows() {
  begin
  largest=20000000
  [ "$target" != snowflake ] || largest=15000000 # it stores 16 MB in a value
  sql "create table t (id int primary key, v text, w text); insert into t select i, repeat('x', 65536 - 700 + i), i from generate_series(1, 1000) i;
    insert into t values (2000, repeat('y', $largest), 'z'), (2001, repeat(md5('a'), 4096), null)"
  sync_all; same t 'id,md5(v),w' 'the snapshot'
  sql "insert into t select 3000 + i, repeat('x', 65536 - 70 + i), i from generate_series(1, 100) i; update t set v = v || 'more' where id = 2000"
  sync_all; same t 'id,md5(v),w' 'changes'
}
