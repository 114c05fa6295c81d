{# The members of a JSON column, to be taken out one by one by field_at(). DuckDB reads a document once for all its members;
   the others read them where they are asked for. #}
{% macro fields_of(content, names) -%}
  {{ adapter.dispatch('fields_of')(content, names) }}
{%- endmacro %}

{% macro default__fields_of(content, names) -%}{{ content }}{%- endmacro %}

{% macro duckdb__fields_of(content, names) -%}
  json_extract_string({{ content }}, [{% for name in names %}'{{ name }}'{{ ", " if not loop.last }}{% endfor %}])
{%- endmacro %}

{# The n-th member (from 1), of this name, as text. #}
{% macro field_at(held, n, name) -%}
  {{ adapter.dispatch('field_at')(held, n, name) }}
{%- endmacro %}

{% macro default__field_at(held, n, name) -%}{{ held }} ->> '{{ name }}'{%- endmacro %}
{% macro duckdb__field_at(held, n, name) -%}{{ held }}[{{ n }}]{%- endmacro %}
{% macro snowflake__field_at(held, n, name) -%}json_extract_path_text({{ held }}, '{{ name }}'){%- endmacro %}
