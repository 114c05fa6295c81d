{# The members of a JSON column as an expression that fields_as_text() takes apart. DuckDB and PostgreSQL differ: the one
   reads a document once for all its members, the other once for each. #}
{% macro fields_of(content, names) -%}
  {{ adapter.dispatch('fields_of')(content, names) }}
{%- endmacro %}

{% macro default__fields_of(content, names) -%}
  array[{% for name in names %}{{ content }} ->> '{{ name }}'{{ ", " if not loop.last }}{% endfor %}]
{%- endmacro %}

{% macro duckdb__fields_of(content, names) -%}
  json_extract_string({{ content }}, [{% for name in names %}'{{ name }}'{{ ", " if not loop.last }}{% endfor %}])
{%- endmacro %}

{% macro snowflake__fields_of(content, names) -%}
  array_construct({% for name in names %}{{ content }}:"{{ name }}"::varchar{{ ", " if not loop.last }}{% endfor %})
{%- endmacro %}

{# The n-th member, from 1, as text. #}
{% macro field_at(held, n) -%}
  {{ adapter.dispatch('field_at')(held, n) }}
{%- endmacro %}

{% macro default__field_at(held, n) -%}{{ held }}[{{ n }}]{%- endmacro %}
{% macro snowflake__field_at(held, n) -%}{{ held }}[{{ n - 1 }}]::varchar{%- endmacro %}
