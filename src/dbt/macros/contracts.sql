{# Contracts: what a model promises of its columns, and constraints that the engine holds it to. #}

{# Fails where the query gives other columns than the contract names. #}
{% macro get_assert_columns_equivalent(sql) -%}{{ adapter.dispatch('get_assert_columns_equivalent', 'dbt')(sql) }}{%- endmacro %}
{% macro default__get_assert_columns_equivalent(sql) -%}{%- do assert_columns_equivalent(sql) -%}{%- endmacro %}
{% macro assert_columns_equivalent(sql) -%}
  {%- for name in model.columns if not model.columns[name].data_type -%}
    {{ exceptions.raise_compiler_error('The contract of ' ~ model.name ~ ' is enforced, so every column needs a data_type: ' ~ name ~ ' has none.') }}
  {%- endfor -%}
  {%- if not model.columns -%}
    {{ exceptions.raise_compiler_error('The contract of ' ~ model.name ~ ' is enforced and names no column. List its columns with their data_type.') }}
  {%- endif -%}
  {%- if config.get('sql_header') -%}{%- do adapter.execute(config.get('sql_header')) -%}{%- endif -%}
  {%- set given = adapter.get_column_schema_from_query(get_empty_subquery_sql(sql)) -%}
  {%- set promised = adapter.get_column_schema_from_query(get_empty_schema_sql(model.columns)) -%}
  {%- set types = {} -%}
  {%- for column in given -%}{%- do types.update({column.name | lower: column.dtype}) -%}{%- endfor -%}
  {%- set wanted = {} -%}
  {%- for column in promised -%}{%- do wanted.update({column.name | lower: column.dtype}) -%}{%- endfor -%}
  {%- set rows = [] -%}
  {%- for column in given -%}
    {%- set key = column.name | lower -%}
    {%- if key not in wanted -%}
      {%- do rows.append([column.name, column.dtype | upper, '', 'missing in contract']) -%}
    {%- elif wanted[key] != column.dtype -%}
      {%- do rows.append([column.name, column.dtype | upper, wanted[key] | upper, 'data type mismatch']) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- for column in promised if column.name | lower not in types -%}
    {%- do rows.append([column.name, '', column.dtype | upper, 'missing in definition']) -%}
  {%- endfor -%}
  {%- if rows -%}
    {%- set lines = ['| column_name | definition_type | contract_type | mismatch_reason |', '| --- | --- | --- | --- |'] -%}
    {%- for row in rows -%}{%- do lines.append('| ' ~ (row | join(' | ')) ~ ' |') -%}{%- endfor -%}
    {{ exceptions.raise_compiler_error('This model has an enforced contract that failed.\nPlease ensure the name, data_type, and number of columns in your contract match the columns in your model\'s definition.\n\n' ~ (lines | join('\n'))) }}
  {%- endif -%}
{%- endmacro %}
{% macro get_empty_schema_sql(columns) -%}{{ adapter.dispatch('get_empty_schema_sql', 'dbt')(columns) }}{%- endmacro %}
{% macro default__get_empty_schema_sql(columns) -%}
  select {% for name in columns -%}
    cast(null as {{ columns[name].data_type }}) as {{ contract_column_name(columns[name]) }}{{ ', ' if not loop.last }}
  {%- endfor %}
{%- endmacro %}

{% macro contract_column_name(column) -%}{{ adapter.quote(column.name) if column.quote else column.name }}{%- endmacro %}
{% macro contract_is_enforced() -%}
  {%- set contract = config.get('contract') -%}
  {%- do return(contract is mapping and contract.enforced) -%}
{%- endmacro %}

{# "(id integer not null, …, primary key (id))" #}
{% macro get_table_columns_and_constraints() -%}{{ adapter.dispatch('get_table_columns_and_constraints', 'dbt')() }}{%- endmacro %}
{% macro default__get_table_columns_and_constraints() -%}
  (
    {% for name in model.columns -%}
    {{ column_definition(model.columns[name]) }}{{ ', ' if not loop.last }}
    {% endfor -%}
    {%- for constraint in model.constraints or [] -%}
      {%- set text = model_constraint(constraint) -%}
      {%- if text | trim %}, {{ text }}{% endif -%}
    {%- endfor %}
  )
{%- endmacro %}
{% macro column_definition(column) -%}
  {{ contract_column_name(column) }} {{ column.data_type }}
  {%- for constraint in column.constraints or [] -%}
    {%- set text = column_constraint(constraint) -%}
    {%- if text | trim %} {{ text }}{% endif -%}
  {%- endfor -%}
{%- endmacro %}
{% macro constraint_target(constraint) -%}
  {%- set to = constraint.to -%}
  {{ render('{{ ' ~ to ~ ' }}') if 'ref(' in to or 'source(' in to else to }} ({{ (constraint.to_columns or []) | join(', ') }})
{%- endmacro %}
{% macro column_constraint(constraint) -%}
  {%- set expression = constraint.expression or '' -%}
  {%- if constraint.type == 'not_null' -%}not null {{ expression }}
  {%- elif constraint.type == 'unique' -%}unique {{ expression }}
  {%- elif constraint.type == 'primary_key' -%}primary key {{ expression }}
  {%- elif constraint.type == 'check' and expression -%}{{ check_constraint(expression) }}
  {%- elif constraint.type == 'foreign_key' and constraint.to -%}references {{ constraint_target(constraint) }}
  {%- elif constraint.type == 'foreign_key' and expression -%}references {{ expression }}
  {%- elif constraint.type == 'custom' -%}{{ expression }}
  {%- endif -%}
{%- endmacro %}
{% macro model_constraint(constraint) -%}
  {%- set expression = constraint.expression or '' -%}
  {%- set columns = (constraint.columns or []) | join(', ') -%}
  {%- set named = 'constraint ' ~ constraint.name ~ ' ' if constraint.name else '' -%}
  {%- if constraint.type == 'check' and expression -%}{{ named }}{{ check_constraint(expression) }}
  {%- elif constraint.type == 'unique' -%}{{ named }}unique ({{ columns }}) {{ expression }}
  {%- elif constraint.type == 'primary_key' -%}{{ named }}primary key ({{ columns }}) {{ expression }}
  {%- elif constraint.type == 'foreign_key' and constraint.to -%}{{ named }}foreign key ({{ columns }}) references {{ constraint_target(constraint) }}
  {%- elif constraint.type == 'foreign_key' and expression -%}{{ named }}foreign key ({{ columns }}) references {{ expression }}
  {%- elif constraint.type == 'custom' and expression -%}{{ named }}{{ expression }}
  {%- endif -%}
{%- endmacro %}
{# Snowflake has no checks. #}
{% macro check_constraint(expression) -%}{{ 'check (' ~ expression ~ ')' if adapter.type() != 'snowflake' }}{%- endmacro %}

{# The columns of the contract, in its order. #}
{% macro get_column_names() -%}
  {%- for name in model.columns -%}{{ contract_column_name(model.columns[name]) }}{{ ', ' if not loop.last }}{%- endfor -%}
{%- endmacro %}
{% macro get_select_subquery(sql) -%}{{ adapter.dispatch('get_select_subquery', 'dbt')(sql) }}{%- endmacro %}
{% macro default__get_select_subquery(sql) -%}
  select {{ get_column_names() }}
  from (
{{ sql }}
  ) as model_subq
{%- endmacro %}
