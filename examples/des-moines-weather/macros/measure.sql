{# A number out of a forecast's values. #}
{% macro measure(name) -%}
cast({{ adapter.quote("values") }} ->> '{{ name }}' as double precision)
{%- endmacro %}
