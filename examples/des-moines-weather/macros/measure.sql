{# A text out of a forecast's values. #}
{% macro value_text(name) -%}
  {{ adapter.dispatch('value_text')(name) }}
{%- endmacro %}

{% macro default__value_text(name) -%}{{ adapter.quote("values") }} ->> '{{ name }}'{%- endmacro %}
{% macro snowflake__value_text(name) -%}json_extract_path_text({{ adapter.quote("values") }}, '{{ name }}'){%- endmacro %}

{# A number out of a forecast's values. #}
{% macro measure(name) -%}
cast({{ value_text(name) }} as double precision)
{%- endmacro %}
