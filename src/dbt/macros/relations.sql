{# Finding, naming, making and removing relations. #}
{% macro load_relation(relation) -%}{%- do return(adapter.load_relation(relation)) -%}{%- endmacro %}
{% macro load_cached_relation(relation) -%}{%- do return(adapter.load_relation(relation)) -%}{%- endmacro %}
{% macro get_or_create_relation(database, schema, identifier, type) -%}
  {%- set found = adapter.get_relation(database=database, schema=schema, identifier=identifier) -%}
  {%- if found -%}{%- do return([true, found]) -%}{%- endif -%}
  {%- do return([false, api.Relation.create(database=database, schema=schema, identifier=identifier, type=type)]) -%}
{%- endmacro %}

{# A name beside another; cut so that the suffix fits into what the engine keeps of a name. #}
{% macro name_beside(relation, suffix) -%}
  {%- set most = (63 if adapter.type() == 'postgres' else 255) - (suffix | length) -%}
  {%- set name = relation.identifier -%}
  {%- if name | length > most -%}{%- set name = name[:most - 8] ~ local_md5(name)[:8] -%}{%- endif -%}
  {%- do return(relation.incorporate(path={'identifier': name ~ suffix})) -%}
{%- endmacro %}
{% macro make_intermediate_relation(base_relation, suffix='__dbt_tmp') -%}
  {{ return(adapter.dispatch('make_intermediate_relation', 'dbt')(base_relation, suffix)) }}
{%- endmacro %}
{% macro default__make_intermediate_relation(base_relation, suffix) -%}{%- do return(name_beside(base_relation, suffix)) -%}{%- endmacro %}
{% macro make_temp_relation(base_relation, suffix='__dbt_tmp') -%}
  {{ return(adapter.dispatch('make_temp_relation', 'dbt')(base_relation, suffix)) }}
{%- endmacro %}
{% macro default__make_temp_relation(base_relation, suffix) -%}{%- do return(name_beside(base_relation, suffix)) -%}{%- endmacro %}
{% macro make_backup_relation(base_relation, backup_relation_type, suffix='__dbt_backup') -%}
  {{ return(adapter.dispatch('make_backup_relation', 'dbt')(base_relation, backup_relation_type, suffix)) }}
{%- endmacro %}
{% macro default__make_backup_relation(base_relation, backup_relation_type, suffix) -%}
  {%- do return(name_beside(base_relation, suffix).incorporate(type=backup_relation_type)) -%}
{%- endmacro %}

{% macro create_schema(relation) -%}{%- do adapter.create_schema(relation) -%}{%- endmacro %}
{% macro drop_schema(relation) -%}{%- do adapter.drop_schema(relation) -%}{%- endmacro %}
{% macro drop_relation(relation) -%}{%- do adapter.drop_relation(relation) -%}{%- endmacro %}
{% macro rename_relation(from_relation, to_relation) -%}{%- do adapter.rename_relation(from_relation, to_relation) -%}{%- endmacro %}
{% macro truncate_relation(relation) -%}{%- do adapter.truncate_relation(relation) -%}{%- endmacro %}
{% macro drop_relation_if_exists(relation) -%}{%- if relation is not none -%}{%- do adapter.drop_relation(relation) -%}{%- endif -%}{%- endmacro %}
{% macro list_schemas(database) -%}{%- do return(adapter.list_schemas(database)) -%}{%- endmacro %}
{% macro check_schema_exists(information_schema, schema) -%}{%- do return(adapter.check_schema_exists(none, schema)) -%}{%- endmacro %}
{% macro list_relations_without_caching(schema_relation) -%}{%- do return(adapter.list_relations_without_caching(schema_relation)) -%}{%- endmacro %}

{% macro get_create_table_as_sql(temporary, relation, sql) -%}
  {{ adapter.dispatch('get_create_table_as_sql', 'dbt')(temporary, relation, sql) }}
{%- endmacro %}
{% macro default__get_create_table_as_sql(temporary, relation, sql) -%}{{ create_table_as(temporary, relation, sql) }}{%- endmacro %}
{% macro create_table_as(temporary, relation, compiled_code, language='sql') -%}
  {{ adapter.dispatch('create_table_as', 'dbt')(temporary, relation, compiled_code) }}
{%- endmacro %}
{% macro default__create_table_as(temporary, relation, sql) -%}
  {{ config.get('sql_header') or '' }}
  {%- if contract_is_enforced() and not temporary %}
  {%- do get_assert_columns_equivalent(sql) %}
  create {% if config.get('unlogged') %}unlogged {% endif %}table {{ relation }} {{ get_table_columns_and_constraints() }};
  insert into {{ relation }} ({{ get_column_names() }}) (
    {{ get_select_subquery(sql) }}
  )
  {%- else %}
  create {% if temporary %}temporary {% elif config.get('unlogged') %}unlogged {% endif %}table {{ relation.include(database=not temporary, schema=not temporary) }} as (
{{ sql }}
  )
  {%- endif %}
{%- endmacro %}
{% macro snowflake__create_table_as(temporary, relation, sql) -%}
  {{ config.get('sql_header') or '' }}
  create or replace {% if temporary %}temporary {% elif config.get('transient', true) %}transient {% endif %}table {{ relation }}
  {%- if config.get('cluster_by') %} cluster by ({{ config.get('cluster_by') if config.get('cluster_by') is string else config.get('cluster_by') | join(', ') }}){% endif %}
  {%- if config.get('copy_grants') %} copy grants{% endif %}
  {%- if contract_is_enforced() and not temporary %}
  {%- do get_assert_columns_equivalent(sql) %} {{ get_table_columns_and_constraints() }} as (
    {{ get_select_subquery(sql) }}
  )
  {%- else %} as (
{{ sql }}
  )
  {%- endif %}
{%- endmacro %}
{% macro get_create_view_as_sql(relation, sql) -%}{{ adapter.dispatch('get_create_view_as_sql', 'dbt')(relation, sql) }}{%- endmacro %}
{% macro default__get_create_view_as_sql(relation, sql) -%}{{ create_view_as(relation, sql) }}{%- endmacro %}
{% macro create_view_as(relation, sql) -%}{{ adapter.dispatch('create_view_as', 'dbt')(relation, sql) }}{%- endmacro %}
{% macro default__create_view_as(relation, sql) -%}
  {{ config.get('sql_header') or '' }}
  {%- if contract_is_enforced() -%}{%- do get_assert_columns_equivalent(sql) -%}{%- endif %}
  create view {{ relation }} as (
{{ sql }}
  )
{%- endmacro %}

{% macro snowflake__create_view_as(relation, sql) -%}
  {{ config.get('sql_header') or '' }}
  create or replace {% if config.get('secure') %}secure {% endif %}view {{ relation }}{% if config.get('copy_grants') %} copy grants{% endif %} as (
{{ sql }}
  )
{%- endmacro %}

{# `indexes` of a model's configuration; PostgreSQL and DuckDB have them. #}
{% macro create_indexes(relation) -%}{{ adapter.dispatch('create_indexes', 'dbt')(relation) }}{%- endmacro %}
{% macro default__create_indexes(relation) -%}
  {%- for index in config.get('indexes') or [] -%}
    {%- set name = local_md5(relation.identifier ~ (index.columns | join(',')) ~ (index.unique or false) ~ (index.type or '') ~ loop.index) -%}
    {%- call statement('create_index') -%}
      create {{ 'unique ' if index.unique }}index {{ adapter.quote(relation.identifier[:20] ~ '_' ~ name[:16]) }} on {{ relation }}
      {{- ' using ' ~ index.type if index.type }} ({{ get_quoted_csv(index.columns) }})
    {%- endcall -%}
  {%- endfor -%}
{%- endmacro %}

{% macro get_columns_in_relation(relation) -%}{%- do return(adapter.get_columns_in_relation(relation)) -%}{%- endmacro %}
{% macro get_columns_in_query(select_sql) -%}
  {%- do return(adapter.get_column_schema_from_query(select_sql) | map(attribute='name') | list) -%}
{%- endmacro %}
{% macro get_empty_subquery_sql(select_sql, select_sql_header=none) -%}
  {{ select_sql_header or '' }}
  select * from (
{{ select_sql }}
  ) as __dbt_sbq
  where false
  limit 0
{%- endmacro %}
{% macro get_list_of_column_names(columns) -%}{%- do return(columns | map(attribute='name') | list) -%}{%- endmacro %}
{% macro get_quoted_csv(column_names) -%}
  {%- set quoted = [] -%}
  {%- for name in column_names -%}{%- do quoted.append(adapter.quote(name)) -%}{%- endfor -%}
  {%- do return(quoted | join(', ')) -%}
{%- endmacro %}
{% macro alter_column_type(relation, column_name, new_column_type) -%}
  {%- call statement('alter_column_type') -%}
    alter table {{ relation.render() }} alter column {{ adapter.quote(column_name) }} type {{ new_column_type }}
  {%- endcall -%}
{%- endmacro %}
{% macro alter_relation_add_remove_columns(relation, add_columns=none, remove_columns=none) -%}
  {%- for column in add_columns or [] -%}
    {%- call statement() -%}alter table {{ relation.render() }} add column {{ column.quoted }} {{ column.data_type }}{%- endcall -%}
  {%- endfor -%}
  {%- for column in remove_columns or [] -%}
    {%- call statement() -%}alter table {{ relation.render() }} drop column {{ column.quoted }}{%- endcall -%}
  {%- endfor -%}
{%- endmacro %}

{% macro snowflake__create_indexes(relation) -%}{%- endmacro %}

{# Descriptions become comments where `persist_docs` asks for them. #}
{% macro persist_docs(relation, model, for_relation=true, for_columns=true) -%}
  {%- if for_relation and config.persist_relation_docs() and model.description -%}
    {%- call statement() -%}comment on {{ 'view' if relation.is_view else 'table' }} {{ relation }} is {{ "'" ~ escape_single_quotes(model.description) ~ "'" }}{%- endcall -%}
  {%- endif -%}
  {%- if for_columns and config.persist_column_docs() and model.columns -%}
    {%- set there = adapter.get_columns_in_relation(relation) | map(attribute='name') | list -%}
    {%- set missing = [] -%}
    {%- for name in model.columns -%}
      {%- set found = name if name in there or model.columns[name].quote else name | lower -%}
      {%- if found not in there and name | upper in there and not model.columns[name].quote -%}{%- set found = name | upper -%}{%- endif -%}
      {%- if found not in there -%}
        {%- do missing.append(name) -%}
      {%- elif model.columns[name].description -%}
        {%- call statement() -%}comment on column {{ relation }}.{{ adapter.quote(found) }} is {{ "'" ~ escape_single_quotes(model.columns[name].description) ~ "'" }}{%- endcall -%}
      {%- endif -%}
    {%- endfor -%}
    {%- if missing -%}
      {%- do exceptions.warn('In relation ' ~ relation ~ ': The following columns are specified in the schema but are not present in the database: ' ~ (missing | join(', '))) -%}
    {%- endif -%}
  {%- endif -%}
{%- endmacro %}

{# `grants` of a model's configuration: who may do what with it, and nobody else. #}
{% macro apply_grants(relation, grant_config, should_revoke=true) -%}{{ adapter.dispatch('apply_grants', 'dbt')(relation, grant_config, should_revoke) }}{%- endmacro %}
{% macro default__apply_grants(relation, grant_config, should_revoke=true) -%}
  {%- if grant_config -%}
    {%- set held = standardize_grants(run_query(get_show_grant_sql(relation))) -%}
    {%- set wanted = {} -%}
    {%- for privilege, grantees in grant_config.items() -%}
      {%- do wanted.update({privilege | lower: [grantees] if grantees is string else grantees}) -%}
    {%- endfor -%}
    {%- set none_held = [] -%}
    {%- for privilege, grantees in held.items() -%}
      {%- for grantee in grantees if should_revoke and grantee | lower not in (wanted.get(privilege, []) | map('lower') | list) -%}
        {%- call statement() -%}revoke {{ privilege }} on {{ relation }} from {{ adapter.quote(grantee) }}{%- endcall -%}
      {%- endfor -%}
    {%- endfor -%}
    {%- for privilege, grantees in wanted.items() -%}
      {%- for grantee in grantees if grantee | lower not in (held.get(privilege, []) | map('lower') | list) -%}
        {%- call statement() -%}grant {{ privilege }} on {{ relation }} to {{ adapter.quote(grantee) }}{%- endcall -%}
      {%- endfor -%}
    {%- endfor -%}
  {%- endif -%}
{%- endmacro %}
{% macro duckdb__apply_grants(relation, grant_config, should_revoke=true) -%}{%- endmacro %}
{% macro standardize_grants(table) -%}
  {%- set held = {} -%}
  {%- for row in table.rows -%}
    {%- set privilege = row['privilege_type'] | lower -%}
    {%- do held.setdefault(privilege, []) -%}
    {%- do held[privilege].append(row['grantee']) -%}
  {%- endfor -%}
  {%- do return(held) -%}
{%- endmacro %}
{% macro get_show_grant_sql(relation) -%}{{ adapter.dispatch('get_show_grant_sql', 'dbt')(relation) }}{%- endmacro %}
{% macro default__get_show_grant_sql(relation) -%}
  select grantee, privilege_type from information_schema.role_table_grants
  where grantor = current_role and grantee <> current_role
    and table_schema = '{{ relation.schema }}' and table_name = '{{ relation.identifier }}'
{%- endmacro %}
{% macro snowflake__get_show_grant_sql(relation) -%}
  select grantee, privilege_type from information_schema.object_privileges
  where object_schema = '{{ relation.schema }}' and object_name = '{{ relation.identifier }}' and privilege_type <> 'OWNERSHIP'
{%- endmacro %}

{% macro drop_schema_named(schema_name) -%}
  {%- set relation = api.Relation.create(database=target.database, schema=schema_name) -%}
  {%- do adapter.drop_schema(relation) -%}
{%- endmacro %}
