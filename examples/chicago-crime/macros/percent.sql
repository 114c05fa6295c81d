{# part / whole in percent with one digit; null where there is no whole. #}
{% macro percent(part, whole) -%}
  cast(round(cast(100.0 * {{ part }} / nullif({{ whole }}, 0) as numeric(18, 6)), 1) as double precision)
{%- endmacro %}
