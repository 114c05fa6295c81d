-- What PostgreSQL's functions say, as macros. Runs in the database leat_pg; `getvariable` tells of the session.
create macro leat_catalog() as getvariable('leat_catalog');
create macro leat_schema(s) as case when s = 'main' then coalesce(getvariable('leat_main'), 'public') else s end;
-- The number of a thing is made of its name, so that it stays when the thing is replaced.
create macro leat_number(kind, name) as (16384 + (hash(kind || ' ' || name) % 2147467263)::bigint)::leat_oid;
create macro leat_schema_number(s) as case leat_schema(s) when 'public' then 2200::leat_oid when 'pg_catalog' then 11::leat_oid when 'information_schema' then 13000::leat_oid else leat_number('schema', s) end;
create macro leat_table_number(s, t) as leat_number('table', s || '.' || t);

create macro leat_pattern(p) as '(?s:.*)(?:' || p || ')(?s:.*)';
create macro leat_pattern_any_case(p) as '(?s:.*)(?i:' || p || ')(?s:.*)';

create macro quote_ident(s) as case when regexp_full_match(s, '[a-z_][a-z0-9_]*') then s else '"' || replace(s, '"', '""') || '"' end;
create macro quote_literal(s) as '''' || replace(s::varchar, '''', '''''') || '''';
create macro quote_nullable(s) as case when s is null then 'NULL' else '''' || replace(s::varchar, '''', '''''') || '''' end;
create macro leat_any(x, l) as list_contains(l, x);
create macro leat_vector(l) as array_to_string(l, ' ');
create macro array_lower(a, n) as case when len(a) > 0 then 1 end;
create macro array_upper(a, n) as case when len(a) > 0 then len(a) end;
create macro array_remove(a, v) as list_filter(a, lambda leat_x: leat_x is distinct from v);
create macro array_ndims(a) as case when len(a) > 0 then 1 end;
create macro cardinality(a) as len(a);
create macro _pg_expandarray(a) as unnest(list_transform(range(1, len(a) + 1), lambda i: {'x': a[i], 'n': i::integer}));
create macro btrim(s) as trim(s), (s, c) as trim(s, c);
create macro initcap(s) as array_to_string(list_transform(string_split(s, ' '), lambda w: upper(w[1]) || lower(w[2:])), ' ');
create macro char_length(s) as length(s);
create macro octet_length(s) as strlen(s);
create macro div(a, b) as trunc(a / b);
create macro statement_timestamp() as now();
create macro clock_timestamp() as get_current_timestamp();
create macro timeofday() as now()::varchar;
create macro pg_postmaster_start_time() as now();
create macro pg_conf_load_time() as now();
create macro pg_typeof(v) as case typeof(v) when 'VARCHAR' then 'text' when 'INTEGER' then 'integer' when 'BIGINT' then 'bigint' when 'DOUBLE' then 'double precision' when 'TIMESTAMP' then 'timestamp without time zone' when 'TIMESTAMP WITH TIME ZONE' then 'timestamp with time zone' else lower(typeof(v)) end;
create macro set_config(n, v, l) as v;
create macro txid_current() as 1::bigint;
create macro pg_is_in_recovery() as false;
create macro pg_is_wal_replay_paused() as false;
create macro pg_last_xact_replay_timestamp() as null::timestamptz;
create macro inet_server_addr() as null::varchar;
create macro inet_server_port() as null::integer;
create macro inet_client_addr() as null::varchar;
create macro inet_client_port() as null::integer;
create macro pg_encoding_to_char(n) as 'UTF8';
create macro pg_char_to_encoding(n) as 6;
create macro getdatabaseencoding() as 'UTF8';
create macro pg_client_encoding() as 'UTF8';
create macro pg_my_temp_schema() as 0::leat_oid;
create macro pg_is_other_temp_schema(n) as false;
-- The session does it when it sees the call, for sessions of the same user.
create macro pg_cancel_backend(p) as true;
create macro pg_terminate_backend(p) as true;
create macro pg_sleep(n) as null::varchar;
create macro pg_blocking_pids(p) as []::integer[];
create macro pg_listening_channels() as null::varchar;
create macro shobj_description(o, c) as null::varchar;
create macro pg_get_userbyid(o) as coalesce(getvariable('leat_user'), 'leat');
create macro pg_get_partkeydef(o) as null::varchar;
create macro pg_get_partition_constraintdef(o) as null::varchar;
create macro pg_get_statisticsobjdef_columns(o) as null::varchar;
create macro pg_get_triggerdef(o) as null::varchar, (o, p) as null::varchar;
create macro pg_get_ruledef(o) as null::varchar, (o, p) as null::varchar;
create macro pg_get_functiondef(o) as null::varchar;
create macro pg_get_function_arguments(o) as '';
create macro pg_get_function_identity_arguments(o) as '';
create macro pg_get_function_result(o) as '';
create macro pg_get_function_sqlbody(o) as null::varchar;
create macro pg_get_function_arg_default(o, n) as null::varchar;
create macro pg_get_serial_sequence(t, c) as null::varchar;
create macro pg_get_expr(e, r) as e::varchar, (e, r, p) as e::varchar;
create macro pg_type_is_visible(o) as true;
create macro pg_function_is_visible(o) as true;
create macro pg_operator_is_visible(o) as true;
create macro pg_opclass_is_visible(o) as true;
create macro pg_opfamily_is_visible(o) as true;
create macro pg_conversion_is_visible(o) as true;
create macro pg_collation_is_visible(o) as true;
create macro pg_statistics_obj_is_visible(o) as true;
create macro pg_ts_config_is_visible(o) as true;
create macro pg_ts_dict_is_visible(o) as true;
create macro pg_ts_parser_is_visible(o) as true;
create macro pg_ts_template_is_visible(o) as true;
create macro pg_relation_is_publishable(o) as false;
create macro pg_has_role(r, p) as true, (u, r, p) as true;
create macro has_table_privilege(t, p) as upper(p::varchar) like '%SELECT%', (u, t, p) as upper(p::varchar) like '%SELECT%';
create macro has_any_column_privilege(t, p) as upper(p::varchar) like '%SELECT%', (u, t, p) as upper(p::varchar) like '%SELECT%';
create macro has_column_privilege(t, c, p) as upper(p::varchar) like '%SELECT%', (u, t, c, p) as upper(p::varchar) like '%SELECT%';
create macro has_schema_privilege(s, p) as upper(p::varchar) like '%USAGE%', (u, s, p) as upper(p::varchar) like '%USAGE%';
create macro has_database_privilege(d, p) as upper(p::varchar) like '%CONNECT%', (u, d, p) as upper(p::varchar) like '%CONNECT%';
create macro has_function_privilege(f, p) as true, (u, f, p) as true;
create macro has_sequence_privilege(f, p) as true, (u, f, p) as true;
create macro has_type_privilege(f, p) as true, (u, f, p) as true;
create macro has_language_privilege(f, p) as true, (u, f, p) as true;
create macro has_tablespace_privilege(f, p) as false, (u, f, p) as false;
create macro has_foreign_data_wrapper_privilege(f, p) as false, (u, f, p) as false;
create macro has_server_privilege(f, p) as false, (u, f, p) as false;
create macro row_security_active(t) as false;
create macro pg_relation_size(o) as 0::bigint, (o, f) as 0::bigint;
create macro pg_table_size(o) as 0::bigint;
create macro pg_total_relation_size(o) as 0::bigint;
create macro pg_indexes_size(o) as 0::bigint;
create macro pg_database_size(o) as 0::bigint;
create macro pg_tablespace_size(o) as 0::bigint;
create macro pg_tablespace_location(o) as '';
create macro pg_relation_filenode(o) as o;
create macro pg_relation_filepath(o) as null::varchar;
create macro pg_size_pretty(n) as format_bytes(n::bigint);
create macro pg_stat_get_numscans(o) as 0::bigint;
create macro pg_stat_get_tuples_inserted(o) as 0::bigint;
create macro pg_stat_get_live_tuples(o) as 0::bigint;
create macro pg_stat_get_dead_tuples(o) as 0::bigint;
create macro pg_options_to_table(o) as table select null::varchar as option_name, null::varchar as option_value where false;
create macro pg_partition_ancestors(o) as o::varchar::bigint;
create macro pg_partition_ancestors(o) as table select o::varchar::bigint as relid, 1::bigint as depth;
create macro pg_partition_tree(o) as table select o as relid, null::bigint as parentrelid, true as isleaf, 0 as level;
create macro pg_get_keywords() as table select keyword_name as word, case keyword_category when 'reserved' then 'R' when 'unreserved' then 'U' when 'column_name' then 'C' else 'T' end as catcode, keyword_category as catdesc from duckdb_keywords();
create macro aclexplode(a) as table select 10::leat_oid as grantor, 10::leat_oid as grantee, 'SELECT' as privilege_type, false as is_grantable where false;

-- PostgreSQL's types; leat_types is made from the table in types.cpp.
create view pg_type as
  with all_types as (
    select oid, name, length, "array" as array_oid, 0 as element, category, words from leat_types
    union all
    select "array", '_' || name, -1, 0, oid, 'A', case words when '' then name else words end || '[]' from leat_types where "array" <> 0)
  select oid::leat_oid as oid, name as typname, 11::leat_oid as typnamespace, 10::leat_oid as typowner, length::smallint as typlen, length in (1, 2, 4, 8) and category <> 'A' as typbyval, case when category = 'P' then 'p' else 'b' end as typtype, category as typcategory, oid in (16, 25, 26, 701, 1184, 1186) as typispreferred, true as typisdefined, ',' as typdelim, 0::leat_oid as typrelid, case when category = 'A' then 'array_subscript_handler' else '-' end as typsubscript, element::leat_oid as typelem, array_oid::leat_oid as typarray, leat_number('function', 'pg_catalog.' || case when category = 'A' then 'array_in' else name || 'in' end) as typinput, leat_number('function', 'pg_catalog.' || case when category = 'A' then 'array_out' else name || 'out' end) as typoutput, leat_number('function', 'pg_catalog.' || case when category = 'A' then 'array_recv' else name || 'recv' end) as typreceive, leat_number('function', 'pg_catalog.' || case when category = 'A' then 'array_send' else name || 'send' end) as typsend, 0::leat_oid as typmodin, 0::leat_oid as typmodout, 0::leat_oid as typanalyze, case length when 8 then 'd' when 2 then 's' when 1 then 'c' else 'i' end as typalign, case when length = -1 then 'x' else 'p' end as typstorage, false as typnotnull, 0::leat_oid as typbasetype, -1 as typtypmod, 0 as typndims, (case when category = 'S' then 100 else 0 end)::leat_oid as typcollation, null::varchar as typdefaultbin, null::varchar as typdefault, null::varchar[] as typacl, words as leat_words
  from all_types;

-- Types: from DuckDB's names to PostgreSQL's numbers.
create macro leat_scalar_type(t) as case
  when t = 'BOOLEAN' then 16
  when t in ('TINYINT', 'UTINYINT', 'SMALLINT') then 21
  when t in ('USMALLINT', 'INTEGER') then 23
  when t in ('UINTEGER', 'BIGINT') then 20
  when t in ('UBIGINT', 'HUGEINT', 'UHUGEINT') or starts_with(t, 'DECIMAL') then 1700
  when t = 'FLOAT' then 700
  when t = 'DOUBLE' then 701
  when t = 'BLOB' then 17
  when t = 'DATE' then 1082
  when t = 'TIME' then 1083
  when t = 'TIME WITH TIME ZONE' then 1266
  when t = 'TIMESTAMP WITH TIME ZONE' then 1184
  when starts_with(t, 'TIMESTAMP') then 1114
  when t = 'INTERVAL' then 1186
  when t = 'UUID' then 2950
  when t = 'JSON' or starts_with(t, 'STRUCT') or starts_with(t, 'MAP') then 114
  else 25 end;
create macro leat_array_type(o) as case o when 16 then 1000 when 21 then 1005 when 23 then 1007 when 20 then 1016 when 1700 then 1231 when 700 then 1021 when 701 then 1022 when 17 then 1001 when 1082 then 1182 when 1083 then 1183 when 1266 then 1270 when 1184 then 1185 when 1114 then 1115 when 1186 then 1187 when 2950 then 2951 when 114 then 199 else 1009 end;
create macro leat_type(t) as case when ends_with(t, ']') then leat_array_type(leat_scalar_type(regexp_replace(t, '(\[\d*\])+$', ''))) else leat_scalar_type(t) end::leat_oid;
create macro leat_modifier(t, p, s) as case when starts_with(t, 'DECIMAL') and not ends_with(t, ']') then ((p << 16) | s) + 4 else -1 end::integer;
-- Macros read from views whose columns have names that nobody else uses: their arguments are put in as they are written.
create view leat_t as select oid as leat_o, typname as leat_name, words as leat_w, category as leat_cat from (select oid, typname, leat_words as words, typcategory as category from pg_type);
create macro format_type(o, m) as (select case when leat_o = 1700 and m > 4 then 'numeric(' || ((m - 4) >> 16) || ',' || ((m - 4) & 65535) || ')' else coalesce(nullif(leat_w, ''), leat_name) end from leat_t where leat_o = o);
create macro _pg_char_max_length(o, m) as null::integer;
create macro _pg_numeric_precision(o, m) as case o when 21 then 16 when 23 then 32 when 20 then 64 when 700 then 24 when 701 then 53 when 1700 then case when m > 4 then ((m - 4) >> 16) & 65535 end end::integer;
create macro _pg_numeric_scale(o, m) as case when o in (20, 21, 23) then 0 when o = 1700 and m > 4 then (m - 4) & 65535 end::integer;
create macro _pg_datetime_precision(o, m) as case when o = 1082 then 0 when o in (1083, 1114, 1184, 1266, 1186) then 6 end::integer;
create macro _pg_truetypid(a, t) as t.oid;
create macro _pg_truetypmod(a, t) as a.atttypmod;
