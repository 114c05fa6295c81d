{# How a model becomes a relation. Each works in one transaction: readers see the old relation or the new one. #}
{% materialization table, default %}
  {%- set target_relation = this.incorporate(type='table') -%}
  {{ run_hooks(pre_hooks) }}
  {%- do adapter.begin() -%}
  {%- do build_table(target_relation, sql) -%}
  {{ run_hooks(post_hooks) }}
  {%- do adapter.commit() -%}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% macro build_table(target_relation, sql) -%}
  {%- set existing = load_cached_relation(target_relation) -%}
  {%- set beside = make_intermediate_relation(target_relation) -%}
  {%- do adapter.drop_relation(beside) -%}
  {%- call statement('main') -%}{{ create_table_as(false, beside, sql) }}{%- endcall -%}
  {%- do adapter.before_swap() -%}
  {%- if existing is not none -%}{%- do adapter.drop_relation(existing) -%}{%- endif -%}
  {%- do adapter.rename_relation(beside, target_relation) -%}
{%- endmacro %}

{% materialization view, default %}
  {%- set target_relation = this.incorporate(type='view') -%}
  {{ run_hooks(pre_hooks) }}
  {%- do adapter.begin() -%}
  {%- set existing = load_cached_relation(this) -%}
  {%- if existing is not none -%}{%- do adapter.drop_relation(existing) -%}{%- endif -%}
  {%- call statement('main') -%}{{ create_view_as(target_relation, sql) }}{%- endcall -%}
  {%- do adapter.before_swap() -%}
  {{ run_hooks(post_hooks) }}
  {%- do adapter.commit() -%}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% materialization incremental, default %}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- set existing = load_cached_relation(this) -%}
  {{ run_hooks(pre_hooks) }}
  {%- do adapter.begin() -%}
  {%- if existing is none or existing.is_view or should_full_refresh() -%}
    {%- do build_table(target_relation, sql) -%}
  {%- else -%}
    {%- set beside = make_temp_relation(target_relation) -%}
    {%- do adapter.drop_relation(beside) -%}
    {%- call statement('stage') -%}{{ create_table_as(false, beside, sql) }}{%- endcall -%}
    {%- do apply_schema_change(config.get('on_schema_change', 'ignore'), beside, target_relation) -%}
    {%- set unique_key = config.get('unique_key') -%}
    {%- set strategy = config.get('incremental_strategy') or ('delete+insert' if unique_key else 'append') -%}
    {%- set macro_name = 'get_incremental_' ~ strategy | replace('+', '_') ~ '_sql' -%}
    {%- set columns = [] -%}
    {%- set staged = adapter.get_columns_in_relation(beside) | map(attribute='name') | list -%}
    {%- for column in adapter.get_columns_in_relation(target_relation) -%}
      {%- if column.name in staged -%}{%- do columns.append(column.name) -%}{%- endif -%}
    {%- endfor -%}
    {%- set strategy_sql = adapter.dispatch(macro_name, 'dbt') -%}
    {%- set code = strategy_sql({'target_relation': target_relation, 'temp_relation': beside, 'unique_key': unique_key,
                                 'dest_columns': columns, 'incremental_predicates': config.get('incremental_predicates')}) -%}
    {%- call statement('main') -%}{{ code }}{%- endcall -%}
    {%- do adapter.drop_relation(beside) -%}
    {%- do adapter.before_swap() -%}
  {%- endif -%}
  {{ run_hooks(post_hooks) }}
  {%- do adapter.commit() -%}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% macro apply_schema_change(policy, staged, existing) -%}
  {%- if policy != 'ignore' -%}
    {%- set added = adapter.get_missing_columns(staged, existing) -%}
    {%- set removed = adapter.get_missing_columns(existing, staged) -%}
    {%- if policy == 'fail' and (added or removed) -%}
      {{ exceptions.raise_compiler_error('The columns of ' ~ existing ~ ' and of its query differ (added: '
         ~ (added | map(attribute='name') | join(', ')) ~ '; removed: ' ~ (removed | map(attribute='name') | join(', '))
         ~ ') and on_schema_change is fail. Run it with --full-refresh.') }}
    {%- endif -%}
    {%- for column in added -%}
      {%- call statement() -%}alter table {{ existing }} add column {{ column.quoted }} {{ column.data_type }}{%- endcall -%}
    {%- endfor -%}
    {%- if policy == 'sync_all_columns' -%}
      {%- for column in removed -%}
        {%- call statement() -%}alter table {{ existing }} drop column {{ column.quoted }}{%- endcall -%}
      {%- endfor -%}
    {%- endif -%}
  {%- endif -%}
{%- endmacro %}

{% macro keys_of(unique_key) -%}{%- do return([unique_key] if unique_key is string else (unique_key or [])) -%}{%- endmacro %}

{% macro default__get_incremental_append_sql(given) -%}
  {%- set columns = get_quoted_csv(given.dest_columns) -%}
  insert into {{ given.target_relation }} ({{ columns }}) select {{ columns }} from {{ given.temp_relation }}
{%- endmacro %}

{% macro default__get_incremental_delete_insert_sql(given) -%}
  {%- set columns = get_quoted_csv(given.dest_columns) -%}
  {%- if given.unique_key -%}
  delete from {{ given.target_relation }} as DBT_INTERNAL_DEST
  using {{ given.temp_relation }} as DBT_INTERNAL_SOURCE
  where {% for key in keys_of(given.unique_key) %}DBT_INTERNAL_DEST.{{ adapter.quote(key) }} = DBT_INTERNAL_SOURCE.{{ adapter.quote(key) }}{{ ' and ' if not loop.last }}{% endfor %}
  {%- for predicate in given.incremental_predicates or [] %} and {{ predicate }}{% endfor %};
  {% endif %}
  insert into {{ given.target_relation }} ({{ columns }}) select {{ columns }} from {{ given.temp_relation }}
{%- endmacro %}

{% macro default__get_incremental_merge_sql(given) -%}
  {%- if not given.unique_key -%}{{ return(default__get_incremental_append_sql(given)) }}{%- endif -%}
  {%- set keys = keys_of(given.unique_key) -%}
  {%- set updated = config.get('merge_update_columns') or given.dest_columns -%}
  {%- set excluded = config.get('merge_exclude_columns') or [] -%}
  merge into {{ given.target_relation }} as DBT_INTERNAL_DEST
  using {{ given.temp_relation }} as DBT_INTERNAL_SOURCE
  on ({% for key in keys %}DBT_INTERNAL_DEST.{{ adapter.quote(key) }} = DBT_INTERNAL_SOURCE.{{ adapter.quote(key) }}{{ ' and ' if not loop.last }}{% endfor %}
  {%- for predicate in given.incremental_predicates or [] %} and {{ predicate }}{% endfor %})
  when matched then update set
    {% for name in updated if name not in excluded %}{{ adapter.quote(name) }} = DBT_INTERNAL_SOURCE.{{ adapter.quote(name) }}{{ ', ' if not loop.last }}{% endfor %}
  when not matched then insert ({{ get_quoted_csv(given.dest_columns) }})
    values ({% for name in given.dest_columns %}DBT_INTERNAL_SOURCE.{{ adapter.quote(name) }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}
