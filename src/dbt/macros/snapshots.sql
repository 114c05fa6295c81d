{# Snapshots keep the history of rows: each version with the time from which and until which it held. #}
{% materialization snapshot, default %}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- set existing = load_cached_relation(this) -%}
  {{ run_hooks(pre_hooks, inside_transaction=false) }}
  {{ run_hooks(pre_hooks, inside_transaction=true) }}
  {%- set names = snapshot_column_names() -%}
  {%- set rules = snapshot_rules(sql, existing) -%}
  {%- if existing is none -%}
    {%- do build_table(target_relation, snapshot_first_sql(sql, names, rules)) -%}
  {%- else -%}
    {%- do update_snapshot(target_relation, sql, names, rules) -%}
  {%- endif -%}
  {%- do finish_model(target_relation) -%}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% macro update_snapshot(target_relation, sql, names, rules) -%}
  {%- set staged = make_temp_relation(target_relation) -%}
  {%- do drop_relation_if_exists(load_cached_relation(staged)) -%}
  {%- call statement('stage') -%}{{ get_create_table_as_sql(false, staged, snapshot_staging_sql(sql, target_relation, names, rules)) }}{%- endcall -%}
  {%- set own = ['dbt_change_type', 'dbt_target_id'] -%}
  {%- set added = adapter.get_missing_columns(staged, target_relation) | rejectattr('name', 'in', own) | list -%}
  {%- do alter_relation_add_remove_columns(target_relation, added, none) -%}
  {%- set columns = adapter.get_columns_in_relation(staged) | rejectattr('name', 'in', own) | map(attribute='quoted') | join(', ') -%}
  {%- call statement('close') -%}
    update {{ target_relation }} as held set {{ names.dbt_valid_to }} = staged.{{ names.dbt_valid_to }}
    from {{ staged }} as staged
    where staged.dbt_target_id = held.{{ names.dbt_scd_id }} and staged.dbt_change_type = 'close' and {{ snapshot_still_valid(names) }}
  {%- endcall -%}
  {%- call statement('main') -%}
    insert into {{ target_relation }} ({{ columns }}) select {{ columns }} from {{ staged }} where dbt_change_type = 'insert'
  {%- endcall -%}
  {%- do adapter.drop_relation(staged) -%}
  {%- do adapter.before_swap() -%}
{%- endmacro %}

{% macro snapshot_column_names() -%}
  {%- set names = {'dbt_scd_id': 'dbt_scd_id', 'dbt_updated_at': 'dbt_updated_at', 'dbt_valid_from': 'dbt_valid_from',
                   'dbt_valid_to': 'dbt_valid_to', 'dbt_is_deleted': 'dbt_is_deleted'} -%}
  {%- do names.update(config.get('snapshot_meta_column_names') or {}) -%}
  {%- do return(names) -%}
{%- endmacro %}

{% macro snapshot_get_time() -%}{{ return(adapter.dispatch('snapshot_get_time', 'dbt')()) }}{%- endmacro %}
{% macro default__snapshot_get_time() -%}cast({{ current_timestamp() }} as timestamp){%- endmacro %}
{% macro snapshot_hash_arguments(args) -%}{{ return(adapter.dispatch('snapshot_hash_arguments', 'dbt')(args)) }}{%- endmacro %}
{% macro default__snapshot_hash_arguments(args) -%}
  md5({% for each in args %}coalesce(cast({{ each }} as {{ type_string() }}), ''){{ " || '|' || " if not loop.last }}{% endfor %})
{%- endmacro %}

{# How rows are told apart: keys, what their time is, and when a version differs from the one that is held. #}
{% macro snapshot_rules(sql, existing) -%}
  {%- set strategy = config.require('strategy') -%}
  {%- set keys = keys_of(config.require('unique_key')) -%}
  {%- set columns = adapter.get_column_schema_from_query(sql) | map(attribute='name') | list -%}
  {%- set names = snapshot_column_names() -%}
  {%- set rules = {'keys': keys, 'columns': columns, 'hard_deletes': config.get('hard_deletes') or ('invalidate' if config.get('invalidate_hard_deletes') else 'ignore')} -%}
  {%- if strategy == 'timestamp' -%}
    {%- set updated_at = config.require('updated_at') -%}
    {%- do rules.update({'time': updated_at, 'changed': 'held.' ~ names.dbt_valid_from ~ ' < fresh.' ~ names.dbt_updated_at}) -%}
  {%- elif strategy == 'check' -%}
    {%- set wanted = config.require('check_cols') -%}
    {%- set there = (adapter.get_columns_in_relation(existing) if existing is not none else []) | map(attribute='name') | map('lower') | list -%}
    {%- set conditions = [] -%}
    {%- for column in (columns if wanted == 'all' else wanted) -%}
      {%- if column | lower in there -%}
        {%- set quoted = adapter.quote(column) if wanted == 'all' else column -%}
        {%- do conditions.append('fresh.' ~ quoted ~ ' is distinct from held.' ~ quoted) -%}
      {%- else -%}
        {%- do conditions.append('true') -%}
      {%- endif -%}
    {%- endfor -%}
    {%- set updated_at = config.get('updated_at') -%}
    {%- do rules.update({'time': updated_at if updated_at else snapshot_get_time(), 'changed': conditions | join(' or ')}) -%}
  {%- else -%}
    {{ exceptions.raise_compiler_error('The snapshot strategy ' ~ strategy ~ ' is neither timestamp nor check.') }}
  {%- endif -%}
  {%- do rules.update({'scd_id': snapshot_hash_arguments(keys + [rules.time])}) -%}
  {%- do return(rules) -%}
{%- endmacro %}

{# A key may be an expression, so it is worked out where its columns stand alone. #}
{% macro snapshot_key_columns(rules) -%}
  {%- for key in rules['keys'] %}, {{ key }} as dbt_unique_key_{{ loop.index }}{% endfor -%}
{%- endmacro %}

{% macro snapshot_fresh_sql(sql, names, rules, with_keys=false) -%}
  select query.*,
    {{ rules.scd_id }} as {{ names.dbt_scd_id }},
    {{ rules.time }} as {{ names.dbt_updated_at }},
    {{ rules.time }} as {{ names.dbt_valid_from }},
    {{ ('coalesce(nullif(' ~ rules.time ~ ', ' ~ rules.time ~ '), ' ~ config.get('dbt_valid_to_current') ~ ')') if config.get('dbt_valid_to_current') else 'nullif(' ~ rules.time ~ ', ' ~ rules.time ~ ')' }} as {{ names.dbt_valid_to }}
    {%- if rules.hard_deletes == 'new_record' %},
    'False' as {{ names.dbt_is_deleted }}
    {%- endif %}
    {{- snapshot_key_columns(rules) if with_keys }}
  from (
{{ sql }}
  ) as query
{%- endmacro %}
{% macro snapshot_first_sql(sql, names, rules) -%}{{ snapshot_fresh_sql(sql, names, rules) }}{%- endmacro %}

{# Two versions of one key and one time have one id: only the one that still holds is ended. #}
{% macro snapshot_still_valid(names) -%}
  {%- set current = config.get('dbt_valid_to_current') -%}
  {%- do return(('(held.' ~ names.dbt_valid_to ~ ' is null or held.' ~ names.dbt_valid_to ~ ' = ' ~ current ~ ')') if current else 'held.' ~ names.dbt_valid_to ~ ' is null') -%}
{%- endmacro %}

{# One row for each version to begin ('insert') and each to end ('close'). #}
{% macro snapshot_staging_sql(sql, target_relation, names, rules) -%}
  {%- set current = config.get('dbt_valid_to_current') -%}
  {%- set still = snapshot_still_valid(names) -%}
  {%- set matched = [] -%}
  {%- for key in rules['keys'] -%}{%- do matched.append('fresh.dbt_unique_key_' ~ loop.index ~ ' = held.dbt_unique_key_' ~ loop.index) -%}{%- endfor -%}
  {%- set matched = matched | join(' and ') -%}
  {%- set deleted = rules.hard_deletes == 'new_record' -%}
  {%- set gone = ("held." ~ names.dbt_is_deleted ~ " = 'True'") if deleted else 'false' -%}
  {%- set there = adapter.get_columns_in_relation(target_relation) | map(attribute='name') | map('lower') | list -%}
  {%- set missing = [] -%}
  {%- for name in [names.dbt_scd_id, names.dbt_updated_at, names.dbt_valid_from, names.dbt_valid_to] if name | lower not in there -%}
    {%- do missing.append(name) -%}
  {%- endfor -%}
  {%- if missing -%}
    {{ exceptions.raise_compiler_error('Snapshot target is missing configured columns: ' ~ target_relation ~ ' has no ' ~ missing | join(', ') ~ '. If the meta columns were renamed, rename them in the table as well, or move the table aside.') }}
  {%- endif -%}
  with fresh as (
{{ snapshot_fresh_sql(sql, names, rules, true) }}
  ),
  held as (
    select held.*{{ snapshot_key_columns(rules) }} from {{ target_relation }} as held where {{ still }}
  )
  select {% for column in rules.columns %}fresh.{{ adapter.quote(column) }}, {% endfor -%}
    fresh.{{ names.dbt_scd_id }}, fresh.{{ names.dbt_updated_at }}, fresh.{{ names.dbt_valid_from }}, fresh.{{ names.dbt_valid_to }}
    {{- (", fresh." ~ names.dbt_is_deleted) if deleted }}, 'insert' as dbt_change_type, cast(null as {{ type_string() }}) as dbt_target_id
  from fresh left join held on {{ matched }}
  where held.{{ names.dbt_scd_id }} is null or {{ rules.changed }} or {{ gone }}
  union all
  select {% for column in rules.columns %}fresh.{{ adapter.quote(column) }}, {% endfor -%}
    fresh.{{ names.dbt_scd_id }}, fresh.{{ names.dbt_updated_at }}, fresh.{{ names.dbt_valid_from }}, fresh.{{ names.dbt_updated_at }} as {{ names.dbt_valid_to }}
    {{- (", fresh." ~ names.dbt_is_deleted) if deleted }}, 'close', held.{{ names.dbt_scd_id }}
  from fresh join held on {{ matched }}
  where {{ rules.changed }} or {{ gone }}
  {%- if rules.hard_deletes in ['invalidate', 'new_record'] %}
  {%- for change in (['close', 'insert'] if deleted else ['close']) %}
  union all
  select {% for column in rules.columns %}{{ ('held.' ~ adapter.quote(column)) if column | lower in there else 'null' }}, {% endfor -%}
    {{ snapshot_hash_arguments(['held.' ~ names.dbt_scd_id, snapshot_get_time()]) if change == 'insert' else 'held.' ~ names.dbt_scd_id }},
    {{ snapshot_get_time() }}, {{ snapshot_get_time() }}, {{ (current or 'cast(null as timestamp)') if change == 'insert' else snapshot_get_time() }}
    {{- ", 'True'" if deleted }}, '{{ change }}', held.{{ names.dbt_scd_id }}
  from held left join fresh on {{ matched }}
  where fresh.{{ names.dbt_scd_id }} is null and not ({{ gone }})
  {%- endfor %}
  {%- endif %}
{%- endmacro %}
