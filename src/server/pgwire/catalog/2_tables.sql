-- PostgreSQL's catalogue as views over DuckDB's. pg_type is made from the table of types in types.cpp before.
create view leat_relations as
  select schema_name, table_name as relname, 'r' as relkind, estimated_size, column_count, has_primary_key, "comment", null as definition, index_count, check_constraint_count from duckdb_tables() where database_name = leat_catalog() and not internal and not temporary
  union all
  select schema_name, view_name, 'v', 0, column_count, false, "comment", sql, 0, 0 from duckdb_views() where database_name = leat_catalog() and not internal and not temporary;
create table leat_own(oid bigint, relname varchar, relkind varchar);
insert into leat_own values (1247, 'pg_type', 'r'), (1249, 'pg_attribute', 'r'), (1255, 'pg_proc', 'r'), (1259, 'pg_class', 'r'), (1260, 'pg_authid', 'r'), (1261, 'pg_auth_members', 'r'), (1262, 'pg_database', 'r'), (1213, 'pg_tablespace', 'r'), (2600, 'pg_aggregate', 'r'), (2601, 'pg_am', 'r'), (2604, 'pg_attrdef', 'r'), (2605, 'pg_cast', 'r'), (2606, 'pg_constraint', 'r'), (2607, 'pg_conversion', 'r'), (2608, 'pg_depend', 'r'), (2609, 'pg_description', 'r'), (2396, 'pg_shdescription', 'r'), (2610, 'pg_index', 'r'), (2611, 'pg_inherits', 'r'), (2612, 'pg_language', 'r'), (2615, 'pg_namespace', 'r'), (2616, 'pg_opclass', 'r'), (2617, 'pg_operator', 'r'), (2618, 'pg_rewrite', 'r'), (2620, 'pg_trigger', 'r'), (3079, 'pg_extension', 'r'), (3456, 'pg_collation', 'r'), (3501, 'pg_enum', 'r'), (3541, 'pg_range', 'r'), (2328, 'pg_foreign_data_wrapper', 'r'), (1417, 'pg_foreign_server', 'r'), (3118, 'pg_foreign_table', 'r'), (2224, 'pg_sequence', 'r'), (12001, 'pg_roles', 'v'), (12002, 'pg_user', 'v'), (12003, 'pg_tables', 'v'), (12004, 'pg_views', 'v'), (12005, 'pg_indexes', 'v'), (12006, 'pg_settings', 'v'), (12007, 'pg_stat_activity', 'v'), (12008, 'pg_matviews', 'v'), (12009, 'pg_locks', 'v'), (12010, 'pg_stat_user_tables', 'v'), (12011, 'pg_sequences', 'v');

create view pg_namespace as
  select leat_schema_number(schema_name) as oid, leat_schema(schema_name) as nspname, 10::leat_oid as nspowner, null::varchar[] as nspacl from duckdb_schemas() where database_name = leat_catalog() and schema_name not in ('pg_catalog', 'information_schema')
  union all values (11::leat_oid, 'pg_catalog', 10::leat_oid, null::varchar[]), (13000::leat_oid, 'information_schema', 10::leat_oid, null::varchar[]);

-- Constraints that have an index, and indexes of their own.
create view leat_keys as
  select schema_name, table_name, constraint_name as name, constraint_type = 'PRIMARY KEY' as is_primary, true as is_unique, constraint_column_names as names, null::varchar as sql
  from duckdb_constraints() where database_name = leat_catalog() and constraint_type in ('PRIMARY KEY', 'UNIQUE')
  union all
  select schema_name, table_name, index_name, is_primary, is_unique, list_transform(string_split(trim(expressions, '[]'), ', '), lambda x: trim(x, '"''')), sql from duckdb_indexes() where database_name = leat_catalog();

create view pg_class as
  with kinds as (
    select leat_table_number(schema_name, relname) as oid, relname, leat_schema_number(schema_name) as relnamespace, relkind, estimated_size as size, column_count as columns, check_constraint_count as checks, has_primary_key or index_count > 0 as has_index, exists(select 1 from duckdb_constraints() k where k.database_name = leat_catalog() and k.constraint_type = 'FOREIGN KEY' and k.schema_name = r.schema_name and relname in (k.table_name, k.referenced_table)) as has_foreign from leat_relations r
    union all
    select leat_number('index', schema_name || '.' || table_name || '.' || name), name, leat_schema_number(schema_name), 'i', 0, len(names), 0, false, false from leat_keys
    union all
    select leat_number('sequence', schema_name || '.' || sequence_name), sequence_name, leat_schema_number(schema_name), 'S', 1, 3, 0, false, false from duckdb_sequences() where database_name = leat_catalog() and not temporary
    union all
    select oid::leat_oid, relname, 11::leat_oid, relkind, 0, 0, 0, false, false from leat_own)
  select oid, relname, relnamespace, 0::leat_oid as reltype, 0::leat_oid as reloftype, 10::leat_oid as relowner, (case relkind when 'r' then 2 when 'i' then 403 else 0 end)::leat_oid as relam, oid as relfilenode, 0::leat_oid as reltablespace, (size // 100 + 1)::integer as relpages, size::float as reltuples, 0 as relallvisible, 0::leat_oid as reltoastrelid, has_index as relhasindex, false as relisshared, 'p' as relpersistence, relkind, columns::smallint as relnatts, checks::smallint as relchecks, relkind = 'v' as relhasrules, has_foreign as relhastriggers, false as relhassubclass, false as relrowsecurity, false as relforcerowsecurity, true as relispopulated, 'd' as relreplident, false as relispartition, 0::leat_oid as relrewrite, 0 as relfrozenxid, 0 as relminmxid, null::varchar[] as relacl, null::varchar[] as reloptions, null::varchar as relpartbound, 0 as xmin, 1259::leat_oid as tableoid
  from kinds;

create view leat_c as select c.oid as leat_o, c.relname as leat_rel, c.relkind as leat_kind, c.relnamespace as leat_ns, n.nspname as leat_nsp from pg_class c join pg_namespace n on n.oid = c.relnamespace;
create macro pg_table_is_visible(o) as exists(select 1 from leat_c where leat_o = o and (leat_ns = 11 or leat_ns in (select leat_schema_number(leat_s) from unnest(string_split(coalesce(getvariable('leat_path'), 'main'), ',')) leat_p(leat_s))));

create view leat_columns as
  select leat_table_number(schema_name, table_name) as attrelid, schema_name, table_name, column_name, column_index, leat_type(data_type) as type, leat_modifier(data_type, numeric_precision, numeric_scale) as modifier, data_type, is_nullable, column_default, "comment"
  from duckdb_columns() where database_name = leat_catalog() and not internal;

create view pg_attribute as
  with attributes as (
    select attrelid, column_name as attname, type as atttypid, column_index as attnum, modifier as atttypmod, not is_nullable as attnotnull, column_default is not null and column_default <> 'NULL' as atthasdef from leat_columns
    union all
    select leat_number('index', k.schema_name || '.' || k.table_name || '.' || k.name), c.column_name, c.type, list_position(k.names, c.column_name), c.modifier, false, false from leat_keys k join leat_columns c on c.schema_name = k.schema_name and c.table_name = k.table_name and list_contains(k.names, c.column_name))
  select attrelid, attname, atttypid, -1 as attstattarget, t.typlen as attlen, attnum::smallint as attnum, case when t.typcategory = 'A' then 1 else 0 end as attndims, -1 as attcacheoff, atttypmod, t.typbyval as attbyval, t.typalign as attalign, t.typstorage as attstorage, '' as attcompression, attnotnull, atthasdef, false as atthasmissing, '' as attidentity, '' as attgenerated, false as attisdropped, true as attislocal, 0 as attinhcount, t.typcollation as attcollation, null::varchar[] as attacl, null::varchar[] as attoptions, null::varchar[] as attfdwoptions, null::varchar as attmissingval
  from attributes join pg_type t on t.oid = atttypid;

create view pg_attrdef as
  select leat_number('default', schema_name || '.' || table_name || '.' || column_name) as oid, attrelid as adrelid, column_index::smallint as adnum, column_default as adbin, column_default as adsrc from leat_columns where column_default is not null and column_default <> 'NULL';

create view leat_constraints as
  select *, leat_number('constraint', schema_name || '.' || table_name || '.' || constraint_name) as oid, leat_table_number(schema_name, table_name) as conrelid from duckdb_constraints() where database_name = leat_catalog() and constraint_type <> 'NOT NULL';
create view pg_constraint as
  select k.oid, constraint_name as conname, leat_schema_number(schema_name) as connamespace, case constraint_type when 'PRIMARY KEY' then 'p' when 'UNIQUE' then 'u' when 'FOREIGN KEY' then 'f' else 'c' end as contype, false as condeferrable, false as condeferred, true as convalidated, conrelid, 0::leat_oid as contypid, (case when constraint_type in ('PRIMARY KEY', 'UNIQUE') then leat_number('index', schema_name || '.' || table_name || '.' || constraint_name) when constraint_type = 'FOREIGN KEY' then coalesce((select any_value(leat_number('index', u.schema_name || '.' || u.table_name || '.' || u.name)) from leat_keys u where u.schema_name = k.schema_name and u.table_name = k.referenced_table and u.names = k.referenced_column_names), 0) else 0 end)::leat_oid as conindid, 0::leat_oid as conparentid, (case when constraint_type = 'FOREIGN KEY' then leat_table_number(schema_name, referenced_table) else 0 end)::leat_oid as confrelid, case when constraint_type = 'FOREIGN KEY' then 'a' else ' ' end as confupdtype, case when constraint_type = 'FOREIGN KEY' then 'a' else ' ' end as confdeltype, case when constraint_type = 'FOREIGN KEY' then 's' else ' ' end as confmatchtype, true as conislocal, 0 as coninhcount, true as connoinherit,
    list_transform(constraint_column_indexes, lambda i: (i + 1)::smallint) as conkey,
    case when constraint_type = 'FOREIGN KEY' then (select list(c.column_index::smallint order by list_position(k.referenced_column_names, c.column_name)) from leat_columns c where c.schema_name = k.schema_name and c.table_name = k.referenced_table and list_contains(k.referenced_column_names, c.column_name)) end as confkey,
    null::bigint[] as conpfeqop, null::bigint[] as conppeqop, null::bigint[] as conffeqop, null::bigint[] as conexclop, case when constraint_type = 'CHECK' then constraint_text end as conbin, constraint_text as leat_text, 2606::leat_oid as tableoid
  from leat_constraints k;
create view leat_k as select oid as leat_o, leat_text as leat_def from pg_constraint;
create macro pg_get_constraintdef(o) as (select leat_def from leat_k where leat_o = o), (o, p) as (select leat_def from leat_k where leat_o = o);

create view pg_index as
  select leat_number('index', schema_name || '.' || table_name || '.' || name) as indexrelid, leat_table_number(schema_name, table_name) as indrelid, len(names)::smallint as indnatts, len(names)::smallint as indnkeyatts, is_unique as indisunique, false as indnullsnotdistinct, is_primary as indisprimary, false as indisexclusion, true as indimmediate, false as indisclustered, true as indisvalid, false as indcheckxmin, true as indisready, true as indislive, false as indisreplident,
    (select list(c.column_index::smallint order by list_position(k.names, c.column_name)) from leat_columns c where c.schema_name = k.schema_name and c.table_name = k.table_name and list_contains(k.names, c.column_name)) as indkey, list_transform(names, lambda n: 0::smallint) as indcollation, list_transform(names, lambda n: 0::smallint) as indclass, list_transform(names, lambda n: 0::smallint) as indoption, null::varchar as indexprs, null::varchar as indpred
  from leat_keys k;
create view leat_i as select leat_number('index', k.schema_name || '.' || k.table_name || '.' || k.name) as leat_o, k.names as leat_names, coalesce(k.sql, 'CREATE ' || case when k.is_unique then 'UNIQUE ' else '' end || 'INDEX ' || quote_ident(k.name) || ' ON ' || quote_ident(leat_schema(k.schema_name)) || '.' || quote_ident(k.table_name) || ' USING btree (' || array_to_string(k.names, ', ') || ')') as leat_def from leat_keys k;
create macro pg_get_indexdef(o) as (select leat_def from leat_i where leat_o = o), (o, n, p) as (select case when n = 0 then leat_def else leat_names[n] end from leat_i where leat_o = o);
create view leat_v as select leat_table_number(schema_name, relname) as leat_o, ' ' || regexp_replace(definition, '^(?is)create\s+(or\s+replace\s+)?view\s+.*?\sas\s+', '') as leat_def from leat_relations where relkind = 'v';
create macro pg_get_viewdef(o) as (select leat_def from leat_v where leat_o = o), (o, p) as (select leat_def from leat_v where leat_o = o);

create view pg_description as
  select leat_table_number(schema_name, relname) as objoid, 1259::leat_oid as classoid, 0 as objsubid, "comment" as description from leat_relations where "comment" is not null
  union all
  select attrelid, 1259::leat_oid, column_index, "comment" from leat_columns where "comment" is not null;
create view leat_d as select objoid as leat_o, objsubid as leat_sub, description as leat_text from pg_description;
create macro obj_description(o) as (select leat_text from leat_d where leat_o = o and leat_sub = 0), (o, c) as (select leat_text from leat_d where leat_o = o and leat_sub = 0);
create macro col_description(o, n) as (select leat_text from leat_d where leat_o = o and leat_sub = n and n > 0);

create view pg_database as
  select 5::leat_oid as oid, getvariable('leat_database') as datname, 10::leat_oid as datdba, 6 as encoding, 'c' as datlocprovider, false as datistemplate, true as datallowconn, -1 as datconnlimit, 0 as datfrozenxid, 0 as datminmxid, 1663::leat_oid as dattablespace, 'C' as datcollate, 'C' as datctype, null::varchar as daticulocale, null::varchar as datcollversion, null::varchar[] as datacl;
create view pg_roles as
  select 10::leat_oid as oid, coalesce(getvariable('leat_user'), 'leat') as rolname, false as rolsuper, true as rolinherit, false as rolcreaterole, false as rolcreatedb, true as rolcanlogin, false as rolreplication, -1 as rolconnlimit, '********' as rolpassword, null::timestamptz as rolvaliduntil, false as rolbypassrls, null::varchar[] as rolconfig;
create view pg_authid as select * from pg_roles;
create view pg_user as select rolname as usename, oid as usesysid, rolcreatedb as usecreatedb, rolsuper as usesuper, rolreplication as userepl, rolbypassrls as usebypassrls, rolpassword as passwd, rolvaliduntil as valuntil, rolconfig as useconfig from pg_roles;
create view pg_shadow as select * from pg_user;
create view pg_group as select rolname as groname, oid as grosysid, []::bigint[] as grolist from pg_roles where false;
create view pg_auth_members as select 0::leat_oid as roleid, 0::leat_oid as member, 0::leat_oid as grantor, false as admin_option where false;
create view pg_tablespace as select 1663::leat_oid as oid, 'pg_default' as spcname, 10::leat_oid as spcowner, null::varchar[] as spcacl, null::varchar[] as spcoptions;
create view pg_am as select 2::leat_oid as oid, 'heap' as amname, 3::leat_oid as amhandler, 't' as amtype union all values (403::leat_oid, 'btree', 330::leat_oid, 'i');
create view pg_collation as select 100::leat_oid as oid, 'default' as collname, 11::leat_oid as collnamespace, 10::leat_oid as collowner, 'd' as collprovider, true as collisdeterministic, -1 as collencoding, null::varchar as collcollate, null::varchar as collctype, null::varchar as colliculocale, null::varchar as collversion union all values (950::leat_oid, 'C', 11::leat_oid, 10::leat_oid, 'c', true, -1, 'C', 'C', null::varchar, null::varchar);
create view pg_language as select 14::leat_oid as oid, 'sql' as lanname, 10::leat_oid as lanowner, false as lanispl, true as lanpltrusted, 0::leat_oid as lanplcallfoid, 0::leat_oid as laninline, 0::leat_oid as lanvalidator, null::varchar[] as lanacl;
create view pg_extension as select 13500::leat_oid as oid, 'plpgsql' as extname, 10::leat_oid as extowner, 11::leat_oid as extnamespace, false as extrelocatable, '1.0' as extversion, null::bigint[] as extconfig, null::varchar[] as extcondition where false;
create view pg_available_extensions as select null::varchar as name, null::varchar as default_version, null::varchar as installed_version, null::varchar as "comment" where false;
create view pg_proc as
  select leat_number('function', schema_name || '.' || function_name) as oid, function_name as proname, leat_schema_number(schema_name) as pronamespace, 10::leat_oid as proowner, 14::leat_oid as prolang, 1::float as procost, 0::float as prorows, 0::leat_oid as provariadic, '-' as prosupport, case when any_value(function_type) = 'aggregate' then 'a' else 'f' end as prokind, false as prosecdef, false as proleakproof, false as proisstrict, any_value(function_type) like 'table%' as proretset, 'v' as provolatile, 's' as proparallel, 0::smallint as pronargs, 0::smallint as pronargdefaults, 25::leat_oid as prorettype, []::bigint[] as proargtypes, null::bigint[] as proallargtypes, null::varchar[] as proargmodes, null::varchar[] as proargnames, null::varchar as proargdefaults, null::bigint[] as protrftypes, function_name as prosrc, null::varchar as probin, null::varchar as prosqlbody, null::varchar[] as proconfig, null::varchar[] as proacl
  from (select schema_name, function_name, function_type from duckdb_functions() where database_name = leat_catalog() and not internal union all select 'pg_catalog', case when category = 'A' then 'array_' else name end || way, 'scalar' from (select name, category from leat_types union all select 'array', 'A') t, (values ('in'), ('out'), ('recv'), ('send')) w(way)) group by schema_name, function_name;
create view pg_sequence as select leat_number('sequence', schema_name || '.' || sequence_name) as seqrelid, 20::leat_oid as seqtypid, start_value as seqstart, increment_by as seqincrement, max_value as seqmax, min_value as seqmin, 1::bigint as seqcache, cycle as seqcycle from duckdb_sequences() where database_name = leat_catalog();
create view pg_sequences as select leat_schema(schema_name) as schemaname, sequence_name as sequencename, 'leat' as sequenceowner, 'bigint' as data_type, start_value, min_value, max_value, increment_by, cycle, 1::bigint as cache_size, last_value from duckdb_sequences() where database_name = leat_catalog();
create view pg_tables as select leat_schema(schema_name) as schemaname, relname as tablename, coalesce(getvariable('leat_user'), 'leat') as tableowner, null::varchar as tablespace, has_primary_key or index_count > 0 as hasindexes, false as hasrules, false as hastriggers, false as rowsecurity from leat_relations where relkind = 'r' union all select 'pg_catalog', relname, 'leat', null, false, false, false, false from leat_own where relkind = 'r';
create view pg_views as select leat_schema(schema_name) as schemaname, relname as viewname, coalesce(getvariable('leat_user'), 'leat') as viewowner, definition from leat_relations where relkind = 'v';
create view pg_matviews as select null::varchar as schemaname, null::varchar as matviewname, null::varchar as matviewowner, null::varchar as tablespace, false as hasindexes, true as ispopulated, null::varchar as definition where false;
create view pg_indexes as select leat_schema(schema_name) as schemaname, table_name as tablename, name as indexname, null::varchar as tablespace, pg_get_indexdef(leat_number('index', schema_name || '.' || table_name || '.' || name)) as indexdef from leat_keys;
create view pg_enum as select 0::leat_oid as oid, 0::leat_oid as enumtypid, 0::float as enumsortorder, null::varchar as enumlabel where false;
create view pg_range as select 0::leat_oid as rngtypid, 0::leat_oid as rngsubtype, 0::leat_oid as rngmultitypid, 0::leat_oid as rngcollation, 0::leat_oid as rngsubopc, '-' as rngcanonical, '-' as rngsubdiff where false;
create view pg_settings as select n as name, s as setting, null::varchar as unit, 'Leat' as category, '' as short_desc, null::varchar as extra_desc, 'user' as context, 'string' as vartype, 'default' as source, null::varchar as min_val, null::varchar as max_val, null::varchar[] as enumvals, s as boot_val, s as reset_val, null::varchar as sourcefile, null::integer as sourceline, false as pending_restart from (values ('server_version', '15.0'), ('server_version_num', '150000'), ('TimeZone', 'UTC'), ('standard_conforming_strings', 'on'), ('max_identifier_length', '63'), ('max_index_keys', '32'), ('server_encoding', 'UTF8'), ('client_encoding', 'UTF8'), ('search_path', '"$user", public'), ('DateStyle', 'ISO, MDY'), ('default_transaction_read_only', 'on'), ('integer_datetimes', 'on'), ('block_size', '8192')) v(n, s);
create view pg_stat_activity as select 5::leat_oid as datid, getvariable('leat_database') as datname, coalesce(getvariable('leat_pid'), '0')::integer as pid, null::integer as leader_pid, 10::leat_oid as usesysid, getvariable('leat_user') as usename, '' as application_name, null::varchar as client_addr, null::varchar as client_hostname, null::integer as client_port, now() as backend_start, null::timestamptz as xact_start, null::timestamptz as query_start, null::timestamptz as state_change, null::varchar as wait_event_type, null::varchar as wait_event, 'active' as state, null::bigint as backend_xid, null::bigint as backend_xmin, null::bigint as query_id, '' as query, 'client backend' as backend_type;
create view pg_stat_database as select 5::leat_oid as datid, getvariable('leat_database') as datname, 0 as numbackends, 0::bigint as xact_commit, 0::bigint as xact_rollback, 0::bigint as blks_read, 0::bigint as blks_hit, 0::bigint as tup_returned, 0::bigint as tup_fetched, 0::bigint as tup_inserted, 0::bigint as tup_updated, 0::bigint as tup_deleted;
create view pg_stat_user_tables as select leat_table_number(schema_name, relname) as relid, leat_schema(schema_name) as schemaname, relname, 0::bigint as seq_scan, 0::bigint as seq_tup_read, 0::bigint as idx_scan, 0::bigint as idx_tup_fetch, 0::bigint as n_tup_ins, 0::bigint as n_tup_upd, 0::bigint as n_tup_del, 0::bigint as n_tup_hot_upd, estimated_size as n_live_tup, 0::bigint as n_dead_tup, 0::bigint as n_mod_since_analyze, null::timestamptz as last_vacuum, null::timestamptz as last_autovacuum, null::timestamptz as last_analyze, null::timestamptz as last_autoanalyze from leat_relations where relkind = 'r';
create view pg_stat_all_tables as select * from pg_stat_user_tables;
create view pg_locks as select 'relation' as locktype, 5::leat_oid as database, null::bigint as relation, null::integer as page, null::smallint as tuple, null::varchar as virtualxid, null::bigint as transactionid, null::bigint as classid, null::bigint as objid, null::smallint as objsubid, null::varchar as virtualtransaction, 0 as pid, 'AccessShareLock' as "mode", true as granted, true as fastpath, null::timestamptz as waitstart where false;
create view pg_depend as select 2606::leat_oid as classid, oid as objid, 0 as objsubid, 1259::leat_oid as refclassid, conindid as refobjid, 0 as refobjsubid, 'n' as deptype from pg_constraint where contype = 'f' and conindid <> 0;
create view pg_shdepend as select 0::leat_oid as dbid, 0::leat_oid as classid, 0::leat_oid as objid, 0 as objsubid, 0::leat_oid as refclassid, 0::leat_oid as refobjid, 'n' as deptype where false;
create view pg_inherits as select 0::leat_oid as inhrelid, 0::leat_oid as inhparent, 1 as inhseqno, false as inhdetachpending where false;
create view pg_rewrite as select 0::leat_oid as oid, null::varchar as rulename, 0::leat_oid as ev_class, '1' as ev_type, 'O' as ev_enabled, true as is_instead, null::varchar as ev_qual, null::varchar as ev_action, 2618::leat_oid as tableoid where false;
create view pg_trigger as select 0::leat_oid as oid, 0::leat_oid as tgrelid, 0::leat_oid as tgparentid, null::varchar as tgname, 0::leat_oid as tgfoid, 0::smallint as tgtype, 'O' as tgenabled, false as tgisinternal, 0::leat_oid as tgconstrrelid, 0::leat_oid as tgconstrindid, 0::leat_oid as tgconstraint, false as tgdeferrable, false as tginitdeferred, 0::smallint as tgnargs, []::smallint[] as tgattr, null::varchar as tgargs, null::varchar as tgqual, null::varchar as tgoldtable, null::varchar as tgnewtable, 2620::leat_oid as tableoid where false;
create view pg_event_trigger as select 0::leat_oid as oid, null::varchar as evtname, null::varchar as evtevent, 0::leat_oid as evtowner, 0::leat_oid as evtfoid, 'O' as evtenabled, null::varchar[] as evttags where false;
create view pg_policy as select 0::leat_oid as oid, null::varchar as polname, 0::leat_oid as polrelid, '*' as polcmd, true as polpermissive, []::bigint[] as polroles, null::varchar as polqual, null::varchar as polwithcheck where false;
create view pg_policies as select null::varchar as schemaname, null::varchar as tablename, null::varchar as policyname, null::varchar as permissive, null::varchar[] as roles, null::varchar as cmd, null::varchar as qual, null::varchar as with_check where false;
create view pg_publication as select 0::leat_oid as oid, null::varchar as pubname, 0::leat_oid as pubowner, false as puballtables, false as pubinsert, false as pubupdate, false as pubdelete, false as pubtruncate, false as pubviaroot where false;
create view pg_publication_rel as select 0::leat_oid as oid, 0::leat_oid as prpubid, 0::leat_oid as prrelid, null::varchar as prqual, null::smallint[] as prattrs where false;
create view pg_publication_namespace as select 0::leat_oid as oid, 0::leat_oid as pnpubid, 0::leat_oid as pnnspid where false;
create view pg_publication_tables as select null::varchar as pubname, null::varchar as schemaname, null::varchar as tablename, null::varchar[] as attnames, null::varchar as rowfilter where false;
create view pg_subscription as select 0::leat_oid as oid, 0::leat_oid as subdbid, null::varchar as subname, 0::leat_oid as subowner, false as subenabled where false;
create view pg_statistic_ext as select 0::leat_oid as oid, 0::leat_oid as stxrelid, null::varchar as stxname, 0::leat_oid as stxnamespace, 0::leat_oid as stxowner, -1 as stxstattarget, []::smallint[] as stxkeys, []::varchar[] as stxkind, null::varchar as stxexprs where false;
create view pg_stats as select null::varchar as schemaname, null::varchar as tablename, null::varchar as attname, false as inherited, 0::float as null_frac, 0 as avg_width, 0::float as n_distinct where false;
create view pg_foreign_data_wrapper as select 0::leat_oid as oid, null::varchar as fdwname, 0::leat_oid as fdwowner, 0::leat_oid as fdwhandler, 0::leat_oid as fdwvalidator, null::varchar[] as fdwacl, null::varchar[] as fdwoptions where false;
create view pg_foreign_server as select 0::leat_oid as oid, null::varchar as srvname, 0::leat_oid as srvowner, 0::leat_oid as srvfdw, null::varchar as srvtype, null::varchar as srvversion, null::varchar[] as srvacl, null::varchar[] as srvoptions where false;
create view pg_foreign_table as select 0::leat_oid as ftrelid, 0::leat_oid as ftserver, null::varchar[] as ftoptions where false;
create view pg_user_mapping as select 0::leat_oid as oid, 0::leat_oid as umuser, 0::leat_oid as umserver, null::varchar[] as umoptions where false;
create view pg_user_mappings as select 0::leat_oid as umid, 0::leat_oid as srvid, null::varchar as srvname, 0::leat_oid as umuser, null::varchar as usename, null::varchar[] as umoptions where false;
create view pg_partitioned_table as select 0::leat_oid as partrelid, 'r' as partstrat, 0::smallint as partnatts, 0::leat_oid as partdefid, []::smallint[] as partattrs, []::bigint[] as partclass, []::bigint[] as partcollation, null::varchar as partexprs where false;
create view pg_shdescription as select 0::leat_oid as objoid, 0::leat_oid as classoid, null::varchar as description where false;
create view pg_seclabel as select 0::leat_oid as objoid, 0::leat_oid as classoid, 0 as objsubid, null::varchar as provider, null::varchar as label where false;
create view pg_shseclabel as select 0::leat_oid as objoid, 0::leat_oid as classoid, null::varchar as provider, null::varchar as label where false;
create view pg_cast as select 0::leat_oid as oid, 0::leat_oid as castsource, 0::leat_oid as casttarget, 0::leat_oid as castfunc, 'e' as castcontext, 'f' as castmethod where false;
create view pg_conversion as select 0::leat_oid as oid, null::varchar as conname, 0::leat_oid as connamespace, 0::leat_oid as conowner, 6 as conforencoding, 6 as contoencoding, null::varchar as conproc, true as condefault where false;
create view pg_operator as select 0::leat_oid as oid, null::varchar as oprname, 0::leat_oid as oprnamespace, 0::leat_oid as oprowner, 'b' as oprkind, false as oprcanmerge, false as oprcanhash, 0::leat_oid as oprleft, 0::leat_oid as oprright, 0::leat_oid as oprresult, 0::leat_oid as oprcom, 0::leat_oid as oprnegate, null::varchar as oprcode where false;
create view pg_opclass as select 0::leat_oid as oid, 0::leat_oid as opcmethod, null::varchar as opcname, 0::leat_oid as opcnamespace, 0::leat_oid as opcowner, 0::leat_oid as opcfamily, 0::leat_oid as opcintype, true as opcdefault, 0::leat_oid as opckeytype, 2616::leat_oid as tableoid where false;
create view pg_opfamily as select 0::leat_oid as oid, 0::leat_oid as opfmethod, null::varchar as opfname, 0::leat_oid as opfnamespace, 0::leat_oid as opfowner, 2753::leat_oid as tableoid where false;
create view pg_amop as select 0::leat_oid as oid, 0::leat_oid as amopfamily, 0::leat_oid as amoplefttype, 0::leat_oid as amoprighttype, 0::smallint as amopstrategy, 's' as amoppurpose, 0::leat_oid as amopopr, 0::leat_oid as amopmethod, 0::leat_oid as amopsortfamily where false;
create view pg_amproc as select 0::leat_oid as oid, 0::leat_oid as amprocfamily, 0::leat_oid as amproclefttype, 0::leat_oid as amprocrighttype, 0::smallint as amprocnum, 0::leat_oid as amproc where false;
create view pg_aggregate as select 0::leat_oid as aggfnoid, 'n' as aggkind, 0::smallint as aggnumdirectargs, null::varchar as aggtransfn, null::varchar as aggfinalfn, 0::leat_oid as aggtranstype, null::varchar as agginitval, 0::leat_oid as aggsortop where false;
create view pg_transform as select 0::leat_oid as oid, 0::leat_oid as trftype, 0::leat_oid as trflang where false;
create view pg_default_acl as select 0::leat_oid as oid, 0::leat_oid as defaclrole, 0::leat_oid as defaclnamespace, 'r' as defaclobjtype, null::varchar[] as defaclacl where false;
create view pg_db_role_setting as select 0::leat_oid as setdatabase, 0::leat_oid as setrole, null::varchar[] as setconfig where false;
create view pg_init_privs as select 0::leat_oid as objoid, 0::leat_oid as classoid, 0 as objsubid, 'i' as privtype, null::varchar[] as initprivs where false;
create view pg_ts_config as select 0::leat_oid as oid, null::varchar as cfgname, 0::leat_oid as cfgnamespace, 0::leat_oid as cfgowner, 0::leat_oid as cfgparser where false;
create view pg_ts_dict as select 0::leat_oid as oid, null::varchar as dictname, 0::leat_oid as dictnamespace, 0::leat_oid as dictowner, 0::leat_oid as dicttemplate, null::varchar as dictinitoption where false;
create view pg_ts_parser as select 0::leat_oid as oid, null::varchar as prsname, 0::leat_oid as prsnamespace where false;
create view pg_ts_template as select 0::leat_oid as oid, null::varchar as tmplname, 0::leat_oid as tmplnamespace where false;
create view pg_prepared_statements as select null::varchar as name, null::varchar as statement, null::timestamptz as prepare_time, null::varchar[] as parameter_types, false as from_sql where false;
create view pg_prepared_xacts as select 0::bigint as transaction, null::varchar as gid, null::timestamptz as prepared, null::varchar as owner, null::varchar as database where false;
create view pg_cursors as select null::varchar as name, null::varchar as statement, false as is_holdable, false as is_binary, false as is_scrollable, null::timestamptz as creation_time where false;
create view pg_replication_slots as select null::varchar as slot_name, null::varchar as plugin, null::varchar as slot_type, null::varchar as database, false as active where false;
create view pg_rules as select null::varchar as schemaname, null::varchar as tablename, null::varchar as rulename, null::varchar as definition where false;

create macro pg_show_all_settings() as table select * from pg_settings;
create macro pg_stat_get_activity(p) as table select * from pg_stat_activity;
create macro pg_lock_status() as table select * from pg_locks;
create macro pg_available_extensions() as table select * from pg_available_extensions;

-- Names and numbers of things: what casts to regclass and its kin become.
create macro leat_regclass_oid(x) as case when regexp_full_match(x::varchar, '\d+') then x::varchar::bigint else (select leat_o::bigint from leat_c where leat_kind <> 'i' and (quote_ident(leat_nsp) || '.' || quote_ident(leat_rel) = x::varchar or leat_nsp || '.' || leat_rel = replace(x::varchar, '"', '') or leat_rel = replace(x::varchar, '"', '')) order by pg_table_is_visible(leat_o) desc, leat_nsp = 'pg_catalog' limit 1) end;
create macro leat_regclass_name(x) as case when not regexp_full_match(x::varchar, '\d+') then x::varchar when x::varchar = '0' then '-' else coalesce((select case when pg_table_is_visible(leat_o) then quote_ident(leat_rel) else quote_ident(leat_nsp) || '.' || quote_ident(leat_rel) end from leat_c where leat_o = x::varchar::bigint limit 1), x::varchar) end;
create macro leat_regtype_oid(x) as case when regexp_full_match(x::varchar, '\d+') then x::varchar::bigint else (select leat_o::bigint from leat_t where replace(lower(x::varchar), 'pg_catalog.', '') in (leat_name, leat_w, case when leat_cat = 'A' then leat_name[2:] || '[]' end) order by leat_o limit 1) end;
create macro leat_regtype_name(x) as case when regexp_full_match(x::varchar, '\d+') then format_type(x::varchar::bigint, -1) else x::varchar end;
create macro leat_regproc_oid(x) as case when regexp_full_match(x::varchar, '\d+') then x::varchar::bigint else leat_number('function', case when contains(x::varchar, '.') then '' else 'pg_catalog.' end || x::varchar)::bigint end;
create view leat_f as select oid as leat_o, proname as leat_name from pg_proc;
create macro leat_regproc_name(x) as case when not regexp_full_match(x::varchar, '\d+') then x::varchar when x::varchar = '0' then '-' else coalesce((select any_value(leat_name) from leat_f where leat_o = x::varchar::bigint), x::varchar) end;
create macro leat_regoper_oid(x) as 0;
create macro leat_regoper_name(x) as x::varchar;
create macro leat_regoperator_oid(x) as 0;
create macro leat_regoperator_name(x) as x::varchar;
create macro leat_regrole_oid(x) as 10;
create macro leat_regrole_name(x) as coalesce(getvariable('leat_user'), 'leat');
create view leat_n as select oid as leat_o, nspname as leat_nsp from pg_namespace;
create macro leat_regnamespace_oid(x) as case when regexp_full_match(x::varchar, '\d+') then x::varchar::bigint else (select leat_o::bigint from leat_n where leat_nsp = replace(x::varchar, '"', '') limit 1) end;
create macro leat_regnamespace_name(x) as case when regexp_full_match(x::varchar, '\d+') then (select leat_nsp from leat_n where leat_o = x::varchar::bigint limit 1) else x::varchar end;
create macro to_regclass(x) as leat_regclass_oid(x);
create macro to_regtype(x) as leat_regtype_oid(x);
create macro to_regnamespace(x) as leat_regnamespace_oid(x);
create macro current_schemas(i) as case when i then ['pg_catalog'] || string_split(coalesce(getvariable('leat_shown_path'), 'public'), ',') else string_split(coalesce(getvariable('leat_shown_path'), 'public'), ',') end;
