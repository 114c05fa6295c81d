{# How a model becomes a relation. Each works in one transaction: readers see the old relation or the new one. #}
{% materialization table, default %}
  {%- set target_relation = this.incorporate(type='table') -%}
  {{ run_hooks(pre_hooks, inside_transaction=false) }}
  {{ run_hooks(pre_hooks, inside_transaction=true) }}
  {%- do build_table(target_relation, sql) -%}
  {%- do finish_model(target_relation) -%}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# Builds a table in the place of whatever is there. #}
{% macro build_table(target_relation, sql) -%}
  {{ adapter.dispatch('build_table', 'dbt')(target_relation, sql) }}
{%- endmacro %}
{# Builds beside, then takes the place. All in one transaction: each that begins waits for who is committing. #}
{% macro default__build_table(target_relation, sql) -%}
  {%- do adapter.begin() -%}
  {%- set beside = make_intermediate_relation(target_relation) -%}
  {%- do drop_relation_if_exists(load_cached_relation(beside)) -%}
  {%- call statement('main') -%}{{ get_create_table_as_sql(false, beside, sql) }}{%- endcall -%}
  {%- set existing = load_cached_relation(target_relation) -%}
  {%- do adapter.before_swap() -%}
  {%- do drop_relation_if_exists(existing) -%}
  {%- do adapter.rename_relation(beside, target_relation) -%}
  {%- do create_indexes(target_relation) -%}
{%- endmacro %}

{# Snowflake has no DDL in transactions, but replaces a table in one statement. #}
{% macro snowflake__build_table(target_relation, sql) -%}
  {%- set existing = load_cached_relation(target_relation) -%}
  {%- if existing is not none and not existing.is_table -%}{%- do adapter.drop_relation(existing) -%}{%- endif -%}
  {%- do adapter.before_swap() -%}
  {%- call statement('main') -%}{{ get_create_table_as_sql(false, target_relation, sql) }}{%- endcall -%}
{%- endmacro %}

{% macro finish_model(target_relation) -%}
  {%- do persist_docs(target_relation, model) -%}
  {%- do apply_grants(target_relation, config.get('grants')) -%}
  {{ run_hooks(post_hooks, inside_transaction=true) }}
  {{ run_hooks(post_hooks, inside_transaction=false) }}
{%- endmacro %}

{% materialization view, default %}
  {%- set target_relation = this.incorporate(type='view') -%}
  {{ run_hooks(pre_hooks, inside_transaction=false) }}
  {{ run_hooks(pre_hooks, inside_transaction=true) }}
  {%- do create_or_replace_view(target_relation, sql) -%}
  {%- do finish_model(target_relation) -%}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% macro create_or_replace_view(target_relation, sql) -%}
  {{ adapter.dispatch('create_or_replace_view', 'dbt')(target_relation, sql) }}
{%- endmacro %}
{# A view is made again in one transaction; PostgreSQL takes what depends on the old one with it. #}
{% macro default__create_or_replace_view(target_relation, sql) -%}
  {%- do adapter.begin() -%}
  {%- do drop_relation_if_exists(load_cached_relation(target_relation)) -%}
  {%- call statement('main') -%}{{ get_create_view_as_sql(target_relation, sql) }}{%- endcall -%}
  {%- do adapter.before_swap() -%}
{%- endmacro %}

{# Who reads the old view waits only for the moment in which the new one takes its name. Nothing is left of the other
   name when this fails, so nobody looks for it. #}
{% macro postgres__create_or_replace_view(target_relation, sql) -%}
  {%- do adapter.begin() -%}
  {%- set beside = make_intermediate_relation(target_relation) -%}
  {%- call statement('main') -%}{{ get_create_view_as_sql(beside, sql) }}{%- endcall -%}
  {%- set existing = load_cached_relation(target_relation) -%}
  {%- do adapter.before_swap() -%}
  {%- do drop_relation_if_exists(existing) -%}
  {%- do adapter.rename_relation(beside, target_relation) -%}
{%- endmacro %}

{% macro snowflake__create_or_replace_view(target_relation, sql) -%}
  {%- set existing = load_cached_relation(target_relation) -%}
  {%- if existing is not none and not existing.is_view -%}{%- do adapter.drop_relation(existing) -%}{%- endif -%}
  {%- do adapter.before_swap() -%}
  {%- call statement('main') -%}{{ get_create_view_as_sql(target_relation, sql) }}{%- endcall -%}
{%- endmacro %}

{% materialization incremental, default %}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- set existing = load_cached_relation(this) -%}
  {%- set unique_key = config.get('unique_key') -%}
  {%- set policy = incremental_validate_on_schema_change(config.get('on_schema_change')) -%}
  {%- set strategy = config.get('incremental_strategy') or 'default' -%}
  {#- As in dbt, DuckDB is asked for the strategy only when there is something to add to. -#}
  {%- set strategy_sql = adapter.get_incremental_strategy_macro(context, strategy) if adapter.type() != 'duckdb' else none -%}
  {{ run_hooks(pre_hooks, inside_transaction=false) }}
  {{ run_hooks(pre_hooks, inside_transaction=true) }}
  {%- if existing is none or not existing.is_table or should_full_refresh() -%}
    {%- do build_table(target_relation, sql) -%}
  {%- else -%}
    {%- set strategy_sql = strategy_sql or adapter.get_incremental_strategy_macro(context, strategy) -%}
    {%- set staged = make_temp_relation(target_relation) -%}
    {%- do drop_relation_if_exists(load_cached_relation(staged)) -%}
    {%- call statement('stage') -%}{{ get_create_table_as_sql(false, staged, sql) }}{%- endcall -%}
    {%- set columns = process_schema_changes(policy, staged, existing) or adapter.get_columns_in_relation(existing) -%}
    {%- set code = strategy_sql({'target_relation': target_relation, 'temp_relation': staged, 'unique_key': unique_key,
                                 'dest_columns': columns,
                                 'incremental_predicates': config.get('predicates') or config.get('incremental_predicates')}) -%}
    {%- call statement('main') -%}{{ code }}{%- endcall -%}
    {%- do adapter.drop_relation(staged) -%}
    {%- do adapter.before_swap() -%}
  {%- endif -%}
  {%- do finish_model(target_relation) -%}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% materialization materialized_view, default %}
  {%- set target_relation = this.incorporate(type='materialized_view') -%}
  {%- set existing = load_cached_relation(this) -%}
  {{ run_hooks(pre_hooks, inside_transaction=false) }}
  {{ run_hooks(pre_hooks, inside_transaction=true) }}
  {%- do adapter.begin() -%}
  {%- do drop_relation_if_exists(existing) -%}
  {%- call statement('main') -%}create materialized view {{ target_relation }} as {{ sql }}{%- endcall -%}
  {%- do create_indexes(target_relation) -%}
  {%- do adapter.before_swap() -%}
  {%- do finish_model(target_relation) -%}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
