{# What happens when the columns of the query and of the table differ. #}
{% macro incremental_validate_on_schema_change(on_schema_change, default='ignore') -%}
  {%- if on_schema_change in ['sync_all_columns', 'append_new_columns', 'fail', 'ignore'] -%}{%- do return(on_schema_change) -%}{%- endif -%}
  {%- if on_schema_change -%}
    {%- do exceptions.warn(this ~ ': on_schema_change is ' ~ on_schema_change ~ ', which is none of ignore, append_new_columns, sync_all_columns, fail; it counts as ' ~ default) -%}
  {%- endif -%}
  {%- do return(default) -%}
{%- endmacro %}

{% macro check_for_schema_changes(source_relation, target_relation) -%}
  {%- set there = adapter.get_columns_in_relation(target_relation) -%}
  {%- set types = {} -%}
  {%- for column in there -%}{%- do types.update({column.name: column.data_type}) -%}{%- endfor -%}
  {%- set retyped = [] -%}
  {%- set staged = adapter.get_columns_in_relation(source_relation) -%}
  {%- for column in staged if column.name in types and types[column.name] != column.data_type -%}
    {%- do retyped.append({'column_name': column.name, 'new_type': column.data_type}) -%}
  {%- endfor -%}
  {%- set added = adapter.get_missing_columns(source_relation, target_relation) -%}
  {%- set removed = adapter.get_missing_columns(target_relation, source_relation) -%}
  {%- do return({'schema_changed': (added or removed or retyped) | length > 0, 'source_not_in_target': added,
                 'target_not_in_source': removed, 'source_columns': staged, 'target_columns': there,
                 'new_target_types': retyped}) -%}
{%- endmacro %}

{% macro sync_column_schemas(on_schema_change, target_relation, schema_changes_dict) -%}
  {%- set added = schema_changes_dict['source_not_in_target'] -%}
  {%- if on_schema_change == 'append_new_columns' -%}
    {%- do alter_relation_add_remove_columns(target_relation, added, none) -%}
  {%- elif on_schema_change == 'sync_all_columns' -%}
    {%- do alter_relation_add_remove_columns(target_relation, added, schema_changes_dict['target_not_in_source']) -%}
    {%- for column in schema_changes_dict['new_target_types'] -%}
      {%- do alter_column_type(target_relation, column['column_name'], column['new_type']) -%}
    {%- endfor -%}
  {%- endif -%}
{%- endmacro %}

{# Returns the columns to write; nothing where the policy is to ignore, then those of the table are written. #}
{% macro process_schema_changes(on_schema_change, source_relation, target_relation) -%}
  {%- if on_schema_change == 'ignore' -%}{%- do return({}) -%}{%- endif -%}
  {%- set changes = check_for_schema_changes(source_relation, target_relation) -%}
  {%- if changes['schema_changed'] -%}
    {%- if on_schema_change == 'fail' -%}
      {{ exceptions.raise_compiler_error('The columns of ' ~ target_relation ~ ' and of its query differ (added: '
         ~ (changes['source_not_in_target'] | map(attribute='name') | join(', ')) ~ '; removed: '
         ~ (changes['target_not_in_source'] | map(attribute='name') | join(', ')) ~ '; other types: '
         ~ (changes['new_target_types'] | map(attribute='column_name') | join(', '))
         ~ ') and on_schema_change is fail. Run it with --full-refresh, or choose another on_schema_change.') }}
    {%- endif -%}
    {%- do sync_column_schemas(on_schema_change, target_relation, changes) -%}
  {%- endif -%}
  {%- do return(changes['source_columns']) -%}
{%- endmacro %}

{# Strategies: each gets target_relation, temp_relation, unique_key, dest_columns and incremental_predicates. #}
{% macro get_incremental_append_sql(arg_dict) -%}{{ return(adapter.dispatch('get_incremental_append_sql', 'dbt')(arg_dict)) }}{%- endmacro %}
{% macro default__get_incremental_append_sql(arg_dict) -%}
  {%- do return(get_insert_into_sql(arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['dest_columns'])) -%}
{%- endmacro %}
{% macro get_incremental_delete_insert_sql(arg_dict) -%}{{ return(adapter.dispatch('get_incremental_delete_insert_sql', 'dbt')(arg_dict)) }}{%- endmacro %}
{% macro default__get_incremental_delete_insert_sql(arg_dict) -%}
  {%- do return(get_delete_insert_merge_sql(arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['unique_key'],
                                            arg_dict['dest_columns'], arg_dict['incremental_predicates'])) -%}
{%- endmacro %}
{% macro get_incremental_merge_sql(arg_dict) -%}{{ return(adapter.dispatch('get_incremental_merge_sql', 'dbt')(arg_dict)) }}{%- endmacro %}
{% macro default__get_incremental_merge_sql(arg_dict) -%}
  {%- do return(get_merge_sql(arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['unique_key'],
                              arg_dict['dest_columns'], arg_dict['incremental_predicates'])) -%}
{%- endmacro %}
{# A batch replaces the rows of its times. #}
{% macro get_incremental_microbatch_sql(arg_dict) -%}{{ return(adapter.dispatch('get_incremental_microbatch_sql', 'dbt')(arg_dict)) }}{%- endmacro %}
{% macro default__get_incremental_microbatch_sql(arg_dict) -%}
  {%- set target = arg_dict['target_relation'] -%}
  {%- set names = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
  {%- set column = config.require('event_time') -%}
  {%- set times = column ~ " >= '" ~ model.batch.event_time_start ~ "' and " ~ column ~ " < '" ~ model.batch.event_time_end ~ "'" -%}
  {%- set code %}
  delete from {{ target }} where {{ times }}
  {%- for predicate in arg_dict['incremental_predicates'] or [] %} and ({{ predicate }}){% endfor %};
  insert into {{ target }} ({{ names }}) (select {{ names }} from {{ arg_dict['temp_relation'] }} where {{ times }})
  {%- endset -%}
  {%- do return(code) -%}
{%- endmacro %}
{# With a key, PostgreSQL's rows of a batch are merged, as dbt has it there. #}
{% macro postgres__get_incremental_microbatch_sql(arg_dict) -%}
  {%- do return(get_incremental_merge_sql(arg_dict) if arg_dict['unique_key'] else default__get_incremental_microbatch_sql(arg_dict)) -%}
{%- endmacro %}
{% macro get_incremental_insert_overwrite_sql(arg_dict) -%}{{ return(adapter.dispatch('get_incremental_insert_overwrite_sql', 'dbt')(arg_dict)) }}{%- endmacro %}
{# Snowflake replaces the whole table, in one statement. #}
{% macro snowflake__get_incremental_insert_overwrite_sql(arg_dict) -%}
  {%- set names = get_quoted_csv(config.get('overwrite_columns') or arg_dict['dest_columns'] | map(attribute='name')) -%}
  {%- do return('insert overwrite into ' ~ arg_dict['target_relation'] ~ ' (' ~ names ~ ') select ' ~ names ~ ' from ' ~ arg_dict['temp_relation']) -%}
{%- endmacro %}
{% macro get_incremental_default_sql(arg_dict) -%}{{ return(adapter.dispatch('get_incremental_default_sql', 'dbt')(arg_dict)) }}{%- endmacro %}
{% macro default__get_incremental_default_sql(arg_dict) -%}
  {%- do return(get_incremental_delete_insert_sql(arg_dict) if arg_dict['unique_key'] else get_incremental_append_sql(arg_dict)) -%}
{%- endmacro %}

{% macro get_insert_into_sql(target_relation, temp_relation, dest_columns) -%}
  {%- set columns = get_quoted_csv(dest_columns | map(attribute='name')) -%}
  insert into {{ target_relation }} ({{ columns }}) (select {{ columns }} from {{ temp_relation }})
{%- endmacro %}

{% macro keys_of(unique_key) -%}{%- do return([unique_key] if unique_key is string else (unique_key or [])) -%}{%- endmacro %}

{% macro get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) -%}
  {{ adapter.dispatch('get_delete_insert_merge_sql', 'dbt')(target, source, unique_key, dest_columns, incremental_predicates) }}
{%- endmacro %}
{% macro default__get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) -%}
  {%- if unique_key -%}
  {%- set keys = keys_of(unique_key) | join(', ') %}
  delete from {{ target }} as DBT_INTERNAL_DEST
  where ({{ keys }}) in (select distinct {{ keys }} from {{ source }} as DBT_INTERNAL_SOURCE)
  {%- for predicate in incremental_predicates or [] %} and {{ predicate }}{% endfor %};
  {% endif %}
  {{ get_insert_into_sql(target, source, dest_columns) }}
{%- endmacro %}

{% macro get_merge_update_columns(merge_update_columns, merge_exclude_columns, dest_columns) -%}
  {%- if merge_update_columns and merge_exclude_columns -%}
    {{ exceptions.raise_compiler_error('A model has either merge_update_columns or merge_exclude_columns, not both.') }}
  {%- endif -%}
  {%- set left_out = [] -%}
  {%- for name in merge_exclude_columns or [] -%}{%- do left_out.append(name | lower) -%}{%- endfor -%}
  {%- set names = [] -%}
  {%- for column in dest_columns if column.name | lower not in left_out -%}{%- do names.append(column.quoted) -%}{%- endfor -%}
  {%- if merge_update_columns -%}
    {%- set names = [] -%}
    {%- for name in merge_update_columns -%}{%- do names.append(adapter.quote(name)) -%}{%- endfor -%}
  {%- endif -%}
  {%- do return(names) -%}
{%- endmacro %}

{% macro get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
  {{ adapter.dispatch('get_merge_sql', 'dbt')(target, source, unique_key, dest_columns, incremental_predicates) }}
{%- endmacro %}
{# A unique_key may be a name or an expression, so it is not quoted; a list of them has to match as a whole. #}
{% macro default__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
  {%- set conditions = [] -%}
  {%- for predicate in incremental_predicates or [] -%}{%- do conditions.append(predicate) -%}{%- endfor -%}
  {%- for key in keys_of(unique_key) -%}{%- do conditions.append('DBT_INTERNAL_SOURCE.' ~ key ~ ' = DBT_INTERNAL_DEST.' ~ key) -%}{%- endfor -%}
  {%- if not unique_key -%}{%- do conditions.append('false') -%}{%- endif -%}
  {%- set names = dest_columns | map(attribute='quoted') | list -%}
  {{ config.get('sql_header') or '' }}
  merge into {{ target }} as DBT_INTERNAL_DEST
  using {{ source }} as DBT_INTERNAL_SOURCE
  on ({{ conditions | join(') and (') }})
  {%- if unique_key %}
  when matched then update set
    {% for name in get_merge_update_columns(config.get('merge_update_columns'), config.get('merge_exclude_columns'), dest_columns) -%}
      {{ name }} = DBT_INTERNAL_SOURCE.{{ name }}{{ ', ' if not loop.last }}
    {%- endfor %}
  {%- endif %}
  when not matched then insert ({{ names | join(', ') }})
    values ({% for name in names %}DBT_INTERNAL_SOURCE.{{ name }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}
